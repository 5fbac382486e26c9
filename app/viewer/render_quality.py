"""Quality: how carefully a picture in 3D is drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """How carefully a picture is drawn.

    Attributes
    ----------
    ray_distance
        Between neighbouring rays, pixels; 1 is best.
    step
        Along a ray, in voxels of the finest axis; below 1 no voxel is missed.
    """

    ray_distance: float
    step: float
