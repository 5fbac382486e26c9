"""What commands offer of phantoms: how findings are drawn, and which scanner."""

from enum import Enum


class DrawChoice(Enum):
    """How often each finding is drawn."""

    BALANCED = "balanced"
    NATURAL = "natural"


class DomainChoice(Enum):
    """Which of the synthetic scanners."""

    A = "a"
    B = "b"
    FAR = "far"
