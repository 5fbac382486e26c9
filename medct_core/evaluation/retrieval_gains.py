"""What one model gains over another in retrieval, asked with the same scans and reports."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from medct_core.evaluation.multilabel.compare import Gain, gain_from
from medct_core.evaluation.retrieval import RetrievalEvaluation
from medct_core.evaluation.retrieval_estimate import INTERVALS, RESAMPLES, Estimate
from medct_core.models.stamp import ModelStamp

RULE = (
    f"The other model less the base, both on the same {RESAMPLES} samples: {INTERVALS}. p: "
    "two-sided, twice the smaller share of samples on either side of 0, one more counted on each "
    "side; not adjusted for the number of tests. A smaller median rank is better."
)
"""How gains are judged; part of every result."""


@dataclass(frozen=True, slots=True)
class RetrievalGains:
    """What a model gains over the base.

    Attributes
    ----------
    stamp
        Of the model.
    cosines
        Which frame; see `retrieval.Frame`.
    gains
        Of every measure that both have, by its name and that of the number.
    """

    stamp: ModelStamp
    cosines: str
    gains: dict[str, dict[str, Gain]]

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file, with the rule beside them."""
        return {**asdict(self), "rule": RULE}


def retrieval_gains(results: Sequence[RetrievalEvaluation]) -> tuple[RetrievalGains, ...]:
    """Compare every model with the first, query by query.

    Parameters
    ----------
    results
        On the same cases in one order, in the same frames; the base first.

    Raises
    ------
    ValueError
        If they were not measured alike.
    """
    return tuple(one for other in results[1:] for one in _over(results[0], other))


def _over(base: RetrievalEvaluation, other: RetrievalEvaluation) -> list[RetrievalGains]:
    if (base.source, base.n, base.reports) != (other.source, other.n, other.reports):
        raise ValueError("models are compared on the same scans and reports only")
    return [
        RetrievalGains(
            stamp=other.stamp,
            cosines=two.cosines,
            gains={
                name: {
                    number: _gain(before, two.measured[name].named[number])
                    for number, before in measure.named.items()
                }
                for name, measure in one.measured.items()
            },
        )
        for one, two in zip(base.results, other.results, strict=True)
    ]


def _gain(before: Estimate, after: Estimate) -> Gain:
    if before.value is None or after.value is None:
        return Gain(before.value, after.value, None, None, None, None)
    return gain_from(before.value, after.value, after.resampled - before.resampled)
