"""A file is there whole or not at all."""

from pathlib import Path

import pytest

from medct_core.inference.safe_write import replacing


def test_new_content_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "würzburg.npy"
    path.write_text("old", encoding="utf-8")

    with replacing(path) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "old"
        assert temporary.suffix == ".npy"

    assert path.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failed_writing_leaves_the_old_content(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "kept.txt"
    path.write_text("old", encoding="utf-8")

    with pytest.raises(error):
        _write_half(path, error)

    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def _write_half(path: Path, error: type[BaseException]) -> None:
    with replacing(path) as temporary:
        temporary.write_text("half", encoding="utf-8")
        raise error
