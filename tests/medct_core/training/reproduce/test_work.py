"""Work: every run has a folder of its own."""

from pathlib import Path

from medct_core.training.reproduce.plan import planned_runs
from medct_core.training.reproduce.work import Work


def test_no_two_runs_share_a_folder() -> None:
    work = Work(Path("work"))

    folders = [work.of(run) for run in planned_runs()]

    assert len(set(folders)) == len(folders)
    assert all(folder.is_relative_to("work") for folder in folders)
