"""A Ray cluster of several processes on this machine, as a hospital's answers over the network."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
_LONGEST_START_S = 300.0


@contextlib.contextmanager
def ray_head(folder: Path, *, cores: int) -> Iterator[str]:
    """Run the head of a cluster while the block runs; gives its address.

    Its token is in the environment meanwhile, as a user's is who may use a cluster.
    """
    port = _free_port()
    address = f"ray://127.0.0.1:{port}"
    with _token():
        process = subprocess.Popen(
            _command(folder, port, cores),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
        )
        try:
            _await(port, process)
            yield address
        finally:
            _end(process)


def reading_worker(head_folder: Path) -> psutil.Process:
    """Wait for a process that reads a scan for the cluster of a folder."""
    end = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < end:
        for process in psutil.process_iter():
            if _reads(process, head_folder):
                return process
        time.sleep(0.01)
    raise RuntimeError("no worker of the cluster read a scan")


def _reads(process: psutil.Process, head_folder: Path) -> bool:
    """Whether it does: Ray puts what a worker does into the title of its process."""
    with contextlib.suppress(psutil.Error):
        if not " ".join(process.cmdline()).startswith("ray::EmbedWorker.embed"):
            return False
        parent = process.parent()
        return parent is not None and str(head_folder) in " ".join(parent.cmdline())
    return False


@contextlib.contextmanager
def short_folder() -> Iterator[Path]:
    """Make a folder whose name is short enough for sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp" if os.name == "posix" else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _command(folder: Path, port: int, cores: int) -> list[str]:
    program = [sys.executable, "-m", "ray.scripts.scripts", "start", "--head", "--block"]
    options = {
        "port": 0,
        "ray-client-server-port": port,
        "num-cpus": cores,
        "include-dashboard": "false",
        "object-store-memory": 80 * 2**20,
        "temp-dir": folder,
    }
    given = [f"--{name}={value}" for name, value in options.items()]
    return [*program, *given, "--disable-usage-stats"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextlib.contextmanager
def _token() -> Iterator[None]:
    names = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        # A driver that was killed keeps its workers so long.
        "RAY_CLIENT_RECONNECT_GRACE_PERIOD": "1",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _LONGEST_START_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the head of the cluster does not answer on port {port}")


def _end(process: subprocess.Popen[bytes]) -> None:
    children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    for one in children:
        with contextlib.suppress(psutil.Error):
            one.kill()
    process.kill()
    process.wait()
