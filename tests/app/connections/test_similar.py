"""A window shows cases like its scan, adds it to the library, and closes whatever is going on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from app.panels.text_label import TextLabel
from app.state.case_record import Decision
from app.state.similar_page import CaseMap, SimilarPage
from app.windows.add_case_dialog import AddCaseDialog
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding
from tests import small_chest
from tests.app.case_windows import FLAT, Case, FileDialogs, Workplace, words_of
from tests.app.stand_ins import NODULE, facts
from tests.library_samples import case as sample

pytestmark = pytest.mark.gui

# The stand-in for a model calls its first finding after the scan.
FINDING = "now.nii.gz"
KNOWN = (KnownFinding(FINDING, is_present=True, is_verified=True),)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a library of four cases, the one that windows search."""
    address = str(tmp_path / "library")
    library = CaseLibrary.create(address)
    stamp = facts().stamp
    library.add(sample(n, stamp=stamp, findings=KNOWN) for n in range(4))
    monkeypatch.setenv("MEDCT_LIBRARY", address)
    return address


@pytest.fixture
def shown(place: str, workplace: Workplace, chests: tuple[Path, Path]) -> Case:
    """Open a scan, and wait for the cases that are like it."""
    case = workplace.open_window()
    case.open(chests[0])
    wait_for_page(case, lambda page: page.count == 4)
    return case


def wait_for_page(case: Case, is_so: Callable[[SimilarPage], bool]) -> SimilarPage:
    similar = case.shown.states.similar
    case.wait(lambda: similar.page is not None and is_so(similar.page))
    assert similar.page is not None
    return similar.page


def add_scan(case: Case) -> None:
    case.trigger("add_case")
    case.dialog(AddCaseDialog).accept()


def test_similar_cases_stand_beside_the_scan(shown: Case) -> None:
    shown.trigger("find_similar")

    assert shown.window.similar_panel.isVisible()
    assert "4 cases" in words_of(shown.window.similar_panel)


def test_what_cases_had_is_said_at_a_finding_after_its_verdict(shown: Case) -> None:
    panel = shown.window.findings_panel
    shown.wait(lambda: shown.results.scored is not None)
    panel.select_finding(FINDING)
    before = words_of(panel)

    shown.shown.states.lists.reviews.decide(FINDING, Decision.ACCEPTED)

    def is_said() -> bool:
        return any("4 of the 4 nearest" in one.text() for one in panel.findChildren(TextLabel))

    shown.wait(is_said)
    assert "nearest" not in before


def test_the_scan_goes_into_the_library_with_its_verdicts(shown: Case, place: str) -> None:
    shown.shown.states.lists.reviews.decide(NODULE.name, Decision.REJECTED)

    add_scan(shown)

    page = wait_for_page(shown, lambda page: page.is_in_library)
    assert page.cases[0].is_self
    case = CaseLibrary.open(place).find(page.cases[0].case.case_id)
    assert case is not None
    assert [(one.name, one.is_present) for one in case.findings] == [(NODULE.name, False)]
    assert "was added" in shown.status


def test_adding_again_updates(shown: Case, place: str) -> None:
    add_scan(shown)
    wait_for_page(shown, lambda page: page.is_in_library)

    add_scan(shown)
    shown.wait(lambda: "updated" in shown.status)

    assert CaseLibrary.open(place).count() == 5


def test_the_readers_name_is_remembered(shown: Case) -> None:
    chosen = list[object]()
    shown.shown.settings_chosen.connect(chosen.append)
    shown.trigger("add_case")
    dialog = shown.dialog(AddCaseDialog)
    (field,) = dialog.findChildren(QLineEdit)

    field.setText("Dr Brandt")
    dialog.accept()

    assert chosen == [replace(FLAT, reader="Dr Brandt")]


