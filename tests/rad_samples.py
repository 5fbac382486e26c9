"""Label tables and scans in the form of RAD-ChestCT."""

import csv
from collections.abc import Mapping, Set
from pathlib import Path

import numpy as np

from medct_core.evaluation.scans.rad_chest_ct import ABNORMALITIES
from tests import small_chest

_WORDS = sorted({word for words in ABNORMALITIES.values() for word in words} | {"air_trapping"})
HEADER = [
    "NoteAcc_DEID",
    *(f"{word}*{place}" for word in _WORDS for place in ("heart", "left_lung", "lung")),
]


def write_labels(table: Path, present: Mapping[str, Set[str]]) -> Path:
    """Write a table: scan to the ``abnormality*place`` columns that are 1."""
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for scan, columns in present.items():
            writer.writerow([scan, *(int(name in columns) for name in HEADER[1:])])
    return table


def write_scan(path: Path, seed: int = 1) -> Path:
    """Write a crude chest as they are released: an archive with the array ``ct``."""
    voxels = small_chest.voxels(seed)
    # Voxels of 0.8 mm would make this chest a mouse's: each is repeated.
    stored = voxels.transpose(2, 1, 0)[::-1].repeat(7, 0).repeat(6, 1).repeat(6, 2)
    np.savez_compressed(path, ct=stored)
    return path
