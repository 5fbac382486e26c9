"""LibraryHealth: whether everything in a library can be read, and how much its vectors say."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from medct_core.errors import ResourceError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.arrow_rows import from_rows
from medct_core.retrieval.centring import effective_rank
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_store import explained

_AT_ONCE = 256
_FEWEST_FOR_RANK = 2

OnProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class StampHealth:
    """The cases of one model.

    Attributes
    ----------
    stamp
        The model.
    count
        Its cases.
    damaged
        Ids of those that cannot be read as a case.
    doubled
        Ids that are there more than once.
    unknown_patients
        How many have no patient key, and are never grouped.
    effective_rank
        How many directions the centred vectors use, from 1 to their length; None under two cases.
    """

    stamp: ModelStamp
    count: int
    damaged: tuple[str, ...]
    doubled: tuple[str, ...]
    unknown_patients: int
    effective_rank: float | None


@dataclass(frozen=True, slots=True)
class LibraryHealth:
    """Everything that was read.

    Attributes
    ----------
    stamps
        One entry a model.
    size_bytes
        Of all files.
    taught
        How many findings it was taught; None where one cannot be read.
    """

    stamps: tuple[StampHealth, ...]
    size_bytes: int
    taught: int | None = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged or doubled."""
        is_taught = self.taught is not None
        return is_taught and not any(one.damaged or one.doubled for one in self.stamps)


def check_library(library: CaseLibrary, on_progress: OnProgress | None = None) -> LibraryHealth:
    """Read every byte of every case.

    Parameters
    ----------
    library
        Nothing in it is changed.
    on_progress
        Takes the fraction that was read, in [0, 1].

    Raises
    ------
    ResourceError
        If a file is missing or cannot be read at all.
    """
    counter = _Counter(library.count(), on_progress)
    stamps = tuple(_checked(library, stamp, counter) for stamp in library.stamps())
    return LibraryHealth(stamps, library.size_bytes, _taught(library))


def _checked(library: CaseLibrary, stamp: ModelStamp, counter: "_Counter") -> StampHealth:
    ids: Counter[str] = Counter()
    damaged: list[str] = []
    unknown = 0
    with explained(library.address):
        for batch in library.table(stamp).search().to_batches(_AT_ONCE):
            rows = pa.Table.from_batches([batch])
            ids.update(rows.column("case_id").to_pylist())
            unknown += rows.column("patient_key").to_pylist().count("")
            damaged.extend(_damaged_in(rows, stamp))
            counter.add(len(rows))
    vectors = library.vectors(stamp)
    usable = vectors[np.isfinite(vectors).all(axis=1)]
    return StampHealth(
        stamp=stamp,
        count=ids.total(),
        damaged=tuple(sorted(damaged)),
        doubled=tuple(sorted(case_id for case_id, count in ids.items() if count > 1)),
        unknown_patients=unknown,
        effective_rank=effective_rank(usable) if len(usable) >= _FEWEST_FOR_RANK else None,
    )


def _taught(library: CaseLibrary) -> int | None:
    try:
        return len(library.taught.all())
    except ResourceError:
        return None


def _damaged_in(rows: pa.Table, stamp: ModelStamp) -> list[str]:
    """Read rows together, and one by one only where that fails."""
    try:
        for _ in from_rows(rows, stamp):
            pass
    except (ValueError, TypeError):
        if len(rows) == 1:
            return [str(rows.column("case_id")[0].as_py())]
        singles = (rows.slice(place, 1) for place in range(len(rows)))
        return [case_id for single in singles for case_id in _damaged_in(single, stamp)]
    return []


class _Counter:
    """Tells how much of a known number was read."""

    def __init__(self, total: int, on_progress: OnProgress | None) -> None:
        self._total = total
        self._on_progress = on_progress
        self._done = 0

    def add(self, count: int) -> None:
        """Count some more."""
        self._done += count
        if self._on_progress is not None:
            self._on_progress(self._done / max(self._total, self._done))
