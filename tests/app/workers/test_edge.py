"""Whatever goes wrong in a thread becomes two lines, and keeps nothing alive."""

import errno

import pytest

from app.workers.edge import as_shown
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


def test_a_window_speaks_of_no_command_line() -> None:
    error = MedctError("It failed.", remedy="Choose another folder with --out.")

    shown = as_shown(error, doing="reading")

    assert shown.remedy == "Choose another folder."
    assert str(shown)
