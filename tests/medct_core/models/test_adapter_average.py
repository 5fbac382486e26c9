"""The average of adapters adds to every layer exactly the mean of what they add."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from peft import LoraConfig
from safetensors.torch import load_file, save_file

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models.adapter_average import (
    ThinPair,
    average_adapters,
    averaged,
    shares_of,
)
from medct_core.models.adapter_manifest import (
    ADAPTER_FILE,
    ADAPTER_WEIGHTS_FILE,
    read_adapter_manifest,
    verify_adapter,
)
from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import load_model
from medct_core.models.joint import JointModel
from medct_core.models.lora import plain_state
from medct_core.models.manifest import file_sha256
from tests.adapter_samples import write_adapter
from tests.tiny_model import LOCAL, write_model

_WORDS = torch.tensor([[2, 5, 6, 3]])
_VOLUME = torch.linspace(-1, 1, 2048).view(1, 1, 8, 16, 16)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """Write a tiny model without quantiser, which would hide small changes."""
    return write_model(tmp_path / "tiny", LOCAL)


def _outputs(network: JointModel) -> torch.Tensor:
    with torch.inference_mode():
        text = network.encode_text(_WORDS, torch.ones_like(_WORDS))
        return torch.cat([network.encode_volume(_VOLUME).latent, text])


def _merged_state(base: Path, adapter: Path) -> dict[str, torch.Tensor]:
    host = AdapterHost(load_model(base))
    host.load(adapter)
    return plain_state(host.merge().network)


def _mean_network(base: Path, adapters: Sequence[Path], shares: Sequence[float]) -> JointModel:
    """Average whole weights, the slow and plain way."""
    states = [_merged_state(base, adapter) for adapter in adapters]
    mean = {
        name: sum(
            (share * state[name].double() for share, state in zip(shares, states, strict=True)),
            start=torch.zeros(()),
        ).float()
        for name in states[0]
    }
    network = load_model(base).network
    network.load_state_dict(mean)
    return network


def _with(base: Path, adapter: Path) -> JointModel:
    host = AdapterHost(load_model(base))
    host.load(adapter)
    return host.network


def test_the_average_computes_what_averaged_weights_compute(base: Path, tmp_path: Path) -> None:
    one = write_adapter(base, tmp_path / "one", seed=1)
    other = write_adapter(base, tmp_path / "other", seed=2)
    expected = _outputs(_mean_network(base, [one, other], [0.7, 0.3]))

    average_adapters([one, other], [7.0, 3.0], tmp_path / "both")

    outputs = _outputs(_with(base, tmp_path / "both"))
    torch.testing.assert_close(outputs, expected, rtol=0, atol=2e-6)
    assert not torch.allclose(outputs, _outputs(_with(base, one)), atol=1e-3)


def test_averaging_the_thin_matrices_themselves_would_be_another_adapter(
    base: Path, tmp_path: Path
) -> None:
    one = write_adapter(base, tmp_path / "one", seed=1)
    other = write_adapter(base, tmp_path / "other", seed=2)
    expected = _outputs(_mean_network(base, [one, other], [0.5, 0.5]))
    thin = [load_file(folder / ADAPTER_WEIGHTS_FILE) for folder in (one, other)]
    host = AdapterHost(load_model(base))
    host.load(one)
    for name, tensor in host.network.named_parameters():
        kept = f"base_model.model.{name.replace('.one.', '.')}"
        if kept in thin[0]:
            tensor.data.copy_((thin[0][kept] + thin[1][kept]) / 2)

    assert not torch.allclose(_outputs(host.network), expected, atol=1e-3)


def test_adapters_of_other_layers_and_ranks_are_averaged_too(base: Path, tmp_path: Path) -> None:
    both = write_adapter(base, tmp_path / "wide", seed=1)
    text = write_adapter(base, tmp_path / "text", seed=2, text_rank=2)
    expected = _outputs(_mean_network(base, [both, text], [0.5, 0.5]))

    made = average_adapters([both, text], [1, 1], tmp_path / "mean")

    outputs = _outputs(_with(base, tmp_path / "mean"))
    torch.testing.assert_close(outputs, expected, rtol=0, atol=2e-6)
    assert made.layers == read_adapter_manifest(both).layers


def test_an_average_is_whole_named_after_its_folder_and_measured_on_nobody(
    base: Path, tmp_path: Path
) -> None:
    folders = [write_adapter(base, tmp_path / name, has_head=True) for name in ("one", "two")]

    made = average_adapters(folders, [1, 1], tmp_path / "mean")

    verify_adapter(tmp_path / "mean", made)
    assert made == read_adapter_manifest(tmp_path / "mean")
    assert (made.name, made.head_sha256, made.metrics) == ("mean", None, {})
    assert made.parameters == sum(read_adapter_manifest(one).parameters for one in folders)


_WEIGHTS = st.lists(st.floats(0, 1e6), min_size=2, max_size=5).filter(lambda w: sum(w) > 1e-3)


@given(_WEIGHTS)
def test_shares_sum_to_one_in_the_proportion_of_the_weights(weights: list[float]) -> None:
    shares = shares_of(weights, len(weights))

    assert sum(shares) == pytest.approx(1.0)
    assert shares == pytest.approx([one / sum(weights) for one in weights])


@pytest.mark.parametrize(
    ("weights", "count"),
    [([1.0], 1), ([1.0], 2), ([0.0, 0.0], 2), ([-1.0, 2.0], 2), ([float("nan"), 1.0], 2)],
)
def test_weights_that_make_no_average_are_refused(weights: list[float], count: int) -> None:
    with pytest.raises(UsageError):
        shares_of(weights, count)


@given(st.integers(1, 4), st.integers(1, 4), st.floats(0.01, 0.99))
def test_products_are_averaged_whatever_the_ranks(one: int, other: int, share: float) -> None:
    generator = torch.Generator().manual_seed(one * 10 + other)
    drawn = [
        ThinPair(
            torch.randn(5, rank, generator=generator, dtype=torch.float64),
            torch.randn(rank, 3, generator=generator, dtype=torch.float64),
        )
        for rank in (one, other)
    ]

    mean = averaged([{"a": drawn[0]}, {"a": drawn[1]}], (share, 1 - share))["a"]

    expected = share * drawn[0].up @ drawn[0].down + (1 - share) * drawn[1].up @ drawn[1].down
    torch.testing.assert_close(mean.up @ mean.down, expected)


def test_adapters_of_two_bases_are_refused_with_both_names(base: Path, tmp_path: Path) -> None:
    second = write_model(tmp_path / "second")
    one = write_adapter(base, tmp_path / "one")
    other = write_adapter(second, tmp_path / "other")

    with pytest.raises(ModelMismatchError, match=r"'one' is for tiny .*'other' for tiny \("):
        average_adapters([one, other], [1, 1], tmp_path / "both")

    assert not (tmp_path / "both").exists()


def test_a_damaged_adapter_is_not_averaged(
    base: Path, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    one, other = (write_adapter(base, tmp_path / name) for name in ("one", "other"))
    spoil(other / ADAPTER_WEIGHTS_FILE)

    with pytest.raises(ModelUnavailableError, match="'other' is damaged"):
        average_adapters([one, other], [1, 1], tmp_path / "both")


def _reseal(folder: Path) -> None:
    """Make the manifest fit the files that stand there."""
    path = folder / ADAPTER_FILE
    old = read_adapter_manifest(folder)
    text = path.read_text()
    for name, digest in old.files.items():
        text = text.replace(digest, file_sha256(folder / name))
    path.write_text(text)


def test_what_is_no_plain_lora_is_refused(base: Path, tmp_path: Path) -> None:
    one, other, third = (write_adapter(base, tmp_path / name) for name in ("one", "two", "three"))
    tensors = load_file(other / ADAPTER_WEIGHTS_FILE)
    save_file({**tensors, "stranger": torch.zeros(1)}, other / ADAPTER_WEIGHTS_FILE)
    config = LoraConfig(r=2, target_modules=["query"], use_dora=True)
    config.save_pretrained(str(third))
    for folder in (other, third):
        _reseal(folder)
        with pytest.raises(ModelUnavailableError, match="no plain LoRA"):
            average_adapters([one, folder], [1, 1], tmp_path / "both")


def test_an_adapter_scaled_by_the_root_of_its_rank_is_averaged_as_such(
    base: Path, tmp_path: Path
) -> None:
    host = AdapterHost(load_model(base))
    targets = ["text_transformer.encoder.layer.0.attention.self.query"]
    host.attach("root", LoraConfig(r=4, lora_alpha=8, use_rslora=True, target_modules=targets))
    for name, tensor in host.network.named_parameters():
        if "lora_B" in name:
            tensor.data.normal_(generator=torch.Generator().manual_seed(3))
    host.save("root", tmp_path / "root", AdapterNotes())
    other = write_adapter(base, tmp_path / "other")
    expected = _outputs(_mean_network(base, [tmp_path / "root", other], [0.5, 0.5]))

    average_adapters([tmp_path / "root", other], [1, 1], tmp_path / "mean")

    outputs = _outputs(_with(base, tmp_path / "mean"))
    torch.testing.assert_close(outputs, expected, rtol=0, atol=2e-6)


def test_an_average_is_never_written_over_something(base: Path, tmp_path: Path) -> None:
    one, other = (write_adapter(base, tmp_path / name) for name in ("one", "other"))

    with pytest.raises(ModelUnavailableError, match="exists already"):
        average_adapters([one, other], [1, 1], one)


def test_an_average_that_could_not_be_loaded_is_not_written(base: Path, tmp_path: Path) -> None:
    one, other = (write_adapter(base, tmp_path / name) for name in ("one", "other"))

    with pytest.raises(UsageError, match="cannot be called 'lora'"):
        average_adapters([one, other], [1, 1], tmp_path / "lora")


def test_an_adapter_named_twice_is_refused(base: Path, tmp_path: Path) -> None:
    one = write_adapter(base, tmp_path / "one")

    with pytest.raises(UsageError, match="named twice"):
        average_adapters([one, one], [1, 1], tmp_path / "both")
