"""Study and Series: what the headers of a scan say, without pixels and without the patient."""

from dataclasses import dataclass, field
from datetime import date
from typing import NoReturn, SupportsIndex

from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.volume.notice import Notice
from medct_core.volume.window import Window

ONLY_TO_LOOK_AT = "only-to-look-at"
"""Code of the notice on what is shown although it is no chest CT."""


@dataclass(frozen=True, slots=True)
class HeaderWindow:
    """A grey-level window the header recommends, with the header's words for it."""

    window: Window
    explanation: str


@dataclass(frozen=True, slots=True)
class Series:
    """One series: a stack of slices that belong together, or one volume file.

    Attributes
    ----------
    uid
        Series instance UID; the file name where the format has none. Parts of a series that
        had to be split end in ``.1``, ``.2`` and so on.
    kind
        The format of its files.
    files
        In slice order for DICOM; one file for the other formats.
    slice_count
        Number of slices of one frame.
    frame_count
        Number of volumes in time or echo; 1 unless the file is 4D.
    number
        Series number, or None.
    description
        Series description; the file name where the format has none. No direct identifiers.
    modality
        DICOM code such as ``"CT"`` or ``"MR"``; empty where unknown.
    image_type
        DICOM image type, upper case: ``("ORIGINAL", "PRIMARY", "AXIAL")``.
    refusal
        Why the headers promise no grey CT volume, in one sentence for a radiologist; empty where
        they do.
    is_picture
        Whether it is a grey picture in a known place although it is refused: a single slice, an
        MRI. Such a series may be looked at, and is never scored without being asked to.
    windows
        Windows the header recommends, first one first.
    notices
        What was found while sorting files: copies, splits.
    """

    uid: str
    kind: FileKind
    files: tuple[ScanFile, ...]
    slice_count: int
    frame_count: int = 1
    number: int | None = None
    description: str = ""
    modality: str = ""
    image_type: tuple[str, ...] = ()
    refusal: str = ""
    is_picture: bool = False
    windows: tuple[HeaderWindow, ...] = ()
    notices: tuple[Notice, ...] = ()

    @property
    def is_scan(self) -> bool:
        """Whether it can be read as one grey volume, by its headers."""
        return not self.refusal

    @property
    def can_be_shown(self) -> bool:
        """Whether it can be looked at, by its headers."""
        return self.is_scan or self.is_picture

    @property
    def is_ct(self) -> bool:
        """Whether it is a CT, or a file that cannot say."""
        return self.modality in {"CT", ""}


@dataclass(frozen=True, slots=True)
class Study:
    """One examination: its series, without pixels and without direct identifiers.

    Attributes
    ----------
    uid
        Study instance UID; the file name where the format has none.
    pseudonym
        Stable name for captions and tables that says nothing about the patient.
    date
        Date of the examination, or None.
    description
        Study description; empty where the format has none.
    series
        All series found, also those that cannot be read as a volume.
    notices
        What its reader must know: files left out, other studies in the same folder.
    """

    uid: str
    pseudonym: str
    date: date | None
    series: tuple[Series, ...]
    description: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class PatientText:
    """Who was examined, for the corner of a picture and for exports that were asked for it.

    It shows nothing of itself when printed or logged, and it refuses to be pickled.

    Attributes
    ----------
    name
        As a person writes it: ``Family, Given``.
    patient_id
        The hospital's number.
    birth_date
        None where the header gives none.
    sex
        ``F``, ``M``, ``O`` or empty.
    """

    name: str = field(default="", repr=False)
    patient_id: str = field(default="", repr=False)
    birth_date: date | None = field(default=None, repr=False)
    sex: str = field(default="", repr=False)

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("patient text is never pickled")
