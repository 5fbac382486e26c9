"""What a radiologist does with the viewer, told to the real program.

``python -m tests.journeys.viewer_stories STORY FOLDER SCAN`` needs a display.
"""

import json
import sys
from pathlib import Path

from PySide6.QtWidgets import QLineEdit, QListView

from app.application import Application
from app.connections.case_window import CaseWindow
from app.state.case_record import Decision
from app.state.view import Overlay, PlaneKind
from app.windows.disclaimer_dialog import DisclaimerDialog
from app.windows.export_dialog import ExportDialog
from tests.journeys import story
from tests.journeys.story import CTRL, KEY, SHIFT, Steps, Wait, press, write

FINDING = "Pleural effusion"
COMMENT = "small, on both sides"
TYPED = "air crescent sign"
SESSION = "reading.medct"
SAID = "said.json"


def scored(shown: CaseWindow) -> Wait:
    """Wait until a scan is scored, and shown in 3D or not."""

    def is_so() -> bool:
        states = shown.states
        return (
            states.session.loading is None
            and states.results.scored is not None
            and states.results.stage is None
            and not shown.volume.is_preparing
        )

    return "the scores", is_so


def field_named(shown: CaseWindow, name: str) -> QLineEdit:
    """Find the field that a screen reader calls so."""
    fields = shown.window.findChildren(QLineEdit)
    (found,) = (one for one in fields if one.accessibleName() == name and one.isVisible())
    return found


def read(application: Application, folder: Path, scan: Path) -> Steps:
    """Read a scan: look, ask, judge, measure, export; then look into another one."""
    (shown,) = application.windows
    yield from consent()
    yield story.in_front(shown.window)
    press(KEY.Key_O, CTRL)
    yield from story.choose_path(scan)
    yield story.in_front(shown.window)
    yield scored(shown)
    yield from look(shown)
    yield from ask(shown)
    yield from judge(shown)
    yield from measure(shown)
    yield from explain(shown)
    yield from export(shown, folder / "out")
    yield from keep(shown, folder)
    yield from open_other(shown, folder / "dicom")
    shown.window.close()


def consent() -> Steps:
    """Say that one has understood."""
    yield from story.opened(DisclaimerDialog)
    press(KEY.Key_Return)
    yield "consent", lambda: not story.is_open(DisclaimerDialog)


def look(shown: CaseWindow) -> Steps:
    """Scroll with the wheel and with keys, and change the window with the mouse."""
    axial, view = shown.window.views.views[PlaneKind.AXIAL], shown.states.view
    start = axial.slice_shown().number
    story.turn_wheel(axial, 3)
    yield "the wheel to scroll", lambda: abs(axial.slice_shown().number - start) == 3
    rolled = axial.slice_shown().number
    story.click(axial, 0.4, 0.4)
    crosshair = view.crosshair_mm
    yield "the crosshair to follow a click", lambda: view.crosshair_mm != crosshair
    press(KEY.Key_Down, SHIFT)
    yield "ten slices", lambda: abs(axial.slice_shown().number - rolled) == 10
    press(KEY.Key_Up)
    yield "one slice back", lambda: abs(axial.slice_shown().number - rolled) == 9
    window = view.window
    story.drag(axial, (0.2, 0.2), (0.3, 0.25))
    yield "another window", lambda: view.window not in {window}
    press(KEY.Key_1)
    yield "a preset", lambda: view.window.width_hu >= 1000


def ask(shown: CaseWindow) -> Steps:
    """Type a prompt, see its score, and keep it."""
    results = shown.states.results
    press(KEY.Key_P)
    yield "the cursor in the prompt box", field_named(shown, "Prompt").hasFocus
    write(TYPED)
    yield "the score of the prompt", lambda: results.typed is not None
    assert results.typed is not None
    assert results.typed.finding.prompt.name.casefold() == TYPED
    count = len(results.scored.findings) if results.scored else 0
    press(KEY.Key_Return)
    yield (
        "the prompt in the list",
        lambda: results.scored is not None and len(results.scored.findings) == count + 1,
    )


def judge(shown: CaseWindow) -> Steps:
    """Find a finding by name, accept it with its key, and say something about it."""
    panel, reviews = shown.window.findings_panel, shown.states.lists.reviews
    press(KEY.Key_F, CTRL)
    search = field_named(shown, "Search findings")
    yield "the cursor in the search", search.hasFocus
    write(FINDING.lower())
    listed = panel.findChild(QListView)
    assert isinstance(listed, QListView)
    yield "one finding", lambda: listed.model().rowCount() == 1
    yield "it to be selected", lambda: panel.selected_finding == FINDING
    press(KEY.Key_Return, CTRL)
    yield "acceptance", lambda: reviews.of(FINDING).decision is Decision.ACCEPTED
    comment = field_named(shown, "Comment")
    story.click(comment)
    yield "the cursor in the comment", comment.hasFocus
    write(COMMENT)
    press(KEY.Key_Return)
    yield "the comment", lambda: reviews.of(FINDING).comment == COMMENT


