"""Teaching in the window: from cases of the library to a group below the findings."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton

from app.panels.text_label import TextLabel
from app.windows.teach_dialog import TeachDialog
from medct_core.inference.embedding import Embedding
from medct_core.retrieval.library_case import KnownFinding
from tests import library_samples
from tests.app.case_windows import Case
from tests.app.stand_ins import facts

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary

pytestmark = pytest.mark.gui

STAMP = facts().stamp
TIDE = "Tide sign"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CaseLibrary:
    """Keep twenty cases, half of which have a sign, and be the library of the window."""
    made = CaseLibrary.create(str(tmp_path / "cases"))
    monkeypatch.setenv("MEDCT_LIBRARY", made.address)
    made.add(
        library_samples.case(n, stamp=STAMP, findings=(KnownFinding(TIDE, is_present=n < 10),))
        for n in range(20)
    )
    return made


@pytest.fixture
def taught_case(library: CaseLibrary, case: Case) -> Case:
    """Give a window of that library whose model has seen a scan."""
    case.wait(lambda: case.results.model is not None)
    sha256 = f"{50:064x}"
    case.results.set_embedding(Embedding(library_samples.unit_vector(50), STAMP, sha256))
    return case


def press(dialog: TeachDialog, text: str) -> None:
    buttons = dialog.findChildren(QPushButton)
    next(one for one in buttons if one.text().replace("&", "") == text).click()


def is_enabled(dialog: TeachDialog, text: str) -> bool:
    buttons = dialog.findChildren(QPushButton)
    return any(one.isEnabled() for one in buttons if one.text().replace("&", "") == text)


def words(dialog: TeachDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(TextLabel))


def test_a_finding_is_taught_shown_and_forgotten(taught_case: Case, library: CaseLibrary) -> None:
    case, panel = taught_case, taught_case.window.taught_panel
    case.trigger("teach_finding")
    dialog = case.dialog(TeachDialog)
    case.wait(lambda: is_enabled(dialog, "Learn"))
    press(dialog, "Learn")
    case.wait(lambda: is_enabled(dialog, "Keep"))
    figures, before = dialog.figures, library.taught.all()

    press(dialog, "Keep")
    case.wait(lambda: panel.names == (TIDE,))

    assert "AUROC" in figures
    assert before == ()
    assert [one.name for one in library.taught.all()] == [TIDE]
    panel.findChildren(QPushButton)[0].click()
    case.wait(lambda: panel.names == ())
    assert library.taught.all() == ()


def test_too_few_cases_are_said_in_the_dialog(taught_case: Case, library: CaseLibrary) -> None:
    one = next(iter(library.cases()))
    library.replace([replace(one, findings=(KnownFinding("Owl", is_present=True),))])
    taught_case.trigger("teach_finding")
    dialog = taught_case.dialog(TeachDialog)

    taught_case.wait(lambda: "10 of each are needed" in words(dialog))

    assert not is_enabled(dialog, "Learn")
    press(dialog, "Cancel")


def test_without_a_library_the_dialog_says_how_to_fill_one(case: Case) -> None:
    case.wait(lambda: case.results.model is not None)

    case.trigger("teach_finding")
    dialog = case.dialog(TeachDialog)
    case.wait(lambda: "no library of cases yet" in dialog._problem.text())

    assert not is_enabled(dialog, "Learn")
    press(dialog, "Cancel")
