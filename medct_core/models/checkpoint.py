"""Weights in and out of files: hash first, then keys, never code."""

import pickle
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import OnProgress, file_sha256, no_progress, part_of

# What training wrappers put before a name: DataParallel, torch.compile, trainers, peft.
PREFIXES = ("module.", "_orig_mod.", "model.", "trained_model.", "base_model.model.")

_LISTED_KEYS = 12
_WRAPPING_KEYS = ("state_dict", "model_state_dict", "model")
_FORBIDDEN_GLOBAL = re.compile(r"GLOBAL ([\w.]+)")
_PICKLE_STARTS = (b"PK", b"\x80")
_LFS_START = b"version https://git-lfs"

Tensors = dict[str, torch.Tensor]


def open_tensors(path: Path, device: str = "cpu") -> Tensors:
    """Open a safetensors file; on the CPU the tensors are views of the mapped file.

    Nothing is read until a tensor is used, and used pages are shared with the system's file cache,
    so the weights are never in memory twice.

    Raises
    ------
    ModelUnavailableError
        If the file is no safetensors file or is cut short.
    """
    try:
        with safe_open(path, framework="pt", device=device) as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
    except (SafetensorError, OSError) as error:
        raise ModelUnavailableError(
            f"{path.name} is not a complete file of weights ({error}).",
            remedy="Install the model again.",
        ) from error


def write_tensors(
    path: Path, tensors: Mapping[str, torch.Tensor], on_progress: OnProgress = no_progress
) -> str:
    """Write a safetensors file and return its SHA-256 in hex; writing is half of the progress."""
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path)
    return file_sha256(path, part_of(on_progress, 0.5, 1.0))


def read_checkpoint(path: Path) -> Tensors:
    """Read a PyTorch or safetensors checkpoint without running any code it may hold.

    A state dict may stand alone or under ``state_dict``, ``model_state_dict`` or ``model``.

    Raises
    ------
    ModelUnavailableError
        If the file is missing, is a pointer or damaged, asks for code to be run, or holds
        no tensors.
    """
    if not path.is_file():
        raise ModelUnavailableError(
            f"There is no file {path}.", remedy="Check the path of the checkpoint."
        )
    if path.suffix == ".safetensors":
        return open_tensors(path)
    return _tensors_of(_unpickled(path), path)


def _unpickled(path: Path) -> object:
    with path.open("rb") as file:
        start = file.read(len(_LFS_START))
    if start == _LFS_START:
        raise ModelUnavailableError(
            f"{path.name} is a Git LFS pointer, not the weights themselves.",
            remedy="Fetch the file with 'git lfs pull', or download it from its web page.",
        )
    try:
        with warnings.catch_warnings():
            # Unusual pickle protocols are met with a warning; what matters is refused anyway.
            warnings.simplefilter("ignore", UserWarning)
            # Only the zip format of torch can be mapped; the old one is read into memory.
            mapped = start[:2] == b"PK"
            return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except pickle.UnpicklingError as error:
        raise _refused_pickle(path, start, str(error)) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise ModelUnavailableError(
            f"{path.name} is damaged or incomplete: {_first_line(error)}",
            remedy="Download the checkpoint again.",
        ) from error


def _refused_pickle(path: Path, start: bytes, message: str) -> ModelUnavailableError:
    if not start.startswith(_PICKLE_STARTS):
        return ModelUnavailableError(
            f"{path.name} is not a checkpoint of weights.",
            remedy="Give the .pt or .safetensors file that the model's publisher offers.",
        )
    wanted = _FORBIDDEN_GLOBAL.search(message)
    code = f" ({wanted[1]})" if wanted else ""
    return ModelUnavailableError(
        f"{path.name} may run code{code} when it is read, which weights never need. "
        "It was not read, and nothing was run.",
        remedy="Delete the file and get the checkpoint from its publisher.",
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no details"])[0].rstrip(".") + "."


def _tensors_of(content: object, path: Path) -> Tensors:
    if isinstance(content, Mapping):
        for key in _WRAPPING_KEYS:
            if isinstance(content.get(key), Mapping):
                content = content[key]
                break
    if not isinstance(content, Mapping):
        content = {}
    tensors = {str(name): value for name, value in content.items() if torch.is_tensor(value)}
    if not tensors:
        raise ModelUnavailableError(
            f"{path.name} holds no weights.",
            remedy="Give the .pt or .safetensors file that the model's publisher offers.",
        )
    return tensors


def stripped(name: str) -> str:
    """Take every known prefix off a name, in whatever order wrappers put them there."""
    while prefix := next((known for known in PREFIXES if name.startswith(known)), None):
        name = name[len(prefix) :]
    return name


def strip_prefixes(tensors: Mapping[str, torch.Tensor]) -> Tensors:
    """Name tensors as the network does.

    Raises
    ------
    ModelUnavailableError
        If two tensors end up with one name.
    """
    named: Tensors = {}
    for name, tensor in tensors.items():
        short = stripped(name)
        if short in named:
            raise ModelUnavailableError(
                f"The checkpoint holds {short} twice, under different prefixes.",
                remedy="Save the state of one model only, and convert that.",
            )
        named[short] = tensor
    return named


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """How the tensors of a file fit a network.

    Attributes
    ----------
    missing
        Names the network needs and the file lacks.
    misshapen
        ``name: shape in the file instead of shape in the network``.
    unmatched
        Names in the file that the network has no place for.
    """

    missing: tuple[str, ...]
    misshapen: tuple[str, ...]
    unmatched: tuple[str, ...]


def check_keys(found: Mapping[str, torch.Tensor], expected: Mapping[str, torch.Tensor]) -> KeyCheck:
    """Compare names and shapes; `expected` may lie on the meta device."""
    misshapen = tuple(
        f"{name}: {tuple(found[name].shape)} instead of {tuple(tensor.shape)}"
        for name, tensor in expected.items()
        if name in found and found[name].shape != tensor.shape
    )
    return KeyCheck(
        missing=tuple(name for name in expected if name not in found),
        misshapen=misshapen,
        unmatched=tuple(name for name in found if name not in expected),
    )


def require_fit(check: KeyCheck, name: str) -> None:
    """Refuse weights of which a network would miss a part.

    Raises
    ------
    ModelUnavailableError
        If a tensor is missing or has another shape.
    """
    if check.missing:
        raise ModelUnavailableError(
            f"{name} lacks {len(check.missing)} of the tensors the model needs: "
            f"{listed(check.missing)}.",
            remedy="Use the complete checkpoint that belongs to this configuration.",
        )
    if check.misshapen:
        raise ModelUnavailableError(
            f"{name} has {len(check.misshapen)} tensors of another shape: "
            f"{listed(check.misshapen)}.",
            remedy="Use the checkpoint that belongs to this configuration.",
        )


def listed(names: Iterable[str]) -> str:
    """Join the first dozen names and count the rest."""
    names = tuple(names)
    rest = len(names) - _LISTED_KEYS
    shown = ", ".join(names[:_LISTED_KEYS])
    return f"{shown} and {rest} more" if rest > 0 else shown
