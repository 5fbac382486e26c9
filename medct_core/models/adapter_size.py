"""How small an adapter is beside the whole model that it replaces one of."""

from contextlib import suppress

from medct_core.errors import ModelUnavailableError
from medct_core.models.catalogue import CATALOGUE, InstalledModel
from medct_core.models.manifest import WEIGHTS_FILE, ModelManifest, find_text_base


def checkpoint_bytes(model: InstalledModel) -> int:
    """Give the size of what would be passed on if the whole model were trained anew.

    The checkpoint as it is published, where the catalogue knows it; else the weights on this
    disk, with those of the text encoder that they build upon.

    Raises
    ------
    ModelUnavailableError
        If the model's manifest cannot be used, or its weights are missing.
    """
    manifest = model.manifest()
    for entry in CATALOGUE:
        if entry.hub is not None and entry.name == manifest.name:
            return entry.hub.checkpoint_bytes
    weights = model.folder / manifest.weights_file
    if not weights.is_file():
        raise ModelUnavailableError(
            f"The weights of {manifest.name} are missing.", remedy="Install the model again."
        )
    return weights.stat().st_size + _text_base_bytes(manifest)


def _text_base_bytes(manifest: ModelManifest) -> int:
    if manifest.text_base is None:
        return 0
    with suppress(ModelUnavailableError):
        return (find_text_base(manifest.text_base) / WEIGHTS_FILE).stat().st_size
    return 0


def size_in_words(size_bytes: int, of_bytes: int) -> str:
    """Put a size beside that of the whole: ``6.7 MB of 1.77 GB (264x smaller)``."""
    times = of_bytes / size_bytes
    shown = f"{times:.0f}" if times >= 10 else f"{times:.1f}"
    return f"{bytes_in_words(size_bytes)} of {bytes_in_words(of_bytes)} ({shown}x smaller)"


def bytes_in_words(size_bytes: int) -> str:
    """Give a size in decimal units: ``6.7 MB``."""
    if size_bytes >= 1e9:
        return f"{size_bytes / 1e9:.2f} GB"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:.1f} kB"
