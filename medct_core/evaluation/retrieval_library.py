"""Cases of a library that retrieval is measured on: those that say what is in them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.evaluation.retrieval_cases import FloatArray, RetrievalCases
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import read_text
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.search import CaseSource, groups_of, key_of
from medct_core.vocabulary import FINDINGS

MOST_CASES = 10_000
"""Every case is compared with every other; of more, as many are drawn at random."""

UNSAID = "a finding that a case says nothing of counts as not there"


@dataclass(frozen=True, slots=True, eq=False)
class LibraryCases:
    """Cases taken from a library.

    Attributes
    ----------
    cases
        With a report or a known finding.
    of
        How many of the library there are.
    """

    cases: RetrievalCases
    of: int


def library_cases(
    engine: InferenceEngine,
    source: CaseSource,
    *,
    most: int = MOST_CASES,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> LibraryCases:
    """Take the cases of a model that have a report or a known finding, and read their reports.

    Parameters
    ----------
    engine
        Its stamp decides which cases are taken. One without a text tower reads no report.
    source
        The library.
    most
        Of more, as many are drawn at random, always the same ones.
    cancel, on_progress
        Checked between reports; told the share done.

    Raises
    ------
    UsageError
        If there are fewer than two such cases.
    Cancelled
        If `cancel` was raised.
    """
    wanted = CaseFilter(stamp=engine.stamp)
    saying = (case for case in source.cases(wanted) if case.report or case.findings)
    kept, of = _sample(saying, most)
    if len(kept) < 2:
        raise UsageError(
            f"The library holds {len(kept)} cases of {engine.stamp.model} with a report or a "
            "known finding; retrieval is measured on two or more.",
            remedy="Add cases with reports or findings, say with 'medct library import'.",
        )
    texts = _texts(engine, [case.report for case in kept], cancel, on_progress)
    groups = groups_of([key_of(case) for case in kept])
    cases = RetrievalCases(
        vectors=np.stack([case.vector for case in kept]),
        reports=tuple(case.report if texts is not None else "" for case in kept),
        report_vectors=np.zeros_like(np.stack([case.vector for case in kept]))
        if texts is None
        else texts,
        labels=np.array([_labels(case) for case in kept]),
        patients=tuple(map(str, groups)),
    )
    return LibraryCases(cases, of)


def _sample(cases: Iterable[LibraryCase], most: int) -> tuple[list[LibraryCase], int]:
    """Draw cases of which it is not known how many there are; each is as likely as the next.

    References
    ----------
    Vitter 1985, Random sampling with a reservoir, algorithm R.
    """
    rng, kept, count = np.random.default_rng(0), list[LibraryCase](), 0
    for case in cases:
        count += 1
        if len(kept) < most:
            kept.append(case)
        elif (place := int(rng.integers(count))) < most:
            kept[place] = case
    return kept, count


def _texts(
    engine: InferenceEngine,
    reports: Sequence[str],
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> FloatArray | None:
    """Read every report once, ``(n, d)``; None for a model that reads no text."""
    known: dict[str, FloatArray] = {}
    different = [text for text in dict.fromkeys(reports) if text]
    try:
        for count, text in enumerate(different, start=1):
            known[text] = read_text(engine, text, cancel=cancel).vector
            on_progress(count / len(different))
    except ModelUnavailableError:
        return None
    if not known:
        return None
    nothing = np.zeros_like(next(iter(known.values())))
    return np.stack([known.get(text, nothing) for text in reports])


def _labels(case: LibraryCase) -> list[bool]:
    there = {one.name for one in case.findings if one.is_present}
    return [name in there for name in FINDINGS]
