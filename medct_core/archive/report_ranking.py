"""Reports ranked for a scan: which of the known ones is most like what it shows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import read_text
from medct_core.inference.text_mean import mean_of_wordings
from medct_core.retrieval.centring import Centring, FloatArray, fit_mean
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.search import Query, groups_of, key_of
from medct_core.retrieval.spread import LEAST_CASES


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report that a scan may be like.

    Attributes
    ----------
    text
        As a whole.
    cases
        Ids of the cases that have it; none for a text of a file.
    sources
        Their names, in the same order.
    is_self, is_of_query
        Whether it is the report of the very scan that asks, or of its patient or study.
    """

    text: str
    cases: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    is_self: bool = False
    is_of_query: bool = False


@dataclass(frozen=True, slots=True)
class RankedReport:
    """A report and how it stands.

    Attributes
    ----------
    report
        The report.
    cosine
        Of the centred vectors, in [-1, 1].
    rank
        From 1, the best; equal cosines in the order the reports were given.
    parts
        In how many parts the model read it; see `long_text.POOLING`.
    """

    report: KnownReport
    cosine: float
    rank: int
    parts: int


def reports_of(cases: Iterable[LibraryCase], query: Query) -> tuple[KnownReport, ...]:
    """Gather the reports of cases, equal ones as one, in the order of the cases."""
    having = [case for case in cases if case.report.strip()]
    groups = groups_of([query.key, *(key_of(case, query) for case in having)])
    known: dict[str, KnownReport] = {}
    for case, group in zip(having, groups[1:], strict=True):
        before = known.get(case.report, KnownReport(case.report))
        known[case.report] = replace(
            before,
            cases=(*before.cases, case.case_id),
            sources=(*before.sources, case.source),
            is_self=before.is_self or case.case_id == query.key.case_id,
            is_of_query=before.is_of_query or group == groups[0],
        )
    return tuple(known.values())


def rank_reports(
    engine: InferenceEngine,
    query: Query,
    reports: Sequence[KnownReport],
    centring: Centring,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] = lambda _share: None,
) -> tuple[RankedReport, ...]:
    """Rank reports for a scan, best first.

    Every report is encoded; texts are centred by their own mean from `LEAST_CASES` of them on,
    fewer by the mean of the model's wordings.

    Parameters
    ----------
    engine
        The model that embedded the scan.
    query
        The scan.
    reports
        Each text once.
    centring
        What the scan goes through: that of the library's search.
    cancel, on_progress
        Checked before each report; told the share done.

    Raises
    ------
    NoTextSideError
        If the model reads scans only.
    Cancelled
        If `cancel` was raised.
    """
    token = cancel or CancelToken()
    read = []
    for count, report in enumerate(reports, start=1):
        read.append(read_text(engine, report.text, cancel=token))
        on_progress(count / len(reports))
    if not read:
        return ()
    vectors = np.stack([one.vector for one in read])
    texts = replace(centring, mean=_mean_of_texts(engine, vectors, token))
    cosines = (texts.unit(vectors) @ centring.unit(query.vector)).clip(-1.0, 1.0)
    order = np.argsort(-cosines, kind="stable")
    return tuple(
        RankedReport(reports[row], float(cosines[row]), rank, read[row].parts)
        for rank, row in enumerate(order, start=1)
    )


def _mean_of_texts(engine: InferenceEngine, vectors: FloatArray, cancel: CancelToken) -> FloatArray:
    if len(vectors) >= LEAST_CASES:
        return fit_mean(vectors).mean
    return mean_of_wordings(engine, cancel=cancel)
