"""What lies between voxel centres, and what marks the outside of a scan."""

from enum import Enum

OUTSIDE_HU = -32768
"""Marks pixels outside the scan; readers never give it to a voxel."""


class Sampling(Enum):
    """What lies between voxel centres: a blend, or the nearest voxel (labels)."""

    LINEAR = "linear"
    NEAREST = "nearest"
