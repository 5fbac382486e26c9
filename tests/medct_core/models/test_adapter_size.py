"""Sizes are those of the files, put beside the whole model in words."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelUnavailableError
from medct_core.models.adapter_size import bytes_in_words, checkpoint_bytes, size_in_words
from medct_core.models.catalogue import CT_CLIP, InstalledModel, find_model
from medct_core.models.manifest import TextBase, read_manifest
from tests import tiny_model


def _installed(folder: Path) -> InstalledModel:
    return InstalledModel(folder.name, folder, "installed")


def test_the_whole_of_ct_clip_is_the_published_checkpoint(tmp_path: Path) -> None:
    folder = tiny_model.write_model(tmp_path / "m", replace(tiny_model.PAIR, name="ct-clip"))

    assert CT_CLIP.hub is not None
    assert checkpoint_bytes(_installed(folder)) == CT_CLIP.hub.checkpoint_bytes
    assert size_in_words(6_710_000, 1_769_618_697) == "6.7 MB of 1.77 GB (264x smaller)"


def test_the_whole_of_another_model_is_what_lies_here(tmp_path: Path) -> None:
    folder = tiny_model.write_model(tmp_path / "tiny")

    size = checkpoint_bytes(_installed(folder))

    assert size == (folder / "model.safetensors").stat().st_size
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelUnavailableError, match="weights of tiny are missing"):
        checkpoint_bytes(_installed(folder))


def test_the_text_encoder_that_a_model_builds_upon_counts() -> None:
    mini = find_model("medct-mini")

    weights = (mini.folder / "model.safetensors").stat().st_size

    assert checkpoint_bytes(mini) > 5 * weights


def test_a_text_encoder_that_is_not_installed_counts_nothing(tmp_path: Path) -> None:
    folder = tiny_model.write_model(tmp_path / "tiny")
    manifest = replace(
        read_manifest(folder), text_base=TextBase("no_such_package", "no-such-package==1", "a" * 64)
    )
    (folder / "manifest.json").write_text(manifest.to_json())

    size = checkpoint_bytes(_installed(folder))

    assert size == (folder / "model.safetensors").stat().st_size


@given(st.integers(1, 10**12))
def test_a_size_in_words_is_right_to_a_tenth(size: int) -> None:
    number, unit = bytes_in_words(size).split()

    shown = float(number) * {"kB": 1e3, "MB": 1e6, "GB": 1e9}[unit]

    assert abs(shown - size) <= 0.051 * {"kB": 1e3, "MB": 1e6, "GB": 1e8}[unit]


def test_a_small_difference_has_a_decimal() -> None:
    assert size_in_words(40_000, 100_000) == "40.0 kB of 0.1 MB (2.5x smaller)"
