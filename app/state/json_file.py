"""Small files of the program: read with a limit, written whole or not at all."""

import os
from pathlib import Path

from medct_core.errors import DISK_FULL, OutOfDiskError
from medct_core.inference.safe_write import replacing
from medct_core.measurement.fields import JsonValue, format_json, parse_json

_LARGEST_BYTES = 64 * 2**20
"""A case with ten thousand measurements stays below it; anything larger is another file."""


def read_json(path: Path) -> object:
    """Read a file of JSON.

    Raises
    ------
    OSError
        If the file is not there or cannot be read.
    ValueError
        If it is no JSON, or larger than 64 MiB.
    """
    with path.open("rb") as file:
        content = file.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise ValueError("the file is too large")
    return parse_json(content)


def write_json(values: JsonValue, path: Path, *, what: str) -> None:
    """Write a file of JSON in one step, so that a crash leaves the old or the new one.

    Two programs may write the same file: the last one stays, and it is whole.

    Parameters
    ----------
    values
        What to write.
    path
        Its folder is made if it is not there.
    what
        Opens the sentence of an error: ``The session``.

    Raises
    ------
    OutOfDiskError
        If the file cannot be written; then the old one stays.
    """
    content = format_json(values)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary, temporary.open("wb") as file:
            file.write(content)
            file.flush()
            # Else a power cut could leave the new name with nothing in it.
            os.fsync(file.fileno())
    except OSError as error:
        full = error.errno in DISK_FULL
        why = "the disk is full" if full else (error.strerror or "it cannot be written")
        raise OutOfDiskError(
            f"{what} cannot be saved in {str(path.parent)!r}: {why}.",
            remedy="Free some space there, or check whether you may write in that folder.",
        ) from error
