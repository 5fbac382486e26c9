"""Tests of the script that sets everything up; nothing is installed or downloaded here."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the script, its environment and the user's home moved to an empty folder."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    venv = tmp_path / "venv"
    for name, value in {
        "VENV": venv,
        "STAMP": venv / "bootstrap.stamp",
        "PIP_LOG": venv / "pip.log",
    }.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(module, "user_folder", lambda: tmp_path / "MedCT")
    return module


@pytest.fixture
def calls(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record programs instead of running them; a `--out` file or folder is made."""
    called: list[list[str]] = []

    def record(command: list[str]) -> int:
        called.append([Path(command[0]).stem, *command[1:]])
        if "--out" in command:
            made = Path(command[command.index("--out") + 1])
            if "analyze" in command:
                made.mkdir(parents=True)
                made = made / "scan.pdf"
            made.write_text("made")
        return 0

    monkeypatch.setattr(bootstrap, "call", record)
    return called


def complete(bootstrap: ModuleType) -> None:
    """Make an environment that looks finished."""
    bootstrap.venv_python().parent.mkdir(parents=True)
    bootstrap.venv_python().write_text("")
    bootstrap.write_stamp()


def test_an_old_python_is_told_which_one_is_needed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 8, 10))

    with pytest.raises(bootstrap.Stop, match=r"This is Python 3\.8; MedCT needs 3\.11"):
        bootstrap.check_python()


def test_the_script_keeps_to_a_grammar_an_old_python_reads() -> None:
    text = SCRIPT.read_text(encoding="utf-8")

    ast.parse(text, feature_version=(3, 7))

    # Legal grammar, yet Python 3.6 has no such future and no such types.
    assert "from __future__" not in text
    assert re.search(r"(->|: ) ?(list|dict|tuple)\[.*\) ", text) is None


def test_a_finished_environment_is_not_touched_again(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete(bootstrap)
    monkeypatch.setattr(bootstrap, "missing_packages", lambda action: [])
    monkeypatch.setattr(bootstrap, "make_venv", lambda: pytest.fail("made again"))

    bootstrap.set_up("run")


@pytest.mark.parametrize("file", ["PROJECT", "CONSTRAINTS"])
def test_changed_requirements_ask_for_another_setup(
    file: str, bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bootstrap.fingerprint()
    changed = tmp_path / "changed"
    changed.write_bytes(getattr(bootstrap, file).read_bytes() + b"\n# one more line\n")

    monkeypatch.setattr(bootstrap, file, changed)

    assert bootstrap.fingerprint() != before


def test_another_python_asks_for_another_setup(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bootstrap.fingerprint()

    monkeypatch.setattr(bootstrap.sys, "version_info", (3, 99, 0))

    assert bootstrap.fingerprint() != before


def test_an_interrupted_setup_leaves_no_stamp(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*arguments: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "missing_packages", lambda action: [])
    monkeypatch.setattr(bootstrap, "check_space", lambda: None)
    monkeypatch.setattr(bootstrap, "make_venv", lambda: None)
    monkeypatch.setattr(bootstrap, "pip", stop)

    with pytest.raises(KeyboardInterrupt):
        bootstrap.set_up("run")

    assert not bootstrap.STAMP.exists()


def test_a_half_made_environment_is_not_healthy(bootstrap: ModuleType) -> None:
    (bootstrap.VENV / "bin").mkdir(parents=True)

    assert not bootstrap.is_healthy()


def test_all_extras_are_installed(bootstrap: ModuleType) -> None:
    everything = ["astra", "cluster", "dev", "dicom", "gui", "library", "train"]

    assert bootstrap.extras() == everything


@pytest.mark.parametrize(
    ("log", "words", "code"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full", 5),
        ("NewConnectionError: Temporary failure in name resolution", "no connection", 1),
        ("ERROR: something else", "failed", 1),
    ],
)
def test_a_failed_install_is_explained(
    log: str, words: str, code: int, bootstrap: ModuleType
) -> None:
    stop = bootstrap.explain_pip_failure(log)

    assert words in str(stop)
    assert stop.exit_code == code


def test_too_little_space_is_found_before_anything_is_downloaded(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "SPACE_NEEDED_GB", 1e9)

    with pytest.raises(bootstrap.Stop) as caught:
        bootstrap.check_space()

    assert caught.value.exit_code == 5


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="apt is Linux's")
def test_whoever_is_not_root_gets_the_exact_command(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bootstrap, "is_debian", lambda: True)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)

    bootstrap.install_system_packages(["libegl1", "xvfb"])

    command = "sudo apt-get install -y --no-install-recommends libegl1 xvfb"
    assert command in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="apt is Linux's")
