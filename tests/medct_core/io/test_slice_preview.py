"""A preview holds one slice and says which one it is."""

from medct_core.io.slice_preview import SlicePreview
from tests import phantoms


def test_two_previews_are_told_apart_without_comparing_voxels() -> None:
    volume = phantoms.air((4, 4, 1))

    one, other = SlicePreview(volume, 3, 9), SlicePreview(volume, 3, 9)

    assert one != other
    assert (one.volume, one.number, one.count) == (volume, 3, 9)
