"""SlicePicture: the pictures of one scan's slices, cut again only when something changed."""

from dataclasses import dataclass

from PySide6.QtGui import QImage

from app.state.view import Plane, Slab, Vector
from app.viewer.grey import apply_pixels, pixel_table
from app.viewer.overlay_image import OverlayImage, OverlayScene
from app.viewer.sampling import OUTSIDE_HU
from app.viewer.slice_paint import colour_image, pixel_image
from app.viewer.slice_scene import Quality, SliceImage, SliceScene
from medct_core.volume.volume import Volume
from medct_core.volume.window import Window

# Planes closer than this show the same; rounding must not cut a slice again.
_PLACES = 6


@dataclass(frozen=True, slots=True)
class _CutKey:
    """What a cut depends on; moving the centre within the plane is not among it."""

    right: Vector
    down: Vector
    depth_mm: float
    slab: Slab
    quality: Quality


class SlicePicture:
    """Keeps the newest cut, its grey picture and its overlays."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        self._scene = SliceScene(volume)
        self._cut: tuple[_CutKey, SliceImage] | None = None
        self._grey: tuple[SliceImage, Window, bool, QImage] | None = None
        self._overlays: tuple[OverlayScene, ...] = ()
        self._colours: tuple[SliceImage, tuple[QImage, ...]] | None = None

    @property
    def overlays(self) -> tuple[OverlayImage, ...]:
        """What lies over the scan, undermost first."""
        return tuple(scene.overlay for scene in self._overlays)

    def set_overlays(self, overlays: tuple[OverlayImage, ...]) -> None:
        """Lay other colours over the scan."""
        self._overlays = tuple(OverlayScene(overlay) for overlay in overlays)
        self._colours = None

    def cut(self, plane: Plane, slab: Slab, quality: Quality = Quality.FULL) -> SliceImage:
        """Slice or slab along a plane, the last one again where nothing changed."""
        depth = sum(a * b for a, b in zip(plane.centre_mm, plane.normal, strict=True))
        key = _CutKey(plane.right, plane.down, round(depth, _PLACES), slab, quality)
        if self._cut is None or self._cut[0] != key:
            self._cut = (key, self._scene.cut(plane, slab, quality))
        return self._cut[1]

    def grey(self, cut: SliceImage, window: Window, *, inverted: bool) -> QImage:
        """Grey picture of a cut."""
        if self._grey is None or self._grey[:3] != (cut, window, inverted):
            table = pixel_table(window, inverted=inverted)
            self._grey = (cut, window, inverted, pixel_image(apply_pixels(cut.values, table)))
        return self._grey[3]

    def colours(self, cut: SliceImage) -> tuple[QImage, ...]:
        """Pictures of all overlays on the pixels of a cut, in the order of `overlays`."""
        if self._colours is None or self._colours[0] is not cut:
            images = tuple(colour_image(scene.cut(cut.grid)) for scene in self._overlays)
            self._colours = (cut, images)
        return self._colours[1]


def value_at(cut: SliceImage, point_mm: Vector) -> float | None:
    """Value of the pixel at a point, None outside the scan."""
    column, row = (round(place) for place in cut.grid.pixel_of(point_mm))
    rows, columns = cut.grid.shape
    if not (0 <= row < rows and 0 <= column < columns):
        return None
    value = float(cut.values[row, column])
    return None if value == OUTSIDE_HU else value
