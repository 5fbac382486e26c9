"""Report: everything that leaves the program about one scan, before it takes a form."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from medct_core.export.file_names import base_name
from medct_core.export.key_images import KeyImage
from medct_core.export.reader_part import NOTHING_FROM_READER, ReaderPart
from medct_core.findings.finding import Finding
from medct_core.io.study import PatientText
from medct_core.models.manifest import ModelManifest
from medct_core.models.stamp import ModelStamp
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

REPORT_VERSION = 2
"""Version of the JSON form; raised when a reader of an older one would go wrong."""

DISCLAIMER = "Not a medical device"

SYNTHETIC_HEADLINE = (
    "This model was trained on synthetic scans only and its scores mean nothing clinically."
)
RESEARCH_HEADLINE = "For research only: the scores of this model are not a diagnosis."
UNSCORED_HEADLINE = "No model scored this scan: what stands here is what a reader added."


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the numbers of a report.

    Attributes
    ----------
    stamp
        Model, adapter, recipe and precision.
    headline
        First line of every output; see `headline_of`.
    device
        Where the model ran: ``cpu``, ``cuda (NVIDIA ...)``.
    created
        When, in UTC.
    """

    stamp: ModelStamp
    headline: str
    device: str
    created: datetime

    def __post_init__(self) -> None:
        if not self.headline.strip() or self.created.tzinfo is None:
            raise ValueError("a report opens with a headline and its time has a zone")


@dataclass(frozen=True, slots=True)
class Unscored:
    """Stands for `Provenance` where no model gave a number.

    Attributes
    ----------
    created
        When, in UTC.
    """

    created: datetime

    @property
    def headline(self) -> str:
        """First line of every output."""
        return UNSCORED_HEADLINE


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """What a report says about the scan itself; nothing of it identifies a patient.

    Attributes
    ----------
    name
        Name of its file, folder or zip, without what lies above.
    sha256
        `Volume.content_sha256`: hash of voxels and affine.
    shape
        Voxels along (i, j, k).
    spacing_mm
        Distance between voxels along (i, j, k).
    """

    name: str
    sha256: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Report:
    """One scan, its findings, and who says so.

    Attributes
    ----------
    scan
        What was looked at.
    findings
        In the order asked.
    provenance
        Model, device, time, headline; `Unscored` for a scan that was only read by a person.
    notices
        What the reader must know of the scan and its preparation.
    key_images
        For the PDF, where the reader marked none; may be empty.
    patient
        Only where it was asked for.
    reader
        What a person said, measured and marked; empty where only a model was asked.
    version
        `REPORT_VERSION`.

    Raises
    ------
    ValueError
        If there are findings and no model that scored them.
    """

    scan: ScanFacts
    findings: tuple[Finding, ...]
    provenance: Provenance | Unscored
    notices: tuple[Notice, ...] = ()
    key_images: tuple[KeyImage, ...] = ()
    patient: PatientText | None = None
    reader: ReaderPart = NOTHING_FROM_READER
    version: int = REPORT_VERSION

    def __post_init__(self) -> None:
        if self.findings and self.stamp is None:
            raise ValueError("findings need a model that scored them")

    @property
    def stamp(self) -> ModelStamp | None:
        """What made the scores; None where there are none."""
        return self.provenance.stamp if isinstance(self.provenance, Provenance) else None

    @property
    def is_calibrated(self) -> bool:
        """Whether any finding carries a calibrated probability."""
        return any(finding.calibrated is not None for finding in self.findings)


def headline_of(manifest: ModelManifest) -> str:
    """First line of every output made with a model.

    A model that has seen synthetic scans only says so whatever its manifest holds.
    """
    if manifest.is_synthetic:
        return SYNTHETIC_HEADLINE
    return manifest.headline or RESEARCH_HEADLINE


def assemble(
    volume: Volume,
    findings: tuple[Finding, ...],
    *,
    provenance: Provenance | Unscored,
    notices: tuple[Notice, ...] = (),
    key_images: tuple[KeyImage, ...] = (),
    patient: PatientText | None = None,
) -> Report:
    """Put a report together.

    Parameters
    ----------
    volume
        The scan as read.
    findings
        What was concluded from its scores.
    provenance
        What made them.
    notices
        What preparation and scoring add to the scan's own notices; doubles are dropped.
    key_images
        Pictures for the PDF.
    patient
        Who was examined, only where the user asked for it.
    """
    scan = ScanFacts(
        name=base_name(volume.source),
        sha256=volume.content_sha256,
        shape=volume.geometry.shape,
        spacing_mm=volume.geometry.spacing_mm,
    )
    return Report(
        scan=scan,
        findings=findings,
        provenance=provenance,
        notices=tuple(dict.fromkeys((*volume.notices, *notices))),
        key_images=key_images,
        patient=patient,
    )


def now() -> datetime:
    """Give the time of creation, UTC, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def software_version() -> str:
    """Version of this program, as installed."""
    try:
        return version("medct")
    except PackageNotFoundError:
        return "unknown"
