"""Weights come out of files whole, under the right names, and never with code."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import ModelUnavailableError
from medct_core.models.checkpoint import (
    PREFIXES,
    check_keys,
    open_tensors,
    read_checkpoint,
    require_fit,
    strip_prefixes,
    stripped,
    write_tensors,
)
from medct_core.models.manifest import file_sha256

WEIGHTS = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.tensor(1.5)}


class Malicious:
    """Unpickling it would create a file."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


@given(
    prefixes=st.lists(st.sampled_from(PREFIXES), max_size=4),
    name=st.sampled_from(["temperature", "visual_transformer.vq._codebook.embed", "to_model.x"]),
)
def test_prefixes_come_off_in_any_order(prefixes: list[str], name: str) -> None:
    assert stripped("".join(prefixes) + name) == name


def test_two_tensors_that_get_one_name_are_refused() -> None:
    with pytest.raises(ModelUnavailableError, match="twice"):
        strip_prefixes({"module.a": torch.zeros(1), "a": torch.zeros(1)})


def test_written_tensors_come_back_to_the_bit(tmp_path: Path) -> None:
    digest = write_tensors(tmp_path / "w.safetensors", WEIGHTS)

    opened = open_tensors(tmp_path / "w.safetensors")

    assert digest == file_sha256(tmp_path / "w.safetensors")
    assert opened.keys() == WEIGHTS.keys()
    assert all(torch.equal(opened[name], WEIGHTS[name]) for name in WEIGHTS)


def test_changing_an_opened_tensor_leaves_the_file_alone(tmp_path: Path) -> None:
    digest = write_tensors(tmp_path / "w.safetensors", WEIGHTS)
    opened = open_tensors(tmp_path / "w.safetensors")

    opened["a.weight"].add_(1.0)

    assert file_sha256(tmp_path / "w.safetensors") == digest


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    write_tensors(path, WEIGHTS)
    path.write_bytes(path.read_bytes()[:-3])

    with pytest.raises(ModelUnavailableError, match="not a complete file"):
        open_tensors(path)


@pytest.mark.parametrize("key", [None, "state_dict", "model", "model_state_dict"])
def test_a_state_dict_is_found_alone_or_wrapped(tmp_path: Path, key: str | None) -> None:
    path = tmp_path / "c.pt"
    torch.save({key: WEIGHTS, "epoch": 3} if key else WEIGHTS, path)

    assert read_checkpoint(path).keys() == WEIGHTS.keys()


def test_the_old_format_of_torch_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    torch.save(WEIGHTS, path, _use_new_zipfile_serialization=False)

    assert torch.equal(read_checkpoint(path)["a.weight"], WEIGHTS["a.weight"])


def test_safetensors_are_a_checkpoint_too(tmp_path: Path) -> None:
    write_tensors(tmp_path / "c.safetensors", WEIGHTS)

    assert read_checkpoint(tmp_path / "c.safetensors").keys() == WEIGHTS.keys()


@pytest.mark.parametrize(
    "save", [torch.save, lambda obj, path: path.write_bytes(pickle.dumps(obj))]
)
def test_a_checkpoint_that_wants_to_run_code_is_refused_and_runs_none(
    tmp_path: Path, save: Callable[[object, Path], None]
) -> None:
    mark = tmp_path / "ran"
    save({"a": Malicious(mark)}, tmp_path / "evil.pt")

    with pytest.raises(ModelUnavailableError, match="may run code"):
        read_checkpoint(tmp_path / "evil.pt")

    assert not mark.exists()


def test_the_code_a_checkpoint_asks_for_is_named(tmp_path: Path) -> None:
    torch.save({"a": Malicious(tmp_path / "ran")}, tmp_path / "evil.pt")

    with pytest.raises(ModelUnavailableError, match=r"run code \((posix|nt)\.system\)"):
        read_checkpoint(tmp_path / "evil.pt")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:75ee\n", "Git LFS pointer"),
        (b"<html>Please log in</html>", "not a checkpoint"),
        (b"", "damaged"),
        (b"PK\x03\x04 cut short", "damaged"),
    ],
)
def test_what_is_no_checkpoint_is_refused_in_words(
    tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "c.pt").write_bytes(content)

    with pytest.raises(ModelUnavailableError, match=message):
        read_checkpoint(tmp_path / "c.pt")


def test_a_checkpoint_without_tensors_is_refused(tmp_path: Path) -> None:
    torch.save({"epoch": 3}, tmp_path / "c.pt")

    with pytest.raises(ModelUnavailableError, match="no weights"):
        read_checkpoint(tmp_path / "c.pt")


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match=r"no file .*c\.pt"):
        read_checkpoint(tmp_path / "c.pt")


def test_every_key_that_does_not_fit_is_named() -> None:
    found = {"same": torch.zeros(2), "other": torch.zeros(2, 3), "foreign": torch.zeros(1)}
    expected = {"same": torch.zeros(2), "other": torch.zeros(3, 2), "absent": torch.zeros(1)}

    check = check_keys(found, expected)

    assert check.missing == ("absent",)
    assert check.misshapen == ("other: (2, 3) instead of (3, 2)",)
    assert check.unmatched == ("foreign",)


@pytest.mark.parametrize(
    ("found", "message"),
    [({}, "lacks 1 of the tensors .*: a"), ({"a": torch.zeros(3)}, r"another shape: a: \(3,\)")],
)
def test_a_tensor_missing_or_misshapen_is_an_error(
    found: dict[str, torch.Tensor], message: str
) -> None:
    with pytest.raises(ModelUnavailableError, match=message):
        require_fit(check_keys(found, {"a": torch.zeros(2)}), "the file")
