"""Tests of finding the program's own files wherever it is installed."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from medct_core import resources_folder as module
from medct_core.resources_folder import ResourcesMissingError, resources_folder

ROOT = Path(__file__).resolve().parents[2]


def installed_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that the library lies in `folder`; return the library's own folder."""
    room = folder / "medct_core"
    room.mkdir()
    monkeypatch.setattr(module, "_ROOM", room)
    return room


def test_a_checkout_holds_them_at_the_top() -> None:
    assert resources_folder() == ROOT / "resources"


def test_an_installed_wheel_holds_them_inside_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = installed_in(tmp_path, monkeypatch)
    (room / "resources").mkdir()

    assert resources_folder() == room / "resources"


def test_a_frozen_program_finds_them_where_it_was_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path / "unpacked"
    (unpacked / "medct_core" / "resources").mkdir(parents=True)
    installed_in(tmp_path, monkeypatch)
    monkeypatch.setattr(sys, "_MEIPASS", str(unpacked), raising=False)

    assert resources_folder() == unpacked / "medct_core" / "resources"


def test_a_damaged_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed_in(tmp_path, monkeypatch)

    with pytest.raises(ResourcesMissingError, match="Install MedCT again"):
        resources_folder()


@pytest.mark.slow
def test_a_built_wheel_brings_every_resource_and_finds_it(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("medct-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")

    # From another folder and without this checkout on the path.
    program = "from medct_core.resources_folder import resources_folder as f; print(f())"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONSAFEPATH": "1"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    found = Path(run.stdout.strip())
    assert found == tmp_path / "site" / "medct_core" / "resources"
    # The pictures of the README are for its readers; nothing that runs needs them.
    used = {name for name in files_under(ROOT / "resources") if not name.startswith("screenshots/")}
    assert files_under(found) == used


def files_under(folder: Path) -> set[str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix() for path in paths}