def measure(shown: CaseWindow) -> Steps:
    """Draw a length."""
    axial, measured = shown.window.views.views[PlaneKind.AXIAL], shown.states.lists.measurements
    story.click(axial, 0.6, 0.6)
    yield "the view to have the keys", axial.window().isActiveWindow
    press(KEY.Key_L)
    yield "the tool", shown.actions["tool_length"].isChecked
    story.drag(axial, (0.3, 0.35), (0.6, 0.35))
    yield "the length", lambda: len(measured.items) == 1
    press(KEY.Key_W)
    yield "the usual tool", shown.actions["tool_window"].isChecked


def explain(shown: CaseWindow) -> Steps:
    """Mark a picture, show where the score comes from, and mark it with that."""
    results, images = shown.states.results, shown.states.lists.images
    press(KEY.Key_K)
    yield "a marked picture", lambda: len(images.items) == 1
    press(KEY.Key_H)
    yield "the heatmap", lambda: results.heatmap is not None
    yield "it to be shown", lambda: Overlay.HEATMAP in shown.states.view.overlays
    assert results.heatmap is not None
    assert results.heatmap.name == FINDING
    press(KEY.Key_K)
    yield "a picture with the heatmap", lambda: len(images.items) == 2
    assert images.items[1].heatmap_finding == FINDING


def export(shown: CaseWindow, folder: Path) -> Steps:
    """Write all forms of the report through the dialog."""
    press(KEY.Key_E, CTRL)
    yield from story.opened(ExportDialog)
    shown_dialog = story.dialog(ExportDialog)
    (field,) = (one for one in shown_dialog.findChildren(QLineEdit))
    story.click(field)
    yield "the cursor in the folder", field.hasFocus
    field.selectAll()
    write(str(folder))
    yield "files to be planned", lambda: shown_dialog.wish.folder == folder
    press(KEY.Key_Return)
    yield "the dialog to close", lambda: not story.is_open(ExportDialog)
    said = shown.window.statusBar().currentMessage
    yield "word that it is written", lambda: said().startswith("Written to")
    yield story.in_front(shown.window)


def keep(shown: CaseWindow, folder: Path) -> Steps:
    """Save a session, and write down what a test compares with the files."""
    press(KEY.Key_S, CTRL)
    yield from story.choose_path(folder / SESSION)
    yield "the session", (folder / SESSION).exists
    scan = shown.states.session.scan
    assert scan is not None
    said = {
        "scan": scan.volume.content_sha256,
        "lengths": [row.text for row in shown.measuring.desk.rows],
    }
    (folder / SAID).write_text(json.dumps(said), encoding="utf-8")
    yield story.in_front(shown.window)


def open_other(shown: CaseWindow, dicom: Path) -> Steps:
    """Drop a folder of DICOM files; nothing of the first scan is in its lists."""
    before = shown.states.session.scan
    story.drop(shown.window, dicom)
    yield "the other scan", lambda: shown.states.session.scan is not before
    yield scored(shown)
    lists = shown.states.lists
    yield "its own lists", lambda: lists.measurements.items == ()
    assert lists.reviews.items == ()
    assert lists.images.items == ()


def read_again(application: Application, folder: Path, _scan: Path) -> Steps:
    """Open the same scan once more: what was said about it is there."""
    (shown,) = application.windows
    yield story.in_front(shown.window)
    yield scored(shown)
    lists = shown.states.lists
    yield "the measurement", lambda: len(lists.measurements.items) == 1
    yield "the comment", lambda: lists.reviews.of(FINDING).comment == COMMENT
    said = json.loads((folder / SAID).read_text(encoding="utf-8"))
    assert [row.text for row in shown.measuring.desk.rows] == said["lengths"]
    shown.window.findings_panel.select_finding(FINDING)
    yield "the comment on the screen", lambda: field_named(shown, "Comment").text() == COMMENT
    shown.window.close()


STORIES = {"read": read, "read_again": read_again}


def main(name: str, folder: Path, scan: Path) -> int:
    """Tell a story; reading again begins with the scan on the command line."""
    told = STORIES[name]
    path = scan if told is read_again else None
    return story.tell(lambda application: told(application, folder, scan), folder, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
