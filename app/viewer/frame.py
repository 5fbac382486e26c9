"""Frame: how a plane of the patient is laid on a widget; pixels to millimetres and back."""

from dataclasses import dataclass, replace

from app.state.view import Plane, Vector, dot, shifted
from app.viewer.pixel_grid import PixelGrid

_MARGIN = 0.98
_LEAST_SCALE = 0.05
_MOST_SCALE = 200.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A plane on the screen.

    Screen coordinates are logical pixels, x to the right and y down, (0, 0) the top left
    corner of the widget.

    Attributes
    ----------
    plane
        The plane shown; its centre decides the depth only.
    middle_mm
        Patient point in the middle of the widget, LPS mm.
    scale
        Logical pixels per mm.
    size
        Width and height of the widget, logical pixels.
    device_pixel_ratio
        Device pixels per logical pixel.
    """

    plane: Plane
    middle_mm: Vector
    scale: float
    size: tuple[int, int]
    device_pixel_ratio: float = 1.0

    def to_screen(self, point_mm: Vector) -> tuple[float, float]:
        """Screen place of a patient point, dropped onto the plane at a right angle."""
        offset = shifted(point_mm, (-1.0, self.middle_mm))
        x = self.size[0] / 2 + self.scale * dot(offset, self.plane.right)
        y = self.size[1] / 2 + self.scale * dot(offset, self.plane.down)
        return x, y

    def to_patient(self, x: float, y: float) -> Vector:
        """Point of the plane under a screen place, LPS mm."""
        across = (x - self.size[0] / 2) / self.scale
        along = (y - self.size[1] / 2) / self.scale
        normal = self.plane.normal
        depth = dot(shifted(self.plane.centre_mm, (-1.0, self.middle_mm)), normal)
        steps = (across, self.plane.right), (along, self.plane.down), (depth, normal)
        return shifted(self.middle_mm, *steps)

    def direction_on_screen(self, direction: Vector) -> tuple[float, float]:
        """Part of a direction that lies in the plane: x right, y down, same unit."""
        return dot(direction, self.plane.right), dot(direction, self.plane.down)

    def zoomed(self, factor: float, x: float, y: float) -> "Frame":
        """Magnify by a factor about a screen place, which stays where it is."""
        scale = min(max(self.scale * factor, _LEAST_SCALE), _MOST_SCALE)
        kept = self.to_patient(x, y)
        closer = replace(self, scale=scale)
        moved = closer.to_screen(kept)
        return closer.panned(x - moved[0], y - moved[1])

    def panned(self, right_px: float, down_px: float) -> "Frame":
        """Move the picture by logical pixels."""
        back = -right_px / self.scale, -down_px / self.scale
        steps = (back[0], self.plane.right), (back[1], self.plane.down)
        return replace(self, middle_mm=shifted(self.middle_mm, *steps))

    def on(self, plane: Plane) -> "Frame":
        """Lay another plane on the screen, with the same middle and scale."""
        return replace(self, plane=plane)

    def resized(self, size: tuple[int, int], device_pixel_ratio: float) -> "Frame":
        """Frame in a widget of another size, with the same middle and scale."""
        return replace(self, size=size, device_pixel_ratio=device_pixel_ratio)

    def zoom_percent(self, pixel_mm: float) -> float:
        """Device pixels for 100 pixels of a slice: 100 shows it pixel by pixel."""
        return 100 * self.scale * self.device_pixel_ratio * pixel_mm


def fitted(
    plane: Plane, grid: PixelGrid, size: tuple[int, int], device_pixel_ratio: float = 1.0
) -> Frame:
    """Frame that shows a whole slice as large as it fits.

    Parameters
    ----------
    plane
        The plane to show.
    grid
        The pixels of the slice.
    size
        Width and height of the widget, logical pixels.
    device_pixel_ratio
        Device pixels per logical pixel.
    """
    rows, columns = grid.shape
    wide, high = columns * grid.pixel_mm[0], rows * grid.pixel_mm[1]
    scale = _MARGIN * min(max(size[0], 1) / wide, max(size[1], 1) / high)
    middle = grid.to_patient((columns - 1) / 2, (rows - 1) / 2)
    held = min(max(scale, _LEAST_SCALE), _MOST_SCALE)
    return Frame(plane, middle, held, size, device_pixel_ratio)
