"""A window never tells a person to type an option."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import medct_core
from app.state.answers import Problem
from app.state.window_words import in_window
from medct_core.errors import OutOfDiskError

_OPTION = re.compile(r"(?<![\w-])--[a-z]")
# What only commands call: installing and converting models and adapters, learning from tables,
# and the workers of a cluster.
_COMMANDS_ONLY = (
    "commands",
    "models/install.py",
    "models/hub.py",
    "models/convert.py",
    "models/adapter_install.py",
    "models/adapter_average.py",
    "training/adapt",
    "training/augmentation",
    "training/reproduce",
    "training/tables",
    "evaluation",
    "archive/add_on_cluster.py",
    "archive/ledger.py",
    "archive/worker_plan.py",
)


def texts_of(node: ast.expr) -> str:
    """Give a text as it stands in the source, a word for every part that is filled in."""
    if isinstance(node, ast.JoinedStr):
        return "".join(texts_of(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return "7"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def remedies() -> Iterator[str]:
    """Give every text in the library that starts with a verb for a person and names an option."""
    folder = Path(medct_core.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        if any(part in path.as_posix() for part in _COMMANDS_ONLY):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.keyword(arg="remedy", value=ast.expr() as said):
                    yield texts_of(said)
                case ast.Return(value=ast.expr() as said):
                    yield texts_of(said)


def test_no_remedy_that_a_window_may_show_names_an_option() -> None:
    named = [text for text in remedies() if _OPTION.search(text)]

    assert len(named) >= 4
    assert [text for text in named if _OPTION.search(in_window(text))] == []


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        (
            "Free some space there, or choose another folder with --out.",
            "Free some space there, or choose another folder.",
        ),
        (
            "Use --device auto; here that means cpu.",
            "Choose the device 'auto' in the settings; here that means cpu.",
        ),
        (
            "Use --device cpu, or a smaller model.",
            "Choose the device 'cpu' in the settings, or a smaller model.",
        ),
        (
            "Choose a chest CT in Hounsfield units, or score this one by force (--force).",
            "Choose a chest CT in Hounsfield units, or choose 'Score anyway' in the menu.",
        ),
        (
            "Choose a chest CT in Hounsfield units, or add it all the same with --force.",
            "Choose a chest CT in Hounsfield units.",
        ),
        (
            "Choose one with --frame 1 to --frame 4.",
            "Choose one of its volumes, 1 to 4.",
        ),
        (
            "Run: medct models install ct-clip",
            "In a terminal, run: medct models install ct-clip. Then choose the model again.",
        ),
        ("Export the series again.", "Export the series again."),
    ],
)
def test_a_remedy_names_what_is_in_the_window(remedy: str, said: str) -> None:
    assert in_window(remedy) == said


def test_a_problem_is_in_the_words_of_a_window() -> None:
    error = OutOfDiskError("Full.", remedy="Choose another folder with --out.")

    assert Problem.of(error) == Problem("Full.", "Choose another folder.")
