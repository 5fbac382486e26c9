"""What is shown of a scan, as one value, and as plain values for JSON and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.state.case_values import require_version
from app.state.view import (
    Layout,
    Overlay,
    Plane,
    PlaneKind,
    Slab,
    SlabMode,
    Vector,
    ViewState,
)
from medct_core.measurement.fields import Fields, JsonValue
from medct_core.volume.window import Window

VIEWS_VERSION = 1
"""Raised when a reader of an older version would go wrong."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """Which part of a plane a picture shows; in mm, as the picture may be of another size later.

    Attributes
    ----------
    middle_mm
        Patient point in the middle of the picture, LPS mm.
    width_mm
        How much of the patient it shows from left to right.

    Raises
    ------
    ValueError
        If the width is not greater than zero.
    """

    middle_mm: Vector
    width_mm: float

    def __post_init__(self) -> None:
        if not self.width_mm > 0:
            raise ValueError(f"a picture is not {self.width_mm} mm wide")


@dataclass(frozen=True, slots=True)
class ShownViews:
    """Everything a window shows of its scan; the patient's text is never among it.

    Attributes
    ----------
    crosshair_mm
        Where all planes meet, LPS mm.
    planes
        Their directions.
    window
        The grey-level window.
    layout
        Which pictures lie side by side.
    inverted
        Whether dense tissue is black.
    slab
        How thick slices are shown.
    overlays
        What is shown over them.
    heatmap_opacity
        In [0, 1].
    smooth
        Whether voxels blend into each other.
    parts
        Of the pictures that are zoomed or moved; the others show whole slices.
    """

    crosshair_mm: Vector
    planes: Mapping[PlaneKind, Plane]
    window: Window
    layout: Layout
    inverted: bool = False
    slab: Slab = field(default_factory=Slab)
    overlays: frozenset[Overlay] = frozenset()
    heatmap_opacity: float = 0.5
    smooth: bool = True
    parts: Mapping[PlaneKind, ShownPart] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.planes) != set(PlaneKind):
            raise ValueError("each of the three planes has a direction")
        if not 0 <= self.heatmap_opacity <= 1:
            raise ValueError(f"an opacity lies between 0 and 1, not at {self.heatmap_opacity}")
        object.__setattr__(self, "overlays", self.overlays - {Overlay.PATIENT_TEXT})


def views_of(state: ViewState, parts: Mapping[PlaneKind, ShownPart]) -> ShownViews:
    """Give what a window shows now."""
    return ShownViews(
        crosshair_mm=state.crosshair_mm,
        planes={kind: state.plane(kind) for kind in PlaneKind},
        window=state.window,
        layout=state.layout,
        inverted=state.inverted,
        slab=state.slab,
        overlays=state.overlays,
        heatmap_opacity=state.heatmap_opacity,
        smooth=state.smooth,
        parts=dict(parts),
    )


def show_views(views: ShownViews, state: ViewState) -> None:
    """Show the same again; whether the patient's text is shown stays as it is."""
    state.set_layout(views.layout)
    state.set_crosshair(views.crosshair_mm)
    for kind, plane in views.planes.items():
        state.set_plane(kind, plane)
    state.set_window(views.window)
    state.set_inverted(views.inverted)
    state.set_slab(views.slab)
    state.set_heatmap_opacity(views.heatmap_opacity)
    state.set_smooth(views.smooth)
    for overlay in set(Overlay) - {Overlay.PATIENT_TEXT}:
        show = state.show_overlay if overlay in views.overlays else state.hide_overlay
        show(overlay)


def views_to_values(views: ShownViews) -> dict[str, JsonValue]:
    """Give what is shown as plain values, ready for `json`."""
    return {
        "version": VIEWS_VERSION,
        "crosshair_mm": list(views.crosshair_mm),
        "planes": {kind.value: _plane_to_values(plane) for kind, plane in views.planes.items()},
        "window_centre_hu": views.window.centre_hu,
        "window_width_hu": views.window.width_hu,
        "layout": views.layout.value,
        "inverted": views.inverted,
        "slab_mode": views.slab.mode.value,
        "slab_thickness_mm": views.slab.thickness_mm,
        "overlays": sorted(overlay.value for overlay in views.overlays),
        "heatmap_opacity": views.heatmap_opacity,
        "smooth": views.smooth,
        "parts": {kind.value: _part_to_values(part) for kind, part in views.parts.items()},
    }


def views_from_values(values: Mapping[str, JsonValue]) -> ShownViews:
    """Give back what `views_to_values` wrote, equal to the last bit.

    Raises
    ------
    NewerVersionError
        If a newer version wrote it.
    ValueError
        If a value is missing or wrong.
    """
    fields = Fields(dict(values), name="view")
    require_version(fields, VIEWS_VERSION)
    planes, parts = fields.nested("planes"), fields.nested("parts")
    crosshair_mm = fields.point("crosshair_mm")
    return ShownViews(
        crosshair_mm=crosshair_mm,
        planes={kind: _plane(planes.nested(kind.value), crosshair_mm) for kind in PlaneKind},
        window=Window(fields.number("window_centre_hu"), fields.number("window_width_hu")),
        layout=Layout(fields.text("layout")),
        inverted=fields.flag("inverted"),
        slab=Slab(SlabMode(fields.text("slab_mode")), fields.number("slab_thickness_mm")),
        overlays=frozenset(Overlay(name) for name in fields.texts("overlays")),
        heatmap_opacity=fields.number("heatmap_opacity"),
        smooth=fields.flag("smooth"),
        parts={
            kind: _part(parts.nested(kind.value)) for kind in PlaneKind if parts.has(kind.value)
        },
    )


def _plane_to_values(plane: Plane) -> dict[str, JsonValue]:
    return {"right": list(plane.right), "down": list(plane.down)}


def _plane(fields: Fields, centre_mm: Vector) -> Plane:
    return Plane(centre_mm, fields.point("right"), fields.point("down"))


def _part_to_values(part: ShownPart) -> dict[str, JsonValue]:
    return {"middle_mm": list(part.middle_mm), "width_mm": part.width_mm}


def _part(fields: Fields) -> ShownPart:
    return ShownPart(fields.point("middle_mm"), fields.number("width_mm"))
