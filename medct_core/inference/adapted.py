"""AdaptedModel: one base in memory, and whichever adapter is wanted on it."""

from pathlib import Path
from typing import TYPE_CHECKING

from medct_core.errors import UsageError
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.engine import InferenceEngine
from medct_core.models.adapter_manifest import read_adapter_manifest
from medct_core.models.image_model import AnyModel, require_text_side

if TYPE_CHECKING:
    from medct_core.models.adapters import AdapterHost


class AdaptedModel:
    """Gives engines of one base, which is loaded once, with another adapter each time.

    All of them share the network, so only the newest engine may be asked. Not thread-safe.

    Parameters
    ----------
    base
        The model without adapter, on its device.
    cache
        Where embeddings are kept; their stamps keep those of different adapters apart.
    """

    def __init__(self, base: AnyModel, cache: EmbeddingCache | None = None) -> None:
        self._base, self._cache = base, cache
        self._host: AdapterHost | None = None

    def engine(self, adapter: Path | None) -> InferenceEngine:
        """Put an adapter on the base in the place of the one before; None leaves the base alone.

        After an error the one before is still in use.

        Raises
        ------
        ModelMismatchError
            If the adapter was made for another base or recipe.
        ModelUnavailableError
            If it is missing or damaged, or the base has no text side.
        UsageError
            If another adapter of the same name is in use: results could not be told apart.
        """
        if adapter is not None:
            self._put_on(adapter)
        elif self._host is not None:
            self._host.use_none()
        loaded = self._base if self._host is None else self._host.model
        return InferenceEngine(loaded, cache=self._cache)

    def _put_on(self, folder: Path) -> None:
        # peft takes a second to import, and most analyses have no adapter.
        from medct_core.models.adapters import AdapterHost  # noqa: PLC0415

        if self._host is None:
            self._host = AdapterHost(require_text_side(self._base))
        host, wanted, before = self._host, read_adapter_manifest(folder), self._host.stamp
        if (wanted.name, wanted.weights_sha256) == (before.adapter, before.adapter_sha256):
            return
        if wanted.name == before.adapter:
            raise UsageError(
                f"Another adapter called {wanted.name!r} is in use.",
                remedy="Take the model without adapter first, then this one.",
            )
        if wanted.name in host.names:
            # Of an earlier time; its folder may hold something else by now.
            host.drop(wanted.name)
        host.load(folder)
        if before.adapter is not None:
            host.drop(before.adapter)
