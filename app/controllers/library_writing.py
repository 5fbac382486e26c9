"""Writing into the library: functions for its thread, and what a reader says of a case."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from app.state.case_record import Decision, FindingReview
from app.state.session import OpenScan
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import OnProgress
from medct_core.cancel import CancelToken
from medct_core.inference.embedding import Embedding
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import KnownFinding, case_id_of

if TYPE_CHECKING:
    from medct_core.archive.scan_case import ScanWithFacts
    from medct_core.retrieval.library_case import LibraryCase

_COMMENTS = "Reader's comments:"


class Written(Enum):
    """What became of a scan."""

    ADDED = "added"
    UPDATED = "updated"
    THERE = "there already"


@dataclass(frozen=True, slots=True, eq=False)
class OpenScanWish:
    """The open scan as it shall stand in the library.

    Attributes
    ----------
    address
        Of the library, made where it is not there.
    scan
        With its file, whose header says age band, sex and whose it is.
    embedding
        Of this scan.
    reviews
        What the reader said; only decisions and comments count.
    reader
        Who says so; empty for nobody.
    is_verified
        Whether something better than the reader stands behind the decisions.
    """

    address: str = field(repr=False)
    scan: OpenScan
    embedding: Embedding
    reviews: tuple[FindingReview, ...] = ()
    reader: str = field(default="", repr=False)
    is_verified: bool = False


def said_findings(
    reviews: Iterable[FindingReview], *, reader: str, is_verified: bool
) -> tuple[KnownFinding, ...]:
    """Take decisions as known findings: accepted ones are there, rejected ones are not."""
    return tuple(
        KnownFinding(one.finding, one.decision is Decision.ACCEPTED, is_verified, reader)
        for one in reviews
        if one.decision is not None
    )


def with_comments(report: str, reviews: Iterable[FindingReview]) -> str:
    """Put comments below a report, in the place of those of an earlier time."""
    plain = report.partition(_COMMENTS)[0].rstrip()
    said = [f"{one.finding}: {one.comment}" for one in reviews if one.comment.strip()]
    if not said:
        return plain
    return "\n".join([*([plain, ""] if plain else []), _COMMENTS, *said])


def write_open_scan(
    wish: OpenScanWish, kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress
) -> Written:
    """Put the open scan into the library, or bring its case up to what the reader says now.

    What others said of a case stays, but for findings that the reader judges now; of these, what
    others verified gives way to verified verdicts only. What this reader said before and no
    longer says is gone, where the reader has a name.

    Raises
    ------
    UsageError
        If packages are missing, or the folder holds something else.
    ResourceError
        If the library cannot be written.
    """
    library = kept.open_or_create(wish.address)
    there = library.find(case_id_of(wish.embedding.volume_sha256, wish.embedding.stamp))
    case = _case_of(wish, there, library.salt)
    if there is None:
        library.add([case])
        return Written.ADDED
    library.replace([case])
    return Written.UPDATED


def write_scan(
    address: str,
    scan: "ScanWithFacts",
    embedding: Embedding,
    kept: KeptLibraries,
    _cancel: CancelToken,
    _told: OnProgress,
) -> Written:
    """Add a scan of a folder; errors as in `write_open_scan`."""
    from medct_core.archive.scan_case import case_of  # noqa: PLC0415

    library = kept.open_or_create(address)
    count = library.add([case_of(scan, embedding, library.salt)])
    return Written.ADDED if count else Written.THERE


def is_there(
    address: str,
    scan_sha256: str,
    stamp: ModelStamp,
    kept: KeptLibraries,
    _cancel: CancelToken,
    _told: OnProgress,
) -> bool:
    """Whether a scan is in the library as a model sees it; makes the library where it is not.

    Raises
    ------
    UsageError
        If packages are missing, or the folder holds something else.
    ResourceError
        If the library cannot be read or written.
    """
    return kept.open_or_create(address).has(scan_sha256, stamp)


def compact(address: str, kept: KeptLibraries, cancel: CancelToken, _told: OnProgress) -> None:
    """Join the small files that adding leaves, so that the next search is a quick one."""
    from medct_core.retrieval.library_index import compact_library  # noqa: PLC0415

    compact_library(kept.library(address), cancel=cancel)


def _case_of(wish: OpenScanWish, there: "LibraryCase | None", salt: bytes) -> "LibraryCase":
    # Loads what reads headers, which is loaded by now.
    from medct_core.archive.known_facts import KnownFacts, with_facts  # noqa: PLC0415
    from medct_core.archive.scan_case import (  # noqa: PLC0415
        ScanWithFacts,
        case_of,
        known_of,
        source_name,
    )

    scan = wish.scan
    said = said_findings(wish.reviews, reader=wish.reader, is_verified=wish.is_verified)
    facts = known_of(scan.path, scan.series, KnownFacts(findings=said))
    if there is not None:
        others = tuple(one for one in there.findings if not wish.reader or one.by != wish.reader)
        there, said = replace(there, findings=others), _worth_saying(said, others)
        report = with_comments(there.report, wish.reviews)
        # What the header says was taken the first time, and may have been corrected since.
        now = replace(KnownFacts(findings=said), names=facts.names, patient=facts.patient)
        return with_facts(replace(there, report=report), now, salt)
    name = source_name(scan.path, scan.study, scan.series)
    known = replace(facts, report=with_comments(facts.report, wish.reviews))
    return case_of(ScanWithFacts(scan.volume, name, known), wish.embedding, salt)


def _worth_saying(
    said: tuple[KnownFinding, ...], others: tuple[KnownFinding, ...]
) -> tuple[KnownFinding, ...]:
    """Leave out what would put a mere verdict in the place of what others verified."""
    verified = {one.name for one in others if one.is_verified}
    return tuple(one for one in said if one.is_verified or one.name not in verified)
