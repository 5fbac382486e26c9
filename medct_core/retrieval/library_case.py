"""LibraryCase: one scan of the library as one model sees it, and what is known about it."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from medct_core.models.stamp import ModelStamp

AGE_BANDS = (*(f"{low}-{low + 9}" for low in range(0, 90, 10)), "90+")
"""Ten years each; the oldest share one, since an age above 89 can name a person."""

SEXES = ("F", "M")

_Number = TypeVar("_Number", bound=np.generic)
_UNIT_TOLERANCE = 1e-3
_CASE_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class KnownFinding:
    """Whether a case has a finding, and who says so.

    Attributes
    ----------
    name
        As the vocabulary names it, or a name of the user's own.
    is_present
        Whether the case has it.
    is_verified
        Whether something better than the report stands behind it: pathology, a second reader.
    by
        Who says so: a reader, ``report``, the name of a table; empty where unknown.

    Raises
    ------
    ValueError
        If the name is blank.
    """

    name: str
    is_present: bool
    is_verified: bool = False
    by: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("a known finding has a name")


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnails:
    """Three small pictures of a scan, through its middle.

    Attributes
    ----------
    axial, coronal, sagittal
        ``(rows, columns)`` uint8, read-only: axial from the feet (front on top), coronal from the
        front (head on top), sagittal from the left (head on top, front on the left).
    """

    axial: npt.NDArray[np.uint8]
    coronal: npt.NDArray[np.uint8]
    sagittal: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        for name in ("axial", "coronal", "sagittal"):
            picture = getattr(self, name)
            if picture.ndim != 2 or picture.dtype != np.uint8 or picture.size == 0:
                raise ValueError(f"a thumbnail is a grey uint8 picture, not {picture.shape}")
            object.__setattr__(self, name, _read_only(picture))


@dataclass(frozen=True, slots=True, eq=False)
class LibraryCase:
    """One scan of the library as one model sees it; it names no patient.

    Attributes
    ----------
    case_id
        `case_id_of` the scan and the model: the same scan embedded again is the same case.
    source
        Name of the file or folder it was read from, without the folders above.
    scan_sha256
        `Volume.content_sha256` of the scan.
    stamp
        The model, adapter, recipe and precision that made the vector.
    vector
        ``(d,)`` float32 of unit length, read-only.
    thumbnails
        Three pictures through the middle.
    added_at
        When it came into the library; has a time zone.
    codes
        ``(a, b, c)`` int16 codebook indices of the tokens, read-only; None for a model without.
    findings
        What is known about it, each finding once.
    report
        Text of its report; empty where there is none.
    age_band
        One of `AGE_BANDS`, or empty where unknown.
    sex
        One of `SEXES`, or empty where unknown.
    contrast
        Whether contrast was given; None where unknown.
    slice_thickness_mm
        None where unknown.
    tags
        The user's own words, sorted, each once.
    study_key
        Keyed hash of the study; empty where unknown, and then never grouped.
    patient_key
        Keyed hash of the patient; empty where unknown, and then never grouped.
    site_key
        Keyed hash of where it was made; empty where unknown.
    scanner
        Maker and model; empty where unknown.
    kernel
        How sharp it was reconstructed, as the scanner names it; empty where unknown.

    Raises
    ------
    ValueError
        If a field is not what it says.
    """

    case_id: str
    source: str
    scan_sha256: str
    stamp: ModelStamp
    vector: npt.NDArray[np.float32]
    thumbnails: Thumbnails
    added_at: datetime
    codes: npt.NDArray[np.int16] | None = None
    findings: tuple[KnownFinding, ...] = ()
    report: str = ""
    age_band: str = ""
    sex: str = ""
    contrast: bool | None = None
    slice_thickness_mm: float | None = None
    tags: tuple[str, ...] = ()
    study_key: str = ""
    patient_key: str = ""
    site_key: str = ""
    scanner: str = ""
    kernel: str = ""

    def __post_init__(self) -> None:
        _check_identity(self)
        _check_arrays(self)
        _check_facts(self)
        object.__setattr__(self, "vector", _read_only(self.vector))
        if self.codes is not None:
            object.__setattr__(self, "codes", _read_only(self.codes))

    @property
    def codes_shape(self) -> tuple[int, int, int] | None:
        """Shape of `codes`; None for a model without."""
        if self.codes is None:
            return None
        a, b, c = self.codes.shape
        return a, b, c


def case_id_of(scan_sha256: str, stamp: ModelStamp) -> str:
    """Name the case that a scan and a model make; 32 hex digits."""
    key = json.dumps([scan_sha256, stamp_key(stamp)]).encode()
    return hashlib.sha256(key).hexdigest()[:_CASE_ID_DIGITS]


def stamp_key(stamp: ModelStamp) -> str:
    """Name a stamp shortly and always alike; 16 hex digits."""
    content = json.dumps(asdict(stamp), sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()[:16]


def age_band_of(years: float) -> str:
    """Give the band an age lies in; empty for what is no age.

    Parameters
    ----------
    years
        Completed or not; a fraction counts down.
    """
    if not 0 <= years < 150:
        return ""
    return AGE_BANDS[min(int(years // 10), len(AGE_BANDS) - 1)]


def _check_identity(case: LibraryCase) -> None:
    if case.case_id != case_id_of(case.scan_sha256, case.stamp):
        raise ValueError("a case is named after its scan and its model")
    if not case.source or {"/", "\\"} & set(case.source):
        raise ValueError("the source of a case is a file name without folders")
    if case.added_at.tzinfo is None:
        raise ValueError("the time a case was added has a time zone")


def _check_arrays(case: LibraryCase) -> None:
    if case.vector.ndim != 1 or case.vector.dtype != np.float32:
        raise ValueError("the vector of a case is one row of float32")
    length = float(np.linalg.norm(case.vector))
    if not abs(length - 1.0) < _UNIT_TOLERANCE:
        raise ValueError(f"the vector of a case has unit length, not {length:.4f}")
    if case.codes is not None and (case.codes.ndim != 3 or case.codes.dtype != np.int16):
        raise ValueError("the codes of a case are a block of int16")


def _check_facts(case: LibraryCase) -> None:
    if case.age_band not in ("", *AGE_BANDS) or case.sex not in ("", *SEXES):
        raise ValueError("age band and sex are of the agreed ones, or empty")
    names = [finding.name for finding in case.findings]
    if len(set(names)) < len(names):
        raise ValueError("a case says of each finding once whether it is there")
    if list(case.tags) != sorted(set(case.tags)):
        raise ValueError("the tags of a case are sorted, each once")
    thickness = case.slice_thickness_mm
    if thickness is not None and not (math.isfinite(thickness) and thickness > 0):
        raise ValueError("a slice thickness is above 0 mm")


def _read_only(array: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    frozen = array.view()
    frozen.flags.writeable = False
    return frozen
