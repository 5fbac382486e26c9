"""Embeddings kept on disk by content, recipe and model; losing one costs time, never truth."""

import hashlib
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict
from importlib.metadata import version
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import platformdirs

from medct_core.inference.embedding import Embedding
from medct_core.inference.safe_write import replacing
from medct_core.models.stamp import ModelStamp

log = logging.getLogger(__name__)

FOLDER_VARIABLE = "MEDCT_CACHE"
"""Environment variable that names another folder for what can be computed again."""

DEFAULT_LIMIT_BYTES = 2**30
"""Holds about 800 scans of medct-mini, or 30,000 of CT-CLIP."""

_MAGIC = b"MEDCT-EMBEDDING-1\n"
_SUFFIX = ".embedding"
_DIGEST_BYTES = hashlib.sha256().digest_size
_DTYPES = {"vector": "<f4", "codes": "<i2", "local": "<f2"}


class EmbeddingCache:
    """A folder of embeddings, the oldest dropped when it grows too large.

    Every file holds its own key and a checksum over all its bytes. A file that does not match
    both is deleted and counts as missing. Several processes may share the folder: files appear
    whole or not at all. A folder that cannot be written is a cache that holds nothing.

    Parameters
    ----------
    folder
        Made when the first embedding is kept.
    limit_bytes
        Largest total size of the files.
    """

    def __init__(self, folder: Path, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes

    def get(self, volume_sha256: str, stamp: ModelStamp) -> Embedding | None:
        """Find what `stamp` made of a scan; None where it is not kept whole."""
        key = _key(volume_sha256, stamp)
        path = self._path(key)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        embedding = _unpacked(content, key, stamp)
        if embedding is None:
            log.warning("A kept embedding was damaged and is made again")
            _remove(path)
            return None
        _touch(path)
        return embedding

    def put(self, embedding: Embedding) -> None:
        """Keep an embedding, and drop the least recently used ones beyond the limit."""
        key = _key(embedding.volume_sha256, embedding.stamp)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(self._path(key)) as temporary:
                temporary.write_bytes(_packed(embedding, key))
            self._drop_oldest()
        except OSError as error:
            log.warning("An embedding could not be kept: %s", error.strerror)

    def _path(self, key: dict[str, Any]) -> Path:
        return self._folder / f"{hashlib.sha256(_canonical(key)).hexdigest()}{_SUFFIX}"

    def _drop_oldest(self) -> None:
        files = sorted(_files(self._folder), reverse=True)
        total = 0
        for _, size, path in files:
            total += size
            if total > self._limit_bytes:
                _remove(path)


def default_cache() -> EmbeddingCache:
    """Open the cache of this user on this machine, or the one `FOLDER_VARIABLE` names."""
    named = os.environ.get(FOLDER_VARIABLE)
    folder = Path(named) if named else platformdirs.user_cache_path("medct", appauthor=False)
    return EmbeddingCache(folder / "embeddings")


def _key(volume_sha256: str, stamp: ModelStamp) -> dict[str, Any]:
    """Everything an embedding depends on: the scan, the model, its recipe, and this program."""
    return {"volume_sha256": volume_sha256, "program": version("medct"), **asdict(stamp)}


def _canonical(value: dict[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _packed(embedding: Embedding, key: dict[str, Any]) -> bytes:
    """Magic, SHA-256 of the rest, one line of JSON (key, shapes), then the arrays."""
    arrays = {name: getattr(embedding, name) for name in _DTYPES}
    kept = {
        name: np.ascontiguousarray(array, dtype=_DTYPES[name])
        for name, array in arrays.items()
        if array is not None
    }
    header = {"key": key, "shapes": {name: array.shape for name, array in kept.items()}}
    body = b"".join([_canonical(header), b"\n", *(array.tobytes() for array in kept.values())])
    return _MAGIC + hashlib.sha256(body).digest() + body


def _unpacked(content: bytes, key: dict[str, Any], stamp: ModelStamp) -> Embedding | None:
    """Read what `_packed` wrote for the same key; None for anything else."""
    start = len(_MAGIC) + _DIGEST_BYTES
    body = content[start:]
    if content[:start] != _MAGIC + hashlib.sha256(body).digest():
        return None
    line, _, rest = body.partition(b"\n")
    try:
        header = json.loads(line)
        return _embedding(header["shapes"], rest, key, stamp) if header["key"] == key else None
    except (ValueError, KeyError, TypeError):  # whole, but written by something else
        return None


def _embedding(
    shapes: dict[str, list[int]], data: bytes, key: dict[str, Any], stamp: ModelStamp
) -> Embedding:
    arrays = _arrays(shapes, data)
    return Embedding(
        vector=arrays["vector"].astype(np.float32, copy=False),
        stamp=stamp,
        volume_sha256=key["volume_sha256"],
        codes=arrays.get("codes"),
        local=arrays.get("local"),
    )


def _arrays(shapes: dict[str, list[int]], data: bytes) -> dict[str, npt.NDArray[Any]]:
    arrays = {}
    offset = 0
    for name in sorted(shapes, key=list(_DTYPES).index):
        dtype = np.dtype(_DTYPES[name])
        count = prod(shapes[name])
        flat = np.frombuffer(data, dtype=dtype, count=count, offset=offset)
        arrays[name] = flat.reshape(shapes[name]).astype(dtype.newbyteorder("="), copy=False)
        offset += count * dtype.itemsize
    return arrays


def _files(folder: Path) -> Iterable[tuple[float, int, Path]]:
    """Give (time of last use, bytes, path) of every file of the cache, leftovers included."""
    for path in folder.iterdir():
        try:
            status = path.stat()
        except OSError:  # another process was quicker
            continue
        if path.is_file() and path.suffix == _SUFFIX:
            yield status.st_mtime, status.st_size, path


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("A kept embedding could not be removed: %s", error.strerror)


def _touch(path: Path) -> None:
    """Mark as used now; where that fails it is merely dropped earlier."""
    try:
        path.touch(exist_ok=True)
    except OSError as error:
        log.debug("A kept embedding could not be marked as used: %s", error.strerror)
