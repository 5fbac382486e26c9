"""The connection to a Ray cluster, or to one started here; what goes wrong in plain words."""

import contextlib
import importlib.util
import logging
import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from medct_core.errors import MedctError, ResourceError, UsageError

LOCAL = "local"
"""Stands for the processors of this machine."""

_SCHEME = "ray"
_PORT = 10001
_KNOCK_S = 5.0
_STORE_BYTES = 80 * 2**20
"""Ray's least is 75 MiB; rows of cases are small and never lie in it."""


@contextlib.contextmanager
def connected(address: str) -> Iterator[ModuleType]:
    """Connect to a cluster while the block runs; gives Ray.

    Nothing is printed by Ray meanwhile: it would write to standard output, where only the answer
    of a command may stand.

    Parameters
    ----------
    address
        ``ray://HOST:PORT``, or `LOCAL`.

    Raises
    ------
    UsageError
        If Ray is not installed, the address is none, or the cluster has another Ray or Python.
    ResourceError
        If the cluster does not answer, or lets nobody in.
    """
    where = checked_address(address)
    with contextlib.ExitStack() as stack:
        if where == LOCAL:
            folder = stack.enter_context(_own_folder())
            options = _local_options(folder)
        else:
            _knock(where)
            options = {"address": where}
        set_variables(where)
        import ray  # noqa: PLC0415 - only who asks for a cluster waits for it

        nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        stack.enter_context(contextlib.redirect_stdout(nowhere))
        stack.callback(ray.shutdown)
        try:
            with contextlib.redirect_stderr(nowhere):
                ray.init(log_to_driver=False, logging_level=logging.CRITICAL, **options)
        except Exception as error:  # Ray raises bare exceptions where it does not start in time
            raise in_plain_words(where, error) from error
        yield ray


def checked_address(address: str) -> str:
    """Give the address in full.

    Raises
    ------
    UsageError
        If it is none, or Ray is not installed.
    """
    if importlib.util.find_spec("ray") is None:
        raise UsageError(
            "Working on a cluster needs Ray, which is not installed.",
            remedy="Install what it needs with: pip install 'medct[cluster]'",
        )
    if address == LOCAL:
        return address
    try:
        parts = urlsplit(address)
        scheme, host, port = parts.scheme, parts.hostname, parts.port or _PORT
    except ValueError:
        scheme, host, port = "", None, _PORT
    if scheme != _SCHEME or not host:
        raise UsageError(
            f"{address!r} is no address of a cluster.",
            remedy=f"Give one like ray://HOST:{_PORT}, or {LOCAL} for this machine.",
        )
    named = f"[{host}]" if ":" in host else host
    return f"{_SCHEME}://{named}:{port}"


@contextlib.contextmanager
def explained(address: str) -> Iterator[None]:
    """Put what Ray says into words for a person.

    Raises
    ------
    UsageError
        If the cluster has another Ray or Python, or no MedCT.
    ResourceError
        If it does not answer any more, or lets nobody in.
    """
    import ray  # noqa: PLC0415 - as above

    try:
        yield
    except (ray.exceptions.RayError, RuntimeError, ConnectionError, ImportError) as error:
        raise in_plain_words(address, error) from None


def in_plain_words(address: str, error: Exception) -> MedctError:
    """Say what an error of Ray means; its own words may hold what a worker was asked."""
    said = str(error)
    if "Version mismatch" in said:
        return UsageError(
            f"The cluster at {address} runs other versions: {_versions(said)}",
            remedy="Install the same versions of Python (3.11, 3.12 …) and Ray on both sides.",
        )
    if "No module named" in said or isinstance(error, ImportError):
        return UsageError(
            f"MedCT is not installed on the machines of the cluster at {address}.",
            remedy="Install the version you run here on all of them, with the same Python.",
        )
    if "uthenticat" in said or "UNAUTHENTICATED" in said:
        return ResourceError(
            f"The cluster at {address} lets nobody in without its token.",
            remedy="Put its token into the variable RAY_AUTH_TOKEN.",
        )
    if address == LOCAL:
        return ResourceError(
            "The workers on this machine could not be started, or ended; what was done is kept.",
            remedy="Wait until less runs here, and run the same command again to go on.",
        )
    return ResourceError(
        f"The cluster at {address} does not answer; what was done until now is kept.",
        remedy="Check that it runs, and run the same command again to go on. Where it asks for "
        "a token, put that into the variable RAY_AUTH_TOKEN.",
    )


def _versions(said: str) -> str:
    """Take what stands in lines like ``Ray: 2.60.0`` from Ray's words."""
    told = [line.strip() for line in said.splitlines()]
    found = [line for line in told if line.startswith(("Ray:", "Python:"))]
    return f"{', '.join(found[:2])} there; {', '.join(found[2:4])} here."


def _knock(address: str) -> None:
    """Find out at once what Ray would take half a minute to say."""
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=_KNOCK_S).close()
    except OSError as error:
        raise ResourceError(
            f"No cluster answers at {address}: {error.strerror or error}.",
            remedy="Check host and port (Ray's client port is usually 10001), and that it runs.",
        ) from error


def set_variables(address: str) -> None:
    """Set what Ray reads from the environment when it is loaded, unless the user has."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address == LOCAL:
        # Whoever does not have the token cannot use what listens here.
        os.environ["RAY_AUTH_MODE"] = "token"
        # Ray reads it once in a process.
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    elif _has_token():
        # Ray's client sends a token only where this is said.
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def _has_token() -> bool:
    named = any(os.environ.get(name) for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"))
    return named or (Path.home() / ".ray" / "auth_token").exists()


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """Make a folder for Ray's logs and sockets, gone at the end."""
    # Sockets have short names: the folders for temporary files of macOS are too deep.
    above = "/tmp" if sys.platform != "win32" else None
    folder = Path(tempfile.mkdtemp(prefix="medct-ray-", dir=above))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _local_options(folder: Path) -> dict[str, Any]:
    return {
        "address": LOCAL,
        "num_cpus": os.cpu_count() or 1,
        "include_dashboard": False,
        "object_store_memory": _STORE_BYTES,
        "_temp_dir": str(folder),
    }
