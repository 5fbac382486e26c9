"""Reference: how one model scores known cases, so that a score can be seen beside theirs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from medct_core.errors import ModelUnavailableError
from medct_core.findings.calibration import prompt_digest
from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp

FORMAT = 1
"""Version of the file; one of a newer version is refused."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)

Five = tuple[float, float, float, float, float]
"""The values at `QUANTILES`, rising."""


@dataclass(frozen=True, slots=True)
class KnownCases:
    """How cases that have a finding, and cases that do not, are scored.

    Attributes
    ----------
    name
        The finding.
    prompt_sha256
        `prompt_digest` of the prompt that was asked.
    present, absent
        Logits at `QUANTILES` of the cases with and without the finding.

    Raises
    ------
    ValueError
        If the values do not rise or are not finite.
    """

    name: str
    prompt_sha256: str
    present: Five
    absent: Five

    def __post_init__(self) -> None:
        for five in (self.present, self.absent):
            if len(five) != len(QUANTILES) or not np.isfinite(five).all():
                raise ValueError(f"{self.name}: five finite numbers are needed")
            if list(five) != sorted(five):
                raise ValueError(f"{self.name}: quantiles rise")


@dataclass(frozen=True, slots=True)
class Reference:
    """Scores of known cases of one population.

    Attributes
    ----------
    stamp
        The model that scored them.
    population
        Whom the scans show: ``phantoms``.
    cases
        How many there were.
    findings
        One entry a finding.
    """

    stamp: ModelStamp
    population: str
    cases: int
    findings: tuple[KnownCases, ...]

    def of(self, stamp: ModelStamp, prompt: Prompt) -> KnownCases | None:
        """Give the cases scored by exactly this model with exactly this prompt, or None."""
        digest = prompt_digest(prompt)
        for known in self.findings:
            if stamp == self.stamp and known.prompt_sha256 == digest:
                return known
        return None

    def to_json(self) -> str:
        """All fields as JSON, as kept in a model folder."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"


def reference_from(
    stamp: ModelStamp,
    population: str,
    prompts: Sequence[Prompt],
    logits: npt.NDArray[np.float64],
    labels: npt.NDArray[np.bool_],
) -> Reference:
    """Summarise scores of cases whose findings are known.

    Parameters
    ----------
    stamp
        The model that scored them.
    population
        Whom the scans show.
    prompts
        What was asked, one a column.
    logits, labels
        ``(n, prompts)``; every finding occurs and is missing at least once.
    """
    findings = tuple(
        KnownCases(
            prompt.name,
            prompt_digest(prompt),
            present=_five(logits[labels[:, column], column]),
            absent=_five(logits[~labels[:, column], column]),
        )
        for column, prompt in enumerate(prompts)
    )
    return Reference(stamp, population, len(logits), findings)


def read_reference(path: Path) -> Reference:
    """Read what `Reference.to_json` wrote.

    Raises
    ------
    ModelUnavailableError
        If the file is missing, damaged or of a newer version.
    """
    try:
        return _from_fields(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailableError(
            f"The scores of known cases in {path.name!r} cannot be read: {error}.",
            remedy="Install the model again.",
        ) from error


def _five(values: npt.NDArray[np.float64]) -> Five:
    low, quarter, median, three_quarters, high = np.quantile(values, QUANTILES).round(4).tolist()
    return low, quarter, median, three_quarters, high


def _from_fields(fields: dict[str, Any]) -> Reference:
    if fields["format"] != FORMAT:
        raise ValueError(f"it has version {fields['format']}, this program reads {FORMAT}")
    return Reference(
        stamp=ModelStamp(**fields["stamp"]),
        population=str(fields["population"]),
        cases=int(fields["cases"]),
        findings=tuple(
            KnownCases(
                entry["name"],
                entry["prompt_sha256"],
                tuple(entry["present"]),
                tuple(entry["absent"]),
            )
            for entry in fields["findings"]
        ),
    )
