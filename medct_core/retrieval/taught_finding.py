"""TaughtFinding: a finding that a person taught by cases of a library, and how far to trust it."""

import base64
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.vector_index import FloatArray

FORMAT = 1
"""Version of the text a taught finding is kept as; one of a newer version is refused."""

CLOSE = 0.05
"""From this far below the AUROC on, how scans were made explains what was learned."""

SCANNER_WARNING = "This may recognise the scanner, not the finding."

CHANCE_WARNING = "It tells cases apart no better than chance."

FEWEST_PATIENTS = 10
"""With the finding, and without. Among fewer, chance alone moves an AUROC by more than 0.13 (one
standard deviation, Hanley and McNeil 1982)."""

STALE = "A case it was taught with was removed. Teach it again."


@dataclass(frozen=True, slots=True)
class NameCount:
    """How many cases of a model have a finding, and how many are known not to."""

    name: str
    present: int
    absent: int


@dataclass(frozen=True, slots=True)
class TeachableName(NameCount):
    """A finding that cases speak of, and of how many different patients these are.

    Attributes
    ----------
    patients_with, patients_without
        Different patients among the cases of either kind; one with both counts in both, a case
        whose patient is not known as a patient of its own.
    """

    patients_with: int
    patients_without: int

    @property
    def is_enough(self) -> bool:
        """Whether it can be learned."""
        return min(self.patients_with, self.patients_without) >= FEWEST_PATIENTS


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; AUROC throughout."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Labelled:
    """What a finding was taught with.

    Attributes
    ----------
    cases_with, cases_without
        Cases known to have it, and known not to.
    patients_with, patients_without
        Different patients among them; one with scans of both kinds counts in both.
    unknown_patients
        Cases whose patient is not known; each counts as a patient of its own.
    verified
        Cases of which it is verified whether they have it.
    """

    cases_with: int
    cases_without: int
    patients_with: int
    patients_without: int
    unknown_patients: int
    verified: int

    @property
    def cases(self) -> int:
        """All of them."""
        return self.cases_with + self.cases_without


