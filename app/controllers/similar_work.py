"""Work on the library for similar cases: functions for its thread, without Qt and without torch."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.state.library_place import library_name
from app.state.similar import NoSimilarCases
from app.state.similar_page import SimilarPage
from app.workers.kept_libraries import KeptLibraries, is_folder
from app.workers.library_worker import OnProgress
from medct_core.cancel import CancelToken
from medct_core.commands.library_place import require_packages
from medct_core.errors import ScanRefusedError
from medct_core.io.study import Series
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.feedback import POOL, READERS_ORDER, re_ranked
from medct_core.retrieval.patient_key import patient_key, study_key
from medct_core.retrieval.search import Evidence, Query, Search, SimilarCase

if TYPE_CHECKING:
    from medct_core.retrieval.library import CaseLibrary

SHOWN = 20
"""Similar cases in one list."""


@dataclass(frozen=True, slots=True, eq=False)
class SimilarWish:
    """What similar cases are wanted for, and from where.

    Attributes
    ----------
    address
        Of the library.
    query
        Vector of the open scan or of a text, without whose it is.
    of_model
        The centring that comes with the model.
    text
        What was asked in words; empty for the open scan.
    path, series
        Of the open scan; with its header its patient is known again in the library. None for a
        text.
    open_sha256
        Of the open scan's values, also while a text is asked; empty without one.
    wanted
        Which cases may be found.
    marked
        Ids of those that the reader called not similar.
    """

    address: str = field(repr=False)
    query: Query
    of_model: Centring | None
    text: str = field(default="", repr=False)
    path: Path | None = field(default=None, repr=False)
    series: Series | None = field(default=None, repr=False)
    open_sha256: str = field(default="", repr=False)
    wanted: CaseFilter = EVERYTHING
    marked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FoundCases:
    """What a search found.

    Attributes
    ----------
    page
        As it is shown, without evidence.
    query
        With whose it is.
    centring
        What vectors went through before they were compared.
    """

    page: SimilarPage
    query: Query
    centring: Centring


def find_cases(
    wish: SimilarWish, kept: KeptLibraries, cancel: CancelToken, _told: OnProgress
) -> FoundCases | NoSimilarCases:
    """Search the library, or say why it has nothing to search.

    Raises
    ------
    UsageError
        If the packages for libraries are missing.
    ResourceError
        If the library cannot be read.
    Cancelled
        If `cancel` was raised.
    """
    missing = why_nothing(wish.address, wish.query.stamp, kept)
    if missing is not None:
        return missing
    library, stamp = kept.library(wish.address), wish.query.stamp
    query = _whose(wish, library.salt)
    cancel.raise_if_cancelled()
    search = kept.search(wish.address, stamp, of_model=wish.of_model, cancel=cancel)
    cancel.raise_if_cancelled()
    cases = _similar(search, query, wish, library)
    open_scan = wish.open_sha256 or query.scan_sha256
    page = SimilarPage(
        library=library_name(wish.address),
        model=stamp.model,
        count=library.count(CaseFilter(stamp=stamp)),
        of_text=wish.text,
        cases=cases,
        not_similar=frozenset(wish.marked),
        is_in_library=bool(open_scan) and library.has(open_scan, stamp),
        notice=READERS_ORDER if wish.marked and not wish.text else "",
    )
    return FoundCases(page, query, search.centring)


def why_nothing(address: str, stamp: ModelStamp, kept: KeptLibraries) -> NoSimilarCases | None:
    """Say why a library has no case to search with a model; None where it has.

    Raises
    ------
    UsageError
        If the packages for libraries are missing.
    ResourceError
        If the library cannot be read.
    """
    require_packages()
    if not kept.is_there(address):
        return _no_library(address)
    library = kept.library(address)
    stamps = library.stamps()
    counts = {one: library.count(CaseFilter(stamp=one)) for one in stamps}
    if counts.get(stamp):
        return None
    held = [one for one, count in counts.items() if count]
    if not held:
        return NoSimilarCases(
            f"The library “{library_name(address)}” is empty.",
            "Add this scan or a folder of scans.",
        )
    return _other_models(sum(counts.values()), stamp, held)


def find_evidence(
    wish: SimilarWish,
    query: Query,
    findings: Iterable[str],
    kept: KeptLibraries,
    cancel: CancelToken,
    told: OnProgress,
) -> tuple[Evidence, ...]:
    """Say of each finding what the nearest verified cases had.

    Raises
    ------
    UsageError
        If the library holds no case of the model any more.
    ResourceError
        If it cannot be read.
    Cancelled
        If `cancel` was raised between two findings.
    """
    search = kept.search(wish.address, query.stamp, of_model=wish.of_model, cancel=cancel)
    names, found = tuple(findings), list[Evidence]()
    for name in names:
        cancel.raise_if_cancelled()
        found.append(search.evidence(query, name))
        told(len(found) / len(names))
    return tuple(found)


def _similar(
    search: Search, query: Query, wish: SimilarWish, library: "CaseLibrary"
) -> tuple[SimilarCase, ...]:
    marked = () if wish.text else wish.marked
    if not marked:
        return search.similar(query, count=SHOWN, wanted=wish.wanted)
    pool = search.similar(query, count=POOL, wanted=wish.wanted)
    read = (library.find(case_id) for case_id in marked)
    cases = [case for case in read if case is not None]
    return re_ranked(pool, cases, search.centring, count=SHOWN)


def _whose(wish: SimilarWish, salt: bytes) -> Query:
    """Add the keyed hashes of patient and study; their numbers go no further than this."""
    if wish.series is None or wish.path is None:
        return wish.query
    # Loads what reads headers, which is loaded by now.
    from medct_core.archive.known_facts import KnownFacts  # noqa: PLC0415
    from medct_core.archive.scan_case import known_of  # noqa: PLC0415

    try:
        facts = known_of(wish.path, wish.series, KnownFacts())
    except (ScanRefusedError, OSError):
        # The file is gone since it was opened; its cases are then not known as its patient's.
        return wish.query
    return replace(
        wish.query,
        patient_key=patient_key(facts.patient, salt),
        study_key=study_key(facts.study, salt),
    )


def _no_library(address: str) -> NoSimilarCases:
    folder = Path(address)
    if is_folder(address) and not _is_reachable(folder):
        return NoSimilarCases(
            f"The folder of your library cannot be reached: {address}.",
            "Connect its drive, or choose another library.",
        )
    return NoSimilarCases(
        "There is no library of cases yet.",
        "Add this scan or a folder of scans, or draw a library of phantoms to try it.",
    )


def _is_reachable(folder: Path) -> bool:
    """Whether a folder could be made: its drive, or the folder of the user, is there."""
    if folder.is_dir():
        return True
    known = [one for one in folder.parents if one.is_dir()]
    # Folders of a drive that is not connected hang below what the system mounts drives in.
    mounts = {Path(one) for one in ("/", "/mnt", "/media", "/Volumes", "/run/media")}
    return bool(known) and known[0] not in mounts


def _adapter_in_words(stamp: ModelStamp) -> str:
    return f"with the adapter {stamp.adapter}" if stamp.adapter else "without adapter"


def _other_models(total: int, stamp: ModelStamp, held: list[ModelStamp]) -> NoSimilarCases:
    names = sorted({one.model for one in held})
    listed = ", ".join(names)
    if stamp.model in names:
        own = _adapter_in_words(stamp)
        others = sorted({_adapter_in_words(one) for one in held if one.model == stamp.model})
        reason = (
            f"None of the {total} cases of the library was encoded by {stamp.model} {own}, with "
            f"the preparation and the precision that are in use; they are of {stamp.model} "
            f"{' or '.join(others)}."
        )
    else:
        reason = (
            f"None of the {total} cases of the library was encoded by {stamp.model}; they are of "
            f"{listed}."
        )
    return NoSimilarCases(
        reason, "Take the model of the cases in the menu Model, or add the scans with this one too."
    )