def test_a_scan_that_no_model_has_seen_yet_is_not_added(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    workplace.desk.open_gate.clear()
    case.open(chests[0])

    case.trigger("add_case")

    assert not case.has_dialog()
    assert "as soon as" in case.status


def test_a_library_that_cannot_be_written_is_told(
    shown: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("Dear colleague")
    shown.shown.controllers.add_case.set_address(str(tmp_path / "full"))

    add_scan(shown)

    shown.wait(lambda: "letter.txt" in shown.banner)


def test_a_folder_of_scans_is_added_and_found(
    shown: Case, place: str, files: FileDialogs, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    for number in (5, 6):
        small_chest.write(tmp_path / "more" / f"{number}.nii.gz", number)
    (tmp_path / "more" / "broken.nii.gz").write_bytes(b"no scan")
    files.answer = tmp_path / "more"

    shown.trigger("add_folder")

    wait_for_page(shown, lambda page: page.count == 6)
    filling = shown.shown.states.similar.filling
    assert filling is not None
    assert [one.name for one in filling.refused] == ["broken.nii.gz"]
    assert "2 added, 1 refused" in words_of(shown.window.filling_bar)


def test_words_are_searched_for(shown: Case) -> None:
    shown.trigger("search_words")

    shown.window.similar_panel.text_asked.emit("effusion")

    page = wait_for_page(shown, lambda page: page.of_text == "effusion")
    assert page.cases[0].percentile is None


def test_a_filter_and_the_map_are_followed(shown: Case) -> None:
    panel, similar = shown.window.similar_panel, shown.shown.states.similar

    panel.filter_changed.emit(CaseFilter(present=frozenset({"Emphysema"})))
    wait_for_page(shown, lambda page: page.cases == ())
    panel.map_wanted.emit()

    shown.wait(lambda: similar.map is not None)
    assert isinstance(similar.map, CaseMap)
    assert len(similar.map.case_ids) == 4


def test_all_known_findings_are_shown_when_asked_for(shown: Case) -> None:
    shown.window.similar_panel.show_all_wanted.emit()

    assert FINDING in shown.shown.states.similar.allowed


def test_without_a_library_it_is_said_how_one_begins(case: Case, chests: tuple[Path, Path]) -> None:
    case.open(chests[0])

    similar = case.shown.states.similar
    case.wait(lambda: "no library" in str(similar.shown))
    case.window.show_dock("similar")
    assert "There is no library of cases yet." in words_of(case.window.similar_panel)


def test_another_library_is_chosen_by_its_folder(
    shown: Case, files: FileDialogs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDCT_LIBRARY")
    chosen, files.answer = list[object](), tmp_path / "other"
    shown.shown.settings_chosen.connect(chosen.append)

    shown.trigger("choose_library")

    assert chosen == [replace(FLAT, library=str(tmp_path / "other"))]


def test_a_library_that_the_environment_names_is_not_changed(shown: Case) -> None:
    shown.trigger("choose_library")

    assert "MEDCT_LIBRARY" in shown.banner


def test_other_settings_search_another_library(
    shown: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MEDCT_LIBRARY")
    other = tmp_path / "other"
    CaseLibrary.create(str(other)).add([sample(9, stamp=facts().stamp)])

    shown.shown.apply(replace(FLAT, library=str(other)))

    assert wait_for_page(shown, lambda page: page.library == "other").count == 1


def test_phantoms_are_drawn_into_a_library(shown: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[tuple[Path, int]]()
    fill = shown.shown.controllers.fill_library
    monkeypatch.setattr(
        fill, "add_phantoms", lambda folder, seeds: asked.append((folder, len(seeds)))
    )

    shown.window.similar_panel.phantom_library_wanted.emit()

    ((folder, count),) = asked
    assert (folder.name, count) == ("no-library-there", 60)


def test_a_window_closes_while_a_folder_is_added_and_loses_nothing(
    workplace: Workplace, shown: Case, place: str, files: FileDialogs, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    for number in range(4):
        small_chest.write(tmp_path / "more" / f"{number}.nii.gz", number + 20)
    files.answer = tmp_path / "more"
    shown.trigger("add_folder")
    similar = shown.shown.states.similar
    shown.wait(lambda: similar.filling is not None and similar.filling.added >= 1)

    shown.window.close()
    workplace.services.loader.stop()
    workplace.services.library.stop()

    library = CaseLibrary.open(place)
    assert library.count() == len(list(library.cases())) >= 5


def test_a_scan_that_is_being_added_is_added_although_the_window_closes(
    workplace: Workplace, shown: Case, place: str
) -> None:
    add_scan(shown)
    shown.window.close()
    workplace.services.library.stop()

    assert CaseLibrary.open(place).count() == 5
