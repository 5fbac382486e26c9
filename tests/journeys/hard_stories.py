"""What goes wrong around the viewer, and what goes on for very long, told to the real program.

``python -m tests.journeys.hard_stories STORY FOLDER`` needs a display; the scans ``a.nii``,
``b.nii`` and ``slice.nii`` lie in the folder. The model stands in, except where it is what goes
wrong.
"""

import ctypes
import errno
import gc
import json
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest.mock import patch

import psutil
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from vtkmodules.vtkCommonCore import vtkObjectBase

from app.application import Application
from app.connections.case_window import CaseWindow
from app.state.answers import ModelChoice
from app.state.view import Overlay
from app.viewer import graphics
from app.workers.inference_worker import OpenDesk, open_real_desk
from medct_core.errors import OutOfMemoryError
from medct_core.export import files
from medct_core.models.allocation import return_large_blocks
from tests.app.case_windows import words_of
from tests.app.stand_ins import StandInDesk, facts
from tests.journeys import story
from tests.journeys.story import KEY, Steps, Wait, press
from tests.journeys.viewer_stories import ask, consent, export, look, measure, scored

CYCLES = {"scans": 200, "windows": 30}
"""How often something is opened and closed."""
WEIGHED_EVERY = {"scans": 5, "windows": 2}
"""So often it is not closed before it is drawn in 3D, and memory is weighed."""
WARM_UP = 2
"""So many weights are not noted: libraries load, and pools fill."""
WEIGHED = "weighed.json"

desk = StandInDesk()


def shown_whole(shown: CaseWindow) -> Wait:
    """Wait until a scan is scored, and drawn in 3D."""
    _, is_scored = scored(shown)
    return (
        "a scored scan in 3D",
        lambda: is_scored() and shown.window.volume_view.is_resting,
    )


def gone(application: Application, count: int) -> Wait:
    """Wait until only so many windows are left, and what closed ones held is let go of."""
    return (
        "the window to be gone",
        lambda: len(application.windows) == count and not application._tidying.isActive(),
    )


def weigh(application: Application) -> dict[str, float]:
    """Count what a leak would leave behind."""
    gc.collect()
    give_free_memory_back()
    process = psutil.Process()
    kept = gc.get_objects()
    return {
        "resident_bytes": process.memory_info().rss,
        "threads": threading.active_count(),
        "files": process.num_fds() if hasattr(process, "num_fds") else 0,
        "widgets": len(QApplication.allWidgets()),
        "objects": len(application.findChildren(QObject)),
        "drawing": sum(isinstance(one, vtkObjectBase) for one in kept),
        "windows": sum(isinstance(one, CaseWindow) for one in kept),
    }


