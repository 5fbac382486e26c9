"""What is asked of a drawer of findings, and what it answers."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from medct_core.phantom.body import Body
from medct_core.phantom.canvas import Float

SEVERITIES = ("mild", "moderate", "severe")


@dataclass(frozen=True, slots=True, eq=False)
class DrawRequest:
    """One finding that is to be drawn.

    Attributes
    ----------
    rng
        Random stream of this finding alone, so that no other finding moves it.
    severity
        One of `SEVERITIES`.
    side
        ``right``, ``left`` or ``both`` where the caller wants one; None leaves it to the drawer.
    """

    rng: np.random.Generator
    severity: str
    side: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One finding as it was drawn.

    Attributes
    ----------
    mask
        ``(i, j, k)`` float32 in [0, 1]; share of each voxel the finding changed.
    severity
        One of `SEVERITIES`.
    location
        Where, in words for a report: ``right lower lobe``, ``aortic arch``.
    side
        ``right``, ``left``, ``both`` or ``middle``.
    size_mm
        Largest extent in mm where a report would give one, else None.
    """

    mask: Float
    severity: str
    location: str
    side: str
    size_mm: float | None = None


class Drawer(Protocol):
    """A function that paints one finding into a body's canvas."""

    def __call__(self, body: Body, request: DrawRequest) -> Drawn:
        """Paint the finding and say what was painted."""
        ...
