"""Scans shared out: all are there once, whatever dies, and no worker is asked twice."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from medct_core.archive.known_facts import KnownFacts
from medct_core.cancel import Cancelled, CancelToken
from medct_core.inference.engine import InferenceEngine
from medct_core.models.bundle import load_model
from tests import small_chest, tiny_model
from tests.library_samples import assert_same
from tests.workers_here import WorkersHere, worker_with

pytest.importorskip("lancedb")
from medct_core.archive.add_on_cluster import ClusterJob, add_scans_on
from medct_core.archive.embed_folder import Embedder, Outcome, State, WantedScan, add_scans
from medct_core.archive.ledger import WorkerKillerError
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_health import check_library

Pool = Callable[..., WorkersHere]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.write_model(tmp_path_factory.mktemp("models") / "tiny", tiny_model.PAIR)


@pytest.fixture
def pool(model: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """Make workers; gives back the threads they take."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    yield lambda **wishes: WorkersHere(worker_with(model), **wishes)
    torch.set_num_threads(before)


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    return CaseLibrary.create(str(tmp_path / "library"))


@pytest.fixture
def scans(tmp_path: Path) -> list[WantedScan]:
    """Write four chests and a text that is named like a scan."""
    folder = tmp_path / "scans"
    folder.mkdir()
    paths = [small_chest.write(folder / f"{n}.nii.gz", seed=n) for n in range(4)]
    (folder / "text.nii.gz").write_text("no scan", encoding="utf-8")
    return [WantedScan(path) for path in (*paths, folder / "text.nii.gz")]


def states(outcomes: list[Outcome]) -> dict[str, State]:
    return {one.path.name: one.state for one in outcomes}


def test_cases_are_those_of_a_run_without_a_cluster(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan], model: Path, tmp_path: Path
) -> None:
    alone = CaseLibrary.create(str(tmp_path / "alone"))
    list(add_scans(Embedder(alone, InferenceEngine(load_model(model))), scans))

    outcomes = list(add_scans_on(ClusterJob(library, pool()), scans))

    ours, theirs = ({case.case_id: case for case in one.cases()} for one in (library, alone))
    assert set(ours) == set(theirs)
    for case_id, case in ours.items():
        assert_same(replace(case, added_at=theirs[case_id].added_at), theirs[case_id])
    assert list(states(outcomes).values()).count(State.ADDED) == 4
    assert states(outcomes)["text.nii.gz"] is State.REFUSED


def test_doing_it_again_asks_nobody(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    list(add_scans_on(ClusterJob(library, pool()), scans))
    again = pool()

    outcomes = list(add_scans_on(ClusterJob(library, again), scans))

    assert again.read == []
    assert states(outcomes)["0.nii.gz"] is State.THERE
    refused = next(one for one in outcomes if one.state is State.REFUSED)
    assert "refused before" in str(refused.error)


def test_what_was_refused_is_read_again_when_asked(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    list(add_scans_on(ClusterJob(library, pool()), scans))
    again = pool()

    list(add_scans_on(ClusterJob(library, again, is_retried=True), scans))

    assert again.read == ["text.nii.gz"]


def test_a_changed_file_and_a_new_fact_are_read_again(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    list(add_scans_on(ClusterJob(library, pool()), scans))
    small_chest.write(scans[0].path, seed=9)
    scans[1] = replace(scans[1], facts=KnownFacts(report="A nodule."))
    again = pool()

    outcomes = list(add_scans_on(ClusterJob(library, again), scans))

    assert sorted(again.read) == ["0.nii.gz", "1.nii.gz"]
    assert states(outcomes)["0.nii.gz"] is State.ADDED
    assert states(outcomes)["1.nii.gz"] is State.UPDATED
    assert "A nodule." in [case.report for case in library.cases()]


def test_a_removed_case_is_embedded_again(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    first = next(add_scans_on(ClusterJob(library, pool()), scans[:1]))
    library.remove([first.case_id])

    (outcome,) = add_scans_on(ClusterJob(library, pool()), scans[:1])

    assert outcome.state is State.ADDED


def test_the_scan_of_a_dead_worker_goes_to_another(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    workers = pool(deaths={"1.nii.gz": 1})

    outcomes = list(add_scans_on(ClusterJob(library, workers), scans))

    assert workers.read.count("1.nii.gz") == 2
    assert states(outcomes)["1.nii.gz"] is State.ADDED
    assert [one.count for one in check_library(library).stamps] == [4]


def test_a_scan_that_kills_its_workers_is_refused_and_remembered(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    outcomes = list(add_scans_on(ClusterJob(library, pool(deaths={"1.nii.gz": 9})), scans))
    again = pool()

    (remembered,) = add_scans_on(ClusterJob(library, again), scans[1:2])

    refused = next(one for one in outcomes if one.path.name == "1.nii.gz")
    assert isinstance(refused.error, WorkerKillerError)
    assert "killed the worker that read it" in str(refused.error)
    assert isinstance(remembered.error, WorkerKillerError)
    assert again.read == []
    assert library.count() == 3


def test_no_more_is_on_its_way_than_there_are_workers(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    workers = pool(count=3)

    list(add_scans_on(ClusterJob(library, workers), scans))

    assert workers.most_at_once == 3


def test_stopping_keeps_what_was_answered(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    token, workers = CancelToken(), pool(count=1)
    answer = workers.wait

    def stop_after_two(timeout_s: float) -> object:
        if len(workers.read) == 1:
            token.cancel()
        return answer(timeout_s)

    workers.wait = stop_after_two  # type: ignore[method-assign, assignment]
    told: list[Outcome] = []

    with pytest.raises(Cancelled):
        told.extend(add_scans_on(ClusterJob(library, workers), scans, cancel=token))

    assert [one.state for one in told] == [State.ADDED] * 2
    assert library.count() == 2


def test_progress_never_goes_back_and_ends_at_one(
    pool: Pool, library: CaseLibrary, scans: list[WantedScan]
) -> None:
    told: list[float] = []

    list(add_scans_on(ClusterJob(library, pool()), scans, on_progress=told.append))

    assert told == sorted(told)
    assert told[-1] == 1.0