def give_free_memory_back() -> None:
    """Have the C library keep no memory that is free: how much it keeps is up to chance."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


class Scales:
    """Notes weights, and writes them down; what the stand-in remembers is not of the viewer.

    Whole scans that are free go back at once from then on: else glibc keeps their room, as soon
    as something small lies in it.
    """

    def __init__(self, application: Application) -> None:
        return_large_blocks()
        self._application = application
        self._weights: list[dict[str, float]] = []

    def note(self) -> None:
        """Weigh."""
        desk.encoded.clear()
        self._weights.append(weigh(self._application))

    def write(self, folder: Path) -> None:
        """Write down all weights after the warm-up."""
        (folder / WEIGHED).write_text(json.dumps(self._weights[WARM_UP:]), encoding="utf-8")


def seen(shown: CaseWindow, *, is_weighed: bool) -> Wait:
    """Wait for scores, and now and then for 3D too; else that is stopped on its way."""
    if is_weighed:
        return shown_whole(shown)
    results = shown.states.results
    return "scores", lambda: results.scored is not None and results.stage is None


def scans(application: Application, folder: Path) -> Steps:
    """Open and close scans in one window, again and again."""
    (shown,) = application.windows
    yield from consent()
    yield story.in_front(shown.window)
    shown.window.show_dock("charts")
    scales, session = Scales(application), shown.states.session
    for cycle in range(CYCLES["scans"]):
        is_weighed = cycle % WEIGHED_EVERY["scans"] == 0
        shown.window.paths_dropped.emit((folder / f"{'ab'[cycle % 2]}.nii",))
        yield seen(shown, is_weighed=is_weighed)
        shown.actions["close_scan"].trigger()
        yield "the scan to be closed", lambda: session.scan is None
        if is_weighed:
            yield from autosaved(shown)
            scales.note()
    scales.write(folder)
    shown.window.close()


def autosaved(shown: CaseWindow) -> Steps:
    """Let the autosave forget the scan, which it would do a second later."""
    shown.keep_session.autosave()
    yield "the autosave to be gone", lambda: shown.keep_session._autosaved is None


def windows(application: Application, folder: Path) -> Steps:
    """Open and close windows beside one that stays."""
    (stays,) = application.windows
    yield from consent()
    scales = Scales(application)
    for cycle in range(CYCLES["windows"]):
        is_weighed = cycle % WEIGHED_EVERY["windows"] == 0
        shown = application.open_window(folder / f"{'ab'[cycle % 2]}.nii")
        yield story.in_front(shown.window)
        shown.window.show_dock("charts")
        yield seen(shown, is_weighed=is_weighed)
        shown.window.close()
        del shown
        yield gone(application, 1)
        if is_weighed:
            scales.note()
    scales.write(folder)
    stays.window.close()


def is_loading(shown: CaseWindow) -> bool:
    """While a scan is read."""
    return shown.states.session.loading is not None


def is_scoring(shown: CaseWindow) -> bool:
    """While the model works."""
    return shown.states.results.stage is not None and desk.began.is_set()


def is_preparing(shown: CaseWindow) -> bool:
    """While 3D is made ready."""
    return shown.volume.is_preparing


def is_drawing(shown: CaseWindow) -> bool:
    """While 3D is drawn."""
    view = shown.window.volume_view
    return view.scan is not None and not view.is_resting


MOMENTS: tuple[Callable[[CaseWindow], bool], ...] = (
    is_loading,
    is_scoring,
    is_preparing,
    is_drawing,
)


def close_at_work(application: Application, folder: Path) -> Steps:
    """Close windows in the middle of everything they do; the one that stays works on."""
    (stays,) = application.windows
    yield from consent()
    for moment in MOMENTS:
        yield from close_when(application, folder, moment)
    yield from close_while_asking(application, folder)
    desk.open_gate.set()
    stays.window.paths_dropped.emit((folder / "b.nii",))
    yield shown_whole(stays)
    stays.window.paths_dropped.emit((folder / "a.nii",))
    yield "reading", partial(is_loading, stays)
    stays.window.close()


def close_when(
    application: Application, folder: Path, moment: Callable[[CaseWindow], bool]
) -> Steps:
    """Close a window as soon as it does something."""
    desk.began.clear()
    if moment is is_scoring:
        desk.open_gate.clear()
    shown = application.open_window(folder / "a.nii")
    yield moment.__name__, partial(moment, shown)
    shown.window.close()
    yield gone(application, 1)
    desk.open_gate.set()


def close_while_asking(application: Application, folder: Path) -> Steps:
    """Close a window while a heatmap is worked out."""
    shown = application.open_window(folder / "a.nii")
    yield shown_whole(shown)
    desk.open_gate.clear()
    desk.began.clear()
    yield story.in_front(shown.window)
    press(KEY.Key_H)
    yield "the question", desk.began.is_set
    shown.window.close()
    yield gone(application, 1)


def two_windows(application: Application, folder: Path) -> Steps:
    """Read two scans in two windows, which change places while they are read and scored."""
    (first,) = application.windows
    yield from consent()
    second = application.open_window()
    pair = (folder / "a.nii", folder / "b.nii")
    for turn in range(8):
        for shown, path in zip((first, second), pair, strict=True):
            shown.window.paths_dropped.emit((path,))
        if turn % 3:
            yield "one of them to be scored", partial(is_any_scored, (first, second))
        else:
            for shown, path in zip((first, second), pair, strict=True):
                yield "the right scan", partial(is_shown, shown, path)
                yield scored(shown)
                check_own(shown, path)
        pair = pair[::-1]
    second.window.close()
    yield gone(application, 1)
    first.window.close()


def is_any_scored(pair: tuple[CaseWindow, CaseWindow]) -> bool:
    """Whether one of two is done."""
    return any(one.states.results.scored is not None for one in pair)


def is_shown(shown: CaseWindow, path: Path) -> bool:
    """Whether a window shows a scan."""
    scan = shown.states.session.scan
    return scan is not None and scan.path == path and shown.states.session.loading is None


def check_own(shown: CaseWindow, path: Path) -> None:
    """Find one scan's name and hash in everything a window says, and comment on it."""
    scan, results = shown.states.session.scan, shown.states.results
    assert scan is not None
    assert results.scored is not None
    names = [finding.prompt.name for finding in results.scored.findings]
    assert names[0] == path.name
    assert scan.volume.content_sha256[:8] in words_of(shown.window.provenance)
    assert path.name in shown.window.windowTitle()
    shown.states.lists.reviews.comment(names[0], f"about {path.name}")


def no_graphics(application: Application, folder: Path) -> Steps:
    """Work on a machine that can draw nothing in 3D."""
    why = graphics._no_graphics("There is no display.")
    graphics._kept_answer.cache_clear()
    with patch.object(graphics, "_ask_child", side_effect=why):
        yield from read_a_scan(application, folder)
        (shown,) = application.windows
        assert shown.window.volume_view.message == (why.summary, why.remedy)
    shown.window.close()


