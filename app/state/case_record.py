"""CaseRecord: what a reader added to one scan, without a word about the patient."""

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from app.state.view import Overlay, Plane, Slab
from medct_core.inference.prompt import Prompt
from medct_core.measurement.shapes import Measurement
from medct_core.volume.window import Window

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Decision(Enum):
    """What a reader made of a finding of the model."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FindingReview:
    """What a reader said about one finding.

    Attributes
    ----------
    finding
        Its name.
    decision
        None as long as there is none.
    edited_text
        The reader's own wording of the finding; empty where the program's stands.
    comment
        Free text; may be empty.
    threshold
        The reader's own decision threshold in [0, 1], None where the program's holds.

    Raises
    ------
    ValueError
        If the finding has no name or the threshold lies outside [0, 1].
    """

    finding: str
    decision: Decision | None = None
    edited_text: str = ""
    comment: str = ""
    threshold: float | None = None

    def __post_init__(self) -> None:
        if not self.finding.strip():
            raise ValueError("a review needs the name of a finding")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise ValueError(f"a threshold lies between 0 and 1, not at {self.threshold}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said yet."""
        return self == FindingReview(self.finding)


@dataclass(frozen=True, slots=True)
class MarkedImage:
    """A picture a reader marked for the report, as it was shown.

    Attributes
    ----------
    plane
        Its middle and direction.
    width_mm
        How much of the patient it shows from left to right.
    window
        The grey-level window.
    inverted
        Whether dense tissue is black.
    slab
        How thick the slice is.
    overlays
        What is shown over it; the patient's text is never kept.
    heatmap_finding
        Whose heatmap is shown; empty for none.
    heatmap_opacity
        In [0, 1].
    caption
        The reader's own words; may be empty.
    height_mm
        How much of the patient it shows from top to bottom; as much as from left to right where
        it is None.

    Raises
    ------
    ValueError
        If the width or height is not greater than zero or the opacity lies outside [0, 1].
    """

    plane: Plane
    width_mm: float
    window: Window
    inverted: bool = False
    slab: Slab = field(default_factory=Slab)
    overlays: frozenset[Overlay] = frozenset()
    heatmap_finding: str = ""
    heatmap_opacity: float = 0.5
    caption: str = ""
    height_mm: float | None = None

    def __post_init__(self) -> None:
        if not self.width_mm > 0:
            raise ValueError(f"a picture is not {self.width_mm} mm wide")
        if self.height_mm is not None and not self.height_mm > 0:
            raise ValueError(f"a picture is not {self.height_mm} mm high")
        if not 0 <= self.heatmap_opacity <= 1:
            raise ValueError(f"an opacity lies between 0 and 1, not at {self.heatmap_opacity}")
        object.__setattr__(self, "overlays", self.overlays - {Overlay.PATIENT_TEXT})


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """Everything a reader added to one scan; kept between openings of the scan.

    Attributes
    ----------
    scan_sha256
        `Volume.content_sha256` of the scan, the only name it has here.
    measurements
        In the order they were drawn.
    reviews
        One for each finding something was said about.
    prompts
        What the reader asked beside the standard findings.
    marked_images
        Pictures for the report, in the order they were marked.
    not_similar
        Ids of library cases that the reader called not similar to this scan.

    Raises
    ------
    ValueError
        If the hash is none, or two measurements or reviews have the same name.
    """

    scan_sha256: str
    measurements: tuple[Measurement, ...] = ()
    reviews: tuple[FindingReview, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    marked_images: tuple[MarkedImage, ...] = ()
    not_similar: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _SHA256.fullmatch(self.scan_sha256):
            raise ValueError("a scan is named by its SHA-256 in lower-case hex")
        ids = [one.id for one in self.measurements]
        findings = [one.finding for one in self.reviews]
        if len(set(ids)) < len(ids) or len(set(findings)) < len(findings):
            raise ValueError("a measurement or a finding is in the record twice")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added yet."""
        return self == CaseRecord(self.scan_sha256)

    def review_of(self, finding: str) -> FindingReview:
        """Give what was said about a finding, an empty review if nothing was."""
        named = (one for one in self.reviews if one.finding == finding)
        return next(named, FindingReview(finding))

    def with_review(self, review: FindingReview) -> "CaseRecord":
        """Put a review in the place of the one of the same finding; an empty one removes it."""
        if all(one.finding != review.finding for one in self.reviews):
            reviews = (*self.reviews, review)
        else:
            reviews = tuple(
                review if one.finding == review.finding else one for one in self.reviews
            )
        return replace(self, reviews=tuple(one for one in reviews if not one.is_empty))
