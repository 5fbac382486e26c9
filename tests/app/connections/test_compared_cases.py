"""A whole window explains a similar case, opens it beside the scan, and keeps a mark."""

from pathlib import Path

import pytest

from app.controllers.read_study import find_study, read_scan
from app.state.scan_places import ScanPlace
from app.state.similar_page import SimilarPage
from app.state.view import Layout, Overlay
from app.viewer.companion_view import Companion
from medct_core.cancel import CancelToken
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase, case_id_of
from tests.app.case_windows import Case, Workplace
from tests.app.stand_ins import facts
from tests.library_samples import case as sample

pytestmark = pytest.mark.gui


@pytest.fixture
def known(
    tmp_path: Path, chests: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> LibraryCase:
    """Make a library of three cases; one of them is the second chest."""
    path, stamp = chests[1], facts().stamp
    scan = read_scan(find_study(path), None, CancelToken(), lambda _: None)
    sha256 = scan.volume.content_sha256
    case = sample(
        1,
        stamp=stamp,
        case_id=case_id_of(sha256, stamp),
        scan_sha256=sha256,
        source=path.name,
    )
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add([case, sample(2, stamp=stamp), sample(3, stamp=stamp)])
    monkeypatch.setenv("MEDCT_LIBRARY", str(tmp_path / "library"))
    return case


@pytest.fixture
def shown(known: LibraryCase, workplace: Workplace, chests: tuple[Path, Path]) -> Case:
    """Open the first chest, and wait for the cases like it."""
    workplace.services.places.note(known.scan_sha256, ScanPlace(chests[1]))
    case = workplace.open_window()
    case.open(chests[0])
    case.wait(lambda: case.shown.states.similar.page is not None)
    return case


def page_of(case: Case) -> SimilarPage:
    page = case.shown.states.similar.page
    assert page is not None
    return page


def test_both_scans_show_what_they_share(shown: Case, known: LibraryCase) -> None:
    panel, states = shown.window.similar_panel, shown.shown.states

    panel.open_beside_wanted.emit(known.case_id)
    shown.wait(lambda: states.beside.shown is not None)
    panel.why_wanted.emit(known.case_id)
    shown.wait(lambda: states.beside.likeness is not None and states.results.heatmap is not None)

    assert shown.shown.place.role is Companion.SIMILAR
    assert states.view.layout is Layout.COMPARE
    assert Overlay.HEATMAP in states.view.overlays
    assert Overlay.HEATMAP in shown.shown.place.companion.link.prior.overlays


def test_another_scan_takes_the_case_beside_away(
    shown: Case, known: LibraryCase, chests: tuple[Path, Path]
) -> None:
    states = shown.shown.states
    shown.window.similar_panel.open_beside_wanted.emit(known.case_id)
    shown.wait(lambda: states.beside.shown is not None)

    shown.open(chests[1])

    assert states.beside.shown is None
    assert not shown.shown.place.companion.isVisible()


def test_a_mark_orders_anew_and_comes_back_with_the_scan(
    shown: Case, known: LibraryCase, workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    before = [one.case.case_id for one in page_of(shown).cases]
    shown.wait(lambda: shown.shown.controllers.keep_case.is_loaded)

    shown.window.similar_panel.not_similar_toggled.emit(before[0], True)
    shown.wait(lambda: bool(page_of(shown).not_similar))
    marked = [one.case.case_id for one in page_of(shown).cases]
    shown.window.close()
    again = workplace.open_window()
    again.open(chests[0])
    again.wait(lambda: bool(again.shown.states.lists.not_similar.items))

    assert marked[-1] == before[0]
    assert again.shown.states.lists.not_similar.items == (before[0],)


def test_a_scan_that_was_opened_is_found_without_a_question(
    shown: Case, workplace: Workplace, chests: tuple[Path, Path]
) -> None:
    scan = shown.session.scan
    assert scan is not None
    places, name = workplace.services.places, scan.volume.content_sha256

    shown.wait(lambda: places.find(name) is not None)

    place = places.find(name)
    assert place is not None
    assert place.path == chests[0]
