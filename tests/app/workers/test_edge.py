"""Whatever goes wrong in a thread becomes two lines, and keeps nothing alive."""

import ast
import errno
import re
from pathlib import Path

import pytest

import medct_core
from app.workers.edge import as_shown, in_window_words
from medct_core.errors import MedctError, NotScorableError, OutOfDiskError, OutOfMemoryError


def test_our_own_error_keeps_its_words_and_its_kind_but_not_its_traceback() -> None:
    error = NotScorableError("No lungs.", remedy="Choose a chest CT.")
    with pytest.raises(NotScorableError) as caught:
        raise error

    shown = as_shown(caught.value, doing="encoding the scan")

    assert isinstance(shown, NotScorableError)
    assert (shown.summary, shown.remedy) == ("No lungs.", "Choose a chest CT.")
    assert error.__traceback__ is not None
    assert shown.__traceback__ is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), OutOfMemoryError),
        (OSError(errno.ENOSPC, "No space left"), OutOfDiskError),
        (ZeroDivisionError("division by zero"), MedctError),
        (OSError(errno.EACCES, "Permission denied"), MedctError),
    ],
)
def test_any_other_error_says_what_was_being_done_and_what_to_do(
    error: Exception, kind: type[MedctError]
) -> None:
    shown = as_shown(error, doing="writing the report")

    assert type(shown) is kind
    assert "writing the report" in shown.summary
    assert shown.remedy
    assert type(error).__name__ not in str(shown)


@pytest.mark.parametrize(
    ("remedy", "expected"),
    [
        ("Choose one with --frame 1 to --frame 30.", "Choose a volume from 1 to 30."),
        (
            "Choose a chest CT in Hounsfield units, or score this one by force (--force).",
            "Choose a chest CT in Hounsfield units, or score this one all the same.",
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
            "Free some space there, or choose another folder with --out.",
            "Free some space there, or choose another folder.",
        ),
    ],
)
def test_a_window_speaks_of_no_command_line(remedy: str, expected: str) -> None:
    shown = as_shown(MedctError("It failed.", remedy=remedy), doing="reading")

    assert shown.remedy == expected
    assert str(shown)


def remedies_with_flags() -> list[str]:
    """Messages of the core that name a flag, from its source; those of the command line apart."""
    rooms = ("io", "preprocess", "inference", "export", "findings", "volume", "analysis.py")
    core = Path(medct_core.__path__[0])
    files = [path for room in rooms for path in sorted((core / room).rglob("*.py"))]
    files += [core / "analysis.py"]
    found = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found += [node.value] if re.search(r"(^|[\s(])--[a-z]", node.value) else []
    return found


def test_every_message_with_a_flag_that_a_window_may_meet_has_other_words() -> None:
    flagged = remedies_with_flags()

    assert flagged
    for text in flagged:
        # An f-string is cut at its first number; one is put back.
        assert "--" not in in_window_words(f"{text}30."), text
