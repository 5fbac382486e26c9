"""A similar case is opened from where it lies; another scan in its place is refused."""

from pathlib import Path

import pytest

from app.controllers.open_beside import ITSELF, NO_SCAN, OpenBeside
from app.controllers.read_study import find_study, read_scan
from app.state.beside import BesideState
from app.state.library_place import PHANTOMS_VARIABLE
from app.state.scan_places import ScanPlaces
from app.state.session import OpenScan, SessionState
from medct_core.cancel import CancelToken
from medct_core.retrieval.library_case import case_id_of
from medct_core.retrieval.scan_place import ScanPlace
from medct_core.retrieval.search import SimilarCase
from tests import library_samples, small_chest
from tests.app.stand_ins import FakeLoader
from tests.library_samples import STAMP

pytestmark = pytest.mark.gui

NAMES = ("now.nii.gz", "like.nii.gz", "other.nii.gz")


def opened(path: Path) -> OpenScan:
    return read_scan(find_study(path), None, CancelToken(), lambda _: None)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write three chests."""
    folder = tmp_path_factory.mktemp("cases")
    for seed, name in enumerate(NAMES):
        small_chest.write(folder / name, seed)
    return folder


def similar_to(path: Path) -> SimilarCase:
    """Give the case that a library holds of a scan."""
    sha256 = opened(path).volume.content_sha256
    case = library_samples.case(
        case_id=case_id_of(sha256, STAMP), scan_sha256=sha256, source=path.name
    )
    return SimilarCase(case, 0.5, 97.0, 1, 60)


class Comparing:
    """One window with a loader that answers when told."""

    def __init__(self, places: ScanPlaces) -> None:
        self.session, self.beside, self.loader = SessionState(), BesideState(), FakeLoader()
        self.places, self.done = places, 0
        self.controller = OpenBeside(self.session, self.beside, places, self.loader.as_loader())
        self.asked: list[SimilarCase] = []
        self.controller.file_wanted.connect(self.asked.append)

    def finish(self) -> None:
        """Do all work that was given away, also what comes of it."""
        while self.done < len(self.loader.works):
            self.done += 1
            self.loader.finish(self.done)

    @property
    def summary(self) -> str:
        """Why a case was not opened."""
        problem = self.controller.reading.problem
        return "" if problem is None else problem.summary


@pytest.fixture
def comparing(
    qapp: object, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Comparing:
    monkeypatch.setenv(PHANTOMS_VARIABLE, str(tmp_path / "phantoms"))
    window = Comparing(ScanPlaces(tmp_path / "places.json"))
    window.session.set_scan(opened(folder / "now.nii.gz"))
    return window


def test_a_case_whose_place_is_known_is_opened(comparing: Comparing, folder: Path) -> None:
    similar = similar_to(folder / "like.nii.gz")
    comparing.places.note(similar.case.scan_sha256, ScanPlace(folder / "like.nii.gz"))

    comparing.controller.open_case(similar)
    comparing.finish()

    shown = comparing.beside.shown
    assert shown is not None
    assert shown.similar is similar
    assert shown.scan.volume.content_sha256 == similar.case.scan_sha256
    assert (comparing.asked, comparing.summary) == ([], "")
    assert comparing.controller.reading.scan is None


def test_a_case_is_also_found_by_its_id(comparing: Comparing, folder: Path) -> None:
    similar = similar_to(folder / "like.nii.gz")
    comparing.places.note(similar.case.case_id, ScanPlace(folder / "like.nii.gz"))

    comparing.controller.open_case(similar)
    comparing.finish()

    assert comparing.beside.shown is not None


def test_a_phantom_that_was_drawn_here_is_found_where_phantoms_are_drawn(
    comparing: Comparing, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PHANTOMS_VARIABLE, str(folder))

    comparing.controller.open_case(similar_to(folder / "like.nii.gz"))
    comparing.finish()

    assert comparing.beside.shown is not None
    assert comparing.asked == []


def test_a_place_that_nobody_knows_is_asked_for_once(comparing: Comparing, folder: Path) -> None:
    similar = similar_to(folder / "like.nii.gz")
    comparing.controller.open_case(similar)
    comparing.finish()

    comparing.controller.open_path(folder / "like.nii.gz")
    comparing.finish()
    comparing.controller.close()
    comparing.controller.open_case(similar)
    comparing.finish()

    assert comparing.asked == [similar]
    assert comparing.beside.shown is not None


def test_another_scan_is_refused_and_its_place_is_asked_for_the_next_time(
    comparing: Comparing, folder: Path
) -> None:
    similar = similar_to(folder / "like.nii.gz")
    comparing.places.note(similar.case.scan_sha256, ScanPlace(folder / "other.nii.gz"))

    comparing.controller.open_case(similar)
    comparing.finish()
    told = comparing.summary
    comparing.controller.open_case(similar)
    comparing.finish()

    assert comparing.beside.shown is None
    assert told.startswith("'other.nii.gz' is not the scan of the case 'like.nii.gz'")
    assert similar.case.scan_sha256[:8] in told
    assert comparing.asked == [similar]


def test_the_scan_that_is_open_is_no_case_beside_itself(comparing: Comparing, folder: Path) -> None:
    comparing.controller.open_case(similar_to(folder / "now.nii.gz"))

    assert comparing.controller.reading.problem == ITSELF
    assert comparing.loader.works == []


def test_without_a_scan_there_is_nothing_to_compare_with(
    qapp: object, folder: Path, tmp_path: Path
) -> None:
    window = Comparing(ScanPlaces(tmp_path / "places.json"))

    window.controller.open_case(similar_to(folder / "like.nii.gz"))

    assert window.controller.reading.problem == NO_SCAN
    assert window.loader.works == []


def test_another_scan_in_the_window_closes_it_and_drops_what_is_being_read(
    comparing: Comparing, folder: Path
) -> None:
    similar = similar_to(folder / "like.nii.gz")
    comparing.places.note(similar.case.scan_sha256, ScanPlace(folder / "like.nii.gz"))
    comparing.controller.open_case(similar)
    comparing.finish()
    before = comparing.beside.shown
    comparing.controller.open_case(similar)

    comparing.session.set_scan(opened(folder / "other.nii.gz"))
    comparing.finish()

    assert before is not None
    assert comparing.beside.shown is None


def test_a_newer_wish_replaces_the_one_before(comparing: Comparing, folder: Path) -> None:
    cases = [similar_to(folder / name) for name in NAMES[1:]]
    comparing.places.note_all(
        {one.case.scan_sha256: ScanPlace(folder / one.case.source) for one in cases}
    )

    for case in cases:
        comparing.controller.open_case(case)
    comparing.finish()

    assert comparing.beside.shown is not None
    assert comparing.beside.shown.similar is cases[-1]


def test_a_file_that_cannot_be_read_is_told(comparing: Comparing, folder: Path) -> None:
    comparing.controller.open_case(similar_to(folder / "like.nii.gz"))
    comparing.finish()

    comparing.controller.open_path(folder / "nothing.nii.gz")
    with pytest.raises(Exception, match=r"nothing\.nii\.gz"):
        comparing.finish()
