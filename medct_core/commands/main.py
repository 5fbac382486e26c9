"""The `medct` command line: its commands, and exit codes instead of tracebacks."""

import gc
import io
import logging
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, entry_points, version
from types import ModuleType
from typing import Annotated

import typer

from medct_core.commands.console import (
    DONE,
    OUR_FAULT,
    exit_code_of,
    print_text,
    show_error,
    show_traceback,
)
from medct_core.errors import UsageError

_ADDED_COMMANDS = "medct.commands"
_GUI_PACKAGES = frozenset({"PySide6", "pyqtgraph", "shiboken6", "vtkmodules"})


def build_app(arguments: Sequence[str] = ()) -> typer.Typer:
    """Command line with every command of the core and every one that other packages add.

    Parameters
    ----------
    arguments
        What it is for. If they call a command of another package, those of the core are left
        out: the viewer would wait a tenth of a second for what it does not need.
    """
    app = typer.Typer(
        name="medct",
        help="Scored findings from chest CT with a vision-language model. Not a medical device."
        "\n\nExample: medct analyze scan.nii.gz --out results",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_general_options)
    entries = sorted(entry_points(group=_ADDED_COMMANDS), key=lambda entry: entry.name)
    called = next((one for one in arguments if not one.startswith("-")), "")
    if called not in {entry.name for entry in entries}:
        for module in _command_modules():
            module.register(app)
    for entry in entries:
        _add_lazily(app, entry)
    return app


def _command_modules() -> tuple[ModuleType, ...]:
    """Give the modules with a `register(app)`, in the order of the help page.

    Each is light to import: what is heavy (torch, readers) is imported inside the functions that
    run.
    """
    from medct_core.commands import (
        adapters,
        analyze,
        data,
        embed,
        evaluate,
        library,
        models,
        phantom,
        preprocess,
        reproduce,
        train,
    )

    return (
        analyze,
        embed,
        preprocess,
        models,
        adapters,
        library,
        phantom,
        evaluate,
        data,
        train,
        reproduce,
    )


def main() -> None:
    """Run the command line and end the process with its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file name may hold what the terminal's alphabet lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], app: typer.Typer | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments
        What follows the program's name; ``--debug`` may stand anywhere before ``--``.
    app
        Commands to choose from; those of `build_app` by default.

    Returns
    -------
    Exit code: 0 done, 1 our fault, 2 wrong usage, 3 scan refused, 4 no model, 5 not enough
    memory or disk, 130 interrupted.
    """
    debug, ordered = _debug_first(list(arguments))
    try:
        (app or build_app(ordered))(args=ordered, prog_name="medct")
    except SystemExit as end:
        return _status(end.code)
    except BaseException as error:  # noqa: BLE001 - the edge of the program
        show_error(error)
        if debug:
            show_traceback(error)
        return exit_code_of(error)
    return DONE


def _status(code: str | int | None) -> int:
    if code is None:
        return DONE
    return code if isinstance(code, int) else OUR_FAULT


def _debug_first(arguments: list[str]) -> tuple[bool, list[str]]:
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options = [argument for argument in arguments[:end] if argument != "--debug"]
    debug = len(options) < end
    return debug, ["--debug"] * debug + options + arguments[end:]


def _show_version(wanted: bool) -> None:
    if wanted:
        print_text(f"medct {version('medct')}")
        raise typer.Exit


def _general_options(
    debug: Annotated[
        bool, typer.Option("--debug", help="Show log lines and, after an error, its traceback.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    if debug:
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        for package in ("medct_core", "app"):
            logging.getLogger(package).setLevel(logging.DEBUG)


def _add_lazily(app: typer.Typer, entry: EntryPoint) -> None:
    """Name a command of another package; import it only when it is called."""

    def call(context: typer.Context) -> None:
        added = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        added.command(entry.name)(load_command(entry))
        added(args=context.args, prog_name=f"medct {entry.name}")

    app.command(
        entry.name,
        help=f"Part of the viewer; 'medct {entry.name} --help' says more.",
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )(call)


def load_command(entry: EntryPoint) -> Callable[..., object]:
    """Load the function of a command that another package adds.

    Raises
    ------
    UsageError
        If a package of the viewer is not installed.
    """
    # Loading keeps all it makes: looking for what can go would take a tenth of the time.
    gc.disable()
    try:
        command: Callable[..., object] = entry.load()
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing not in _GUI_PACKAGES:
            raise
        raise UsageError(
            f"'medct {entry.name}' needs {missing}, which is not installed.",
            remedy="Install the viewer's packages with: pip install 'medct[gui]'",
        ) from error
    finally:
        gc.enable()
    return command


if __name__ == "__main__":
    main()
