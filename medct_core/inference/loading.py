"""From the name of a model to an engine that can be asked."""

from pathlib import Path

from medct_core.inference.cache import EmbeddingCache, default_cache
from medct_core.inference.device import choose_device
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.request import OnProgress
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import default_model, find_model
from medct_core.models.manifest import no_progress


def open_engine(
    model: str | None = None,
    *,
    device: str = "auto",
    adapter: Path | None = None,
    cache: EmbeddingCache | None = None,
    on_progress: OnProgress = no_progress,
) -> InferenceEngine:
    """Load a model and put it on a device.

    Parameters
    ----------
    model
        Name or folder; None takes CT-CLIP where it is installed, else medct-mini.
    device
        See `device.choose_device`.
    adapter
        Folder of an adapter to put on the model.
    cache
        Where embeddings are kept; this user's own cache by default.
    on_progress
        Takes the fraction of the weights that have been checked, in [0, 1].

    Raises
    ------
    UsageError
        If the machine has no such device.
    ModelUnavailableError
        If the model is missing or damaged, or the adapter does not fit it.
    """
    where = choose_device(device)
    installed = default_model() if model is None else find_model(model)
    loaded = load_model(installed.folder, device=where, on_progress=on_progress)
    if adapter is not None:
        # peft takes a second to import, and most analyses have no adapter.
        from medct_core.models.adapters import AdapterHost  # noqa: PLC0415

        host = AdapterHost(loaded)
        host.load(adapter)
        loaded = host.model
    return InferenceEngine(loaded, cache=cache or default_cache())
