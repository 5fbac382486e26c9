"""Scan after scan goes into the library; whatever stops that loses nothing and hangs nowhere."""

from pathlib import Path

import pytest

from app.controllers import fill_library
from app.controllers.fill_library import (
    NO_MODEL,
    OTHER_MODEL,
    FillLibrary,
    FillWorkers,
)
from app.state.answers import StageProgress
from app.state.results import ResultsState
from app.state.similar import Filling, SimilarState
from app.workers.questions import EmbedScan
from medct_core.errors import ModelUnavailableError, NotScorableError, OutOfDiskError
from medct_core.retrieval.library import CaseLibrary
from tests import small_chest
from tests.app.stand_ins import FakeLibrary, FakeLoader, FakeWorker, embedding, facts

pytestmark = pytest.mark.gui

NO_LUNGS = NotScorableError("No lungs.", remedy="Choose a chest CT.")
FULL = OutOfDiskError("The disk is full.", remedy="Free some space.")
NO_WEIGHTS = ModelUnavailableError("No weights.", remedy="Install them.")


class FillingWindow:
    """One window whose threads answer when told."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.loader, self.worker, self.library = FakeLoader(), FakeWorker(), FakeLibrary()
        self.similar, self.results = SimilarState(), ResultsState()
        self.results.set_model(facts())
        workers = FillWorkers(
            self.loader.as_loader(), self.worker.as_worker(), self.library.as_library()
        )
        self.fill = FillLibrary(self.similar, self.results, workers, "w", address)
        self.filled = list[bool]()
        self.fill.filled.connect(lambda: self.filled.append(True))

    def load(self) -> None:
        """Let the loader do its newest work, as the real one does: errors are told."""
        number = len(self.loader.works)
        try:
            self.loader.finish(number)
        except NotScorableError as error:
            self.loader.failed.emit(number, error)

    def encode(self) -> None:
        """Answer the newest question of the model."""
        number = self.worker.number_of(EmbedScan)
        volume = self.worker.newest(EmbedScan).volume
        self.worker.answered.emit(number, embedding(volume), ())

    def take(self, step: str) -> None:
        """Take one step with the scan that is next."""
        if step == "load":
            self.load()
        elif step == "encode":
            self.encode()
        else:
            self.library.finish_newest("add" if step == "look" else "keep")

    def bring_in(self) -> None:
        """Take the scan that is next from its file into the library."""
        self.load()
        if self.library.finish_newest("add") is False:
            self.encode()
            self.library.finish_newest("keep")

    @property
    def filling(self) -> Filling:
        """How far it is."""
        assert self.similar.filling is not None
        return self.similar.filling

    @property
    def sources(self) -> list[str]:
        """Names of the cases that are in the library."""
        return sorted(case.source for case in CaseLibrary.open(self.address).cases())


@pytest.fixture
def chests(tmp_path: Path) -> Path:
    """Write three chests into a folder."""
    (tmp_path / "scans").mkdir()
    for number, name in enumerate("abc"):
        small_chest.write(tmp_path / "scans" / f"{name}.nii.gz", number)
    return tmp_path / "scans"


@pytest.fixture
def window(qapp: object, tmp_path: Path) -> FillingWindow:
    """Build a window with a model and no library."""
    return FillingWindow(str(tmp_path / "library"))


def test_every_scan_of_a_folder_is_added(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    window.load()
    for _ in range(3):
        assert window.fill.is_filling
        window.bring_in()

    assert window.filling == Filling(total=3, done=3, added=3, is_over=True)
    assert window.sources == ["a.nii.gz", "b.nii.gz", "c.nii.gz"]
    assert window.filled == [True, True]
    assert not window.fill.is_filling


def test_where_the_scans_of_a_folder_lie_is_told(window: FillingWindow, chests: Path) -> None:
    told = dict[str, Path]()
    window.fill.scan_read.connect(told.__setitem__)

    window.fill.add_folder(chests)
    window.load()
    for _ in range(3):
        window.bring_in()

    known = {case.scan_sha256: case.source for case in CaseLibrary.open(window.address).cases()}
    assert {sha256: path.name for sha256, path in told.items()} == known
    assert all(path.parent == chests for path in told.values())


def test_what_is_there_is_not_encoded_again(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests / "a.nii.gz")
    window.load()
    window.bring_in()
    asked = len(window.worker.of(EmbedScan))

    window.fill.add_folder(chests)
    window.load()
    for _ in range(3):
        window.bring_in()

    assert len(window.worker.of(EmbedScan)) == asked + 2
    assert (window.filling.added, window.filling.there) == (2, 1)


def test_a_refused_scan_is_named_and_stops_no_other(window: FillingWindow, chests: Path) -> None:
    (chests / "b.nii.gz").write_bytes(b"no scan")
    window.fill.add_folder(chests)
    window.load()
    window.bring_in()

    number = len(window.loader.works)
    window.loader.failed.emit(number, NO_LUNGS)
    window.load()
    window.library.finish_newest("add")
    window.worker.failed.emit(window.worker.number_of(EmbedScan), NO_LUNGS)

    assert [one.name for one in window.filling.refused] == ["b.nii.gz", "c.nii.gz"]
    assert window.filling.refused[0].problem.summary == "No lungs."
    assert (window.filling.done, window.filling.is_over) == (3, True)


def test_a_scan_that_had_to_give_way_is_encoded_again(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests / "a.nii.gz")
    window.load()
    window.load()
    window.library.finish_newest("add")
    first = window.worker.number_of(EmbedScan)

    window.worker.cancelled.emit(first)

    again = window.worker.number_of(EmbedScan)
    assert again > first
    window.encode()
    window.library.finish_newest("keep")
    assert window.filling.added == 1


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4])
def test_stopping_keeps_what_was_added_wherever_it_happens(
    window: FillingWindow, chests: Path, steps: int
) -> None:
    window.fill.add_folder(chests)
    window.load()
    window.bring_in()
    for step in ("load", "look", "encode", "write")[:steps]:
        window.take(step)

    window.fill.cancel()
    for job, emit in enumerate((window.worker.cancelled.emit, window.loader.cancelled.emit), 1):
        emit(job)

    assert window.filling.is_over
    assert not window.fill.is_filling
    assert "a.nii.gz" in window.sources
    before = len(window.loader.works)
    window.fill.cancel()
    assert len(window.loader.works) == before


def test_a_waiting_question_that_is_stopped_is_not_asked_again(
    window: FillingWindow, chests: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.fill.add_folder(chests / "a.nii.gz")
    window.load()
    window.load()
    window.library.finish_newest("add")
    # As the worker does where a job was still waiting.
    monkeypatch.setattr(window.worker, "cancel", window.worker.cancelled.emit)

    window.fill.cancel()

    assert len(window.worker.of(EmbedScan)) == 1


def test_another_model_ends_adding_and_says_so(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    window.load()
    window.load()

    window.results.set_model(facts("other"))

    assert window.filling.end == OTHER_MODEL
    assert not window.fill.is_filling


def test_without_a_model_nothing_is_begun(window: FillingWindow, chests: Path) -> None:
    window.results.set_model(None)

    window.fill.add_folder(chests)

    assert window.filling.end == NO_MODEL
    assert window.loader.works == []


def test_a_full_disk_ends_adding(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    window.load()
    window.load()
    window.library.finish_newest("add")
    window.encode()

    window.library.failed.emit(window.library.newest("keep"), FULL)

    assert window.filling.end is not None
    assert window.filling.end.summary == "The disk is full."
    assert (window.filling.done, window.filling.total) == (0, 3)


def test_a_model_that_is_gone_ends_adding(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    window.load()
    window.load()
    window.library.finish_newest("add")

    window.worker.failed.emit(window.worker.number_of(EmbedScan), NO_WEIGHTS)

    assert window.filling.end is not None
    assert window.filling.refused == ()


def test_a_folder_without_scans_says_so(window: FillingWindow, tmp_path: Path) -> None:
    window.fill.add_folder(tmp_path)

    window.loader.failed.emit(1, NO_LUNGS)

    assert window.filling.end is not None
    assert window.filling.is_over


def test_progress_counts_reading_and_encoding(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    assert window.filling.share is None
    window.load()
    window.loader.progress.emit(2, 1.0)
    assert window.filling.share == pytest.approx(0.3 / 3)
    window.load()
    window.library.finish_newest("add")

    job = window.worker.number_of(EmbedScan)
    window.worker.progress.emit(job, StageProgress("encode", 0.5, 1.0))
    window.worker.progress.emit(job + 1, StageProgress("encode", 1.0, 1.0))

    assert window.filling.share == pytest.approx(0.65 / 3)
    assert window.filling.name == "a.nii.gz"


def test_answers_of_others_with_the_same_number_are_not_taken(
    window: FillingWindow, chests: Path
) -> None:
    window.fill.add_folder(chests)
    window.load()

    # Three threads number their jobs alike.
    window.library.done.emit(2, False)
    window.worker.answered.emit(2, embedding(small_chest.volume()), ())
    window.worker.failed.emit(2, NO_LUNGS)
    window.library.failed.emit(2, FULL)

    assert window.filling.done == 0
    assert window.fill.is_filling


def test_two_folders_are_not_added_at_once(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)

    window.fill.add_folder(chests)
    window.fill.dismiss()

    assert len(window.loader.works) == 1
    assert window.similar.filling is not None


def test_what_came_of_it_is_told_until_it_was_read(window: FillingWindow, tmp_path: Path) -> None:
    window.fill.add_folder(tmp_path)
    window.loader.failed.emit(1, NO_LUNGS)

    window.fill.dismiss()

    assert window.similar.filling is None


def test_a_window_that_closes_stops_without_a_word(window: FillingWindow, chests: Path) -> None:
    window.fill.add_folder(chests)
    window.load()
    before = window.filling

    window.fill.close()

    assert window.loader.stopped == [2]
    assert window.filling == before


def test_phantoms_are_drawn_once_and_added(
    window: FillingWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = list[int]()

    def write(seed: int, folder: Path, *, cancel: object) -> Path:
        drawn.append(seed)
        folder.mkdir(exist_ok=True)
        return small_chest.write(folder / f"phantom-{seed}.nii.gz", seed)

    monkeypatch.setattr("medct_core.archive.phantom_files.write_library_phantom", write)

    window.fill.add_phantoms(tmp_path / "phantoms", (1, 2))
    for _ in range(2):
        assert window.filling.name == f"phantom {len(drawn) + 1}"
        window.bring_in()

    assert drawn == [1, 2]
    assert window.sources == ["phantom-1.nii.gz", "phantom-2.nii.gz"]


def test_another_library_is_filled_from_the_next_time_on(
    window: FillingWindow, chests: Path, tmp_path: Path
) -> None:
    window.fill.add_folder(chests / "a.nii.gz")
    window.fill.set_address(str(tmp_path / "other"))
    window.load()
    window.bring_in()

    assert window.sources == ["a.nii.gz"]
    assert not (tmp_path / "other").exists()
    assert fill_library.Source(chests, 7).name == "phantom 7"
