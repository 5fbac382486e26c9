"""A case in one line."""

from app.state.case_words import DescribedCase, facts_text
from tests import library_samples


def said(case: DescribedCase) -> str:
    return facts_text(case).replace("\u00a0", " ")


def test_facts_that_are_unknown_take_no_room() -> None:
    known = library_samples.case(
        age_band="60-69",
        sex="F",
        contrast=False,
        slice_thickness_mm=1.25,
        tags=("a", "b"),
        kernel="B60f",
    )

    assert said(known) == "aged 60-69 · female · no contrast · 1.25 mm · B60f · #a · #b"
    assert said(library_samples.case(contrast=True, scanner="X 64")) == "contrast · X 64"
    assert facts_text(library_samples.case(sex="M")) == "male"
    assert facts_text(library_samples.case()) == ""
