"""One base in memory takes one adapter after another, and every result says which."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.inference.adapted import AdaptedModel
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.loading import open_engine
from medct_core.models.adapter_manifest import ADAPTER_WEIGHTS_FILE
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.preprocess.model_input import ModelInput
from tests import tiny_model
from tests.adapter_samples import write_adapter


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "models"))
    return tiny_model.write_model(tmp_path / "models" / "tiny", tiny_model.LOCAL)


@pytest.fixture
def adapters(base: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Write two adapters for it."""
    one, two = (write_adapter(base, tmp_path / n, seed=s) for s, n in enumerate(("one", "two")))
    return one, two


def _alone(base: Path, adapter: Path | None, model_input: ModelInput) -> np.ndarray:
    """Encode with a model loaded for this adapter alone."""
    engine = open_engine(str(base), device="cpu", adapter=adapter, cache=_no_cache(base))
    return engine.embed_volume(model_input).vector


def _no_cache(base: Path) -> EmbeddingCache:
    return EmbeddingCache(base.parent / "never", limit_bytes=0)


def test_swapping_gives_what_loading_anew_gives(
    base: Path, adapters: tuple[Path, Path], model_input: ModelInput
) -> None:
    adapted = AdaptedModel(load_model(base))

    for adapter in (adapters[0], adapters[1], None, adapters[0], adapters[0]):
        engine = adapted.engine(adapter)
        vector = engine.embed_volume(model_input).vector

        np.testing.assert_array_equal(vector, _alone(base, adapter, model_input))
        assert engine.stamp.adapter == (None if adapter is None else adapter.name)


def test_the_base_is_never_loaded_again(base: Path, adapters: tuple[Path, Path]) -> None:
    loaded = load_model(base)
    adapted = AdaptedModel(loaded)

    engines = [adapted.engine(adapter) for adapter in (*adapters, None)]

    assert all(engine.with_text.network is loaded.network for engine in engines)


def test_embeddings_of_different_adapters_are_kept_apart(
    base: Path, adapters: tuple[Path, Path], model_input: ModelInput, tmp_path: Path
) -> None:
    adapted = AdaptedModel(load_model(base), EmbeddingCache(tmp_path / "cache"))
    kept = [adapted.engine(adapter).embed_volume(model_input) for adapter in (*adapters, None)]

    again = [adapted.engine(adapter).embed_volume(model_input) for adapter in (*adapters, None)]

    assert len({embedding.stamp for embedding in kept}) == 3
    for one, other in zip(kept, again, strict=True):
        assert one.stamp == other.stamp
        np.testing.assert_array_equal(one.vector, other.vector)


@pytest.mark.parametrize("in_use", [True, False])
def test_what_cannot_be_put_on_leaves_all_as_it_was(
    base: Path, adapters: tuple[Path, Path], model_input: ModelInput, in_use: bool
) -> None:
    adapted = AdaptedModel(load_model(base))
    before = adapters[0] if in_use else None
    engine = adapted.engine(before)
    (adapters[1] / ADAPTER_WEIGHTS_FILE).write_bytes(b"")

    with pytest.raises(ModelUnavailableError, match="'two' is damaged"):
        adapted.engine(adapters[1])

    vector = engine.embed_volume(model_input).vector
    np.testing.assert_array_equal(vector, _alone(base, before, model_input))


def test_an_adapter_of_another_base_is_refused_with_both_names(
    base: Path, adapters: tuple[Path, Path], tmp_path: Path
) -> None:
    kind = replace(tiny_model.LOCAL, name="other", seed=9)
    stranger = write_adapter(tiny_model.write_model(tmp_path / "other", kind), tmp_path / "s-1")
    adapted = AdaptedModel(load_model(base))

    with pytest.raises(ModelMismatchError, match=r"made for other \(.*not for this tiny \("):
        adapted.engine(stranger)

    assert adapted.engine(None).stamp.adapter is None


def test_a_retrained_adapter_of_the_same_name_is_taken_only_after_none(
    base: Path, adapters: tuple[Path, Path], model_input: ModelInput, tmp_path: Path
) -> None:
    again = write_adapter(base, tmp_path / "retrained" / "one", seed=7)
    adapted = AdaptedModel(load_model(base))
    adapted.engine(adapters[0])

    with pytest.raises(UsageError, match="Another adapter called 'one' is in use"):
        adapted.engine(again)
    adapted.engine(None)

    vector = adapted.engine(again).embed_volume(model_input).vector
    np.testing.assert_array_equal(vector, _alone(base, again, model_input))
