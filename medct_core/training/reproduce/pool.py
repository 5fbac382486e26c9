"""Augmented views drawn once for all runs, as augmenting takes longer than learning."""

import hashlib
import json
import math
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.training.augmentation.augment import Setup
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import PAPER
from medct_core.training.augmentation.viewer import AugmentedViewer
from medct_core.training.cohort import Cohort, ScanViewer, ScanViews
from medct_core.training.reproduce.form import RECIPE

VARIANTS = 5
"""Times each scan is augmented; an epoch of a run shows one of them."""

PAPER_VOXEL_MM = (1.5, 0.75, 0.75)
"""Of MedCT-VLM's scans, along (k, i, j)."""

_COARSER = tuple(
    ours / theirs for ours, theirs in zip(RECIPE.spacing_mm, PAPER_VOXEL_MM, strict=True)
)
CARRIED_OVER = replace(
    PAPER,
    name="paper-coarse",
    strengths=replace(
        PAPER.strengths,
        blur_voxels=(
            PAPER.strengths.blur_voxels[0] / max(_COARSER),
            PAPER.strengths.blur_voxels[1] / max(_COARSER),
        ),
        noise=PAPER.strengths.noise / math.prod(_COARSER) ** 0.5,
    ),
)
"""The paper's augmentation where voxels are eight times as wide.

Its blur is given in voxels and its noise for each voxel. Taken as numbers they would blur over up
to 9 mm; so both stay the same in millimetres, as a mean over finer voxels. Prompts of base M tell
findings of the training scans apart at 0.81 plain, 0.56 by the printed numbers, 0.60 by these.
"""

_SEED = 20
_LEVELS = 255.0
_CHUNK = 10


def augmented(plain: ScanViewer) -> AugmentedViewer:
    """Show scans as they are augmented; the variant stands in the place of the epoch."""
    return AugmentedViewer(plain, Setup(CARRIED_OVER, Frame.of(RECIPE)), _SEED)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """All variants of all scans, on disk.

    Attributes
    ----------
    plain
        The scans as they are.
    values
        A variant each: ``(n, d, h, w)`` uint8; 0 is -1000 HU, 255 is 1000 HU.
    reports
        A variant each, a text for every scan.
    """

    plain: ScanViewer
    values: tuple[npt.NDArray[np.uint8], ...]
    reports: tuple[tuple[str, ...], ...]


def draw_pool(plain: ScanViewer, folder: Path, workers: int) -> Iterator[float]:
    """Draw all variants; an interrupted drawing goes on with the variant it was at.

    Yields
    ------
    The share that is done, in [0, 1].
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = range(0, len(plain.cohort), _CHUNK)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as processes:
        for variant in range(VARIANTS):
            if _reports_file(folder, variant).exists():
                continue
            task = partial(_draw_rows, augmented(plain), variant)
            parts = []
            for count, part in enumerate(processes.map(task, rows), start=1):
                parts.append(part)
                yield (variant + count / len(rows)) / VARIANTS
            _keep(folder, variant, parts)


def open_pool(plain: ScanViewer, folder: Path) -> Pool:
    """Map a finished pool into memory."""
    texts = [_reports_file(folder, v).read_text(encoding="utf-8") for v in range(VARIANTS)]
    return Pool(
        plain,
        tuple(np.load(_values_file(folder, v), mmap_mode="r") for v in range(VARIANTS)),
        tuple(tuple(json.loads(text)) for text in texts),
    )


class PoolViewer:
    """Shows a pool to one run; a `ScanViewer`. Seeds begin a scan's variants at different ones."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self._pool = pool
        count = len(pool.plain.cohort)
        self._first = np.random.default_rng((seed, 4)).integers(VARIANTS, size=count)
        parts = (augmented(pool.plain).identity, str(VARIANTS), str(seed))
        self._identity = hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._pool.plain.cohort

    @property
    def identity(self) -> str:
        """SHA-256 over all that decides a view."""
        return self._identity

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as they look in an epoch."""
        variants = [(int(self._first[row]) + epoch) % VARIANTS for row in rows]
        pairs = list(zip(variants, rows, strict=True))
        levels = np.stack([self._pool.values[variant][row] for variant, row in pairs])
        values = levels[:, None].astype(np.float32) * np.float32(2.0 / _LEVELS) - np.float32(1.0)
        return ScanViews(values, tuple(self._pool.reports[variant][row] for variant, row in pairs))


_Part = tuple[npt.NDArray[np.uint8], tuple[str, ...]]


def _draw_rows(viewer: AugmentedViewer, variant: int, first: int) -> _Part:
    rows = range(first, min(first + _CHUNK, len(viewer.cohort)))
    seen = viewer.views(rows, variant)
    levels = np.round((seen.values[:, 0] + 1.0) * (_LEVELS / 2.0)).clip(0, _LEVELS)
    return levels.astype(np.uint8), seen.reports


def _keep(folder: Path, variant: int, parts: Sequence[_Part]) -> None:
    """Write one variant; its reports come last and say that it is whole."""
    waiting = _values_file(folder, variant).with_suffix(".part")
    with waiting.open("wb") as file:
        np.save(file, np.concatenate([levels for levels, _ in parts]))
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(_values_file(folder, variant))
    reports = [report for _, texts in parts for report in texts]
    unfinished = _reports_file(folder, variant).with_suffix(".part")
    unfinished.write_text(json.dumps(reports), encoding="utf-8")
    unfinished.replace(_reports_file(folder, variant))


def _values_file(folder: Path, variant: int) -> Path:
    return folder / f"variant-{variant}.npy"


def _reports_file(folder: Path, variant: int) -> Path:
    return folder / f"variant-{variant}.json"
