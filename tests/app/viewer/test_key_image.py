"""A marked picture is drawn as it was shown, and names nobody."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.state.case_record import MarkedImage
from app.state.view import Overlay, PlaneKind, Slab, SlabMode, ViewState, standard_plane
from app.viewer import slice_paint
from app.viewer.frame import Frame
from app.viewer.key_image import (
    KeyImageDrawer,
    KeyImageSource,
    frame_of,
    kind_of,
    marked_image_of,
    plane_name,
    rgb_of,
)
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption, CornerText, Lines
from app.viewer.slice_view import SliceView
from medct_core.io.study import PatientText
from medct_core.volume.notice import Notice
from medct_core.volume.window import LUNG, Window
from tests import phantoms

pytestmark = pytest.mark.gui

CAPTION = Caption(("CT chest",), ("Series 2",), "Doe_Jane.nii.gz")
ANYBODY = PatientText("Doe, Jane", "4711", date(1960, 2, 3), "F")
SCAN = phantoms.letter_f()
BARE = frozenset[Overlay]()


@pytest.fixture
def state(qtbot: QtBot) -> ViewState:
    return ViewState()


@pytest.fixture
def view(qtbot: QtBot, state: ViewState) -> SliceView:
    """Axial view of the letter F, twice as wide as high."""
    widget = SliceView(PlaneKind.AXIAL, state)
    qtbot.addWidget(widget)
    widget.resize(800, 400)
    widget.show()
    qtbot.waitExposed(widget)
    widget.show_volume(SCAN, CAPTION)
    return widget


@pytest.fixture
def corners(monkeypatch: pytest.MonkeyPatch) -> list[tuple[CornerText, Lines]]:
    """Corner texts and notices instead of their pixels."""
    seen: list[tuple[CornerText, Lines]] = []
    monkeypatch.setattr(
        slice_paint,
        "paint_corners",
        lambda painter, corners, notices, size: seen.append((corners, notices)),
    )
    return seen


def heatmap() -> OverlayImage:
    """Give one colour over the whole scan."""
    colours = np.tile(np.array([0, 0, 255, 255], dtype=np.uint8), (256, 1))
    values = np.asfortranarray(np.ones(SCAN.geometry.shape, dtype=np.float32))
    return OverlayImage(Overlay.HEATMAP, values, SCAN.geometry, colours, 0.0, 1.0)


def marked(**changes: object) -> MarkedImage:
    """Give an axial picture of the middle, 60 mm wide."""
    plane = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0))
    image = MarkedImage(plane, 60.0, Window(0, 2000), overlays=BARE)
    return replace(image, **changes)  # type: ignore[arg-type]  # names are checked by replace


def colour_at(picture: QImage, frame: Frame, point_mm: tuple[float, float, float]) -> list[int]:
    x, y = frame.to_screen(point_mm)
    ratio = picture.devicePixelRatio()
    colour = picture.pixelColor(int(x * ratio), int(y * ratio))
    return [colour.red(), colour.green(), colour.blue()]


def test_the_same_tissue_lies_at_the_same_place_in_the_patient(
    view: SliceView, state: ViewState
) -> None:
    for overlay in Overlay:
        state.hide_overlay(overlay)
    state.set_crosshair((0.0, 0.0, 21.0))
    view.zoom_by(1.5)
    seen = view.snapshot()

    kept = marked_image_of(view, state, SCAN.geometry)
    drawn = KeyImageDrawer(KeyImageSource(SCAN, CAPTION)).draw(kept).picture

    frame = frame_of(kept)
    places = [(x, y, 21.0) for x in (-13.0, -4.0, 4.0, 13.0) for y in (-12.0, -3.0, 3.0, 12.0)]
    pairs = [(colour_at(seen, view.frame, at), colour_at(drawn, frame, at)) for at in places]
    assert len({tuple(before) for before, _ in pairs}) > 1
    for before, after in pairs:
        assert after == pytest.approx(before, abs=12)


def test_everything_that_decides_the_look_is_kept(view: SliceView, state: ViewState) -> None:
    state.set_window(LUNG)
    state.set_inverted(True)
    state.set_slab(Slab(SlabMode.MIP, 10.0))
    state.set_heatmap_opacity(0.3)
    state.show_overlay(Overlay.HEATMAP)
    state.show_overlay(Overlay.PATIENT_TEXT)

    kept = marked_image_of(
        view, state, SCAN.geometry, heatmap_finding="Emphysema", caption="A nodule"
    )

    assert (kept.window, kept.inverted, kept.slab) == (LUNG, True, Slab(SlabMode.MIP, 10.0))
    assert (kept.heatmap_finding, kept.heatmap_opacity) == ("Emphysema", 0.3)
    assert kept.overlays == {Overlay.TEXT, Overlay.MASKS, Overlay.MEASUREMENTS, Overlay.HEATMAP}
    assert kept.caption == "A nodule"


def test_without_a_heatmap_none_is_kept(view: SliceView, state: ViewState) -> None:
    state.show_overlay(Overlay.HEATMAP)

    kept = marked_image_of(view, state, SCAN.geometry)

    assert Overlay.HEATMAP not in kept.overlays
    assert kept.heatmap_finding == ""


def test_black_beside_the_scan_is_left_out(view: SliceView, state: ViewState) -> None:
    shown_mm = view.width() / view.frame.scale

    kept = marked_image_of(view, state, SCAN.geometry)

    extent = np.array(SCAN.geometry.shape) * SCAN.geometry.spacing_mm
    assert kept.width_mm < 0.7 * shown_mm
    assert kept.width_mm >= extent[0]
    assert kept.height_mm is not None
    assert kept.height_mm >= extent[1] - 1e-6


def test_a_part_of_the_scan_is_kept_as_it_was_shown(view: SliceView, state: ViewState) -> None:
    view.zoom_by(8.0)

    kept = marked_image_of(view, state, SCAN.geometry)

    assert kept.width_mm == pytest.approx(800 / view.frame.scale)
    assert kept.height_mm == pytest.approx(400 / view.frame.scale)
    assert kept.plane.centre_mm == pytest.approx(view.frame.to_patient(400, 200))


def test_a_view_that_shows_nothing_of_the_scan_is_kept_too(
    view: SliceView, state: ViewState
) -> None:
    view.set_frame(view.frame.panned(5000, 0))

    kept = marked_image_of(view, state, SCAN.geometry)

    assert kept.width_mm == pytest.approx(800 / view.frame.scale)


@pytest.mark.parametrize(
    ("wide", "high", "size"),
    [(60.0, 30.0, (640, 320)), (30.0, 60.0, (320, 640)), (50.0, None, (640, 640))],
)
def test_the_longer_side_decides_the_size(
    wide: float, high: float | None, size: tuple[int, int]
) -> None:
    frame = frame_of(marked(width_mm=wide, height_mm=high))

    assert frame.size == size
    assert frame.scale == pytest.approx(640 / max(wide, high or wide))


def test_no_corner_names_the_patient_or_the_file(
    state: ViewState, corners: list[tuple[CornerText, Lines]]
) -> None:
    image = marked(overlays=frozenset({Overlay.TEXT, Overlay.PATIENT_TEXT}))

    KeyImageDrawer(KeyImageSource(SCAN, CAPTION)).draw(image)
    KeyImageDrawer(KeyImageSource(SCAN, CAPTION, patient=ANYBODY)).draw(image)

    (nobody, _), (named, _) = corners
    assert nobody.top_left == ()
    assert "Doe" not in str(nobody)
    assert named.top_left[0] == "Doe, Jane"


def test_notices_stay_on_the_picture(
    state: ViewState, corners: list[tuple[CornerText, Lines]]
) -> None:
    caption = replace(CAPTION, notices=(Notice("gantry-tilt", "Tilted by 20 degrees."),))

    KeyImageDrawer(KeyImageSource(SCAN, caption)).draw(marked())

    assert corners[0][1] == ("Tilted by 20 degrees.",)


def test_what_is_said_below_it_has_slice_and_window(state: ViewState) -> None:
    image = marked(window=LUNG, inverted=True, slab=Slab(SlabMode.MIP, 10.0), caption="A nodule")
    image = replace(image, plane=image.plane.moved_to((0.0, 0.0, 1.5)))

    said = KeyImageDrawer(KeyImageSource(SCAN, CAPTION)).draw(image).image

    assert said.place == "Axial, slice 12/24, S 1.5 mm"
    assert said.look == "W 1500 L -600 Lung inverted, MIP 10 mm"
    assert said.caption == "A nodule"


def test_the_heatmap_that_was_shown_is_drawn_and_called_what_it_is(state: ViewState) -> None:
    image = marked(
        overlays=frozenset({Overlay.HEATMAP}), heatmap_finding="Emphysema", heatmap_opacity=1.0
    )
    source = KeyImageSource(SCAN, CAPTION, (heatmap(),), "Emphysema")

    drawn = KeyImageDrawer(source).draw(image)

    middle = colour_at(drawn.picture, frame_of(image), (5.0, 5.0, 0.0))
    assert middle == [0, 0, 255]
    assert "model attention, not lesion outline" in drawn.image.heatmap_line


@pytest.mark.parametrize(
    "source",
    [
        KeyImageSource(SCAN, CAPTION, (heatmap(),), "Lung nodule"),
        KeyImageSource(SCAN, CAPTION, (), "Emphysema"),
    ],
    ids=["another", "none"],
)
def test_the_heatmap_of_another_finding_is_never_drawn(
    state: ViewState, source: KeyImageSource
) -> None:
    image = marked(overlays=frozenset({Overlay.HEATMAP}), heatmap_finding="Emphysema")

    drawn = KeyImageDrawer(source).draw(image)

    middle = colour_at(drawn.picture, frame_of(image), (5.0, 5.0, 0.0))
    assert len(set(middle)) == 1
    assert drawn.image.heatmap_line == ""
    assert drawn.image.look.endswith("heatmap of Emphysema not drawn")


class Dot:
    """A layer that paints a red dot at the middle of the patient."""

    def paint(self, painter: QPainter, frame: Frame) -> None:
        """Paint it."""
        x, y = frame.to_screen((0.0, 0.0, 0.0))
        painter.fillRect(int(x) - 3, int(y) - 3, 6, 6, QColor(255, 0, 0))


@pytest.mark.parametrize("is_shown", [True, False])
def test_measurements_are_drawn_where_they_were_shown(state: ViewState, is_shown: bool) -> None:
    planes = []

    def layers_of(own: ViewState) -> tuple[Dot, ...]:
        planes.append(own.plane(PlaneKind.AXIAL))
        return (Dot(),)

    image = marked(overlays=frozenset({Overlay.MEASUREMENTS}) if is_shown else BARE)

    picture = KeyImageDrawer(KeyImageSource(SCAN, CAPTION, layers_of=layers_of)).draw(image).picture

    red = colour_at(picture, frame_of(image), (0.0, 0.0, 0.0)) == [255, 0, 0]
    assert red is is_shown
    assert planes == ([image.plane] if is_shown else [])


def test_letters_and_scale_are_there_without_any_text(state: ViewState) -> None:
    drawn = KeyImageDrawer(KeyImageSource(SCAN, CAPTION)).draw(marked(width_mm=200.0))

    rgb = drawn.image.rgb.astype(int)
    yellow = (rgb[..., 0] > 200) & (rgb[..., 2] < 150)
    assert yellow[:, :60].any()
    assert yellow[:, -60:].any()
    assert (rgb[-220:, 10:200].min(axis=2) > 180).any()


@pytest.mark.parametrize("size", [(5, 3), (7, 2), (640, 4)])
def test_colours_of_a_picture_are_read_row_by_row(qtbot: QtBot, size: tuple[int, int]) -> None:
    picture = QImage(*size, QImage.Format.Format_RGB32)
    picture.fill(QColor(1, 2, 3))
    picture.setPixelColor(size[0] - 1, 0, QColor(200, 100, 50))

    rgb = rgb_of(picture)

    assert rgb.shape == (size[1], size[0], 3)
    assert rgb[0, -1].tolist() == [200, 100, 50]
    assert rgb[-1, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("kind", list(PlaneKind))
def test_a_plane_is_named_by_the_standard_plane_it_is_closest_to(kind: PlaneKind) -> None:
    plane = standard_plane(kind, (1.0, 2.0, 3.0))
    turned = plane.turned(plane.right, 0.3)

    assert kind_of(plane) is kind
    assert plane_name(plane).casefold() == kind.value
    assert plane_name(turned).casefold() == f"{kind.value} oblique"
