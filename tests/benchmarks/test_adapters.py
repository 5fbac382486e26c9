"""How long adapters of the full-size model take: swapping must stay under 100 ms.

Run with: pytest tests/benchmarks/test_adapters.py --benchmark-enable -m ""
"""

from pathlib import Path

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from transformers import BertTokenizer

from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import LoadedModel, assemble
from medct_core.models.config import CT_CLIP
from medct_core.models.joint import build_unloaded
from medct_core.models.lora import preset_config
from medct_core.models.manifest import ModelManifest
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess.recipe import CT_CLIP as CT_CLIP_RECIPE

pytestmark = pytest.mark.slow


def _full_model(folder: Path) -> LoadedModel:
    """Build CT-CLIP with weights of zero, which cost no memory until they are written."""
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", encoding="utf-8")
    expected = build_unloaded(CT_CLIP).state_dict()
    tensors = {name: torch.zeros(tensor.shape) for name, tensor in expected.items()}
    manifest = ModelManifest(
        name="full",
        title="Zeros",
        version="1",
        licence="Apache-2.0",
        licence_note="",
        trained_on="synthetic",
        population="none",
        headline=None,
    )
    return LoadedModel(
        folder=folder,
        manifest=manifest,
        recipe=CT_CLIP_RECIPE,
        config=CT_CLIP,
        network=assemble(CT_CLIP, tensors, name="full"),
        tokenizer=BertTokenizer.from_pretrained(folder),
        stamp=ModelStamp("full", "0" * 64, CT_CLIP_RECIPE.id, "float32"),
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Save two adapters of the paper's size."""
    place = tmp_path_factory.mktemp("adapters")
    host = AdapterHost(_full_model(place))
    for name in ("first", "second"):
        host.attach(name, preset_config(host.network, "paper"))
        host.save(name, place / name, AdapterNotes("paper"))
    return place / "first", place / "second"


@pytest.fixture
def host(folders: tuple[Path, Path]) -> AdapterHost:
    """Put the full-size model under a host without adapters."""
    return AdapterHost(_full_model(folders[0].parent))


def test_swapping_two_loaded_adapters(
    benchmark: BenchmarkFixture, host: AdapterHost, folders: tuple[Path, Path]
) -> None:
    for folder in folders:
        host.load(folder)

    def swap_there_and_back() -> None:
        host.use("first")
        host.use("second")

    benchmark(swap_there_and_back)
    assert host.stamp.adapter == "second"


def test_loading_an_adapter_from_disk_beside_another(
    benchmark: BenchmarkFixture, folders: tuple[Path, Path]
) -> None:
    def setup() -> tuple[tuple[AdapterHost], dict[str, object]]:
        fresh = AdapterHost(_full_model(folders[0].parent))
        fresh.load(folders[0])
        return (fresh,), {}

    def load(fresh: AdapterHost) -> AdapterHost:
        fresh.load(folders[1])
        return fresh

    # The plugin leaves this method without types.
    loaded = benchmark.pedantic(load, setup=setup, rounds=3)  # type: ignore[no-untyped-call]
    assert loaded.stamp.adapter == "second"


def test_loading_the_first_adapter_from_disk(
    benchmark: BenchmarkFixture, folders: tuple[Path, Path]
) -> None:
    def setup() -> tuple[tuple[AdapterHost], dict[str, object]]:
        return (AdapterHost(_full_model(folders[0].parent)),), {}

    def load(fresh: AdapterHost) -> AdapterHost:
        fresh.load(folders[0])
        return fresh

    # The plugin leaves this method without types.
    loaded = benchmark.pedantic(load, setup=setup, rounds=3)  # type: ignore[no-untyped-call]
    assert loaded.stamp.adapter == "first"


def test_switching_off_and_on(
    benchmark: BenchmarkFixture, host: AdapterHost, folders: tuple[Path, Path]
) -> None:
    host.load(folders[0])

    def off_and_on() -> None:
        host.use_none()
        host.use("first")

    benchmark(off_and_on)
    assert host.stamp.adapter == "first"
