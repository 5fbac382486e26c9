"""How well a model tells phantoms apart: AUROC, twins, severities, and the trivial baseline."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.evaluation.baseline import TrivialBaseline, trivial_features
from medct_core.evaluation.metrics import Interval, auroc, auroc_interval, mean_or_none
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import PHANTOM_VERSION, draw_phantom
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import Draw, sample_spec, twin_of
from medct_core.phantom.seeds import EVALUATION
from medct_core.preprocess.prepare import prepare
from medct_core.resources_folder import resources_folder
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS
from medct_core.volume.volume import Volume

GRID = Grid(shape=(96, 96, 64), spacing_mm=(4.0, 4.0, 5.0))

Logits = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PhantomTask:
    """Which phantoms are evaluated, and how they are asked; the seeds are a half-open range."""

    first: int
    stop: int
    draw: Draw = Draw.BALANCED
    domain: str = "a"
    wordings: str = "own"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One phantom and its twin, which differs by one finding.

    Attributes
    ----------
    volume, twin
        The scans.
    severity
        Finding to severity, of all that was drawn in `volume`.
    changed
        The finding by which the twin differs.
    twin_shows
        Whether `changed` can be seen in the twin.
    """

    volume: Volume
    twin: Volume
    severity: dict[str, str]
    changed: str
    twin_shows: bool


@dataclass(frozen=True, slots=True)
class PhantomEvaluation:
    """Everything that is said about a model on phantoms.

    Attributes
    ----------
    mean_auroc
        Mean over exactly the eighteen trained findings; None if one of them is undefined.
    auroc
        Trained findings, prompted.
    zero_shot
        Findings that never had a label, a mask or a wording in training.
    trivial_baseline
        Mean AUROC of the histogram-and-thumbnail baseline on the same scans.
    twin_ranking
        Share of twins in which the score of the finding is higher where it is drawn; twins whose
        finding lies hidden under another are left out.
    severity
        Mean AUROC of the positives of one severity against all negatives.
    single_wordings
        Mean AUROC with one wording a polarity at a time; None where prompts have only one.
    """

    mean_auroc: float | None
    auroc: dict[str, Interval]
    zero_shot: dict[str, Interval]
    trivial_baseline: float | None
    twin_ranking: float
    severity: dict[str, float | None]
    single_wordings: float | None
    n: int
    seeds: tuple[int, int]
    draw: str
    domain: str
    wordings: str
    model: str
    phantom_version: str

    def to_json(self) -> dict[str, object]:
        """Plain values for a JSON file."""
        return asdict(self)


def phantom_baseline() -> TrivialBaseline | None:
    """Open the trivial baseline fitted on this version's training phantoms, if it is there."""
    path = resources_folder() / "phantom" / f"trivial-baseline-{PHANTOM_VERSION}.npz"
    return TrivialBaseline.load(path) if path.is_file() else None


