"""Stored: the numbers of a volume file as they are, before anybody asks what they mean."""

from dataclasses import dataclass

from medct_core.errors import UnsupportedImageError
from medct_core.io.voxels import Voxels
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """Numbers of a file, scaled as its header says and not judged.

    Attributes
    ----------
    voxels
        int16, and the range they had before.
    geometry
        Their grid, LPS mm.
    notices
        About the position of the file.
    """

    voxels: Voxels
    geometry: Geometry
    notices: tuple[Notice, ...]


def require_one_volume(count: int, *, name: str) -> None:
    """Refuse a file of several volumes.

    Raises
    ------
    UnsupportedImageError
        If there is more than one.
    """
    if count != 1:
        raise UnsupportedImageError(
            f"{name} holds {count} volumes, not one mask.",
            remedy="Save its structures as one volume, each with a number of its own.",
        )
