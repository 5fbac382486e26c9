"""LibraryCase: what a case of the library may and may not hold."""

from dataclasses import fields, replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import (
    AGE_BANDS,
    KnownFinding,
    LibraryCase,
    Thumbnails,
    age_band_of,
    case_id_of,
    stamp_key,
)
from tests import library_samples
from tests.library_samples import OTHER_STAMP, STAMP

SHAS = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")
STAMPS = st.sampled_from([STAMP, OTHER_STAMP])


@given(SHAS, SHAS, STAMPS, STAMPS)
def test_scan_and_model_decide_the_case_id(
    one: str, other: str, stamp: ModelStamp, other_stamp: ModelStamp
) -> None:
    same = case_id_of(one, stamp) == case_id_of(other, other_stamp)

    assert same == ((one, stamp) == (other, other_stamp))


def test_every_part_of_a_stamp_counts_in_its_key() -> None:
    stamps = [OTHER_STAMP] + [
        replace(OTHER_STAMP, **{field.name: "another"}) for field in fields(OTHER_STAMP)
    ]

    assert len({stamp_key(stamp) for stamp in stamps}) == len(stamps)


@given(st.floats(0, 149))
def test_an_age_lies_in_the_band_that_holds_it(years: float) -> None:
    band = age_band_of(years)

    low, _, high = band.rstrip("+").partition("-")
    assert band in AGE_BANDS
    assert int(low) <= years
    assert not high or years < int(high) + 1


@pytest.mark.parametrize("years", [-1.0, 150.0, float("nan"), float("inf")])
def test_what_is_no_age_has_no_band(years: float) -> None:
    assert age_band_of(years) == ""


@given(library_samples.cases())
def test_the_arrays_of_a_case_cannot_be_changed(case: LibraryCase) -> None:
    pictures = case.thumbnails

    assert not case.vector.flags.writeable
    assert not any(
        picture.flags.writeable for picture in (pictures.axial, pictures.coronal, pictures.sagittal)
    )
    assert case.codes is None or not case.codes.flags.writeable
    assert case.codes_shape == (None if case.codes is None else case.codes.shape)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("case_id", "0" * 32),
        ("source", "patients/doe.nii.gz"),
        ("source", "patients\\doe.nii.gz"),
        ("source", ""),
        ("added_at", datetime(2026, 1, 1)),
        ("vector", np.ones(8, dtype=np.float32)),
        ("vector", np.full(8, np.nan, dtype=np.float32)),
        ("vector", np.eye(1, 8)[0]),
        ("codes", np.zeros((2, 2), dtype=np.int16)),
        ("codes", np.zeros((2, 2, 2), dtype=np.int32)),
        ("age_band", "63"),
        ("sex", "O"),
        ("slice_thickness_mm", 0.0),
        ("slice_thickness_mm", float("nan")),
        ("tags", ("b", "a")),
        ("tags", ("a", "a")),
        ("findings", (KnownFinding("Effusion", True), KnownFinding("Effusion", False))),
    ],
)
def test_a_field_that_is_not_what_it_says_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"case|slice thickness|age band"):
        library_samples.case(0, stamp=STAMP, **{field: value})


def test_a_finding_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="name"):
        KnownFinding(" ", is_present=True)


def test_a_thumbnail_is_a_grey_picture() -> None:
    grey = np.zeros((4, 4), dtype=np.uint8)

    with pytest.raises(ValueError, match="grey"):
        Thumbnails(grey, grey, np.zeros((4, 4, 3), dtype=np.uint8))
