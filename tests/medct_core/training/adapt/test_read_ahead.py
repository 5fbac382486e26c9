"""Read-ahead: the same batches in the same order, made beforehand, and stopped between scans."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ScanRefusedError
from medct_core.training.adapt.read_ahead import ReadAhead
from medct_core.training.cohort import Cohort, ScanViews
from tests.adapt_samples import viewer

SEEN = viewer(12)
PATIENCE_S = 30.0


@dataclass
class Watched:
    """Shows scans, notes which, and waits or fails where it is told to."""

    made: list[int] = field(default_factory=list)
    broken: frozenset[int] = frozenset()
    held: dict[int, threading.Event] = field(default_factory=dict)

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return SEEN.cohort

    @property
    def identity(self) -> str:
        """The same as that of the scans."""
        return SEEN.identity

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans whose values say the epoch."""
        for row in rows:
            if row in self.held:
                assert self.held[row].wait(PATIENCE_S)
            if row in self.broken:
                raise ScanRefusedError(f"Scan {row} is broken.", remedy="Leave it out.")
            self.made.append(row)
        plain = SEEN.views(rows, epoch)
        return ScanViews(plain.values + epoch, plain.reports)


@given(
    batches=st.lists(
        st.tuples(st.lists(st.integers(0, 11), min_size=1, max_size=5), st.integers(0, 3)),
        max_size=6,
    ),
    readers=st.integers(1, 4),
)
def test_batches_are_those_that_were_asked_for(
    batches: list[tuple[list[int], int]], readers: int
) -> None:
    direct = [Watched().views(*batch) for batch in batches]

    with ReadAhead(Watched(), batches, readers) as ahead:
        taken = [ahead.take(CancelToken()) for _ in batches]

    for one, other in zip(taken, direct, strict=True):
        np.testing.assert_array_equal(one.values, other.values)
        assert one.reports == other.reports


def test_the_next_batch_is_made_while_nobody_asks_and_no_more_than_that() -> None:
    gate = threading.Event()
    watched = Watched(held={4: gate})

    with ReadAhead(watched, [([0, 1], 0), ([2, 3], 0), ([4, 5], 0), ([6], 0)], 1) as ahead:
        ahead.take(CancelToken())
        ahead.take(CancelToken())
        assert sorted(watched.made) == [0, 1, 2, 3]
        gate.set()
        ahead.take(CancelToken())
        ahead.take(CancelToken())

    assert watched.made == [0, 1, 2, 3, 4, 5, 6]


def test_a_scan_that_cannot_be_read_is_told_with_its_own_batch() -> None:
    with ReadAhead(Watched(broken=frozenset({2})), [([0, 1], 0), ([2, 3], 0)], 2) as ahead:
        assert len(ahead.take(CancelToken()).values) == 2

        with pytest.raises(ScanRefusedError, match="Scan 2 is broken"):
            ahead.take(CancelToken())


def test_a_stop_waits_for_the_scan_at_work_and_leaves_the_others_unread() -> None:
    gate, cancel = threading.Event(), CancelToken()
    watched = Watched(held={0: gate})

    with ReadAhead(watched, [([0, 1, 2], 0), ([3], 0)], 1) as ahead:
        threading.Timer(0.2, cancel.cancel).start()
        with pytest.raises(Cancelled):
            ahead.take(cancel)
        assert watched.made == []
        threading.Timer(0.2, gate.set).start()

    assert watched.made == [0]
