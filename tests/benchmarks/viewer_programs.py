"""Programs that measure one part of the viewer each, in a process of their own.

``python -m tests.benchmarks.viewer_programs NAME SCAN`` writes one line of JSON.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from app.state.view import PlaneKind, Slab, SlabMode, ViewState, as_vector
from app.viewer.grey import apply_grey, grey_table
from app.viewer.linked_views import LinkedViews
from app.viewer.slice_scene import Quality, SliceScene
from medct_core.cancel import Cancelled, CancelToken
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.volume.volume import Volume
from medct_core.volume.window import Window

if TYPE_CHECKING:
    from app.viewer.render_grid import RenderScan
    from app.viewer.volume_view import VolumeView
    from app.workers.asking import EngineDesk

ROUNDS = 30
SIZE = 1280, 800
THICK = Slab(SlabMode.MIP, 25.0)
# As the program starts, and nothing more: what this page imports would be timed too.
PAINT_PROGRAM = """
import json, os, sys, tempfile, time
from pathlib import Path
folder = tempfile.mkdtemp()
os.environ.update(MEDCT_CASES=folder, MEDCT_AUTOSAVE=folder, MEDCT_LOGS=folder)
os.environ["MEDCT_PLACES"] = os.path.join(folder, "places.json")
from importlib.metadata import EntryPoint
from medct_core.commands.main import load_command
load_command(EntryPoint("view", "app.__main__:view", "medct.commands"))
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

