"""Tests of what every command shares."""

import contextlib
import errno
import io
import json
import os
import signal
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.progress import Progress

from medct_core.cancel import Cancelled
from medct_core.commands import console
from medct_core.commands.console import (
    as_shown,
    cancel_on_interrupt,
    exit_code_of,
    print_json,
    progress_bar,
    show_error,
    worst,
)
from medct_core.errors import (
    MedctError,
    ModelMismatchError,
    NotAnImageError,
    OutOfDiskError,
    OutOfMemoryError,
    PromptRefusedError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RuntimeError("slip"), 1),
        (MedctError("No family.", remedy="Do something."), 1),
        (PromptRefusedError("An empty prompt.", remedy="Write one."), 2),
        (NotAnImageError("Text.", remedy="Choose an image."), 3),
        (ModelMismatchError("Two models.", remedy="Use one."), 4),
        (OutOfMemoryError("3 GB are missing.", remedy="Close programs."), 5),
        (MemoryError(), 5),
        (OSError(errno.ENOSPC, "No space left on device"), 5),
        (FileNotFoundError(errno.ENOENT, "No such file"), 1),
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_the_family_of_an_error_decides_the_exit_code(error: BaseException, code: int) -> None:
    assert exit_code_of(error) == code


@given(st.lists(st.integers(0, 5)))
def test_the_worst_of_several_codes_is_the_highest(codes: list[int]) -> None:
    code = worst(codes)

    assert all(code >= other for other in codes)
    assert code in [*codes, 0]


def test_an_error_is_shown_as_summary_and_remedy_only(capsys: pytest.CaptureFixture[str]) -> None:
    show_error(NotAnImageError("The file holds [text].", remedy="Choose a scan."))

    out, err = capsys.readouterr()
    assert out == ""
    assert err == "The file holds [text].\nChoose a scan.\n"


def test_a_long_sentence_is_not_broken_for_whoever_reads_it_from_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    summary = "word " * 60 + "end."

    show_error(MedctError(summary, remedy="Read it."))

    assert summary in capsys.readouterr().err


def test_an_unforeseen_error_is_called_our_fault(capsys: pytest.CaptureFixture[str]) -> None:
    show_error(ZeroDivisionError("division by zero"))

    err = capsys.readouterr().err
    assert "our fault" in err
    assert "--debug" in err
    assert "README.md" in err
    assert "Traceback" not in err


def test_a_full_disk_is_named_with_its_file() -> None:
    shown = as_shown(OSError(errno.ENOSPC, "No space left on device", "/results/a.pdf"))

    assert isinstance(shown, OutOfDiskError)
    assert "/results/a.pdf" in shown.summary


def test_json_stands_alone_and_survives_any_alphabet(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"finding": "胸水", "score": 0.5}

    print_json(value)

    out, err = capsys.readouterr()
    assert json.loads(out) == value
    assert out.isascii()
    assert err == ""


def test_json_never_holds_what_json_lacks() -> None:
    with pytest.raises(ValueError, match="JSON"):
        print_json(float("nan"))


def test_a_progress_bar_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("Reading") as report:
        report(0.5)

    assert capsys.readouterr() == ("", "")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Stand in for a terminal on standard error; holds what it shows."""
    text = io.StringIO()
    monkeypatch.setattr(console, "to_stderr", lambda: Console(file=text, force_terminal=True))
    return text


def test_short_work_shows_no_bar_on_a_terminal(terminal: io.StringIO) -> None:
    before = set(threading.enumerate())

    with progress_bar("Reading") as report:
        report(1.0)

    assert "Reading" not in terminal.getvalue()
    assert set(threading.enumerate()) <= before


def test_long_work_shows_its_title_on_a_terminal(
    terminal: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = threading.Event()
    start = Progress.start

    def start_and_tell(progress: Progress) -> None:
        start(progress)
        shown.set()

    monkeypatch.setattr(console, "_SHOWN_AFTER_S", 0.0)
    monkeypatch.setattr(Progress, "start", start_and_tell)

    with progress_bar("Reading") as report:
        assert shown.wait(timeout=30)
        report(0.5)

    assert "Reading" in terminal.getvalue()


BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
def test_a_request_to_end_cancels_the_work_and_counts_as_interrupted(
    number: signal.Signals,
) -> None:
    seen = []
    with pytest.raises(Cancelled), cancel_on_interrupt() as token:  # noqa: PT012
        signal.raise_signal(number)
        seen.append(token.is_cancelled)

    assert seen == [True]


@BOTH
def test_a_second_request_is_left_to_the_system(number: signal.Signals) -> None:
    handlers = []
    with contextlib.suppress(Cancelled), cancel_on_interrupt():
        signal.raise_signal(number)
        handlers += [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]

    assert handlers == [signal.SIG_DFL] * 2


@BOTH
def test_signals_mean_the_same_as_before_once_the_work_is_over(number: signal.Signals) -> None:
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]

    with contextlib.suppress(Cancelled), cancel_on_interrupt():
        signal.raise_signal(number)

    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_work_in_another_thread_gets_a_token_too() -> None:
    tokens = []

    def work() -> None:
        with cancel_on_interrupt() as token:
            tokens.append(token.is_cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert tokens == [False]


def test_errors_go_to_the_stream_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)

    show_error(Cancelled())

    assert stream.getvalue() == "Interrupted." + os.linesep


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EPERM]
)
def test_a_place_that_cannot_be_written_to_is_not_called_our_fault(number: int) -> None:
    error = OSError(number, "Read-only file system", "runs/one")

    shown = as_shown(error)

    assert exit_code_of(error) == 5
    assert "'runs/one' cannot be used: Read-only file system" in shown.summary
    assert "may read and write" in shown.remedy
