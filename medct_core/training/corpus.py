"""Phantoms rendered once and kept on disk, small enough to train from."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import PHANTOM_VERSION, Phantom, draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.sampling import Draw, SeverityShares, sample_spec
from medct_core.phantom.seeds import SeedRange
from medct_core.phantom.token_masks import token_coverage
from medct_core.preprocess.recipe import MEDCT_MINI
from medct_core.vocabulary import FINDINGS

GRID = Grid(shape=(96, 96, 64), spacing_mm=(4.0, 4.0, 5.0))
"""Phantoms are drawn straight on the grid of the recipe, so preparing them changes nothing."""

TOKEN_VOXELS = (8, 8, 4)
"""Voxels along (i, j, k) under one token of the small model."""

_LEVELS = 255.0
_RECONSTRUCTED_AIR = -1000.0


@dataclass(frozen=True, slots=True)
class CorpusForm:
    """Where phantoms are drawn, and what a corpus keeps of each.

    Attributes
    ----------
    grid
        The voxels, those of a model's recipe.
    token_voxels
        Voxels along (i, j, k) under one token; they tile the grid.
    field_of_view_mm
        Diameter of the circle in each slice that was reconstructed, air beyond it; None keeps all.
    """

    grid: Grid = GRID
    token_voxels: tuple[int, int, int] = TOKEN_VOXELS
    field_of_view_mm: float | None = None

    @property
    def volume_shape(self) -> tuple[int, int, int]:
        """Voxels along (k, i, j), as a model takes them."""
        i, j, k = self.grid.shape
        return k, i, j

    @property
    def coverage_shape(self) -> tuple[int, int, int, int]:
        """Findings, and tokens along (k, i, j)."""
        i, j, k = (n // t for n, t in zip(self.grid.shape, self.token_voxels, strict=True))
        return len(FINDINGS), k, i, j


@dataclass(frozen=True, slots=True)
class Scan:
    """What is drawn for one row of a corpus."""

    seed: int
    draw: Draw
    domain: str
    severities: SeverityShares | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Rendered phantoms, row by row.

    Attributes
    ----------
    volumes
        ``(n, d, h, w)`` uint8; 0 is -1000 HU, 255 is 1000 HU.
    coverage
        ``(n, findings, t, h, w)`` uint8 share of each token a finding fills, 255 is all; any
        share above zero is at least 1.
    labels
        ``(n, findings)`` bool.
    reports
        ``n`` texts.
    """

    volumes: npt.NDArray[np.uint8]
    coverage: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.bool_]
    reports: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.labels)

    def values(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """``(rows, 1, d, h, w)`` float32 in [-1, 1], as the recipe would give them."""
        scaled = self.volumes[rows].astype(np.float32) * (2.0 / _LEVELS) - 1.0
        return scaled[:, None]


def occurrence(corpus: Corpus) -> npt.NDArray[np.float32]:
    """Give the share of scans in which a finding touches a token, ``(findings, t, h, w)``."""
    touched = np.zeros(corpus.coverage.shape[1:], np.float32)
    for row in corpus.coverage:
        touched += row > 0
    return touched / np.float32(max(len(corpus), 1))


def bodies(
    seed_range: SeedRange, first: int, count: int, severities: SeverityShares | None = None
) -> tuple[Scan, ...]:
    """Two scans a body: one as findings occur, rare ones raised; one with each at 0.3.

    Without `severities` findings are as severe as evaluation draws them.

    Raises
    ------
    UsageError
        If a seed is reserved for another purpose.
    """
    seed_range.check(first, first + count)
    return tuple(
        Scan(seed, draw, "a", severities)
        for seed in range(first, first + count)
        for draw in (Draw.RAISED, Draw.BALANCED)
    )


def render_corpus(
    scans: tuple[Scan, ...], folder: Path, workers: int, form: CorpusForm | None = None
) -> Iterator[float]:
    """Draw phantoms into a folder; an interrupted run goes on where it stopped.

    Parameters
    ----------
    scans
        One a row.
    folder
        Made where it is missing.
    workers
        Processes that draw.
    form
        That of medct-mini where it is None.

    Yields
    ------
    The share that is done, in [0, 1].
    """
    form = form or CorpusForm()
    arrays = _made_arrays(folder, len(scans), form)
    _cut_unfinished_line(folder)
    done = _finished(folder)
    todo = [(row, scan, form) for row, scan in enumerate(scans) if row not in done]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for count, row in enumerate(pool.map(_render_task, todo, chunksize=8), start=1):
            _store(arrays, folder, row)
            yield (len(done) + count) / len(scans)


def open_corpus(folder: Path) -> Corpus:
    """Map a finished corpus into memory."""
    rows = sorted(_rows(folder), key=lambda row: int(row["row"]))
    volumes, coverage = _open_arrays(folder, "r")
    labels = np.array([[name in row["findings"] for name in FINDINGS] for row in rows], np.bool_)
    return Corpus(volumes, coverage, labels, tuple(row["report"] for row in rows))


@dataclass(frozen=True, slots=True, eq=False)
class Rendered:
    """One phantom as a corpus keeps it; shapes as in `Corpus`, facts as in its list of rows."""

    row: int
    volume: npt.NDArray[np.uint8]
    coverage: npt.NDArray[np.uint8]
    facts: dict[str, Any]


def _render_task(task: tuple[int, Scan, CorpusForm]) -> Rendered:
    return render(*task)


def render(row: int, scan: Scan, form: CorpusForm | None = None) -> Rendered:
    """Draw one phantom as a row of a corpus."""
    form = form or CorpusForm()
    spec = sample_spec(scan.seed, scan.draw, scan.domain, scan.severities)
    phantom = draw_phantom(spec, form.grid)
    report = write_report(phantom.drawn, np.random.default_rng((scan.seed, 77)))
    facts: dict[str, Any] = {
        "row": row,
        "seed": scan.seed,
        "draw": scan.draw.value,
        "report": report.text,
    }
    facts["findings"] = {name: drawn.severity for name, drawn in phantom.drawn.items()}
    coverage = token_coverage(phantom, form.token_voxels)
    return Rendered(row, quantised(phantom, form), coverage, facts)


def quantised(phantom: Phantom, form: CorpusForm | None = None) -> npt.NDArray[np.uint8]:
    """``(d, h, w)`` uint8 levels of a phantom, in the axis order of the model."""
    low, high = MEDCT_MINI.hu_range
    hu = phantom.volume.values.transpose(2, 0, 1).astype(np.float32).clip(low, high)
    if form is not None and form.field_of_view_mm is not None:
        hu[:, _beyond(form.grid, form.field_of_view_mm)] = _RECONSTRUCTED_AIR
    return np.round((hu - low) * (_LEVELS / (high - low))).astype(np.uint8)


def _beyond(grid: Grid, diameter_mm: float) -> npt.NDArray[np.bool_]:
    """``(i, j)``: whether a voxel lies outside the circle about the middle of the field."""
    across, along = grid.axis_mm(0), grid.axis_mm(1)
    beyond: npt.NDArray[np.bool_] = np.hypot(across[:, None], along[None, :]) > diameter_mm / 2
    return beyond


_FILES = ("volumes.npy", "coverage.npy")
_ROWS = "rows.jsonl"


def _made_arrays(
    folder: Path, count: int, form: CorpusForm
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Open the arrays of a folder for writing, or make them."""
    if all((folder / name).exists() for name in _FILES):
        return _open_arrays(folder, "r+")
    folder.mkdir(parents=True, exist_ok=True)
    shapes = ((count, *form.volume_shape), (count, *form.coverage_shape))
    volumes, coverage = (
        np.lib.format.open_memmap(folder / name, mode="w+", dtype=np.uint8, shape=shape)
        for name, shape in zip(_FILES, shapes, strict=True)
    )
    return volumes, coverage


def _open_arrays(
    folder: Path, mode: Literal["r", "r+"]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    volumes, coverage = (np.lib.format.open_memmap(folder / name, mode=mode) for name in _FILES)
    return volumes, coverage


def _store(
    arrays: tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]], folder: Path, item: Rendered
) -> None:
    arrays[0][item.row], arrays[1][item.row] = item.volume, item.coverage
    with (folder / _ROWS).open("a", encoding="utf-8") as file:
        file.write(json.dumps({**item.facts, "version": PHANTOM_VERSION}) + "\n")


def _cut_unfinished_line(folder: Path) -> None:
    """Forget the row that was being noted when the program was killed."""
    path = folder / _ROWS
    if path.exists():
        with path.open("r+b") as file:
            file.truncate(file.read().rfind(b"\n") + 1)


def _rows(folder: Path) -> list[dict[str, Any]]:
    path = folder / _ROWS
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _finished(folder: Path) -> set[int]:
    return {int(row["row"]) for row in _rows(folder)}