class FirstPaint(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
            QTimer.singleShot(0, self.painted)
        return False

    def painted(self):
        heavy = [name for name in ("torch", "transformers", "SimpleITK") if name in sys.modules]
        cpu = time.process_time()
        print(json.dumps({"at": time.time(), "cpu": cpu, "heavy": heavy}), flush=True)
        os._exit(0)

qt = QApplication([])
first = FirstPaint(qt)
qt.installEventFilter(first)
from app.application import Application
from app.settings import Settings
application = Application(qt, Settings(), Path(folder))
application.open_window()
qt.exec()
"""


def load(path: Path) -> Volume:
    return read_volume(largest_chest_ct(open_study(path)))


def start(_scan: Path) -> dict[str, float]:
    """Time a program that shows an empty window, from the birth of its process."""
    times, work = [], []
    for _ in range(5):
        born = time.time()
        found = _run([sys.executable, "-c", PAINT_PROGRAM])
        assert not found["heavy"], found
        times.append(found["at"] - born)
        work.append(found["cpu"])
    return {"painted_s": statistics.median(times), "cpu_s": statistics.median(work)}


def load_scan(scan: Path) -> dict[str, float]:
    """Time the first slice and the whole scan, beside SimpleITK, and a cancelled reading."""
    import SimpleITK as sitk  # noqa: N813, PLC0415 - must not weigh on other programs

    from medct_core.io.preview import read_middle_slice  # noqa: PLC0415

    series = largest_chest_ct(open_study(scan))
    firsts, wholes, plains = [], [], []
    for _ in range(3):
        firsts.append(_seconds(lambda: read_middle_slice(largest_chest_ct(open_study(scan)))))
        plains.append(_seconds(lambda: sitk.ReadImage(str(scan))))
        wholes.append(_seconds(lambda: load(scan)))
    late = statistics.median(wholes)

    def read(cancel: CancelToken) -> None:
        read_volume(series, cancel=cancel)

    return {
        "first_s": statistics.median(firsts),
        "whole_s": late,
        "plain_s": statistics.median(plains),
        "cancel_ms": _cancel_ms(read, late),
    }


def memory(scan: Path) -> dict[str, float]:
    """Weigh an open scan, in sizes of its voxels, above the empty window.

    Libraries are loaded before: they are the program's weight, not the scan's.
    """
    from app.viewer import render_scan, reslice_pipeline, volume_scene  # noqa: F401, PLC0415

    qt, views, _state = _window()
    before = _resident()
    volume = load(scan)
    views.show_volume(volume)
    qt.processEvents()
    slices = (_resident() - before) / volume.values.nbytes
    shown = _volume_view(_prepared(volume))
    qt.processEvents()
    with_3d = (_resident() - before) / volume.values.nbytes
    shown.shut_down()
    return {"slices": slices, "with_3d": with_3d}


def slices(scan: Path) -> dict[str, float]:
    """Time three planes while the crosshair, the window or a plane moves."""
    qt, views, state = _window()
    volume = load(scan)
    views.show_volume(volume)
    views.fit()
    qt.processEvents()
    middle = np.array(volume.geometry.shape) // 2 - 20

    def scroll(number: int) -> None:
        state.set_crosshair(as_vector(volume.geometry.to_patient(middle + number % 40)))
        qt.processEvents()

    def drag(number: int) -> None:
        state.set_window(Window(40 + number, 400 + number))
        qt.processEvents()

    straight = state.plane(PlaneKind.AXIAL)

    def turn(number: int) -> None:
        turned = straight.turned((1.0, 0.0, 0.0), 0.2 + 0.002 * number)
        state.set_plane(PlaneKind.AXIAL, turned)
        qt.processEvents()

    costs = {"scroll_ms": _median_ms(scroll), "window_ms": _median_ms(drag)}
    costs["plain_ms"] = _median_ms(_plain(volume))
    costs["oblique_ms"] = _median_ms(turn)
    state.set_slab(THICK)
    cutter = SliceScene(volume)
    costs["oblique_slab_ms"] = _median_ms(turn)
    costs["full_ms"] = _median_ms(lambda number: _full_cut(cutter, state, number), rounds=7)
    state.set_plane(PlaneKind.AXIAL, straight)
    costs["slab_ms"] = _median_ms(scroll)
    return costs


def volume(scan: Path) -> dict[str, float]:
    """Time the picture in 3D: made ready, lit for the first time, and while it turns."""
    from app.viewer.graphics import find_graphics  # noqa: PLC0415 - asks a process of its own
    from app.viewer.render_quality import Quality as Detail  # noqa: PLC0415
    from app.viewer.render_scan import prepare_scan  # noqa: PLC0415
    from app.viewer.transfer_functions import SOFT_TISSUE  # noqa: PLC0415
    from app.viewer.viewpoint import Side, standard_viewpoint  # noqa: PLC0415
    from app.viewer.volume_scene import VolumeScene  # noqa: PLC0415

    qt, graphics, loaded = QApplication([]), find_graphics(), load(scan)
    begun = time.perf_counter()
    ready = prepare_scan(loaded, graphics)
    prepare_s = time.perf_counter() - begun
    scene = VolumeScene(graphics)
    scene.show_scan(ready)
    scene.show_function(SOFT_TISSUE)
    scene.show_viewpoint(standard_viewpoint(Side.ANTERIOR, ready.everything.bounds_mm))
    scene.unlight()
    fine = Detail(ray_distance=1.0, step=0.6)
    scene.render(width=480, height=400, quality=fine)
    scene.light()
    lit = _seconds(lambda: scene.render(width=480, height=400, quality=fine))
    scene.close()
    moving = _turning_ms(qt, ready)
    return {"moving_ms": moving, "lit_ms": 1000 * lit, "prepare_s": prepare_s}


def model(scan: Path) -> dict[str, float]:
    """Time maps of the bundled model, and an encoding that is stopped."""
    from app.state.answers import ModelChoice  # noqa: PLC0415 - torch comes with the desk
    from app.workers.asking import open_desk  # noqa: PLC0415

    voxels = load(scan)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MEDCT_CACHE"] = folder
        desk = open_desk(ModelChoice("medct-mini", device="cpu"), lambda _share: None)
        # Stopped, so not yet kept.
        cancel_ms = _cancel_ms(lambda cancel: _encode(desk, voxels, cancel), 1.0)
        fresh_ms, next_ms = _map_ms(desk, voxels)
        desk = open_desk(ModelChoice("medct-mini", device="cpu"), lambda _share: None)
        kept_ms, _ = _map_ms(desk, voxels)
    return {
        "cancel_ms": cancel_ms,
        "first_map_ms": fresh_ms,
        "next_map_ms": next_ms,
        "kept_map_ms": kept_ms,
    }


def _map_ms(desk: "EngineDesk", voxels: Volume) -> tuple[float, float]:
    """Time the first map of a scan and the next one."""
    encoded = _encode(desk, voxels, CancelToken())
    # As in the window: the findings are there before anybody asks where one comes from.
    desk.findings(encoded, (), cancel=CancelToken(), on_stage=_nobody)
    times = []
    for prompt in desk.facts.prompts[:2]:
        begun = time.perf_counter()
        desk.relevance(voxels, encoded, prompt, cancel=CancelToken(), on_stage=_nobody)
        times.append(1000 * (time.perf_counter() - begun))
    return times[0], times[1]


def _encode(desk: "EngineDesk", voxels: Volume, cancel: CancelToken) -> Any:  # noqa: ANN401
    return desk.encode(voxels, forced=False, cancel=cancel, on_stage=_nobody)


def _nobody(_stage: str, _share: float) -> None:
    """Take a stage and show it to nobody."""


def _window() -> tuple[QApplication, LinkedViews, ViewState]:
    qt, state = QApplication([]), ViewState()
    views = LinkedViews(state)
    views.resize(*SIZE)
    views.show()
    qt.processEvents()
    return qt, views, state


def _full_cut(cutter: SliceScene, state: ViewState, number: int) -> None:
    plane = state.plane(PlaneKind.AXIAL).turned((0.0, 1.0, 0.0), 0.002 * number)
    cutter.cut(plane, THICK, Quality.FULL)


def _plain(volume: Volume) -> Callable[[int], None]:
    """Cut, look up and draw three planes with numpy and QPainter, and nothing else."""
    target = QImage(*SIZE, QImage.Format.Format_RGB32)
    table, values = grey_table(Window(40, 400)), volume.values

    def draw(number: int) -> None:
        painter = QPainter(target)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for cut in (values[:, :, 100 + number].T, values[:, 200 + number].T, values[200 + number]):
            grey = apply_grey(cut, table)
            rows, columns = grey.shape
            image = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
            painter.drawImage(target.rect().adjusted(0, 0, -SIZE[0] // 2, -SIZE[1] // 2), image)
        painter.end()

    return draw


def _prepared(volume: Volume) -> "RenderScan":
    from app.viewer.graphics import find_graphics  # noqa: PLC0415 - only where 3D is measured
    from app.viewer.render_scan import prepare_scan  # noqa: PLC0415

    return prepare_scan(volume, find_graphics())


def _volume_view(ready: "RenderScan") -> "VolumeView":
    from app.viewer.graphics import find_graphics  # noqa: PLC0415 - only where 3D is measured
    from app.viewer.volume_view import VolumeView  # noqa: PLC0415

    shown = VolumeView()
    shown.resize(SIZE[0] // 2, SIZE[1] // 2)
    shown.show()
    shown.show_scan(ready, find_graphics())
    return shown


def _turning_ms(qt: QApplication, ready: "RenderScan") -> float:
    shown = _volume_view(ready)

    def turn(_number: int) -> None:
        assert shown.viewpoint is not None
        shown.show_viewpoint(shown.viewpoint.orbited(right_degrees=3.0, up_degrees=0.0))
        # Its picture is drawn in the first turn of the loop, and painted in the second.
        qt.processEvents()
        qt.processEvents()

    for _ in range(10):
        turn(0)
    found = _median_ms(turn)
    shown.shut_down()
    return found


def _cancel_ms(work: Callable[[CancelToken], object], whole_s: float) -> float:
    """Longest time from a wish to stop until work has ended, of five moments."""
    waits = []
    for part in (0.1, 0.3, 0.5, 0.7, 0.9):
        cancel, asked = CancelToken(), [0.0]

        def stop(cancel: CancelToken = cancel, asked: list[float] = asked) -> None:
            asked[0] = time.perf_counter()
            cancel.cancel()

        timer = threading.Timer(part * whole_s, stop)
        timer.start()
        with suppress(Cancelled):
            work(cancel)
        ended = time.perf_counter()
        timer.join()
        waits.append(max(0.0, ended - asked[0]))
    return 1000 * max(waits)


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _median_ms(work: Callable[[int], object], rounds: int = ROUNDS) -> float:
    """Median of so many rounds after a first one."""
    work(0)
    return 1000 * statistics.median(
        _seconds(partial(work, number)) for number in range(1, rounds + 1)
    )


def _run(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _tell(found: object) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


PROGRAMS = {
    "start": start,
    "load": load_scan,
    "memory": memory,
    "slices": slices,
    "volume": volume,
    "model": model,
}

if __name__ == "__main__":
    _tell(PROGRAMS[sys.argv[1]](Path(sys.argv[2])))
