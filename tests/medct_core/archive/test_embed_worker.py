"""EmbedWorker: a path in, a row out; nothing is raised, nothing printed, no key made."""

import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from medct_core.archive import embed_worker
from medct_core.archive.embed_worker import EmbedWorker, ScanTask, WorkerReady
from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.scan_case import ScanWithFacts
from medct_core.errors import ModelUnavailableError, NotAnImageError, NotScorableError, UsageError
from medct_core.models.bundle import load_model
from tests import small_chest, tiny_model
from tests.medct_core.io import making
from tests.workers_here import worker_with


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep this process as it was: a worker sets how many threads compute."""
    monkeypatch.setenv("OMP_NUM_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.write_model(tmp_path_factory.mktemp("models") / "tiny", tiny_model.PAIR)


@pytest.fixture
def worker(model: Path) -> EmbedWorker:
    worker = worker_with(model)
    worker.start()
    return worker


def test_a_worker_says_what_it_is(model: Path) -> None:
    ready = worker_with(model).start()

    assert ready.stamp == load_model(model).stamp
    assert ready.error is None
    assert ready.host


def test_a_scan_becomes_a_case_without_keys(worker: EmbedWorker, tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "ct", small_chest.volume(3))

    answer = pickle.loads(pickle.dumps(worker.embed(ScanTask(7, str(folder)))))

    assert (answer.number, answer.error) == (7, None)
    assert answer.case.case_id == answer.case_id
    assert (answer.case.patient_key, answer.case.sex) == ("", "")
    assert (answer.facts.patient, answer.facts.sex) == (making.PATIENT_ID, "F")


def test_a_row_is_small(worker: EmbedWorker, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")

    answer = worker.embed(ScanTask(1, str(path)))

    assert len(pickle.dumps(answer)) < 40_000


def test_a_known_case_is_read_and_not_embedded(
    worker: EmbedWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(small_chest.write(tmp_path / "a.nii.gz"))
    first = worker.embed(ScanTask(1, path))
    monkeypatch.delattr(embed_worker, "embedding_of")

    again = worker.embed(ScanTask(2, path, known=first.case_id))

    assert (again.case_id, again.case, again.error) == (first.case_id, None, None)


@pytest.mark.parametrize("is_forced", [True, False])
def test_force_takes_what_is_unsuitable(model: Path, tmp_path: Path, is_forced: bool) -> None:
    worker = worker_with(model, is_forced=is_forced)
    worker.start()
    head = small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)

    answer = worker.embed(ScanTask(1, str(head)))

    assert isinstance(answer.error, NotScorableError) is not is_forced
    assert bool(answer.case_id) is is_forced


def test_what_is_no_scan_comes_back_as_an_error(worker: EmbedWorker, tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_text("text", encoding="utf-8")

    answer = worker.embed(ScanTask(1, str(tmp_path / "a.nii")))

    assert isinstance(answer.error, NotAnImageError)
    assert not answer.is_blind


def test_an_error_of_any_kind_can_travel(
    worker: EmbedWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class OddError(Exception):
        """Cannot be pickled: it lies in a function."""

    def fail(_path: Path, _given: KnownFacts) -> ScanWithFacts:
        raise OddError("odd")

    monkeypatch.setattr(embed_worker, "read_with_facts", fail)
    path = small_chest.write(tmp_path / "a.nii.gz")

    answer = pickle.loads(pickle.dumps(worker.embed(ScanTask(1, str(path)))))

    assert str(answer.error) == "OddError: odd"


def test_what_a_reader_prints_is_dropped(
    worker: EmbedWorker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def talk(path: Path, _given: KnownFacts) -> ScanWithFacts:
        os.write(1, b"Erika")
        os.write(2, b"Erika")
        raise ValueError

    monkeypatch.setattr(embed_worker, "read_with_facts", talk)
    worker.embed(ScanTask(1, str(small_chest.write(tmp_path / "a.nii.gz"))))
    os.write(1, b"afterwards")

    told = capfd.readouterr()
    assert (told.out, told.err) == ("afterwards", "")


def test_a_path_or_file_that_is_another_here_is_named(worker: EmbedWorker, tmp_path: Path) -> None:
    path = small_chest.write(tmp_path / "a.nii.gz")

    gone = worker.embed(ScanTask(1, str(tmp_path / "gone.nii.gz"), 5))
    other = worker.embed(ScanTask(2, str(path), path.stat().st_size + 1))

    for answer, words in ((gone, "does not see"), (other, "bytes")):
        assert isinstance(answer.error, UsageError)
        assert words in answer.error.summary
        assert str(tmp_path) in answer.error.summary


def test_a_machine_that_sees_no_scan_says_so(model: Path, tmp_path: Path) -> None:
    sample = small_chest.write(tmp_path / "a.nii.gz")
    worker = worker_with(model, samples=(str(sample),))
    seeing = worker.start()
    sample.unlink()

    answer, blind = (
        worker.embed(ScanTask(1, str(sample))),
        worker_with(model, samples=(str(sample),)),
    )

    assert seeing.error is None
    assert answer.is_blind
    assert "does not see" in str(blind.start().error)


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    ready = worker_with(tmp_path / "none").start()

    assert isinstance(pickle.loads(pickle.dumps(ready)).error, ModelUnavailableError)
    assert ready.stamp is None


def test_neither_paths_nor_numbers_show_in_what_is_printed_of_a_message() -> None:
    task = ScanTask(1, "/archive/MUSTERFRAU")
    facts = KnownFacts(patient="AB-1", names=("Erika",))

    said = repr(task) + repr(facts) + repr(WorkerReady("host", "1.0"))

    assert not any(word in said for word in ("MUSTERFRAU", "AB-1", "Erika"))