def read_a_scan(application: Application, folder: Path) -> Steps:
    """Look, ask, measure and export."""
    (shown,) = application.windows
    yield from consent()
    shown.window.paths_dropped.emit((folder / "a.nii",))
    yield story.in_front(shown.window)
    yield shown_whole(shown)
    yield from look(shown)
    yield from ask(shown)
    yield from measure(shown)
    yield from show_heatmap(shown)
    yield from export(shown, folder / "out")


def show_heatmap(shown: CaseWindow) -> Steps:
    """Show where a score comes from."""
    press(KEY.Key_H)
    yield "the heatmap", lambda: shown.states.results.heatmap is not None
    assert Overlay.HEATMAP in shown.states.view.overlays


def twice_as_large(application: Application, folder: Path) -> Steps:
    """Work on a screen with pixels half as large."""
    yield from read_a_scan(application, folder)
    (shown,) = application.windows
    assert shown.window.devicePixelRatio() == 2
    shown.window.close()


def one_slice(application: Application, folder: Path) -> Steps:
    """Look at a scan of one slice: it can be measured, not scored."""
    (shown,) = application.windows
    axial = shown.window.views.active_view
    yield from consent()
    shown.window.paths_dropped.emit((folder / "slice.nii",))
    yield story.in_front(shown.window)
    yield "a refusal", lambda: shown.states.session.refusal is not None
    assert axial.slice_shown().count == 1
    story.turn_wheel(axial, 2)
    press(KEY.Key_End)
    press(KEY.Key_Space)
    yield "3D or a word about it", lambda: not shown.volume.is_preparing
    yield from measure(shown)
    assert "not scored" in words_of(shown.window.findings_panel)
    shown.window.close()


def disk_full(application: Application, folder: Path) -> Steps:
    """Export to a full disk, be told, and export again."""
    (shown,) = application.windows
    yield from consent()
    shown.window.paths_dropped.emit((folder / "a.nii",))
    yield story.in_front(shown.window)
    yield shown_whole(shown)
    full = OSError(errno.ENOSPC, "No space left on device")
    banner = shown.window.banner
    with patch.object(files, "_write_together", side_effect=full):
        exporting = export(shown, folder / "full")
        for what, is_so in exporting:
            if what.startswith("word"):
                break
            yield what, is_so
        yield "word of the full disk", lambda: "the disk is full" in words_of(banner)
    assert "--" not in words_of(banner)
    assert not list((folder / "full").iterdir())
    yield story.in_front(shown.window)
    yield from export(shown, folder / "out")
    shown.window.close()


def other_model(application: Application, folder: Path) -> Steps:
    """Be told why there are no findings, and take another model from the menu."""
    (shown,) = application.windows
    yield from consent()
    shown.window.paths_dropped.emit((folder / "a.nii",))
    results, panel = shown.states.results, shown.window.findings_panel
    yield "the scan", partial(is_shown, shown, folder / "a.nii")
    yield (
        "why there are no findings",
        lambda: results.problem is not None or results.model_problem is not None,
    )
    told = results.model_problem or results.problem
    assert told is not None
    yield "it on the panel", lambda: told.summary in words_of(panel)
    assert told.remedy in words_of(panel)
    menu = shown.menus["choose_model"]
    menu.aboutToShow.emit()
    (mini,) = (one for one in menu.actions() if one.text().startswith("medct-mini"))
    mini.trigger()
    yield "findings all the same", lambda: results.scored is not None
    shown.window.close()


def opens_too_large_first(choice: ModelChoice, _told: Callable[[float], None]) -> StandInDesk:
    """Give a model that needs too much memory, and one that does not when it is asked for."""
    if choice.model == "medct-mini":
        return StandInDesk(facts("medct-mini"))
    full = OutOfMemoryError("The memory ran out during encoding.", remedy="Use a smaller model.")
    return StandInDesk(facts("large"), wrong={"encode": full})


def opens_stand_in(_choice: ModelChoice, _told: Callable[[float], None]) -> StandInDesk:
    """Give the model that stands in."""
    return desk


Hard = Callable[[Application, Path], Iterator[Wait]]

STORIES: dict[str, tuple[Hard, OpenDesk]] = {
    "scans": (scans, opens_stand_in),
    "windows": (windows, opens_stand_in),
    "close_at_work": (close_at_work, opens_stand_in),
    "two_windows": (two_windows, opens_stand_in),
    "no_graphics": (no_graphics, opens_stand_in),
    "twice_as_large": (twice_as_large, opens_stand_in),
    "one_slice": (one_slice, opens_stand_in),
    "disk_full": (disk_full, opens_stand_in),
    "out_of_memory": (other_model, opens_too_large_first),
    "other_model": (other_model, open_real_desk),
}


def main(name: str, folder: Path) -> int:
    """Tell a story."""
    told, open_desk = STORIES[name]
    return story.tell(lambda application: told(application, folder), folder, open_desk=open_desk)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
