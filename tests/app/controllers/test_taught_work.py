"""Work on what a library was taught: asked of a scan, learned from cases, kept and forgotten."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.taught_work import (
    LearnWish,
    ask_taught,
    forget_taught,
    keep_taught,
    learn,
    read_names,
)
from app.state.taught_page import TaughtPage
from app.workers.kept_libraries import KeptLibraries
from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.inference.embedding import Embedding
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.taught_finding import TaughtFinding
from tests import library_samples, taught_samples
from tests.library_samples import OTHER_STAMP, STAMP

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

SWAN = "Swan sign"
SCAN = Embedding(library_samples.unit_vector(3), STAMP, f"{3:064x}")


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    """Twenty cases, every second of which has the sign."""
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(
        library_samples.case(n, findings=(KnownFinding(SWAN, is_present=n % 2 == 0),))
        for n in range(20)
    )
    return made


def asked(address: str, scan: Embedding = SCAN) -> TaughtPage | None:
    return ask_taught(address, scan, KeptLibraries(), CancelToken(), print)


def test_without_a_library_nothing_is_said(tmp_path: Path) -> None:
    assert asked(str(tmp_path / "none")) is None


def test_a_scan_is_asked_for_what_its_model_was_taught(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught(SWAN, 1, 2, 3, 4))
    library.taught.keep(taught_samples.taught("Beak sign", stamp=OTHER_STAMP))
    library.taught.keep(taught_samples.taught(SWAN, stamp=OTHER_STAMP))

    page = asked(library.address)

    assert page is not None
    assert (page.library, page.of_other_models) == ("library", ("Beak sign",))
    (answer,) = page.answers
    assert answer.finding.name == SWAN
    assert answer.standing is not None
    assert answer.standing.took_part


def test_a_finding_that_must_be_taught_again_has_no_standing(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught(SWAN, 1, 2, 3, 4))
    library.remove([library_samples.case(4).case_id])

    page = asked(library.address)

    assert page is not None
    assert [one.standing for one in page.answers] == [None]


def test_names_are_counted(library: CaseLibrary) -> None:
    names = read_names(library.address, STAMP, KeptLibraries(), CancelToken(), print)

    assert [(one.name, one.present, one.absent) for one in names] == [(SWAN, 10, 10)]
    assert all(one.is_enough for one in names)


def test_what_is_missing_before_teaching_is_said(tmp_path: Path) -> None:
    empty = CaseLibrary.create(str(tmp_path / "empty"))
    empty.add([library_samples.case(1)])

    with pytest.raises(UsageError, match="no library of cases yet"):
        read_names(str(tmp_path / "none"), STAMP, KeptLibraries(), CancelToken(), print)
    with pytest.raises(UsageError, match="No case of the library says"):
        read_names(empty.address, STAMP, KeptLibraries(), CancelToken(), print)


def test_what_is_learned_is_kept_only_when_wanted(library: CaseLibrary) -> None:
    kept, wish = KeptLibraries(), LearnWish(library.address, STAMP, SWAN, "Dr A")

    finding = learn(wish, kept, CancelToken(), lambda _: None)

    assert isinstance(finding, TaughtFinding)
    assert (finding.by, finding.labelled.cases) == ("Dr A", 20)
    assert library.taught.all() == ()
    assert keep_taught(library.address, finding, kept, CancelToken(), print) == SWAN
    assert [one.name for one in library.taught.all()] == [SWAN]
    assert forget_taught(library.address, SWAN, kept, CancelToken(), print) == SWAN
    assert library.taught.all() == ()


def test_too_few_cases_are_refused(library: CaseLibrary) -> None:
    wish = LearnWish(library.address, STAMP, SWAN)
    library.remove([library_samples.case(2).case_id])

    with pytest.raises(UsageError, match="9 are marked"):
        learn(wish, KeptLibraries(), CancelToken(), lambda _: None)


def test_a_scan_of_another_model_is_not_asked(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught(SWAN, 1, 2, 3, 4))

    page = asked(library.address, replace(SCAN, stamp=OTHER_STAMP))

    assert page is not None
    assert (page.answers, page.of_other_models) == ((), (SWAN,))
