"""Similar cases and the map of their library as values: consistent, read-only, quiet in a log."""

from typing import Any

import numpy as np
import pytest

from app.settings import KnownFindingsShown
from app.state.similar_page import CaseMap, SimilarPage, shown_findings
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.search import Evidence, SimilarCase
from medct_core.vocabulary import FINDINGS
from tests import library_samples

NAMED = library_samples.case(
    1, source="Musterfrau.nii.gz", findings=(KnownFinding("Lung nodule", is_present=True),)
)
FOUND = SimilarCase(NAMED, cosine=0.9, percentile=None, rank=1, out_of=1)
PAGE = SimilarPage(
    "lungs", "medct-mini", 1, cases=(FOUND,), evidence=(Evidence("Emphysema", 3, 2, 0.5),)
)


def case_map(**parts: object) -> CaseMap:
    given: dict[str, Any] = {
        "case_ids": ("a", "b"),
        "points": np.zeros((2, 2), "f4"),
        "labels": ("A", "B"),
    }
    return CaseMap(**{**given, **parts})


def test_a_page_in_a_log_names_nobody() -> None:
    page = SimilarPage("Dr. Who's lungs", "medct-mini", 1, of_text="like Jane", cases=(FOUND,))

    assert not any(word in repr(page) for word in ("Musterfrau", "Who", "Jane"))
    assert "Musterfrau" not in repr(case_map(labels=("Musterfrau.nii.gz", "B")))


def test_a_page_names_the_findings_of_its_cases_and_of_its_evidence() -> None:
    assert PAGE.finding_names == {"Lung nodule", "Emphysema"}


@pytest.mark.parametrize(
    "parts",
    [
        {"labels": ("A",)},
        {"points": np.zeros((3, 2), "f4")},
        {"points": np.zeros((2, 3), "f4")},
        {"present": {"Emphysema": np.zeros(1, np.bool_)}},
        {"absent": {"Emphysema": np.zeros(3, np.bool_)}},
    ],
)
def test_a_map_of_unlike_parts_is_refused(parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="of each of its cases"):
        case_map(**parts)


def test_nobody_writes_into_a_map() -> None:
    drawn = case_map(
        present={"Emphysema": np.array([True, False])},
        absent={"Emphysema": np.array([False, False])},
        query=np.zeros(2, "f4"),
    )

    assert drawn.query is not None
    for array in (drawn.points, drawn.query, drawn.present["Emphysema"]):
        assert not array.flags.writeable


def test_a_map_names_findings_in_the_order_of_the_vocabulary() -> None:
    none = np.zeros(2, np.bool_)

    drawn = case_map(present={"Zebra": none, "Emphysema": none}, absent={"Lung nodule": none})

    own = tuple(name for name in FINDINGS if name in {"Emphysema", "Lung nodule"})
    assert drawn.finding_names == (*own, "Zebra")


def test_a_case_speaks_of_a_finding_after_the_verdict_on_it() -> None:
    after = KnownFindingsShown.AFTER_VERDICT

    shown = shown_findings(PAGE.finding_names, {"Lung nodule"}, after)

    assert shown == {"Lung nodule"}


def test_all_is_shown_where_that_is_chosen() -> None:
    shown = shown_findings({"Zebra"}, (), KnownFindingsShown.ALWAYS)

    assert shown == {"Zebra", *FINDINGS}


def test_all_is_shown_once_everything_was_judged() -> None:
    after = KnownFindingsShown.AFTER_VERDICT

    assert shown_findings({"Zebra"}, FINDINGS, after) == {"Zebra", *FINDINGS}
    assert shown_findings({"Zebra"}, FINDINGS[1:], after) == set(FINDINGS[1:])
