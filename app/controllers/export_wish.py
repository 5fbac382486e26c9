"""What a person wants to leave the program, and all that is written for it: frozen values."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.state.case_record import CaseRecord
from app.state.results import ScoredList
from app.state.session import OpenScan
from medct_core.findings.finding import Finding
from medct_core.volume.notice import Notice

if TYPE_CHECKING:
    # Most windows never write, and all of them are to appear at once.
    from medct_core.export.reader_part import ReaderImage

FORMATS = ("pdf", "csv", "json")


@dataclass(frozen=True, slots=True, eq=False)
class ExportWish:
    """What a person wants to leave the program.

    Attributes
    ----------
    folder
        Made if it is not there.
    formats
        Some of `FORMATS`.
    images
        Marked pictures that go into the PDF, drawn; three usual levels of the chest where there
        are none.
    names_patient
        Whether the report says who was examined.
    """

    folder: Path
    formats: tuple[str, ...] = FORMATS
    images: "tuple[ReaderImage, ...]" = ()
    names_patient: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """What is written: everything as it stood when the person asked.

    Attributes
    ----------
    wish
        What is written, and where.
    scan
        The one that was shown.
    scored
        Its findings; None where no model could score it.
    typed
        The one beside the list, if there was one.
    record
        What the reader added.
    doubts
        Why the scan has no scores, where it has none.
    """

    wish: ExportWish
    scan: OpenScan
    scored: ScoredList | None
    typed: tuple[Finding, ...]
    record: CaseRecord
    doubts: tuple[Notice, ...] = ()
