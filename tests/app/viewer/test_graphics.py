"""The graphics are asked in a child, and every failure has a reason."""

import os
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import pytest

from app.viewer import graphics
from app.viewer.graphics import Graphics, find_graphics, look_at_graphics
from medct_core.errors import ResourceError


@pytest.mark.parametrize(
    "renderer",
    [
        "llvmpipe (LLVM 15.0.6, 256 bits)",
        "softpipe",
        "Google SwiftShader",
        "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)",
        "D3D12 (WARP)",
        "Apple Software Renderer",
    ],
)
def test_software_is_recognised_by_its_name(renderer: str) -> None:
    assert Graphics(renderer, 2048).is_software


@pytest.mark.parametrize("renderer", ["NVIDIA H200/PCIe/SSE2", "Apple M3", "Mesa Intel(R) UHD 620"])
def test_hardware_is_not_taken_for_software(renderer: str) -> None:
    assert not Graphics(renderer, 16384).is_software


def test_this_machine_says_what_draws() -> None:
    try:
        found = look_at_graphics()
    except ResourceError as error:
        pytest.skip(f"no OpenGL at all: {error}")

    assert found.largest_texture >= 256
    assert found.renderer != "unknown"


def _crash(connection: Connection) -> None:
    os._exit(139)


def _refuse(connection: Connection) -> None:
    connection.send("There is no display.")
    connection.close()


def _answer(connection: Connection) -> None:
    connection.send(Graphics("A card", 16384))
    connection.close()


@pytest.fixture
def _forgotten() -> None:
    graphics._kept_answer.cache_clear()


@pytest.mark.usefixtures("_forgotten")
def test_a_driver_that_crashes_ends_its_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "answer_in_child", _crash)

    with pytest.raises(ResourceError, match="crashed"):
        find_graphics()
    graphics._kept_answer.cache_clear()


@pytest.mark.usefixtures("_forgotten")
def test_the_reason_of_the_child_process_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "answer_in_child", _refuse)

    with pytest.raises(ResourceError, match="There is no display"):
        find_graphics()
    graphics._kept_answer.cache_clear()


@pytest.mark.usefixtures("_forgotten")
def test_the_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "answer_in_child", _answer)
    first = find_graphics()
    monkeypatch.setattr(graphics, "answer_in_child", _crash)

    assert find_graphics() is first
    graphics._kept_answer.cache_clear()


def test_a_driver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "_PATIENCE_S", 0.0)
    ours, theirs = Pipe(duplex=False)

    with pytest.raises(ResourceError, match="did not answer"):
        graphics._received(ours)
    ours.close()
    theirs.close()
