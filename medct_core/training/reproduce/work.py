"""Work: where and how the runs of the experiment are done; light, so that a command may name it."""

from dataclasses import dataclass
from pathlib import Path

from medct_core.training.reproduce.plan import Run

EPOCHS = 15
"""Passes over the scans; MedCT-VLM's number."""


@dataclass(frozen=True, slots=True)
class Work:
    """Where and how runs are done.

    Attributes
    ----------
    folder
        Below it each run has a folder for its checkpoint, adapter and curves.
    epochs
        Passes over the scans.
    threads
        Processors a run may use.
    most_runs
        After so many runs it is enough; None does all.
    """

    folder: Path
    epochs: int = EPOCHS
    threads: int = 1
    most_runs: int | None = None

    def of(self, run: Run) -> Path:
        """Folder of one run."""
        return self.folder / "lora-runs" / run.id

    @property
    def vectors(self) -> Path:
        """Folder of what untouched bases say of scans."""
        return self.folder / "base-vectors"
