"""A cache may lose an embedding; it never gives a wrong one."""

import dataclasses
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.inference import cache as cache_module
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.embedding import Embedding
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")


def embedding(seed: int = 1, *, parts: str = "codes local") -> Embedding:
    generator = np.random.default_rng(seed)
    vector = generator.standard_normal(8).astype(np.float32)
    return Embedding(
        vector=vector / np.linalg.norm(vector),
        stamp=STAMP,
        volume_sha256=f"{seed:064x}",
        codes=generator.integers(0, 99, (2, 3, 4), "i2") if "codes" in parts else None,
        local=generator.random((2, 3, 4, 8)).astype(np.float16) if "local" in parts else None,
    )


def same(ours: Embedding, theirs: Embedding) -> bool:
    pairs = [(getattr(ours, name), getattr(theirs, name)) for name in ("vector", "codes", "local")]
    return (ours.stamp, ours.volume_sha256) == (theirs.stamp, theirs.volume_sha256) and all(
        (a is None and b is None) or (a.dtype == b.dtype and np.array_equal(a, b)) for a, b in pairs
    )


@pytest.mark.parametrize("parts", ["", "codes", "local", "codes local"])
def test_what_was_kept_comes_back_to_the_bit(tmp_path: Path, parts: str) -> None:
    kept = embedding(parts=parts)
    EmbeddingCache(tmp_path / "new" / "folder").put(kept)

    found = EmbeddingCache(tmp_path / "new" / "folder").get(kept.volume_sha256, STAMP)

    assert found is not None
    assert same(found, kept)


@pytest.mark.parametrize("field", ["model", "checkpoint_sha256", "recipe_id", "precision"])
def test_another_model_never_gets_it(tmp_path: Path, field: str) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding())

    other = dataclasses.replace(STAMP, **{field: "other"})

    assert cache.get(embedding().volume_sha256, other) is None


def test_another_scan_or_adapter_never_gets_it(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding(1))

    adapted = dataclasses.replace(STAMP, adapter="mine", adapter_sha256="1" * 64)

    assert cache.get(f"{2:064x}", STAMP) is None
    assert cache.get(f"{1:064x}", adapted) is None


def test_another_version_of_the_program_never_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding())
    monkeypatch.setattr(cache_module, "version", lambda _: "99")

    assert cache.get(embedding().volume_sha256, STAMP) is None


Damage = Callable[[bytes, int, int], bytes]
DAMAGES: dict[str, Damage] = {
    "cut": lambda content, place, _: content[: place % len(content)],
    "flipped bit": lambda content, place, bit: (
        content[: place % len(content)]
        + bytes([content[place % len(content)] ^ (1 << bit % 8)])
        + content[place % len(content) + 1 :]
    ),
    "longer": lambda content, place, _: content + b"x" * (1 + place % 9),
    "zeroed": lambda content, place, _: content[: place % len(content)].ljust(len(content), b"\0"),
    "emptied": lambda _content, _place, _bit: b"",
    "something else": lambda _content, place, bit: bytes([bit]) * (place % 5000),
    "doubled": lambda content, _place, _bit: content + content,
}


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(DAMAGES)), place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_no_damage_gives_a_wrong_answer(kind: str, place: int, bit: int) -> None:
    folder = Path(tempfile.mkdtemp())
    cache, kept = EmbeddingCache(folder), embedding()
    cache.put(kept)
    (path,) = folder.iterdir()
    before = path.read_bytes()
    after = DAMAGES[kind](before, place, bit)
    path.write_bytes(after)

    found = cache.get(kept.volume_sha256, STAMP)

    assert found is None or (after == before and same(found, kept))
    cache.put(kept)
    again = cache.get(kept.volume_sha256, STAMP)
    assert again is not None
    assert same(again, kept)
    shutil.rmtree(folder)


def test_exchanged_files_count_as_missing(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding(1))
    (first,) = tmp_path.iterdir()
    cache.put(embedding(2))
    (second,) = set(tmp_path.iterdir()) - {first}
    shutil.copyfile(first, second)

    assert cache.get(f"{2:064x}", STAMP) is None
    assert cache.get(f"{1:064x}", STAMP) is not None


def test_a_damaged_file_is_removed(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding())
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"nonsense")

    cache.get(embedding().volume_sha256, STAMP)

    assert not path.exists()


def test_whole_file_of_something_else_counts_as_missing(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding())
    (path,) = tmp_path.iterdir()
    body = b'{"key": 3}\n'
    digest = hashlib.sha256(body).digest()
    path.write_bytes(cache_module._MAGIC + digest + body)

    assert cache.get(embedding().volume_sha256, STAMP) is None


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    size = _size_of_one(tmp_path / "measured")
    cache = EmbeddingCache(tmp_path / "cache", limit_bytes=3 * size + size // 2)
    for seed in (1, 2, 3):
        cache.put(embedding(seed))
    for seed in (1, 2, 3):
        os.utime(cache._path(cache_module._key(f"{seed:064x}", STAMP)), (seed, seed))
    cache.get(f"{1:064x}", STAMP)

    cache.put(embedding(4))

    kept = [seed for seed in (1, 2, 3, 4) if cache.get(f"{seed:064x}", STAMP) is not None]
    assert kept == [1, 3, 4]


def _size_of_one(folder: Path) -> int:
    EmbeddingCache(folder).put(embedding())
    (path,) = folder.iterdir()
    return path.stat().st_size


def test_a_folder_that_cannot_be_made_holds_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    cache = EmbeddingCache(blocked / "folder")

    cache.put(embedding())

    assert cache.get(embedding().volume_sha256, STAMP) is None


def test_a_cache_deleted_meanwhile_fills_again(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path / "cache")
    cache.put(embedding())
    shutil.rmtree(tmp_path / "cache")

    assert cache.get(embedding().volume_sha256, STAMP) is None
    cache.put(embedding())
    assert cache.get(embedding().volume_sha256, STAMP) is not None


def test_a_folder_in_place_of_a_file_counts_as_missing(tmp_path: Path) -> None:
    cache = EmbeddingCache(tmp_path)
    cache.put(embedding())
    (path,) = tmp_path.iterdir()
    path.unlink()
    path.mkdir()

    assert cache.get(embedding().volume_sha256, STAMP) is None
    cache.put(embedding())


def test_the_folder_can_be_named_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(cache_module.FOLDER_VARIABLE, str(tmp_path))

    cache_module.default_cache().put(embedding())

    assert len(list((tmp_path / "embeddings").iterdir())) == 1
