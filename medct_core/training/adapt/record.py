"""The folder of a run: what decided it, where it stands, and whether it may go on."""

import json
import platform
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout

from medct_core.errors import UsageError
from medct_core.inference.safe_write import replacing
from medct_core.models.bundle import LoadedModel
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.cohort import ScanViewer

RUN_FILE = "run.json"
CHECKPOINT_FILE = "checkpoint.pt"

_LOCK_FILE = ".lock"
_PACKAGES = ("medct", "torch", "transformers", "peft", "accelerate", "numpy")
_PARTS = {"base": "of the model", "data": "of the data", "config": "setting"}


def describe_run(model: LoadedModel, viewer: ScanViewer, config: AdaptConfig) -> dict[str, Any]:
    """Say what a run is made of: base, data, settings; equal descriptions give equal weights."""
    cohort = viewer.cohort
    return {
        "base": {
            "name": model.manifest.name,
            "sha256": model.stamp.checkpoint_sha256,
            "recipe": model.recipe.id,
        },
        "data": {
            "sha256": viewer.identity,
            "scans": len(cohort),
            "patients": len(set(cohort.patients.tolist())),
            "findings": list(cohort.findings),
        },
        "config": config.deciding(),
    }


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other programs off the folder of a run while the block works in it.

    Raises
    ------
    UsageError
        If another program works in it already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(
            f"Another program is at work on the run in {folder}.",
            remedy="Wait until it has finished, or choose another folder.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def open_run(folder: Path, described: Mapping[str, Any]) -> None:
    """Begin a run in a folder, or find that it is the one that was begun there.

    Raises
    ------
    UsageError
        If the folder holds a run of another base, other data or other settings.
    """
    path = folder / RUN_FILE
    if path.is_file():
        _require_same(folder, _read(path), described)
        return
    whole = {**described, "versions": versions()}
    with replacing(path) as part:
        part.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of what computes, by name."""
    return {"python": platform.python_version()} | {name: version(name) for name in _PACKAGES}


def save_checkpoint(folder: Path, state: Mapping[str, Any]) -> None:
    """Write a checkpoint so that there is always a whole one."""
    for left_over in folder.glob(f".*.part{Path(CHECKPOINT_FILE).suffix}"):
        left_over.unlink(missing_ok=True)  # of a run that was killed while it wrote
    with replacing(folder / CHECKPOINT_FILE) as part:
        torch.save(dict(state), part)


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """Read the checkpoint of a run; None where there is none yet.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    path = folder / CHECKPOINT_FILE
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever its unpickler does
        raise UsageError(
            f"The checkpoint {path} cannot be read.",
            remedy="Begin the run again in another folder.",
        ) from error
    return state


def _read(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return {name: content[name] for name in _PARTS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"The file {path} is no record of a training run.",
            remedy="Choose another folder for the run.",
        ) from error


def _require_same(folder: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    # Through JSON, as the record was.
    differing = differences(there, json.loads(json.dumps(here)))
    if differing:
        raise UsageError(
            f"The folder {folder} holds another run: {'; '.join(differing)}.",
            remedy="Go on with what it was begun with, or choose another folder.",
        )


def differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """Name every entry of two descriptions that differs, as ``setting 'rate' was 0.1, is 0.2``."""
    found = []
    for part in there.keys() | here.keys():
        old, new = there.get(part, {}), here.get(part, {})
        found += [
            f"{_PARTS[part]} {name!r} was {_short(old.get(name))}, is {_short(new.get(name))}"
            for name in old.keys() | new.keys()
            if old.get(name) != new.get(name)
        ]
    return sorted(found)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
