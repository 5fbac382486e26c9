"""Tests of stopping work from another thread."""

import threading

import pytest

from medct_core.cancel import Cancelled, CancelToken


def test_work_goes_on_until_somebody_asks_for_a_stop() -> None:
    token = CancelToken()

    token.raise_if_cancelled()

    assert not token.is_cancelled


def test_work_leaves_at_the_next_safe_point() -> None:
    token = CancelToken()

    token.cancel()

    assert token.is_cancelled
    with pytest.raises(Cancelled):
        token.raise_if_cancelled()


def test_asking_twice_is_asking_once() -> None:
    token = CancelToken()

    token.cancel()
    token.cancel()

    assert token.is_cancelled


def test_the_wish_of_another_thread_is_seen() -> None:
    token = CancelToken()
    other = threading.Thread(target=token.cancel)

    other.start()
    other.join()

    assert token.is_cancelled
