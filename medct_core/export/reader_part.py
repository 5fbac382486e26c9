"""ReaderPart: what a person adds to a report, apart from everything that a model says."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.findings.review import ReaderReview
from medct_core.measurement.table import MeasurementRow

HEATMAP_REMARK = "model attention, not lesion outline"
"""Stands wherever a heatmap is shown."""


@dataclass(frozen=True, slots=True, eq=False)
class ReaderImage:
    """A picture that a reader marked, as it was shown.

    Attributes
    ----------
    rgb
        ``(rows, columns, 3)`` uint8, read-only; letters, scale and text are part of it.
    place
        Which slice: ``Axial, slice 12/30, S 12.1 mm``.
    look
        How it is shown: ``W 1500 L -600 Lung, MIP 10 mm``.
    caption
        The reader's own words; may be empty.
    heatmap_finding
        Whose heatmap lies over it; empty for none.

    Raises
    ------
    ValueError
        If the array is no picture in colour.
    """

    rgb: npt.NDArray[np.uint8]
    place: str
    look: str
    caption: str = ""
    heatmap_finding: str = ""

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3 or not self.rgb.size:
            raise ValueError(f"an array of shape {self.rgb.shape} is no picture in colour")
        frozen = self.rgb.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "rgb", frozen)

    @property
    def heatmap_line(self) -> str:
        """What is said of the heatmap; empty where there is none."""
        if not self.heatmap_finding:
            return ""
        return f"Heatmap of {self.heatmap_finding}: {HEATMAP_REMARK}"


@dataclass(frozen=True, slots=True)
class ReaderPart:
    """Everything that a reader said, measured and marked.

    Attributes
    ----------
    reviews
        At most one for each finding.
    measurements
        In the order they were drawn.
    images
        In the order they were marked.
    """

    reviews: tuple[ReaderReview, ...] = ()
    measurements: tuple[MeasurementRow, ...] = ()
    images: tuple[ReaderImage, ...] = ()

    def review_of(self, finding: str) -> ReaderReview | None:
        """Give what was said about a finding, None where nothing was."""
        return next((one for one in self.reviews if one.finding == finding), None)


NOTHING_FROM_READER = ReaderPart()
