"""The scene draws what is there, where it is, and gives everything back."""

import gc
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import psutil
import pytest
from vtkmodules.vtkCommonCore import vtkWeakReference

from app.viewer.cuts import NO_CUT, Cut, CutPlane
from app.viewer.graphics import Graphics, look_at_graphics
from app.viewer.render_grid import RenderScan
from app.viewer.render_quality import Quality
from app.viewer.render_scan import prepare_heatmap, prepare_scan
from app.viewer.transfer_functions import BONE, LUNG, MIP, PRESETS, TransferFunction
from app.viewer.viewpoint import Side, standard_viewpoint
from app.viewer.volume_scene import VolumeScene
from medct_core.errors import ResourceError
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume

_SOFTWARE = Graphics("llvmpipe", 2048)
_SIZE = 120
_FINE = Quality(ray_distance=1.0, step=0.7)
Picture = npt.NDArray[np.uint8]


@pytest.fixture(scope="module", autouse=True)
def _needs_graphics() -> None:
    try:
        look_at_graphics()
    except ResourceError as error:
        pytest.skip(f"no OpenGL at all: {error}")


@pytest.fixture
def scene() -> Iterator[VolumeScene]:
    scene = VolumeScene(_SOFTWARE)
    yield scene
    scene.close()


def _chest() -> Volume:
    """Muscle with two lungs and one bone: left, anterior and superior of the middle."""
    values = np.full((48, 40, 44), -1000, dtype=np.int16)
    values[4:44, 4:36, :] = 40
    values[8:22, 8:32, 6:38] = -850
    values[26:40, 8:32, 6:38] = -850
    values[30:38, 5:9, 28:36] = 700
    affine = np.diag([5.0, 5.0, 5.0, 1.0])
    affine[:3, 3] = (-117.5, -97.5, -107.5)
    return Volume(np.asfortranarray(values), Unit.HU, Geometry((48, 40, 44), affine), "chest")


def _prepared(volume: Volume | None = None) -> RenderScan:
    return prepare_scan(volume or _chest(), _SOFTWARE)


def _picture(
    scene: VolumeScene,
    scan: RenderScan,
    function: TransferFunction = BONE,
    side: Side = Side.ANTERIOR,
) -> Picture:
    scene.show_scan(scan)
    scene.show_function(function)
    scene.show_viewpoint(standard_viewpoint(side, scan.everything.bounds_mm))
    return scene.render(width=_SIZE, height=_SIZE, quality=_FINE)


def _bright_place(picture: Picture) -> tuple[float, float]:
    """Middle of what is bright outside the cube's corner: share from the left, from the top."""
    grey = picture.max(axis=2).astype(float)
    grey[round(0.8 * _SIZE) :, round(0.8 * _SIZE) :] = 0
    grey[grey < 60] = 0
    assert grey.any()
    rows, columns = np.indices(grey.shape)
    total = grey.sum() * _SIZE
    return float((columns * grey).sum() / total), float((rows * grey).sum() / total)


@pytest.mark.parametrize("preset", PRESETS[:3] + PRESETS[5:], ids=lambda preset: preset.name)
def test_a_preset_shows_something(scene: VolumeScene, preset: TransferFunction) -> None:
    picture = _picture(scene, _prepared(), preset)

    seen = picture[: round(0.8 * _SIZE)].max(axis=2)
    assert (seen > 12).mean() > 0.005
    assert seen.std() > 2


# The bone lies left, anterior and superior.
@pytest.mark.parametrize(
    ("side", "is_right", "is_up"),
    [
        (Side.ANTERIOR, True, True),
        (Side.POSTERIOR, False, True),
        (Side.LEFT, False, True),
        (Side.RIGHT, True, True),
        (Side.SUPERIOR, False, True),
        (Side.INFERIOR, True, True),
    ],
)
def test_left_is_left_from_every_side(
    scene: VolumeScene, side: Side, is_right: bool, is_up: bool
) -> None:
    across, down = _bright_place(_picture(scene, _prepared(), side=side))

    assert (across > 0.52) is is_right
    assert (across < 0.48) is not is_right
    assert (down < 0.48) is is_up


@pytest.mark.parametrize("codes", ["RAS", "PSR", "SAL"])
def test_the_order_of_the_files_voxels_changes_nothing(scene: VolumeScene, codes: str) -> None:
    expected = _picture(scene, _prepared())

    picture = _picture(scene, _prepared(reorient(_chest(), codes)))

    assert np.abs(picture.astype(int) - expected).mean() < 1.0


def test_an_oblique_scan_is_drawn_where_the_patient_lies(scene: VolumeScene) -> None:
    angle = np.radians(25)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    chest = _chest()
    geometry = Geometry(chest.geometry.shape, turn @ chest.geometry.affine)
    scan = _prepared(Volume(chest.values, Unit.HU, geometry, "oblique"))
    bone_mm = geometry.to_patient([33.5, 6.5, 31.5])

    across, _ = _bright_place(_picture(scene, scan))

    viewpoint = standard_viewpoint(Side.ANTERIOR, scan.everything.bounds_mm)
    expected = 0.5 + (bone_mm[0] - viewpoint.centre_mm[0]) / viewpoint.height_mm
    assert across == pytest.approx(expected, abs=0.06)