def evaluate_phantoms(
    engine: InferenceEngine,
    prompts: Sequence[Prompt],
    task: PhantomTask,
    baseline: TrivialBaseline | None,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> PhantomEvaluation:
    """Render, score and compare phantoms that no training may have seen.

    Parameters
    ----------
    engine
        The model.
    prompts
        One for each of the eighteen findings, in any order.
    task
        Seeds, draw and scanner domain.
    baseline
        The trivial baseline of this phantom version, None if there is none.
    cancel, on_progress
        Checked before each scan; told the share done.

    Raises
    ------
    UsageError
        If a seed is not reserved for evaluation.
    """
    EVALUATION.check(task.first, task.stop)
    asked = _Asked.of(prompts)
    rows = []
    for count, case in enumerate(_render_all(task), start=1):
        cancel.raise_if_cancelled()
        rows.append(_measure(engine, asked, case))
        on_progress(count / (task.stop - task.first))
    return _summarise(rows, asked, task, baseline, engine.stamp.model)


@dataclass(frozen=True, slots=True)
class _Asked:
    """All prompts of one pass: the ensembles, single wordings, and the unlabelled findings."""

    ensembles: tuple[Prompt, ...]
    singles: tuple[Prompt, ...]
    unlabelled: tuple[Prompt, ...]

    @classmethod
    def of(cls, prompts: Sequence[Prompt]) -> "_Asked":
        by_name = {prompt.name: prompt for prompt in prompts}
        ensembles = tuple(by_name[name] for name in FINDINGS)
        singles = tuple(single for prompt in ensembles for single in _one_by_one(prompt))
        unlabelled = tuple(
            Prompt(name, (f"{name} is present.",), (f"{name} is not present.",))
            for name in UNLABELLED_FINDINGS
        )
        return cls(ensembles, singles, unlabelled)

    @property
    def all(self) -> tuple[Prompt, ...]:
        return self.ensembles + self.singles + self.unlabelled


def _one_by_one(prompt: Prompt) -> tuple[Prompt, ...]:
    if len(prompt.present) == 1:
        return ()
    return tuple(
        Prompt(prompt.name, (present,), prompt.absent[index % len(prompt.absent) :][:1])
        if prompt.absent
        else Prompt(prompt.name, (present,))
        for index, present in enumerate(prompt.present)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    logits: Logits
    rose: bool | None
    features: npt.NDArray[np.float32]
    severity: dict[str, str]


def _measure(engine: InferenceEngine, asked: _Asked, case: Case) -> _Row:
    logits = _logits(engine, case.volume, asked.all)
    twin = _logits(engine, case.twin, asked.ensembles)
    index = FINDINGS.index(case.changed)
    shows = case.changed in case.severity
    rises = float(logits[index] - twin[index]) * (1.0 if shows else -1.0) > 0
    values = case.volume.values.transpose(2, 0, 1).clip(-1000, 1000).astype(np.float32)
    return _Row(
        logits=logits,
        rose=None if shows == case.twin_shows else rises,
        features=trivial_features(values / np.float32(1000)),
        severity=case.severity,
    )


def _logits(engine: InferenceEngine, volume: Volume, prompts: Sequence[Prompt]) -> Logits:
    embedding = engine.embed_volume(prepare(volume, engine.recipe))
    return np.array([answer.logit for answer in engine.score(embedding, prompts).answers])


def _render_all(task: PhantomTask) -> Iterator[Case]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        seeds = range(task.first, task.stop)
        yield from pool.map(_render, [(seed, task) for seed in seeds], chunksize=4)


def _render(job: tuple[int, PhantomTask]) -> Case:
    seed, task = job
    spec = sample_spec(seed, task.draw, task.domain)
    changed = FINDINGS[seed % len(FINDINGS)]
    phantom, twin = draw_phantom(spec, GRID), draw_phantom(twin_of(spec, changed), GRID)
    severity = {name: drawn.severity for name, drawn in phantom.drawn.items()}
    return Case(phantom.volume, twin.volume, severity, changed, changed in twin.drawn)


def _summarise(
    rows: Sequence[_Row],
    asked: _Asked,
    task: PhantomTask,
    baseline: TrivialBaseline | None,
    model: str,
) -> PhantomEvaluation:
    logits = np.stack([row.logits for row in rows])
    truth = _truth(rows, FINDINGS)
    rng = np.random.default_rng(task.first)
    intervals = _intervals(truth, logits[:, : len(FINDINGS)], FINDINGS, rng)
    rare = _truth(rows, UNLABELLED_FINDINGS)
    zero_shot = _intervals(rare, logits[:, -len(UNLABELLED_FINDINGS) :], UNLABELLED_FINDINGS, rng)
    return PhantomEvaluation(
        mean_auroc=mean_or_none([interval.value for interval in intervals.values()]),
        auroc=intervals,
        zero_shot=zero_shot,
        trivial_baseline=_baseline_auroc(rows, truth, baseline),
        twin_ranking=float(np.mean([row.rose for row in rows if row.rose is not None])),
        severity={name: _severity_auroc(rows, logits, name) for name in SEVERITIES},
        single_wordings=_single_auroc(truth, logits, asked),
        n=len(rows),
        seeds=(task.first, task.stop),
        draw=task.draw.value,
        domain=task.domain,
        wordings=task.wordings,
        model=model,
        phantom_version=str(PHANTOM_VERSION),
    )


def _truth(rows: Sequence[_Row], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    return np.array([[name in row.severity for name in names] for row in rows], dtype=np.bool_)


def _intervals(
    truth: npt.NDArray[np.bool_], logits: Logits, names: Sequence[str], rng: np.random.Generator
) -> dict[str, Interval]:
    return {
        name: auroc_interval(truth[:, index], logits[:, index], rng)
        for index, name in enumerate(names)
    }


def _baseline_auroc(
    rows: Sequence[_Row], truth: npt.NDArray[np.bool_], baseline: TrivialBaseline | None
) -> float | None:
    if baseline is None:
        return None
    scores = baseline.score(np.stack([row.features for row in rows]))
    return mean_or_none([auroc(truth[:, i], scores[:, i]) for i in range(len(FINDINGS))])


def _severity_auroc(rows: Sequence[_Row], logits: Logits, severity: str) -> float | None:
    values = []
    for index, name in enumerate(FINDINGS):
        kept = [n for n, row in enumerate(rows) if row.severity.get(name) in (None, severity)]
        truth = np.array([name in rows[n].severity for n in kept], dtype=np.bool_)
        values.append(auroc(truth, logits[kept, index]))
    return mean_or_none(values)


def _single_auroc(truth: npt.NDArray[np.bool_], logits: Logits, asked: _Asked) -> float | None:
    if not asked.singles:
        return None
    first = len(FINDINGS)
    values = [
        auroc(truth[:, FINDINGS.index(prompt.name)], logits[:, first + index])
        for index, prompt in enumerate(asked.singles)
    ]
    return mean_or_none(values)
