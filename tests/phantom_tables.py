"""Phantoms as files with a table of labels, as a hospital would keep its scans."""

import csv
from collections.abc import Sequence
from pathlib import Path

from medct_core.evaluation.phantoms import GRID
from medct_core.io.write import write_nifti
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.streams import stream
from medct_core.vocabulary import FINDINGS


def write_phantom_table(folder: Path, name: str, seeds: Sequence[int]) -> Path:
    """Write one scan a patient, and ``path, patient, report`` and the labels of each."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / name
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "patient", "report", *FINDINGS])
        for seed in seeds:
            phantom = draw_phantom(sample_spec(seed, Draw.BALANCED, "a"), GRID)
            report = write_report(phantom.drawn, stream(seed, "report")).text
            scan = f"{seed}.nii.gz"
            write_nifti(phantom.volume, folder / scan)
            labels = [int(finding in phantom.drawn) for finding in FINDINGS]
            writer.writerow([scan, f"p{seed}", report, *labels])
    return table
