"""A case in one line."""

from app.state.case_words import facts_text
from tests import library_samples


def test_facts_that_are_unknown_take_no_room() -> None:
    known = library_samples.case(
        age_band="60-69",
        sex="F",
        contrast=False,
        slice_thickness_mm=1.25,
        tags=("a", "b"),
        kernel="B60f",
    )

    assert facts_text(known) == "aged 60-69 · female · no contrast · 1.25 mm · B60f · #a · #b"
    assert facts_text(library_samples.case(contrast=True, scanner="X 64")) == "contrast · X 64"
    assert facts_text(library_samples.case(sex="M")) == "male"
    assert facts_text(library_samples.case()) == ""
