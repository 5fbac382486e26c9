"""Cases of a library that need no scan and no model, and strategies for any."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import strategies as st

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import (
    AGE_BANDS,
    SEXES,
    KnownFinding,
    LibraryCase,
    Thumbnails,
    case_id_of,
)

STAMP = ModelStamp("tiny", "ab" * 32, "tiny-recipe", "float32")
OTHER_STAMP = replace(STAMP, adapter="lungs", adapter_sha256="cd" * 32)
ADDED_AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


def unit_vector(seed: int, size: int = 8) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    drawn = np.random.default_rng(seed).standard_normal(size)
    unit: np.ndarray[tuple[int], np.dtype[np.float32]] = (drawn / np.linalg.norm(drawn)).astype(
        "f4"
    )
    return unit


def case(number: int = 0, *, stamp: ModelStamp = STAMP, **facts: object) -> LibraryCase:
    """Draw the case of a number; another number is another scan."""
    scan_sha256 = f"{number:064x}"
    drawn = np.random.default_rng(number)
    pictures = [drawn.integers(0, 256, (5, 4 + n), dtype=np.uint8) for n in range(3)]
    given: dict[str, Any] = {
        "case_id": case_id_of(scan_sha256, stamp),
        "source": f"scan-{number}.nii.gz",
        "scan_sha256": scan_sha256,
        "stamp": stamp,
        "vector": unit_vector(number),
        "thumbnails": Thumbnails(*pictures),
        "added_at": ADDED_AT,
    }
    return LibraryCase(**{**given, **facts})


def assert_same(one: LibraryCase, other: LibraryCase) -> None:
    """Compare every field of two cases."""
    for field in fields(LibraryCase):
        pairs = [(getattr(one, field.name), getattr(other, field.name))]
        if field.name == "thumbnails":
            names = ("axial", "coronal", "sagittal")
            pairs = [tuple(getattr(each, name) for each in pairs[0]) for name in names]
        for mine, theirs in pairs:
            np.testing.assert_array_equal(mine, theirs, err_msg=field.name)
            assert type(mine) is type(theirs), field.name


_LETTERS = st.characters(codec="utf-8")
_WORDS = st.text(_LETTERS, max_size=12)
_NAMES = _WORDS.filter(lambda text: text.strip() != "")
_FINDINGS = st.builds(KnownFinding, _NAMES, st.booleans(), st.booleans(), _WORDS)


@st.composite
def cases(draw: st.DrawFn, stamp: ModelStamp = STAMP) -> LibraryCase:
    """Draw any case of a stamp, with any facts."""
    codes = st.integers(0, 2**31).map(
        lambda seed: np.random.default_rng(seed).integers(-5, 2**13, (2, 3, 4)).astype(np.int16)
    )
    return case(
        draw(st.integers(0, 2**64)),
        stamp=stamp,
        source=draw(_NAMES.filter(lambda text: not {"/", "\\"} & set(text))),
        codes=draw(st.none() | codes),
        findings=tuple(
            draw(st.lists(_FINDINGS, max_size=4, unique_by=lambda finding: finding.name))
        ),
        report=draw(st.text(_LETTERS, max_size=60)),
        age_band=draw(st.sampled_from(["", *AGE_BANDS])),
        sex=draw(st.sampled_from(["", *SEXES])),
        contrast=draw(st.none() | st.booleans()),
        slice_thickness_mm=draw(st.none() | st.floats(0.1, 20.0)),
        tags=tuple(sorted(draw(st.sets(_NAMES, max_size=3)))),
        study_key=draw(st.sampled_from(["", "5a" * 16])),
        patient_key=draw(st.sampled_from(["", "7c" * 16])),
        site_key=draw(st.sampled_from(["", "9d" * 16])),
        scanner=draw(_WORDS),
        kernel=draw(_WORDS),
    )
