"""Retrieval by a base and its adapters among the scans and reports of a table."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.retrieval import RAW, RetrievalEvaluation, evaluate_retrieval
from medct_core.evaluation.retrieval_cases import FloatArray, RetrievalCases
from medct_core.evaluation.scans.answer_book import open_book
from medct_core.evaluation.scans.ask import Asked, VectorQuestion, ask_all
from medct_core.evaluation.scans.contenders import Contender
from medct_core.evaluation.scans.labelled_scans import LabelledScans
from medct_core.evaluation.scans.tasks import ANSWERS
from medct_core.inference.long_text import POOLING, read_text

_SHARE_OF_SCANS = 0.9
"""Of the time; a report takes about a tenth of what a scan takes."""


def evaluate_table_retrieval(
    contenders: Sequence[Contender],
    scans: LabelledScans,
    folder: Path,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> tuple[RetrievalEvaluation, ...]:
    """Measure how scans find scans and reports find scans, for each model.

    Parameters
    ----------
    contenders
        On one network.
    scans
        Those without a report are found and ask by their labels only.
    folder
        Of the report; answers are kept in it.
    cancel, on_progress
        Checked before every scan and report; told the share done.

    Raises
    ------
    UsageError
        If fewer than two scans can be measured.
    Cancelled
        If `cancel` was raised.
    """
    asked = [Asked.of(one, VectorQuestion(), folder / ANSWERS) for one in contenders]
    answers = ask_all(
        asked, scans, cancel=cancel, on_progress=lambda f: on_progress(_SHARE_OF_SCANS * f)
    )
    left = answers.scans
    if len(left) < 2:
        raise UsageError(
            f"Only one scan of {scans.name!r} can be measured; retrieval needs two or more.",
            remedy="Give a table of more scans.",
        )
    results = []
    for done, (one, vectors) in enumerate(zip(contenders, answers.values, strict=True), start=1):
        cases = RetrievalCases(
            vectors=vectors.astype(np.float32),
            reports=left.reports,
            report_vectors=_texts(one, left.reports, folder / ANSWERS, cancel),
            labels=left.truth,
            patients=tuple(map(str, left.patients)),
        )
        results.append(
            evaluate_retrieval(
                cases,
                [RAW],
                stamp=one.engine.stamp,
                source=f"{len(left)} scans of {scans.name}, {len(left.left_out)} left out",
                cancel=cancel,
                on_progress=lambda _: None,
            )
        )
        on_progress(_SHARE_OF_SCANS + (1 - _SHARE_OF_SCANS) * done / len(contenders))
    return tuple(results)


def _texts(
    contender: Contender, reports: Sequence[str], folder: Path, cancel: CancelToken
) -> FloatArray:
    """Read every different report once, ``(n, d)``; 0 where there is none."""
    book = open_book(folder, contender.engine.stamp, ["text", POOLING])
    contender.use()
    width = contender.engine.with_text.network.config.dim_latent
    vectors = np.zeros((len(reports), width), np.float32)
    for row, text in enumerate(reports):
        if not text:
            continue
        key = hashlib.sha256(text.encode()).hexdigest()
        kept = book.get(key)
        if kept is None:
            cancel.raise_if_cancelled()
            book.put(key, read_text(contender.engine, text, cancel=cancel).vector)
            kept = book.get(key)
        vectors[row] = kept
    return vectors
