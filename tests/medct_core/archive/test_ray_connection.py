"""The connection to a cluster: its address, and what goes wrong in plain words."""

import importlib.util
import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.archive import ray_connection
from medct_core.archive.ray_connection import checked_address, connected, in_plain_words
from medct_core.errors import ResourceError, UsageError

WHERE = "ray://head:10001"
MISMATCH = """Version mismatch: The cluster was started with:
    Ray: 2.40.0
    Python: 3.12.1
This process on Ray Client was started with:
    Ray: 2.60.0
    Python: 3.11.7
"""


@pytest.fixture(autouse=True)
def with_ray() -> None:
    pytest.importorskip("ray")


@pytest.fixture
def closed_port() -> int:
    """Give a port of this machine on which nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@given(host=st.from_regex(r"[a-z][a-z0-9-]{0,20}(\.[a-z]{2,5})?", fullmatch=True))
def test_a_port_left_out_is_the_usual_one(host: str) -> None:
    assert checked_address(f"ray://{host}") == f"ray://{host}:10001"
    assert checked_address(f"ray://{host}:7") == f"ray://{host}:7"


def test_a_host_of_ipv6_stays_one() -> None:
    assert checked_address("ray://[::1]") == "ray://[::1]:10001"


@pytest.mark.parametrize(
    "address",
    ["", "head", "http://head:10001", "ray://", "ray://head:x", "ray://[head", "ray://[]"],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        checked_address(address)


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(UsageError, match=r"pip install 'medct\[cluster\]'"):
        checked_address("local")


def test_a_cluster_that_does_not_answer_is_named_at_once(closed_port: int) -> None:
    address = f"ray://127.0.0.1:{closed_port}"

    with pytest.raises(ResourceError, match=address), connected(address):
        pytest.fail("connected")


def test_other_versions_are_said_with_their_numbers() -> None:
    error = in_plain_words(WHERE, RuntimeError(MISMATCH))

    assert isinstance(error, UsageError)
    for number in ("2.40.0", "3.12.1", "2.60.0", "3.11.7"):
        assert number in error.summary


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ModuleNotFoundError("No module named 'medct_core'"), "MedCT is not installed"),
        (RuntimeError("RpcError: Unauthenticated: no token"), "RAY_AUTH_TOKEN"),
        (ConnectionError("ray client connection timeout"), "does not answer"),
    ],
)
def test_what_ray_says_becomes_plain(cause: Exception, words: str) -> None:
    error = in_plain_words(WHERE, cause)

    assert words in str(error)
    assert WHERE in str(error)


def test_workers_here_that_do_not_start_are_no_cluster_elsewhere() -> None:
    error = in_plain_words("local", Exception("The current node timed out during startup."))

    assert isinstance(error, ResourceError)
    assert "on this machine could not be started" in error.summary


def test_words_of_ray_are_not_repeated() -> None:
    error = in_plain_words(WHERE, RuntimeError("task embed('/archive/MUSTERFRAU') failed"))

    assert "MUSTERFRAU" not in str(error)


def test_a_token_in_the_usual_place_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    ray_connection.set_variables(WHERE)
    without = dict(os.environ)
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("ab", encoding="utf-8")

    ray_connection.set_variables(WHERE)

    assert without == {"RAY_USAGE_STATS_ENABLED": "0"}
    assert os.environ["RAY_AUTH_MODE"] == "token"


def test_a_cluster_here_has_a_token_nobody_knows_one_for_a_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", {})
    ray_connection.set_variables("local")
    first = dict(os.environ)

    ray_connection.set_variables("local")

    assert (first["RAY_AUTH_MODE"], len(first["RAY_AUTH_TOKEN"])) == ("token", 64)
    assert os.environ == first
