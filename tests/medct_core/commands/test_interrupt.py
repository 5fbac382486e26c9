"""Ctrl-C is answered within a second, whatever the work is doing."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from textwrap import dedent

import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.commands.interrupt import interruptible


def test_result_of_the_work_is_given_back() -> None:
    assert interruptible(lambda _: 42) == 42


def test_error_of_the_work_is_raised() -> None:
    def slip(_: CancelToken) -> None:
        raise ZeroDivisionError("division by zero")

    with pytest.raises(ZeroDivisionError, match="division"):
        interruptible(slip)


def test_work_that_stops_on_its_own_is_cancelled() -> None:
    def stop(token: CancelToken) -> None:
        token.cancel()
        token.raise_if_cancelled()

    with pytest.raises(Cancelled):
        interruptible(stop)


def program(work: str) -> Sequence[str]:
    text = """
        import sys, time
        from medct_core.cancel import Cancelled
        from medct_core.commands.interrupt import interruptible

        def work(token):
            print("started", flush=True)
            {work}

        try:
            interruptible(work)
        except Cancelled:
            print("kept", flush=True)
            sys.exit(130)
    """
    return [sys.executable, "-c", dedent(text).format(work=work)]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(
    "work",
    [
        "[(token.raise_if_cancelled(), time.sleep(0.01)) for _ in range(6000)]",
        "time.sleep(60)",
        "any(False for _ in iter(int, 1))",
    ],
    ids=["looks at the token", "waits in the system", "computes and never looks"],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_program_ends_at_once_and_in_order(work: str, number: signal.Signals) -> None:
    process = subprocess.Popen(program(work), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"

    process.send_signal(number)
    began = time.monotonic()
    rest, _ = process.communicate(timeout=30)

    assert process.returncode == 130
    assert rest == "kept\n"
    # Generous: the promise is a second, the machine of a test may be busy.
    assert time.monotonic() - began < 10
