"""Cases of a library are taken with what they say, and sampled where there are too many."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.evaluation.retrieval_library import LibraryCases, library_cases
from medct_core.inference.engine import InferenceEngine
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.vocabulary import FINDINGS
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.tiny_model import PAIR, loaded_model


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", PAIR))


def taken(engine: InferenceEngine, cases: list[LibraryCase], most: int = 100) -> LibraryCases:
    return library_cases(
        engine,
        CasesInMemory(cases),
        most=most,
        cancel=CancelToken(),
        on_progress=lambda _share: None,
    )


def said(engine: InferenceEngine, number: int, **facts: object) -> LibraryCase:
    return library_samples.case(number, stamp=engine.stamp, **facts)


def test_a_case_brings_its_report_its_findings_and_its_patient(engine: InferenceEngine) -> None:
    finding = KnownFinding(FINDINGS[2], is_present=True)
    denied = KnownFinding(FINDINGS[3], is_present=False)
    found = taken(
        engine,
        [
            said(engine, 1, report="pleural effusion", patient_key="7c" * 16),
            said(engine, 2, findings=(finding, denied), patient_key="7c" * 16),
            said(engine, 3),
            replace(library_samples.case(4), report="of another model"),
        ],
    )

    assert found.of == 2
    assert found.cases.reports == ("pleural effusion", "")
    assert found.cases.labels.sum(axis=1).tolist() == [0, 1]
    assert found.cases.labels[1, 2]
    assert len(set(found.cases.groups)) == 1
    np.testing.assert_allclose(np.linalg.norm(found.cases.report_vectors, axis=1), [1, 0])


def test_of_too_many_cases_a_sample_is_drawn_always_the_same(engine: InferenceEngine) -> None:
    cases = [said(engine, number, report=f"scan {number}") for number in range(40)]

    one, other = taken(engine, cases, most=10), taken(engine, cases, most=10)

    assert (one.of, len(one.cases)) == (40, 10)
    assert one.cases.reports == other.cases.reports
    assert set(one.cases.reports) != {f"scan {number}" for number in range(10)}


def test_a_library_that_says_nothing_is_refused(engine: InferenceEngine) -> None:
    with pytest.raises(UsageError, match="two or more"):
        taken(engine, [said(engine, 1), said(engine, 2)])


def test_a_model_without_words_is_measured_on_scans_alone(
    engine: InferenceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_text(*_: object, **__: object) -> None:
        raise ModelUnavailableError("It reads no text.", remedy="Use another.")

    monkeypatch.setattr(engine, "check_prompts", no_text)

    found = taken(engine, [said(engine, number, report="lung") for number in (1, 2)])

    assert found.cases.reports == ("", "")
    assert not found.cases.report_vectors.any()
