"""Choosing one series: the largest CT, or the one a person names."""

from pathlib import Path

import pytest

from medct_core.errors import NotAnImageError, UnsupportedImageError, UsageError
from medct_core.io.choose import (
    chest_ct_or_none,
    choose_series,
    is_original,
    largest_chest_ct,
    other_series,
    remedy_for,
)
from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series, Study

AXIAL = ("ORIGINAL", "PRIMARY", "AXIAL")


def series(
    uid: str,
    slices: int,
    *,
    image_type: tuple[str, ...] = AXIAL,
    modality: str = "CT",
    refusal: str = "",
) -> Series:
    return Series(
        uid=uid,
        kind=FileKind.DICOM,
        files=(ScanFile(Path(f"{uid}.dcm")),),
        slice_count=slices,
        number=int(uid[-1]),
        description=f"series {uid}",
        modality=modality,
        image_type=image_type,
        refusal=refusal,
    )


def study(*found: Series) -> Study:
    return Study("1", "study-1", None, found)


LUNG, THIN = series("1.2.1", 60), series("1.2.2", 300)
SCOUT = series("1.2.3", 2, refusal="a is a localizer.")
MIP = series("1.2.4", 500, image_type=("DERIVED", "SECONDARY", "MIP"))
MR = series("1.2.5", 900, modality="MR", refusal="b is an MR.")


def test_the_largest_ct_is_chosen_and_pictures_of_it_come_last() -> None:
    assert largest_chest_ct(study(LUNG, SCOUT, THIN, MIP, MR)) is THIN
    assert largest_chest_ct(study(SCOUT, MIP)) is MIP


@pytest.mark.parametrize(
    ("image_type", "expected"),
    [
        (AXIAL, True),
        ((), True),
        (("DERIVED", "PRIMARY", "MPR"), True),
        (("DERIVED", "SECONDARY", "AXIAL"), False),
        (("ORIGINAL", "PRIMARY", "AXIAL", "MIP"), False),
    ],
)
def test_originals_are_known_by_their_image_type(
    image_type: tuple[str, ...], expected: bool
) -> None:
    assert is_original(series("1.2.1", 5, image_type=image_type)) is expected


def test_without_a_ct_the_reasons_are_told() -> None:
    with pytest.raises(UnsupportedImageError, match=r"a is a localizer\. b is an MR\."):
        largest_chest_ct(study(SCOUT, MR))

    assert chest_ct_or_none(study(SCOUT, MR)) is None


@pytest.mark.parametrize(
    ("found", "words"), [((SCOUT, MR), "whole CT series"), ((MR,), "a chest CT")]
)
def test_the_remedy_fits_what_was_found(found: tuple[Series, ...], words: str) -> None:
    assert words in remedy_for(found)


def test_a_study_without_series_is_no_image() -> None:
    with pytest.raises(NotAnImageError):
        largest_chest_ct(study())


@pytest.mark.parametrize("wanted", ["2", "1.2.2"])
def test_a_series_is_named_by_number_or_uid(wanted: str) -> None:
    assert choose_series(study(LUNG, THIN), wanted) is THIN


@pytest.mark.parametrize(("wanted", "words"), [("7", "no series '7'"), ("1.2", "More than one")])
def test_what_fits_none_or_several_lists_what_there_is(wanted: str, words: str) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        choose_series(study(LUNG, THIN), wanted)

    assert "1 series 1.2.1 (CT, 60 slices); 2 series 1.2.2 (CT, 300 slices)" in str(caught.value)


def test_series_that_were_not_scored_are_named() -> None:
    chosen, other = series("1.1", 200), series("1.2", 60)
    picture = series("1.3", 1, image_type=("DERIVED", "SECONDARY", "SCREEN SAVE"))
    study = Study("1", "study-1", None, (chosen, other, picture))

    (notice,) = other_series(study, chosen)

    assert notice.text == (
        "Of 2 series, 'series 1.1' was scored. Others: 2 series 1.2 (60 slices)."
    )
    assert other_series(Study("1", "study-1", None, (chosen,)), chosen) == ()
