"""Tests of the command line's frame: exit codes, --debug, added commands."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, version
from pathlib import Path
from textwrap import dedent

import pytest
import typer
from typer.testing import CliRunner

from medct_core.commands import main
from medct_core.commands.main import build_app, run
from medct_core.errors import NotScorableError

ADDED_MODULE = """
    import typer
    from typing import Annotated

    def view(scan: str, zoom: Annotated[int, typer.Option()] = 1) -> None:
        "Open the window."
        print(f"{scan} at {zoom}")
"""


def app_with(command: object) -> typer.Typer:
    """Build a command line whose only own command is `work`."""
    app = build_app()
    app.command("work")(command)  # type: ignore[type-var]
    return app


def refuse() -> None:
    raise NotScorableError("This is a head.", remedy="Choose a chest CT.")


def slip() -> None:
    raise ZeroDivisionError("division by zero")


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """Build a command line to which another package adds `view`."""
    (tmp_path / "added_by_app.py").write_text(dedent(ADDED_MODULE))
    monkeypatch.syspath_prepend(str(tmp_path))
    return app_adding(monkeypatch, "added_by_app:view")


def app_adding(monkeypatch: pytest.MonkeyPatch, target: str) -> typer.Typer:
    entry = EntryPoint(name="view", value=target, group="medct.commands")
    monkeypatch.setattr(main, "entry_points", lambda group: [entry])
    return build_app()


def test_help_lists_what_can_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["--help"])

    assert code == 0
    assert "Not a medical device" in " ".join(capsys.readouterr().out.split())


def command_names(group: object, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Give every command and group of commands below and including `group`."""
    yield above
    for name, command in getattr(group, "commands", {}).items():
        yield from command_names(command, (*above, name))


@pytest.mark.parametrize(
    "names", list(command_names(typer.main.get_command(build_app()))), ids=" ".join
)
def test_every_help_page_holds_an_example_of_its_own_command(
    names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run([*names, "--help"])

    page = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert f"Example: {' '.join(('medct', *names))} " in page


def test_the_version_is_the_one_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["--version"])

    assert code == 0
    assert capsys.readouterr().out == f"medct {version('medct')}\n"


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["divine"])

    assert code == 2
    assert "divine" in capsys.readouterr().err


def test_a_refused_scan_ends_with_three_and_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run(["work"], app_with(refuse))

    assert code == 3
    assert capsys.readouterr().err == "This is a head.\nChoose a chest CT.\n"


@pytest.mark.parametrize("arguments", [["--debug", "work"], ["work", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(arguments, app_with(slip))

    assert code == 1
    assert "ZeroDivisionError: division by zero" in capsys.readouterr().err.splitlines()


def test_a_fault_of_ours_shows_no_traceback_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["work"], app_with(slip))

    assert code == 1
    assert "Traceback" not in capsys.readouterr().err


def test_an_interrupt_nobody_catches_ends_with_130() -> None:
    def work() -> None:
        raise KeyboardInterrupt

    assert run(["work"], app_with(work)) == 130


def test_what_follows_two_dashes_is_not_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    def work(word: str) -> None:
        print(word)  # noqa: T201

    code = run(["work", "--", "--debug"], app_with(work))

    assert code == 0
    assert capsys.readouterr().out == "--debug\n"


def test_a_command_chooses_its_exit_code() -> None:
    def work() -> None:
        raise typer.Exit(4)

    assert run(["work"], app_with(work)) == 4


def test_an_added_command_is_named_but_not_imported(added: typer.Typer) -> None:
    result = CliRunner().invoke(added, ["--help"])

    assert "view" in result.stdout
    assert "added_by_app" not in sys.modules


def test_an_added_command_gets_its_own_arguments(
    added: typer.Typer, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["view", "scan.nii.gz", "--zoom", "3"], added)

    assert code == 0
    assert capsys.readouterr().out == "scan.nii.gz at 3\n"


def test_an_added_command_explains_itself(
    added: typer.Typer, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["view", "--help"], added)

    assert code == 0
    assert "Open the window." in capsys.readouterr().out


def test_a_missing_window_library_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    app = app_adding(monkeypatch, "PySide6.QtWidgets:QApplication")

    code = run(["view"], app)

    assert code == 2
    assert "pip install 'medct[gui]'" in capsys.readouterr().err


def test_a_hole_in_an_added_command_is_our_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_adding(monkeypatch, "no_such_module:view")

    code = run(["view"], app)

    assert code == 1
    assert "no_such_module" in capsys.readouterr().err


def python(program: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", dedent(program)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_process_ends_with_the_exit_code() -> None:
    process = python("""
        import sys
        sys.argv = ["medct", "divine"]
        from medct_core.commands.main import main
        main()
    """)

    out, err = process.communicate(timeout=60)

    assert process.returncode == 2
    assert out == ""
    assert "divine" in err


def test_a_file_name_beyond_the_terminals_alphabet_is_printed_escaped() -> None:
    process = python("""
        import sys
        from medct_core.commands import main
        from medct_core.commands.console import print_text
        main.run = lambda arguments: print_text("\\udcff.nii") or 0
        main.main()
    """)

    out, err = process.communicate(timeout=60)

    assert (process.returncode, out.strip(), err) == (0, r"\udcff.nii", "")


def test_a_command_of_another_package_waits_for_none_of_the_core() -> None:
    process = python("""
        import sys
        from medct_core.commands.main import build_app
        names = lambda app: len(app.registered_commands) + len(app.registered_groups)
        few = names(build_app(["--debug", "view", "scan.nii.gz"]))
        early = "medct_core.commands.library" in sys.modules
        print(few, early, names(build_app(["analyze", "view"])) > 5)
    """)

    out, _ = process.communicate(timeout=60)

    assert out.split() == ["1", "False", "True"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_ends_a_process_with_130_and_one_word() -> None:
    process = python("""
        import sys, time
        from medct_core.commands.console import cancel_on_interrupt
        from medct_core.commands.main import build_app, run
        def work() -> None:
            with cancel_on_interrupt() as token:
                print("ready", flush=True)
                while not token.is_cancelled:
                    time.sleep(0.01)
        app = build_app()
        app.command("work")(work)
        sys.exit(run(["work"], app))
    """)
    assert process.stdout is not None
    process.stdout.readline()

    process.send_signal(signal.SIGINT)

    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "Interrupted.\n"
