"""Devices are chosen by what is there; memory is counted before it is used."""

import dataclasses
from pathlib import Path

import psutil
import pytest
import torch

from medct_core.errors import OutOfMemoryError, UsageError
from medct_core.inference import device
from medct_core.models.config import CT_CLIP, MINI

CPU = torch.device("cpu")


def machine_with(monkeypatch: pytest.MonkeyPatch, *, cuda: int = 0, mps: bool = False) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(2, False, "cuda"), (0, True, "mps"), (0, False, "cpu")]
)
def test_the_fastest_device_is_chosen(
    monkeypatch: pytest.MonkeyPatch, cuda: int, mps: bool, chosen: str
) -> None:
    machine_with(monkeypatch, cuda=cuda, mps=mps)

    assert device.choose_device("auto") == torch.device(chosen)


def test_one_of_several_cards_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    machine_with(monkeypatch, cuda=2)

    assert device.choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(UsageError, match="cuda:2"):
        device.choose_device("cuda:2")


@pytest.mark.parametrize("wish", ["cuda", "mps", "cuda:0"])
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, wish: str) -> None:
    machine_with(monkeypatch)

    with pytest.raises(UsageError, match="means cpu"):
        device.choose_device(wish)


def test_an_unknown_device_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="'tpu'"):
        device.choose_device("tpu")


def test_free_memory_of_the_processor_is_less_than_the_systems() -> None:
    assert 0 <= device.free_bytes(CPU) <= psutil.virtual_memory().total


def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("3000000000\n", encoding="ascii")
    (tmp_path / "memory.current").write_text("2000000000\n", encoding="ascii")
    (tmp_path / "memory.stat").write_text(
        "anon 1500000000\ninactive_file 400000000\nactive_file 100000000\n", encoding="ascii"
    )
    monkeypatch.setattr(device, "_CGROUP", tmp_path)

    assert device.free_bytes(CPU) == 1_500_000_000 - 256 * 2**20


@pytest.mark.parametrize("content", ["max\n", ""])
def test_a_container_without_limit_has_the_systems_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    (tmp_path / "memory.max").write_text(content, encoding="ascii")
    monkeypatch.setattr(device, "_CGROUP", tmp_path)

    assert device.free_bytes(CPU) > 0


def test_a_larger_input_needs_more_memory() -> None:
    small = MINI.vision
    large = dataclasses.replace(small, frames=small.frames * 2)

    assert device.encoding_bytes(small) < device.encoding_bytes(large)
    assert device.encoding_bytes(large) < device.encoding_bytes(CT_CLIP.vision)


def test_too_little_memory_is_said_with_both_numbers() -> None:
    with pytest.raises(OutOfMemoryError, match=r"it needs 2\.0 GB, 1\.0 GB are free"):
        device.require_memory(2 * 10**9, 10**9, purpose="encoding a scan", device=CPU)


def test_just_enough_memory_is_enough() -> None:
    device.require_memory(10**9, 10**9, purpose="encoding a scan", device=CPU)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 1 GB)"),
    ],
)
def test_every_way_of_running_out_is_recognised(error: Exception) -> None:
    with (
        pytest.raises(OutOfMemoryError, match="during encoding"),
        device.memory_errors_explained(purpose="encoding", device=CPU),
    ):
        raise error


def test_the_real_allocator_is_understood() -> None:
    with (
        pytest.raises(OutOfMemoryError),
        device.memory_errors_explained(purpose="encoding", device=CPU),
    ):
        torch.empty(2**60)


def test_other_faults_pass() -> None:
    with (
        pytest.raises(RuntimeError, match="shape"),
        device.memory_errors_explained(purpose="encoding", device=CPU),
    ):
        raise RuntimeError("shape mismatch")


def test_float32_stays_whole_on_a_graphics_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)

    device.choose_device("cpu")

    assert not torch.backends.cudnn.allow_tf32
