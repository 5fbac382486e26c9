"""Scans into the library: read, embedded and kept one by one, each once per model."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import TypeVar

from medct_core.archive.changes import Changes, changed_case
from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.scan_case import case_of, embedding_of, read_with_facts
from medct_core.cancel import Cancelled, CancelToken
from medct_core.inference.engine import InferenceEngine
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase, case_id_of
from medct_core.retrieval.library_index import compact_library

log = logging.getLogger(__name__)

_REPLACED_AT_ONCE = 256
_READ_SHARE = 0.3

OnProgress = Callable[[float], None]
Result = TypeVar("Result")


class State(Enum):
    """What became of a scan."""

    ADDED = "added"
    THERE = "there already"
    UPDATED = "updated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class WantedScan:
    """A scan that shall be in the library.

    Attributes
    ----------
    path
        File, folder or zip of one study.
    facts
        What is known of it; counts more than its header, and than the files of a phantom.
    """

    path: Path
    facts: KnownFacts = field(default_factory=KnownFacts)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scan.

    Attributes
    ----------
    path
        As it was given.
    state
        In one word or two.
    case_id
        Empty where it was refused.
    error
        Why it was refused.
    """

    path: Path
    state: State
    case_id: str = ""
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Embedder:
    """What embeds scans, and where they go.

    Attributes
    ----------
    library
        Where they are kept.
    engine
        The model.
    force
        Whether unsuitable scans are taken too.
    """

    library: CaseLibrary
    engine: InferenceEngine
    force: bool = False


def add_scans(
    embedder: Embedder,
    wanted: Sequence[WantedScan],
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Iterator[Outcome]:
    """Bring scans into the library, and say of each what became of it.

    A new scan is kept before its outcome is given; one that is there already, as this model sees
    it, is not embedded again and only takes new facts, together with others. So work that was
    ended in any way is taken up by doing it again. A scan that fails stops no other.

    Parameters
    ----------
    embedder
        The model and the library.
    wanted
        In the order of the outcomes.
    cancel
        Checked within every scan.
    on_progress
        Takes the fraction of all scans that is done, in [0, 1].

    Raises
    ------
    ResourceError
        If the library cannot be written, or the disk is full.
    Cancelled
        If `cancel` was raised.
    """
    token, report = cancel or CancelToken(), on_progress or _ignore
    changed = Changes(embedder.library)
    try:
        for number, one in enumerate(wanted):
            token.raise_if_cancelled()
            part = _part(report, number, len(wanted))
            yield _brought_in(embedder, one, changed, token, part)
            part(1.0)
            if len(changed) >= _REPLACED_AT_ONCE:
                changed.keep()
    finally:
        changed.keep()
    compact_library(embedder.library, cancel=token)


def _brought_in(
    embedder: Embedder,
    wanted: WantedScan,
    changed: Changes,
    cancel: CancelToken,
    report: OnProgress,
) -> Outcome:
    """Bring one scan in; a case that only takes new facts goes to `changed`."""
    library = embedder.library
    scan = _tried(
        lambda: read_with_facts(
            wanted.path,
            wanted.facts,
            cancel=cancel,
            on_progress=_part(report, 0, 1 / _READ_SHARE),
        )
    )
    if isinstance(scan, Exception):
        return Outcome(wanted.path, State.REFUSED, error=scan)
    case_id = case_id_of(scan.volume.content_sha256, embedder.engine.stamp)
    there = changed.get(case_id) or library.find(case_id)
    if there is not None:
        case = changed_case(there, wanted.facts, scan.facts, library.salt)
        if same_facts(there, case):
            return Outcome(wanted.path, State.THERE, case_id)
        changed.put(case, wanted.facts, scan.facts)
        return Outcome(wanted.path, State.UPDATED, case_id)
    embedding = _tried(
        lambda: embedding_of(
            embedder.engine,
            scan.volume,
            is_forced=embedder.force,
            cancel=cancel,
            on_progress=lambda done: report(_READ_SHARE + done * (1 - _READ_SHARE)),
        )
    )
    if isinstance(embedding, Exception):
        return Outcome(wanted.path, State.REFUSED, error=embedding)
    library.add([case_of(scan, embedding, library.salt)])
    return Outcome(wanted.path, State.ADDED, case_id)


def _tried(work: Callable[[], Result]) -> Result | Exception:
    """Give what the work gives, or why it failed: one scan never stops the others."""
    try:
        return work()
    except Cancelled:
        raise
    except Exception as error:
        log.debug("A scan failed", exc_info=error)
        return error


def same_facts(one: LibraryCase, other: LibraryCase) -> bool:
    """Whether two cases of one scan say the same of it."""
    names = (
        *("source", "report", "findings", "tags", "age_band", "sex", "contrast"),
        *("slice_thickness_mm", "patient_key", "study_key", "site_key", "scanner", "kernel"),
    )
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _part(report: OnProgress, number: int, total: float) -> OnProgress:
    """Report one of equal parts of a whole."""
    return lambda fraction: report((number + fraction) / total)


def _ignore(_fraction: float) -> None:
    return
