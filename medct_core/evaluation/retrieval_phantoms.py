"""Phantoms that retrieval is measured on: drawn, put into words, embedded, each kept once."""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.evaluation.phantoms import GRID
from medct_core.evaluation.retrieval_cases import RetrievalCases, joined
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import read_text
from medct_core.inference.safe_write import replacing
from medct_core.phantom.generate import PHANTOM_VERSION, draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.seeds import EVALUATION
from medct_core.phantom.streams import stream
from medct_core.preprocess.prepare import prepare
from medct_core.vocabulary import FINDINGS
from medct_core.volume.volume import Volume

log = logging.getLogger(__name__)

_KEY_DIGITS = 16
_DRAWN_HERE = 8
"""Another process takes longer to start than as many phantoms take to draw."""


@dataclass(frozen=True, slots=True)
class PhantomRange:
    """Phantoms of a half-open range of seeds.

    Raises
    ------
    UsageError
        If a seed is not reserved for evaluation.
    """

    first: int
    stop: int
    draw: Draw = Draw.BALANCED
    domain: str = "a"

    def __post_init__(self) -> None:
        EVALUATION.check(self.first, self.stop)

    @property
    def seeds(self) -> range:
        """The seeds."""
        return range(self.first, self.stop)


def check_apart(one: PhantomRange, other: PhantomRange) -> None:
    """Refuse to fit on phantoms that are evaluated.

    Raises
    ------
    UsageError
        If two ranges share a seed.
    """
    if one.first < other.stop and other.first < one.stop:
        raise UsageError(
            f"Seeds {one.first}:{one.stop} and {other.first}:{other.stop} share some.",
            remedy="Fit the centring on other phantoms than those that are evaluated.",
        )


def phantom_cases(
    engine: InferenceEngine,
    wanted: PhantomRange,
    *,
    keep: Path | None = None,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> RetrievalCases:
    """Draw phantoms, write their reports, and embed both.

    Parameters
    ----------
    engine
        The model.
    wanted
        Which phantoms.
    keep
        Folder where each is kept once it is embedded, so that work that was interrupted is taken
        up there; None keeps nothing.
    cancel, on_progress
        Checked before each phantom; told the share done.

    Raises
    ------
    Cancelled
        If `cancel` was raised.
    """
    folder = None if keep is None else keep / _key(engine, wanted)
    rows = {seed: _kept(folder, seed) for seed in wanted.seeds}
    missing = [seed for seed, row in rows.items() if row is None]
    done = len(rows) - len(missing)
    for seed, (volume, report, findings) in zip(missing, _drawn(wanted, missing), strict=True):
        cancel.raise_if_cancelled()
        rows[seed] = _case(engine, seed, volume, report, findings)
        _keep(folder, seed, rows[seed])
        done += 1
        on_progress(done / len(rows))
    return joined([row for row in rows.values() if row is not None])


def _case(
    engine: InferenceEngine, seed: int, volume: Volume, report: str, findings: frozenset[str]
) -> RetrievalCases:
    vector = engine.embed_volume(prepare(volume, engine.recipe)).vector
    return RetrievalCases(
        vectors=np.array(vector[None]),
        reports=(report,),
        report_vectors=np.array(read_text(engine, report).vector[None]),
        labels=np.array([[name in findings for name in FINDINGS]]),
        patients=(str(seed),),
    )


def _drawn(wanted: PhantomRange, seeds: list[int]) -> Iterator[tuple[Volume, str, frozenset[str]]]:
    jobs = [(seed, wanted) for seed in seeds]
    if len(jobs) <= _DRAWN_HERE:
        yield from map(_draw, jobs)
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, jobs, chunksize=4)


def _draw(job: tuple[int, PhantomRange]) -> tuple[Volume, str, frozenset[str]]:
    seed, wanted = job
    phantom = draw_phantom(sample_spec(seed, wanted.draw, wanted.domain), GRID)
    report = write_report(phantom.drawn, stream(seed, "report"))
    return phantom.volume, report.text, frozenset(phantom.drawn)


def _key(engine: InferenceEngine, wanted: PhantomRange) -> str:
    """Name everything but the seed that decides what is kept."""
    parts = [asdict(engine.stamp), PHANTOM_VERSION, wanted.draw.value, wanted.domain]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_KEY_DIGITS]


def _keep(folder: Path | None, seed: int, case: RetrievalCases | None) -> None:
    if folder is None or case is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / f"{seed}.npz") as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            vectors=case.vectors,
            reports=np.array(case.reports),
            report_vectors=case.report_vectors,
            labels=case.labels,
        )


def _kept(folder: Path | None, seed: int) -> RetrievalCases | None:
    """Read what was kept; what is damaged counts as missing."""
    path = None if folder is None else folder / f"{seed}.npz"
    if path is None or not path.is_file():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            return RetrievalCases(
                vectors=file["vectors"],
                reports=tuple(map(str, file["reports"])),
                report_vectors=file["report_vectors"],
                labels=file["labels"],
                patients=(str(seed),),
            )
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        log.info("What was kept of seed %d cannot be read: %s", seed, error)
        return None
