"""What a search of the library asks with, and the model that reads it; shared by its kinds."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medct_core.cancel import CancelToken
from medct_core.commands.console import progress_bar
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.inference.engine import InferenceEngine
    from medct_core.retrieval.search import Query, SimilarCase


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for, and with which model.

    Attributes
    ----------
    scan, text
        One of them.
    model, adapter, device, force
        As the options of the command.
    """

    scan: Path | None
    text: str
    model: str | None
    adapter: Path | None
    device: str
    force: bool

    def require_scan(self, purpose: str) -> Path:
        """Give the scan.

        Raises
        ------
        UsageError
            If a text was given.
        """
        if self.scan is None:
            raise UsageError(
                f"{purpose} for a scan, not for a text.", remedy="Name a scan instead of a text."
            )
        return self.scan


def engine_of(wish: Wish) -> "InferenceEngine":
    """Load the model of a wish; errors as `inference.loading.open_engine`."""
    from medct_core.inference.loading import open_engine
    from medct_core.models.adapter_store import chosen_adapter

    adapter = chosen_adapter(wish.model, wish.adapter)
    with progress_bar("Loading the model") as report:
        return open_engine(wish.model, device=wish.device, adapter=adapter, on_progress=report)


def query_of(engine: "InferenceEngine", wish: Wish, salt: bytes, cancel: CancelToken) -> "Query":
    """Read and embed what a wish asks with; errors as those of `archive.queries`."""
    from medct_core.archive.queries import AskedScan, scan_query, text_query

    if wish.scan is None:
        with progress_bar("Reading the text"):
            return text_query(engine, wish.text, cancel=cancel)
    asked = AskedScan(wish.scan, salt, wish.force)
    with progress_bar("Embedding the scan") as report:
        return scan_query(engine, asked, cancel=cancel, on_progress=report)


def standing_of(found: "SimilarCase") -> dict[str, Any]:
    """Say who a found case is, and how it stands to what was asked with."""
    return {
        "case_id": found.case.case_id,
        "source": found.case.source,
        "self": found.is_self,
        "same_patient": found.is_of_query,
    }
