"""WorkerPool: what whoever shares out scans asks of workers, wherever these are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from medct_core.archive.embed_worker import ScanAnswer, ScanTask
from medct_core.models.stamp import ModelStamp


@dataclass(frozen=True, slots=True)
class LostScan:
    """A scan whose worker is gone.

    Attributes
    ----------
    number
        Of the task.
    is_suspect
        Whether the scan may be the cause: false where a machine no longer saw any scan.
    """

    number: int
    is_suspect: bool


class WorkerPool(Protocol):
    """Workers with the same model, each busy with one scan at most; one thread asks them."""

    @property
    def stamp(self) -> ModelStamp:
        """Of the model that all of them have."""
        ...

    @property
    def free(self) -> int:
        """How many wait for a scan."""
        ...

    def give(self, task: ScanTask) -> None:
        """Give a free worker a scan."""
        ...

    def wait(self, timeout_s: float) -> Sequence[ScanAnswer | LostScan]:
        """Wait for answers, and replace workers that are gone.

        Raises
        ------
        MedctError
            If no worker is left, or the cluster does not answer.
        """
        ...