def test_without_venv_nothing_goes_on(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "is_debian", lambda: True)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap, "can_make_venv", lambda: False)

    with pytest.raises(bootstrap.Stop, match=r"install -y .* python3\.\d+-venv"):
        bootstrap.install_system_packages(bootstrap.missing_packages("run"))


@pytest.mark.parametrize(
    ("system", "expected"), [("nt", "Scripts/medct.exe"), ("posix", "bin/medct")]
)
def test_programs_are_found_on_every_system(
    system: str, expected: str, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = bootstrap.VENV / expected
    monkeypatch.setattr(bootstrap.os, "name", system)

    found = str(bootstrap.venv_program("medct"))
    monkeypatch.undo()

    assert found == str(given)


def test_without_a_display_a_scan_is_analysed_and_its_files_named(
    bootstrap: ModuleType,
    calls: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bootstrap, "has_display", lambda: False)

    code = bootstrap.run_program(Path("scan.nii.gz"))

    out = bootstrap.user_folder() / "results"
    assert code == 0
    formats = ["--formats", "csv,pdf,json"]
    assert calls == [["medct", "analyze", "scan.nii.gz", "--out", str(out), *formats]]
    assert f"PDF   {out / 'scan.pdf'}" in capsys.readouterr().out


def test_without_a_scan_one_is_drawn_once(
    bootstrap: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bootstrap.demo_scan()
    second = bootstrap.demo_scan()

    assert first == second
    assert first.is_file()
    assert [call[:3] for call in calls] == [["medct", "phantom", "make"]]


def test_with_a_display_and_a_viewer_the_scan_is_shown(
    bootstrap: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = {"entry-points": {"medct.commands": {"view": "app.__main__:view"}}}
    monkeypatch.setattr(bootstrap, "has_display", lambda: True)
    monkeypatch.setattr(bootstrap, "project_table", lambda: viewer)

    bootstrap.run_program(Path("scan.nii.gz"))

    assert calls == [["medct", "view", "scan.nii.gz"]]


def test_all_tests_are_run_but_those_this_machine_cannot(
    bootstrap: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.os, "chdir", lambda folder: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

    bootstrap.run_tests(["-k", "geometry"])

    markers = "not gpu and not weights and not network"
    assert calls[0][1:] == ["-m", "pytest", "-m", markers, "-k", "geometry"]


def test_arguments_of_pytest_are_passed_on(bootstrap: ModuleType) -> None:
    wish = bootstrap.parse(["test", "tests/medct_core", "-k", "geometry", "-x"])

    assert wish.rest == ["tests/medct_core", "-k", "geometry", "-x"]


def test_an_unknown_option_of_run_is_wrong_usage(bootstrap: ModuleType) -> None:
    with pytest.raises(SystemExit) as caught:
        bootstrap.parse(["run", "scan.nii.gz", "--colour"])

    assert caught.value.code == 2


def test_a_truncated_package_is_found(bootstrap: ModuleType, tmp_path: Path) -> None:
    pins = tmp_path / "constraints.txt"
    pins.write_text("whole==1.0\ncut==1.0\nother==2.0\nabsent==1.0\n")
    for name in ("whole", "cut", "other"):
        (tmp_path / f"{name}.py").write_text("0" if name == "cut" else "0" * 9)
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "RECORD").write_text(f"{name}.py,,9\n")

    run = subprocess.run(
        [sys.executable, "-S", "-c", bootstrap.CHECK_INSTALLED, str(pins)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert sorted(run.stdout.split()) == ["cut==1.0", "other==2.0"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_is_answered_by_the_program_that_runs(bootstrap: ModuleType) -> None:
    child = "import os, signal; os.kill(os.getppid(), signal.SIGINT); raise SystemExit(7)"

    code = bootstrap.call([sys.executable, "-c", child])

    assert code == 7