@dataclass(frozen=True, slots=True)
class Trust:
    """How well a taught finding tells patients apart it never saw, and two controls.

    Attributes
    ----------
    auroc
        Of scores by probes that did not see the scored patient; interval over patients.
    parts
        In how many parts patients were left out; as many as patients: one at a time.
    acquisition
        The same from site, scanner, kernel, slice thickness and contrast alone.
    shuffled
        Mean over labels dealt at random, and the range of 95 % of them.
    shuffles
        How often they were dealt.
    other_site
        Of scores by probes that saw no scan of the scored site; None where no two sites allow it.
    sites
        Sites it stands on: those that have cases with and without.
    """

    auroc: Estimate
    parts: int
    acquisition: Estimate
    shuffled: Estimate
    shuffles: int
    other_site: Estimate | None = None
    sites: int = 0

    @property
    def may_be_scanner(self) -> bool:
        """Whether how scans were made tells the cases apart nearly as well."""
        return self.acquisition.value >= self.auroc.value - CLOSE

    @property
    def may_be_chance(self) -> bool:
        """Whether the interval of the AUROC reaches down to one half."""
        return self.auroc.low <= 0.5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a scan stands among the cases a finding was taught with; no probability.

    Attributes
    ----------
    score
        In [-1, 1]: the cosine with the direction that was learned.
    above_without, above_with
        Percentage of the cases without and with it that score lower, equal ones counted half.
    without, with_it
        How many cases these are.
    took_part
        Whether it is one of the cases itself; it then has the score of a probe that did not see
        its patient.
    """

    score: float
    above_without: float
    above_with: float
    without: int
    with_it: int
    took_part: bool

    @property
    def sentence(self) -> str:
        """Say it to a reader."""
        return (
            f"Higher than {self.above_without:.0f} % of the {self.without} cases without it "
            f"and {self.above_with:.0f} % of the {self.with_it} with it"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """What was learned, and from which cases; everything in it is a trace of these.

    Attributes
    ----------
    mean
        ``(d,)`` float32, mean of the cases' vectors.
    direction
        ``(d,)`` float32 of unit length.
    case_ids
        The cases, sorted.
    has_it
        ``(n,)`` bool, one a case.
    held_out
        ``(n,)`` float32, the score each got from a probe that did not see its patient.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a number is not finite.
    """

    mean: FloatArray
    direction: FloatArray
    case_ids: tuple[str, ...]
    has_it: npt.NDArray[np.bool_]
    held_out: FloatArray

    def __post_init__(self) -> None:
        if self.mean.shape != self.direction.shape or self.mean.ndim != 1:
            raise ValueError("mean and direction of a probe are rows of one length")
        if not len(self.case_ids) == len(self.has_it) == len(self.held_out):
            raise ValueError("every case of a probe has a label and a score")
        numbers = np.concatenate([self.mean, self.direction, self.held_out])
        if not np.isfinite(numbers).all():
            raise ValueError("a probe holds finite numbers only")

    def score(self, vector: FloatArray) -> float:
        """Give the cosine of a scan's vector ``(d,)``, centred, with what was learned."""
        unit = Centring(self.mean, None, fitted_on=len(self.case_ids)).unit(vector)
        return float((unit @ self.direction).clip(-1.0, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class TaughtFinding:
    """A finding that was taught by cases of a library, for one model.

    Attributes
    ----------
    name
        As the cases name it.
    stamp
        The model of the cases; no scan of another one can be scored.
    labelled
        What it was taught with.
    trust
        How well it does.
    taught_at
        When; has a time zone.
    by
        Who taught it; empty where unknown.
    probe
        None once a case it was taught with was removed: the figures stay, what was learned goes.
    """

    name: str
    stamp: ModelStamp
    labelled: Labelled
    trust: Trust
    taught_at: datetime
    by: str
    probe: Probe | None

    @property
    def is_stale(self) -> bool:
        """Whether it must be taught again before it can be asked."""
        return self.probe is None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before they trust it."""
        said = (
            (STALE, self.is_stale),
            (CHANCE_WARNING, self.trust.may_be_chance),
            (SCANNER_WARNING, self.trust.may_be_scanner),
        )
        return tuple(text for text, holds in said if holds)

    def standing(self, vector: FloatArray, *, case_id: str = "") -> Standing:
        """Say where a scan stands among the cases it was taught with.

        Parameters
        ----------
        vector
            ``(d,)``, as the model of `stamp` made it.
        case_id
            The case the scan is or would be in the library; one that took part is compared with
            the others, by the score it got unseen.

        Raises
        ------
        ValueError
            If it must be taught again first.
        """
        if self.probe is None:
            raise ValueError("a stale finding has nothing to compare with")
        own = np.array([one == case_id for one in self.probe.case_ids], dtype=np.bool_)
        took_part = bool(own.any())
        score = float(self.probe.held_out[own][0]) if took_part else self.probe.score(vector)
        without = self.probe.held_out[~self.probe.has_it & ~own]
        with_it = self.probe.held_out[self.probe.has_it & ~own]
        return Standing(
            score=score,
            above_without=_percent_below(score, without),
            above_with=_percent_below(score, with_it),
            without=len(without),
            with_it=len(with_it),
            took_part=took_part,
        )

    def without_probe(self) -> "TaughtFinding":
        """Give it without anything that came from single cases."""
        return replace(self, probe=None)

    def to_json(self) -> str:
        """All fields as one text."""
        fields = {
            "format": FORMAT,
            "name": self.name,
            "stamp": asdict(self.stamp),
            "labelled": asdict(self.labelled),
            "trust": asdict(self.trust),
            "taught_at": self.taught_at.isoformat(),
            "by": self.by,
            "probe": None if self.probe is None else _probe_fields(self.probe),
        }
        return json.dumps(fields)


def read_taught(text: str) -> TaughtFinding:
    """Read what `TaughtFinding.to_json` wrote.

    Raises
    ------
    ValueError
        If it is damaged, or of a newer program.
    """
    try:
        fields = json.loads(text)
        if fields["format"] > FORMAT:
            raise ValueError("a newer program taught this finding")
        return TaughtFinding(
            name=fields["name"],
            stamp=ModelStamp(**fields["stamp"]),
            labelled=Labelled(**fields["labelled"]),
            trust=_trust(fields["trust"]),
            taught_at=datetime.fromisoformat(fields["taught_at"]),
            by=fields["by"],
            probe=None if fields["probe"] is None else _probe(fields["probe"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError("what a finding was taught is damaged") from error


def _percent_below(score: float, others: FloatArray) -> float:
    if len(others) == 0:
        return 0.0
    below = np.count_nonzero(others < score) + np.count_nonzero(others == score) / 2
    return float(100.0 * below / len(others))


def _trust(fields: dict[str, Any]) -> Trust:
    other = fields["other_site"]
    return Trust(
        auroc=Estimate(**fields["auroc"]),
        parts=fields["parts"],
        acquisition=Estimate(**fields["acquisition"]),
        shuffled=Estimate(**fields["shuffled"]),
        shuffles=fields["shuffles"],
        other_site=None if other is None else Estimate(**other),
        sites=fields["sites"],
    )


def _probe_fields(probe: Probe) -> dict[str, object]:
    return {
        "mean": _to_text(probe.mean),
        "direction": _to_text(probe.direction),
        "case_ids": list(probe.case_ids),
        "has_it": probe.has_it.tolist(),
        "held_out": _to_text(probe.held_out),
    }


def _probe(fields: dict[str, Any]) -> Probe:
    return Probe(
        mean=_to_array(fields["mean"]),
        direction=_to_array(fields["direction"]),
        case_ids=tuple(fields["case_ids"]),
        has_it=np.array(fields["has_it"], dtype=np.bool_),
        held_out=_to_array(fields["held_out"]),
    )


def _to_text(numbers: FloatArray) -> str:
    return base64.b64encode(numbers.astype("<f4").tobytes()).decode("ascii")


def _to_array(text: str) -> FloatArray:
    content = base64.b64decode(text, validate=True)
    return np.frombuffer(content, dtype="<f4").astype(np.float32)
