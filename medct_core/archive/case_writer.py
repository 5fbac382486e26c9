"""CaseWriter: what workers answered is kept, cases before the ledger, some at a time."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from medct_core.archive.changes import Changes, changed_case
from medct_core.archive.embed_folder import Outcome, State, WantedScan, same_facts
from medct_core.archive.embed_worker import ScanAnswer
from medct_core.archive.known_facts import KnownFacts, with_facts
from medct_core.archive.ledger import Asked, Ledger
from medct_core.errors import ScanRefusedError, UsageError
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase

KEPT_EVERY_S = 5.0
"""So much work is lost when the program is killed; keeping takes about a tenth of a second."""

_KEPT_AT_ONCE = 512
"""Rows of cases; about 15 MB."""

_REPLACED_AT_ONCE = 256
"""Replacing writes the files of old rows anew, so that nothing of them stays."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """An answer, and what was asked.

    Attributes
    ----------
    wanted
        The scan and what is said of it.
    asked
        As the ledger keeps it; None where this machine does not see the file.
    answer
        Of a worker.
    """

    wanted: WantedScan
    asked: Asked | None
    answer: ScanAnswer


class CaseWriter:
    """Makes answers into cases of a library; the only one who writes.

    Killed at any moment, a case may be there that the ledger does not know, which costs reading
    it again. The ledger never knows a case that is not there.

    Parameters
    ----------
    library
        Where the cases go; its secret makes the keys of patients.
    ledger
        In the same library.
    every_s
        How long an answer waits at most, seconds.
    clock
        Tells seconds.
    """

    def __init__(
        self,
        library: CaseLibrary,
        ledger: Ledger,
        *,
        every_s: float = KEPT_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every_s = every_s
        self._clock = clock
        self._library = library
        self._ledger = ledger
        self._arrived: list[Arrived] = []
        self._changed = Changes(library)
        self._held: list[tuple[Arrived, Outcome]] = []
        self._since = self._clock()

    @property
    def is_due(self) -> bool:
        """Whether enough came, or what came has waited for some seconds."""
        has_waited = self._clock() - self._since >= self._every_s
        return len(self._arrived) >= (1 if has_waited else _KEPT_AT_ONCE)

    def take(self, arrived: Arrived) -> None:
        """Take an answer; it is kept later."""
        self._arrived.append(arrived)

    def keep(self) -> list[Outcome]:
        """Keep what came, and say what became of each; changed cases wait for others.

        Raises
        ------
        ResourceError
            If the library cannot be written.
        """
        arrived, self._arrived = self._arrived, []
        self._since = self._clock()
        there = self._library.find_all({one.answer.case_id for one in arrived} - {""})
        fresh: dict[str, LibraryCase] = {}
        done: list[tuple[Arrived, Outcome]] = []
        for one in arrived:
            outcome = self._sorted_in(one, there, fresh)
            waits = outcome.state is State.UPDATED and outcome.case_id in self._changed
            (self._held if waits else done).append((one, outcome))
        self._library.add(fresh.values())
        self._note(done)
        told = [outcome for _, outcome in done]
        return told + (self._replaced() if len(self._changed) >= _REPLACED_AT_ONCE else [])

    def keep_all(self) -> list[Outcome]:
        """Keep what came and what waits."""
        return self.keep() + self._replaced()

    def _replaced(self) -> list[Outcome]:
        held, self._held = self._held, []
        self._changed.keep()
        self._note(held)
        return [outcome for _, outcome in held]

    def _sorted_in(
        self, one: Arrived, there: dict[str, LibraryCase], fresh: dict[str, LibraryCase]
    ) -> Outcome:
        path, answer = one.wanted.path, one.answer
        if answer.error is not None:
            return Outcome(path, State.REFUSED, error=answer.error)
        case_id, salt = answer.case_id, self._library.salt
        facts = _all_known(one.wanted.facts, answer.facts)
        kept = self._changed.get(case_id) or fresh.get(case_id) or there.get(case_id)
        if kept is None and answer.case is None:
            return Outcome(path, State.REFUSED, error=_removed_meanwhile())
        if kept is None:
            assert answer.case is not None
            fresh[case_id] = with_facts(answer.case, facts, salt)
            return Outcome(path, State.ADDED, case_id)
        case = changed_case(kept, one.wanted.facts, facts, salt)
        if same_facts(kept, case):
            return Outcome(path, State.THERE, case_id)
        if case_id in fresh:
            fresh[case_id] = case
        else:
            self._changed.put(case, one.wanted.facts, facts)
        return Outcome(path, State.UPDATED, case_id)

    def _note(self, done: Iterable[tuple[Arrived, Outcome]]) -> None:
        """Remember what will be the same next time: a full disk or a lost share will not."""
        self._ledger.note(
            (one.asked, outcome.error or outcome.case_id)
            for one, outcome in done
            if one.asked is not None
            and (outcome.error is None or isinstance(outcome.error, ScanRefusedError))
        )


def _all_known(given: KnownFacts, of_scan: KnownFacts) -> KnownFacts:
    """Put what is given over what a scan says, whose own number is kept out of texts too."""
    known = given.over(of_scan)
    return replace(known, names=(*known.names, of_scan.patient))


def _removed_meanwhile() -> UsageError:
    return UsageError(
        "Its case was removed from the library while it was read.",
        remedy="Run the same command again to add it anew.",
    )