def test_the_bone_preset_shows_bone_and_no_lung(scene: VolumeScene) -> None:
    picture = _picture(scene, _prepared(), BONE).max(axis=2)

    assert picture[round(0.6 * _SIZE) : round(0.75 * _SIZE)].max() < 12


def test_lungs_are_seen_though_air_is_around_the_body(scene: VolumeScene) -> None:
    picture = _picture(scene, _prepared(), LUNG).max(axis=2)

    assert picture[_SIZE // 2, round(0.33 * _SIZE)] > 20
    assert picture[_SIZE // 2, round(0.67 * _SIZE)] > 20
    assert picture[_SIZE // 2, 2] < 12


def test_more_opacity_is_brighter(scene: VolumeScene) -> None:
    scan = _prepared()
    faint = _picture(scene, scan, MIP.adjusted(scale=0.2, shift_hu=0)).mean()

    assert _picture(scene, scan, MIP.adjusted(scale=3, shift_hu=0)).mean() > 1.5 * faint


def test_a_box_and_a_plane_cut_parts_away_and_can_be_undone(scene: VolumeScene) -> None:
    whole = _picture(scene, _prepared())

    scene.cut(Cut(lowest_mm=(-200, -200, -200), highest_mm=(0, 200, 200)))
    boxed = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)
    plane = CutPlane((0, 0, 0), (0, 0, -1))
    scene.cut(Cut((-200, -200, -200), (200, 200, 200), plane))
    below = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)
    scene.cut(NO_CUT)
    again = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)

    upper = slice(0, round(0.8 * _SIZE))
    assert (whole[upper].max(axis=2) > 60).sum() > 20
    assert (boxed[upper].max(axis=2) > 60).sum() == 0
    assert (below[upper].max(axis=2) > 60).sum() == 0
    assert np.abs(again.astype(int) - whole).max() <= 2


def test_the_crosshair_is_seen_at_its_place(scene: VolumeScene) -> None:
    without = _picture(scene, _prepared())

    scene.show_crosshair((-60.0, 0.0, -50.0))
    picture = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)
    scene.hide_crosshair()
    after = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)

    # The line from head to foot stands on the patient's right: left in the picture.
    changed = (picture.astype(int) != without).any(axis=2)
    column = int(np.argmax(changed.sum(axis=0)))
    row = int(np.argmax(changed.sum(axis=1)))
    assert column < 0.45 * _SIZE
    assert row > 0.55 * _SIZE
    assert np.abs(after.astype(int) - without).max() <= 2


def test_a_heatmap_shows_on_its_side_and_goes_again(scene: VolumeScene) -> None:
    without = _picture(scene, _prepared()).astype(int)
    values = np.zeros((6, 6, 6), dtype=np.float32)
    values[1, 2:4, 1:3] = 1.0
    affine = np.diag([40.0, 33.0, 36.0, 1.0])
    affine[:3, 3] = (-100, -82, -90)

    scene.show_heatmap(prepare_heatmap(values, affine, highest=1.0), opacity=0.8)
    warm = scene.render(width=_SIZE, height=_SIZE, quality=_FINE).astype(int) - without
    scene.hide_heatmap()
    after = scene.render(width=_SIZE, height=_SIZE, quality=_FINE)

    assert (warm.max(axis=2)[:, : _SIZE // 2] > 20).sum() > 20
    assert (warm.max(axis=2)[:, round(0.6 * _SIZE) :] > 20).sum() == 0
    assert np.abs(after.astype(int) - without).max() <= 2


def test_the_cube_shows_letters_in_the_corner(scene: VolumeScene) -> None:
    corner = _picture(scene, _prepared())[round(0.8 * _SIZE) :, round(0.8 * _SIZE) :]

    assert (corner.max(axis=2) > 180).sum() > 5


def test_a_coarse_picture_shows_the_same_thing(scene: VolumeScene) -> None:
    fine = _bright_place(_picture(scene, _prepared()))

    coarse = scene.render(width=_SIZE, height=_SIZE, quality=Quality(4.0, 1.5))

    assert _bright_place(coarse) == pytest.approx(fine, abs=0.05)


def test_nothing_can_be_drawn_before_a_scan_comes(scene: VolumeScene) -> None:
    with pytest.raises(ValueError, match="no scan"):
        scene.render(width=_SIZE, height=_SIZE, quality=_FINE)


def test_a_closed_scene_leaves_no_window_behind() -> None:
    scene = VolumeScene(_SOFTWARE)
    _picture(scene, _prepared())
    window = vtkWeakReference()
    window.Set(scene._window)
    volume = vtkWeakReference()
    volume.Set(scene._scan_layer.prop)

    scene.close()
    scene.close()
    del scene
    gc.collect()

    assert window.Get() is None
    assert volume.Get() is None


@pytest.mark.slow
def test_fifty_scenes_grow_the_program_by_less_than_one() -> None:
    scan = _prepared()
    process = psutil.Process()

    def cycle() -> None:
        scene = VolumeScene(_SOFTWARE)
        scene.show_scan(scan)
        scene.show_function(BONE)
        scene.show_viewpoint(standard_viewpoint(Side.ANTERIOR, scan.everything.bounds_mm))
        scene.render(width=64, height=64, quality=Quality(4.0, 2.0))
        scene.close()

    for _ in range(5):
        cycle()
    gc.collect()
    before = process.memory_info().rss
    for _ in range(50):
        cycle()
    gc.collect()

    assert process.memory_info().rss - before < 30e6
