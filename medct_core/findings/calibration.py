"""Calibration: what turns one model's raw scores into probabilities, for one population only."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from medct_core.errors import ModelUnavailableError
from medct_core.inference.prompt import Prompt
from medct_core.inference.safe_write import replacing
from medct_core.models.stamp import ModelStamp
from medct_core.volume.notice import Notice

FORMAT = 1
"""Version of the file; one of a newer version is refused."""

POPULATION_MARKS = MappingProxyType({"phantoms": "phantom"})
"""Population and the code of the notice that every scan of it carries.

A calibration for a population without a mark never applies: nothing in a scan says that it
belongs to it.
"""

_REMEDY = "Install the model again, or remove the file to show raw scores only."


@dataclass(frozen=True, slots=True)
class FindingCalibration:
    """Platt scaling and threshold of one finding as asked with one set of wordings.

    Attributes
    ----------
    name
        The finding: ``Pleural effusion``.
    prompt_sha256
        `prompt_digest` of the prompt that the numbers were fitted with.
    slope, intercept
        calibrated = sigmoid(slope * logit / temperature + intercept); the slope is above 0, as a
        higher score never means less.
    threshold
        On the calibrated scale, between 0 and 1.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """

    name: str
    prompt_sha256: str
    slope: float
    intercept: float
    threshold: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise ValueError(f"{self.name}: the slope is above 0 and both numbers are finite")
        if not 0 < self.threshold < 1:
            raise ValueError(f"{self.name}: the threshold lies between 0 and 1")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibration of one model on one population.

    Attributes
    ----------
    stamp
        The model, adapter, recipe and precision whose scores were fitted.
    population
        Whose scans they came from; a key of `POPULATION_MARKS` for it ever to apply.
    temperature
        Divides every logit, > 0.
    undecided_band
        Half-width about the threshold, on the calibrated scale, in [0, 0.5), inside which
        nothing is decided.
    findings
        One entry a finding.

    Raises
    ------
    ValueError
        If a number is outside its range or a finding stands twice.
    """

    stamp: ModelStamp
    population: str
    temperature: float
    undecided_band: float
    findings: tuple[FindingCalibration, ...]

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError("the temperature is above 0")
        if not 0 <= self.undecided_band < 0.5:
            raise ValueError("the undecided band lies between 0 and 0.5")
        names = [finding.name for finding in self.findings]
        if not self.population or len(set(names)) != len(names):
            raise ValueError("a calibration names its population, and every finding once")

    def holds_for(self, stamp: ModelStamp, notices: tuple[Notice, ...]) -> bool:
        """Whether scores with this stamp, of a scan with these notices, may be calibrated."""
        mark = POPULATION_MARKS.get(self.population)
        return stamp == self.stamp and mark in {notice.code for notice in notices}

    def of(self, prompt: Prompt) -> FindingCalibration | None:
        """Give the entry that was fitted with exactly this prompt; None for any other wording."""
        for finding in self.findings:
            if finding.name == prompt.name and finding.prompt_sha256 == prompt_digest(prompt):
                return finding
        return None


def prompt_digest(prompt: Prompt) -> str:
    """SHA-256 in hex of a prompt's name and wordings."""
    text = json.dumps([prompt.name, prompt.present, prompt.absent], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_calibration(calibration: Calibration, path: Path) -> None:
    """Write a calibration as JSON, whole or not at all.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    fields = {"format": FORMAT, **asdict(calibration)}
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def read_calibration(path: Path) -> Calibration:
    """Read what `write_calibration` wrote.

    Raises
    ------
    ModelUnavailableError
        If the file is missing, damaged or of a newer version, or a number is out of range.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return _from_fields(fields)
    except OSError as error:
        raise ModelUnavailableError(
            f"The calibration {path.name!r} cannot be read: {error.strerror}.", remedy=_REMEDY
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailableError(
            f"The calibration {path.name!r} is damaged: {error}.", remedy=_REMEDY
        ) from error


def _from_fields(fields: dict[str, Any]) -> Calibration:
    if fields["format"] != FORMAT:
        raise ValueError(f"it has version {fields['format']}, this program reads {FORMAT}")
    return Calibration(
        stamp=ModelStamp(**fields["stamp"]),
        population=fields["population"],
        temperature=float(fields["temperature"]),
        undecided_band=float(fields["undecided_band"]),
        findings=tuple(FindingCalibration(**entry) for entry in fields["findings"]),
    )
