"""Outcome: all that is known of the experiment so far, and the files that say so."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from medct_core.evaluation.multilabel.overall import MEANINGS
from medct_core.evaluation.multilabel.thresholds import RULE
from medct_core.inference.safe_write import replacing
from medct_core.training.reproduce.answers import DOMAINS
from medct_core.training.reproduce.corpora import TEST_A, TEST_B, TRAIN_B, VALIDATION_B
from medct_core.training.reproduce.evidence import MEAN_AUROC, Evidence, GroupResult
from medct_core.training.reproduce.gains import INTERVALS, Estimate
from medct_core.training.reproduce.measure import ASKING
from medct_core.training.reproduce.plan import BASES, BaseLetter, base_run, planned_runs
from medct_core.training.reproduce.verdicts import CLAIMS, HEADLINE, LEAST_SEEDS, Claim, Judged
from medct_core.vocabulary import FINDINGS

FORMAT = 1
PARTS = (TRAIN_B, VALIDATION_B, TEST_B, TEST_A)
ASKED = f"a {ASKING.prompts} of wordings for each finding, the present one less the absent one"

_UNIT = "AUROC and all other metrics lie in [0, 1]; 0.01 is a point of the paper's tables."
TESTED = (
    f"A claim counts as tested from {LEAST_SEEDS} finished seeds on and is final once all planned "
    "seeds are. The rules for retrieval and rare findings, the width of intervals for few seeds "
    "and the least number of seeds were revised after a review, while the first run of each head "
    "on base M was finished; the mean AUROC of one of the two had been seen by then."
)
DEVIATIONS = (
    "Scans are not augmented. One run with the paper's augmentation as printed was measured on "
    "the test scans of domain B, 0.623 where the base has 0.803; it is not in the ledger. What to "
    "use instead was then chosen on the validation scans (linear head, base M, another seed): "
    "0.772 without, 0.745 with spatial changes, 0.631 with the recipe 'fast'.",
    "The image tower is 96 numbers wide and has no quantiser, so that the paper's ranks are a "
    "larger share of it than of CT-CLIP; the group 'small' has the paper's share.",
    "Batches of 8 scans, a constant rate and bfloat16: the paper does not say.",
)
"""In what the experiment differs from the paper."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the finished runs say.

    Attributes
    ----------
    groups
        Those of which a run is finished, in the order of the plan.
    verdicts
        Every claim with what is said of it, the group that counts first.
    base_auroc
        Mean AUROC of each measured base by prompts, by domain.
    planned, missing
        How many runs there are to be, and the ids of those not finished.
    hours
        Of all finished runs.
    data, versions
        Of the first finished run.
    bases_sha256
        Of each measured base's weights.
    recipe
        How the headline's runs were trained; empty while none is finished.
    """

    groups: tuple[GroupResult, ...]
    verdicts: tuple[tuple[Claim, tuple[Judged, ...]], ...]
    base_auroc: Mapping[BaseLetter, Mapping[str, float | None]]
    planned: int
    missing: tuple[str, ...]
    hours: float
    data: Mapping[str, str]
    versions: Mapping[str, str]
    bases_sha256: Mapping[str, str]
    recipe: Mapping[str, object]

    @property
    def headline(self) -> GroupResult | None:
        """The group the experiment was made for."""
        return self.group(HEADLINE)

    def group(self, name: str) -> GroupResult | None:
        """Find a group; None while nothing of it is finished."""
        return next((one for one in self.groups if one.group == name), None)

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        main = self.headline
        gain = Estimate(None, None, None) if main is None else main.gain["mean_auroc"]
        done = self.planned - len(self.missing)
        return {
            "format": FORMAT,
            "unit": _UNIT,
            "headline": HEADLINE,
            "gain": gain.value,
            "interval": [gain.low, gain.high],
            "base_auroc": self.base_auroc.get("M", dict.fromkeys(DOMAINS)),
            "trainable_fraction": None if main is None else main.trained_share,
            "fraction_with_gradient": None if main is None else main.reached_share,
            "total_hours": self.hours,
            "runs": {"planned": self.planned, "done": done, "missing": list(self.missing)},
            "claims": {claim.name: _claim_json(claim, all_) for claim, all_ in self.verdicts},
            "groups": [asdict(one) for one in self.groups],
            "base_auroc_of_each": dict(self.base_auroc),
            "rules": {
                "tested": TESTED,
                "intervals": INTERVALS,
                "thresholds": RULE,
                "metrics": dict(MEANINGS),
            },
            "deviations": list(DEVIATIONS),
            "setup": {
                "labels": f"those the phantoms were drawn with, {len(FINDINGS)} findings",
                "scans": {part.name: part.count for part in PARTS},
                "prompts": ASKED,
                "recipe": dict(self.recipe),
                "bases_sha256": dict(self.bases_sha256),
            },
            "data_sha256": dict(self.data),
            "versions": dict(self.versions),
        }


def conclude(evidence: Evidence) -> Outcome:
    """Draw every conclusion that the finished runs allow."""
    results = (evidence.result(group) for group in evidence.groups)
    records = evidence.records
    first = next(iter(records.values()), None)
    main = evidence.done(HEADLINE)
    return Outcome(
        groups=tuple(one for one in results if one is not None),
        verdicts=tuple((claim, claim.judged(evidence)) for claim in CLAIMS),
        base_auroc={base: _auroc_of(evidence, base) for base in BASES if evidence.has_base(base)},
        planned=len(planned_runs()),
        missing=evidence.missing,
        hours=sum(record.hours for record in records.values()),
        data={} if first is None else first.data,
        versions={} if first is None else first.versions,
        bases_sha256={run.base: record.base_sha256 for run, record in records.items()},
        recipe=dict(records[main[0]].config) if main else {},
    )


def write_outcome(outcome: Outcome, path: Path) -> None:
    """Write the outcome as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        content = json.dumps(outcome.to_json(), indent=1, allow_nan=False)
        part.write_text(content + "\n", encoding="utf-8")


def _claim_json(claim: Claim, judged: tuple[Judged, ...]) -> dict[str, object]:
    first, *others = judged
    return {
        "claim": claim.statement,
        "rule": claim.rule,
        **first.to_json(),
        "others": [one.to_json() for one in others],
    }


def _auroc_of(evidence: Evidence, base: BaseLetter) -> dict[str, float | None]:
    runs = [base_run(base)]
    return {
        domain: float(evidence.overall(runs, "prompts", domain)[0].value[MEAN_AUROC])
        for domain in DOMAINS
    }
