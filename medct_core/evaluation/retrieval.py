"""How well a model finds reports for scans, scans for reports, and scans for scans."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.evaluation.retrieval_cases import FloatArray, RetrievalCases
from medct_core.evaluation.retrieval_estimate import INTERVALS, RESAMPLES
from medct_core.evaluation.retrieval_overlap import (
    OVERLAP_KS,
    RELEASED_KS,
    SHARED_KS,
    Labelled,
    Overlap,
    any_shared_label,
    label_overlap,
    released_overlap,
)
from medct_core.evaluation.retrieval_ranks import RECALL_KS, Pairs, Ranking, measure_ranking
from medct_core.inference.long_text import POOLING
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.centring import Centring, fit_mean, fit_whitening

RULES = {
    "duplicates": "Reports of equal text are one report: it stands among the candidates once, asks "
    "once, and every scan that has it is right for it.",
    "ties": "Among equal cosines the wrong ones come first.",
    "long_reports": f"Nothing is cut off: {POOLING}.",
    "chance": "Expected for a random order, computed exactly.",
    "intervals": f"{INTERVALS}; {RESAMPLES} samples.",
    "clip_released_map": "Mean label overlap as CT-CLIP released it: findings in both scans by "
    "findings in either; the asking scan counts as found, and the number at K is averaged with "
    "those of all smaller K. Chance: itself first, the others in a random order.",
    "label_overlap": "The same without scans of the asking patient, every K for itself.",
    "any_shared_label_map": "Average precision at K, divided by K, where one finding in common "
    "makes a scan relevant (RadFinder); scans without a finding neither ask nor are found, nor "
    "are those of the asking patient.",
}
"""How the numbers are meant; part of every result."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One way to compare vectors: as they are, centred, or whitened.

    Attributes
    ----------
    name
        ``raw``, ``mean``, ``whitened``, ``model mean``.
    scans, reports
        What either kind goes through: texts lie elsewhere than scans. None leaves it as it is.
    fitted_on
        On what, in words.
    """

    name: str
    scans: Centring | None
    reports: Centring | None
    fitted_on: str


RAW = Frame("raw", None, None, "nothing")


@dataclass(frozen=True, slots=True)
class FrameResult:
    """Everything measured in one frame; None where no case has what it needs."""

    cosines: str
    fitted_on: str
    report_to_volume: Ranking | None
    volume_to_report: Ranking | None
    clip_released_map: Overlap | None
    label_overlap: Overlap | None
    any_shared_label_map: Overlap | None

    @property
    def measured(self) -> dict[str, Ranking | Overlap]:
        """What was measured, by its name."""
        every: dict[str, Ranking | Overlap | None] = {
            "report_to_volume": self.report_to_volume,
            "volume_to_report": self.volume_to_report,
            "clip_released_map": self.clip_released_map,
            "label_overlap": self.label_overlap,
            "any_shared_label_map": self.any_shared_label_map,
        }
        return {name: one for name, one in every.items() if one is not None}


@dataclass(frozen=True, slots=True)
class RetrievalEvaluation:
    """What is said about a model's retrieval.

    Attributes
    ----------
    source
        On what it was measured, in words.
    n, with_report, reports, patients, without_finding
        Scans; those with a report; reports of different text; patients; scans without a finding.
    findings_per_scan
        Mean.
    results
        One a frame.
    """

    stamp: ModelStamp
    source: str
    n: int
    with_report: int
    reports: int
    patients: int
    without_finding: int
    findings_per_scan: float
    results: tuple[FrameResult, ...]

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file, with the rules beside them."""
        ks = {"recall": RECALL_KS, "clip_released_map": RELEASED_KS}
        ks |= {"label_overlap": OVERLAP_KS, "any_shared_label_map": SHARED_KS}
        return {**asdict(self, dict_factory=_without_samples), "k": ks, "rules": RULES}


def evaluate_retrieval(
    cases: RetrievalCases,
    frames: Sequence[Frame],
    *,
    stamp: ModelStamp,
    source: str,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> RetrievalEvaluation:
    """Measure retrieval on cases, in every frame.

    Parameters
    ----------
    cases
        Whose centring was fitted elsewhere, unless a frame says otherwise.
    frames
        In the order of the results.
    stamp, source
        To be said with the result.
    cancel, on_progress
        Checked before every frame; told the share done.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    results = []
    for count, frame in enumerate(frames, start=1):
        cancel.raise_if_cancelled()
        results.append(_in_frame(cases, frame))
        on_progress(count / len(frames))
    texts = [text for text in cases.reports if text]
    return RetrievalEvaluation(
        stamp=stamp,
        source=source,
        n=len(cases),
        with_report=len(texts),
        reports=len(set(texts)),
        patients=int(cases.groups.max()) + 1,
        without_finding=int((~cases.labels.any(axis=1)).sum()),
        findings_per_scan=float(cases.labels.sum(axis=1).mean()),
        results=tuple(results),
    )


def frames_from(other: RetrievalCases, *, fitted_on: str) -> tuple[Frame, ...]:
    """Fit the mean and the whitening of scans, and the mean of reports, on other cases.

    Reports are whitened as scans are, about their own mean.
    """
    mean, whitening = fit_mean(other.vectors), fit_whitening(other.vectors)
    has_report = np.array([bool(text) for text in other.reports])
    texts = fit_mean(other.report_vectors[has_report]) if has_report.any() else None
    whitened = texts and replace(whitening, mean=texts.mean)
    return (
        Frame("mean", mean, texts, fitted_on),
        Frame("whitened", whitening, whitened, fitted_on),
    )


def _without_samples(items: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Leave out of a JSON file what intervals were taken from."""
    return {name: value for name, value in items if name != "resampled"}


def _in_frame(cases: RetrievalCases, frame: Frame) -> FrameResult:
    vectors = _through(frame.scans, cases.vectors)
    scans = Labelled(vectors, cases.labels, cases.groups)
    has_labels = bool(cases.labels.any()) and len(cases) > 1
    asked, found = _both_ways(cases, frame, vectors)
    return FrameResult(
        cosines=frame.name,
        fitted_on=frame.fitted_on,
        report_to_volume=asked,
        volume_to_report=found,
        clip_released_map=released_overlap(scans) if has_labels else None,
        label_overlap=label_overlap(scans) if has_labels else None,
        any_shared_label_map=any_shared_label(scans) if has_labels else None,
    )


def _both_ways(
    cases: RetrievalCases, frame: Frame, vectors: FloatArray
) -> tuple[Ranking | None, Ranking | None]:
    """Rank scans for reports, and reports for scans; equal reports are one."""
    rows = np.array([row for row, text in enumerate(cases.reports) if text], dtype=np.int64)
    if len(rows) == 0:
        return None, None
    texts = np.array([cases.reports[row] for row in rows])
    _, own, number = np.unique(texts, return_index=True, return_inverse=True)
    correct = np.arange(len(own))[:, None] == number[None]
    reports = _through(frame.reports, cases.report_vectors[rows[own]])
    scans, groups = vectors[rows], cases.groups[rows]
    return (
        measure_ranking(Pairs(reports, scans, correct, groups[own])),
        measure_ranking(Pairs(scans, reports, correct.T, groups)),
    )


def _through(centring: Centring | None, vectors: FloatArray) -> FloatArray:
    return vectors if centring is None else centring.unit(vectors)
