"""What a radiologist does with similar cases, told to the real program.

``python -m tests.journeys.similar_stories FOLDER SCAN`` needs a display.
"""

import json
import sys
from pathlib import Path

from app.application import Application
from app.connections.case_window import CaseWindow
from app.panels.text_label import TextLabel
from app.state.case_record import Decision
from app.state.similar_page import SimilarPage
from app.windows.add_case_dialog import AddCaseDialog
from tests.journeys import story
from tests.journeys.story import CTRL, KEY, SHIFT, Steps, press, write
from tests.journeys.viewer_stories import consent, field_named, scored

FINDING = "Pleural effusion"
WORDS = "effusion on both sides"
SAID = "said.json"


def compare(application: Application, folder: Path, _scan: Path) -> Steps:
    """Look at similar cases, judge, add the scan, ask in words, and close while searching."""
    (shown,) = application.windows
    yield from consent()
    yield story.in_front(shown.window)
    yield scored(shown)
    yield from look(shown)
    yield from judge(shown)
    yield from add(shown)
    yield from ask(shown, folder)
    press(KEY.Key_F7)
    shown.window.close()


def page_of(shown: CaseWindow) -> SimilarPage:
    """Give the list of similar cases."""
    page = shown.states.similar.page
    assert page is not None
    return page


def look(shown: CaseWindow) -> Steps:
    """See similar cases, and nothing of what they had."""
    similar = shown.states.similar
    press(KEY.Key_F7)
    yield "the panel", shown.window.similar_panel.isVisible
    yield "similar cases", lambda: similar.page is not None and len(similar.page.cases) == 4
    assert not page_of(shown).is_in_library
    assert similar.allowed == frozenset()
    assert "nearest" not in said_of_findings(shown)


def judge(shown: CaseWindow) -> Steps:
    """Accept a finding: now the similar cases say whether they had it."""
    panel, reviews = shown.window.findings_panel, shown.states.lists.reviews
    press(KEY.Key_F, CTRL)
    search = field_named(shown, "Search findings")
    yield "the cursor in the search", search.hasFocus
    write(FINDING.lower())
    yield "it to be selected", lambda: panel.selected_finding == FINDING
    press(KEY.Key_Return, CTRL)
    yield "acceptance", lambda: reviews.of(FINDING).decision is Decision.ACCEPTED
    yield "what similar cases had", lambda: "2 of the 4 nearest" in said_of_findings(shown)
    assert shown.states.similar.allowed == {FINDING}


def add(shown: CaseWindow) -> Steps:
    """Put the scan into the library; it is the first of its own list then."""
    press(KEY.Key_D, CTRL)
    yield from story.opened(AddCaseDialog)
    press(KEY.Key_Return)
    yield "the dialog to close", lambda: not story.is_open(AddCaseDialog)
    similar = shown.states.similar
    yield "the scan among them", lambda: similar.page is not None and similar.page.is_in_library
    assert page_of(shown).cases[0].is_self
    assert page_of(shown).count == 5
    yield story.in_front(shown.window)


def ask(shown: CaseWindow, folder: Path) -> Steps:
    """Search in words, and write down what a test compares with the library."""
    press(KEY.Key_F7, SHIFT)
    field = field_named(shown, "Find cases by words")
    yield "the cursor in the field", field.hasFocus
    write(WORDS)
    press(KEY.Key_Return)
    similar = shown.states.similar
    yield (
        "an answer to the words",
        lambda: similar.page is not None and similar.page.of_text == WORDS,
    )
    cases = [one.case.source for one in page_of(shown).cases]
    (folder / SAID).write_text(json.dumps(cases), encoding="utf-8")


def said_of_findings(shown: CaseWindow) -> str:
    """Give what the findings panel says in words."""
    labels = shown.window.findings_panel.findChildren(TextLabel)
    return " ".join(one.text() for one in labels if not one.isHidden())


def main(folder: Path, scan: Path) -> int:
    """Tell the story of a scan that was opened on the command line."""
    return story.tell(lambda application: compare(application, folder, scan), folder, scan)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
