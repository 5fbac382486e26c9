"""A model without a text side loads whole or is refused, and says what it cannot do."""

from pathlib import Path

import pytest
import torch

from medct_core.errors import ModelUnavailableError, NoTextSideError
from medct_core.models.image_model import (
    PRECISION_VARIABLE,
    Precision,
    load_image_model,
    native_precision,
    read_image_config,
    require_text_side,
)
from medct_core.models.manifest import CONFIG_FILE, PUBLISHED_WEIGHTS_FILE, file_sha256
from tests import tiny_model
from tests.tiny_image_model import (
    CONFIG,
    RECIPE,
    loaded_image_model,
    published_tensors,
    seal,
    write_image_model,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a model folder."""
    return write_image_model(tmp_path / "tiny-image")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_stamp_names_weights_recipe_and_precision(folder: Path, precision: Precision) -> None:
    loaded = load_image_model(folder, precision=precision)

    assert loaded.stamp.checkpoint_sha256 == file_sha256(folder / PUBLISHED_WEIGHTS_FILE)
    assert loaded.stamp.recipe_id == RECIPE.id
    assert loaded.stamp.precision == precision
    assert str(loaded.network.conv1.weight.dtype) == f"torch.{precision}"


def test_no_gradient_is_kept(folder: Path) -> None:
    loaded = load_image_model(folder)

    assert not any(tensor.requires_grad for tensor in loaded.network.parameters())
    assert not loaded.network.training


@pytest.mark.parametrize("wished", ["float32", "bfloat16"])
def test_the_environment_overrules_the_precision(
    folder: Path, wished: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PRECISION_VARIABLE, wished)

    assert load_image_model(folder).stamp.precision == wished


def test_an_unknown_precision_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PRECISION_VARIABLE, "float8")

    with pytest.raises(ModelUnavailableError, match="'float8', which is no precision"):
        native_precision(torch.device("cpu"))


def test_half_precision_is_taken_only_where_the_processor_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(PRECISION_VARIABLE, raising=False)
    answers = {}
    for has_it in (False, True):
        for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
            monkeypatch.setattr(torch.cpu, name, lambda has_it=has_it: has_it, raising=False)
        answers[has_it] = native_precision(torch.device("cpu"))

    assert answers == {False: "float32", True: "bfloat16"}


def test_weights_that_differ_in_a_bit_are_refused(folder: Path) -> None:
    path = folder / PUBLISHED_WEIGHTS_FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))

    with pytest.raises(ModelUnavailableError, match=r"model\.pt of the model is damaged"):
        load_image_model(folder)


def test_weights_that_lack_a_tensor_are_refused(folder: Path) -> None:
    tensors = published_tensors()
    del tensors["bn1.bias"]
    torch.save({"state_dict": tensors}, folder / PUBLISHED_WEIGHTS_FILE)
    seal(folder)

    with pytest.raises(ModelUnavailableError, match=r"tiny-image lacks 1 .* bn1\.bias"):
        load_image_model(folder)


def test_a_file_that_holds_no_weights_is_refused(folder: Path) -> None:
    (folder / PUBLISHED_WEIGHTS_FILE).write_bytes(b"not weights at all")
    seal(folder)

    with pytest.raises(ModelUnavailableError, match="not a checkpoint"):
        load_image_model(folder)


@pytest.mark.parametrize("text", ["no JSON", "[]", '{"width": 4}'])
def test_a_damaged_configuration_is_refused(folder: Path, text: str) -> None:
    path = folder / CONFIG_FILE
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="cannot be"):
        read_image_config(path)


def test_the_configuration_is_read_as_it_was_written(folder: Path) -> None:
    assert read_image_config(folder / CONFIG_FILE) == CONFIG


def test_a_model_without_a_text_side_says_what_it_cannot_do(tmp_path: Path) -> None:
    loaded = loaded_image_model(tmp_path / "tiny-image")

    with pytest.raises(NoTextSideError) as caught:
        require_text_side(loaded)

    assert "tiny-image has no text side: it finds similar cases" in caught.value.summary
    assert "cannot score findings or search by text" in caught.value.summary
    assert "--" not in caught.value.remedy


def test_a_model_that_reads_text_is_given_back(tmp_path: Path) -> None:
    loaded = tiny_model.loaded_model(tmp_path / "tiny")

    assert require_text_side(loaded) is loaded
