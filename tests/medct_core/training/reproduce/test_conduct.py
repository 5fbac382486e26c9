"""Conducting: run after run, each once, and on with what was stopped."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.reproduce.conduct import conduct, usual_seconds
from medct_core.training.reproduce.ledger import Ledger, Record
from medct_core.training.reproduce.plan import Run, planned_runs
from medct_core.training.reproduce.work import Work
from tests.reproduce_samples import TinyMaterials, fill

BASE, PAPER, PROMPT = planned_runs()[:3]


@dataclass
class Watched:
    """Notes what it is told, and may stop the work."""

    begun: list[tuple[str, int]] = field(default_factory=list)
    ended: list[tuple[str, int]] = field(default_factory=list)
    steps: int = 0
    stop: CancelToken | None = None

    def begins(self, run: Run, left: int) -> None:
        """Note what begins."""
        self.begun.append((run.id, left))

    def learned(self, run: Run, progress: FitProgress) -> None:
        """Count steps."""
        self.steps += 1
        if self.stop is not None:
            self.stop.cancel()

    def finished(self, record: Record, left: int) -> None:
        """Note what is kept."""
        self.ended.append((record.run.id, left))


@pytest.fixture
def materials(tmp_path: Path) -> TinyMaterials:
    return TinyMaterials(tmp_path / "bases")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "results")


def test_runs_are_done_in_their_order_and_kept(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    watch = Watched()

    conduct(
        (BASE, PAPER),
        ledger,
        materials,
        Work(tmp_path, epochs=1),
        cancel=CancelToken(),
        watch=watch,
    )

    assert watch.begun == [("M-base", 2), ("M-lora-paper-s0", 1)]
    assert watch.ended == [("M-base", 1), ("M-lora-paper-s0", 0)]
    assert [record.run for record in ledger.records(planned_runs())] == [BASE, PAPER]


def test_a_finished_run_is_not_done_again(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    work = Work(tmp_path, epochs=1)
    for _ in range(2):
        watch = Watched()
        conduct((BASE,), ledger, materials, work, cancel=CancelToken(), watch=watch)

    assert watch.begun == []


def test_no_more_runs_are_done_than_asked_for(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    work = Work(tmp_path, epochs=1, most_runs=1)

    conduct((BASE, PAPER), ledger, materials, work, cancel=CancelToken(), watch=Watched())

    assert (ledger.has(BASE), ledger.has(PAPER)) == (True, False)


def test_a_run_that_another_program_works_on_is_left_to_it(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    watch = Watched()

    with ledger.locked(BASE):
        conduct((BASE,), ledger, materials, Work(tmp_path), cancel=CancelToken(), watch=watch)

    assert watch.begun == []
    assert not ledger.has(BASE)


def test_a_stopped_run_is_missing_and_goes_on(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    work, token = Work(tmp_path, epochs=1), CancelToken()
    with pytest.raises(Cancelled):
        conduct((PAPER,), ledger, materials, work, cancel=token, watch=Watched(stop=token))
    assert not ledger.has(PAPER)
    watch = Watched()

    conduct((PAPER,), ledger, materials, work, cancel=CancelToken(), watch=watch)

    assert ledger.has(PAPER)
    assert watch.steps == 1


def test_other_scans_are_refused_before_any_work(
    materials: TinyMaterials, ledger: Ledger, tmp_path: Path
) -> None:
    work = Work(tmp_path, epochs=1)
    conduct((BASE,), ledger, materials, work, cancel=CancelToken(), watch=Watched())
    watch = Watched()

    with pytest.raises(UsageError, match="different scans"):
        conduct(
            (PAPER,),
            ledger,
            TinyMaterials(tmp_path / "bases", "other"),
            work,
            cancel=CancelToken(),
            watch=watch,
        )

    assert watch.steps == 0


def test_the_usual_time_is_that_of_runs_that_learned(ledger: Ledger) -> None:
    assert usual_seconds(ledger) is None

    fill(ledger, (BASE, PAPER, PROMPT), lambda _run, _domain: 1.0)

    assert usual_seconds(ledger) == pytest.approx(600)
