"""Tables of scans, small enough for a test: a crude chest a line, as CT-RATE writes it or plain."""

from pathlib import Path

import nibabel
import numpy as np

from medct_core.training.tables.scan_table import ScanRow, ScanTable, read_scan_table
from medct_core.training.tables.side_table import ScanMetadata
from tests import small_chest

STORED_OFFSET = 1024
METADATA_HEADER = "VolumeName,Manufacturer,XYSpacing,RescaleIntercept,RescaleSlope,ZSpacing"
_METADATA = '"[5.0, 5.0]",-1024,1,6.0'
METADATA = ScanMetadata(small_chest.SPACING_MM, slope=1.0, intercept=-STORED_OFFSET)
"""Of a scan that `write_stored` wrote."""


def row(scan: str, file: Path | None = None, metadata: ScanMetadata | None = None) -> ScanRow:
    """Give a line with one finding and a report."""
    return ScanRow(2, scan, "", (True,), "Emphysema.", "", (scan, "1"), file, metadata)


def write_stored(path: Path, seed: int = 1) -> Path:
    """Write a chest as CT-RATE's first release does: stored values, no geometry."""
    stored = small_chest.voxels(seed) + STORED_OFFSET
    nibabel.save(nibabel.Nifti1Image(stored, np.eye(4)), path)
    return path


def write_table(folder: Path, count: int = 3) -> Path:
    """Write chests and a plain table of them: the second scan has the finding, and so on."""
    lines = ["path,patient,report,Emphysema,Lung nodule"]
    for number in range(count):
        small_chest.write(folder / f"scan{number}.nii", seed=number)
        lines.append(f"scan{number}.nii,P{number},Report {number}.,{number % 2},0")
    table = folder / "table.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    return table


def read_table(folder: Path, count: int = 3) -> ScanTable:
    """Read what `write_table` writes."""
    return read_scan_table(write_table(folder, count))


def write_ct_rate(folder: Path, count: int = 2) -> tuple[Path, Path, Path, Path]:
    """Write volumes as CT-RATE's first release has them: labels, scans, reports, metadata."""
    scans = folder / "scans" / "train_1" / "train_1_a"
    scans.mkdir(parents=True)
    names = [f"train_{number}_a_1.nii.gz" for number in range(count)]
    for seed, name in enumerate(names):
        write_stored(scans / name, seed)
    labels = [f"{name},{number % 2},1" for number, name in enumerate(names)]
    header = "VolumeName,ClinicalInformation_EN,Technique_EN,Findings_EN,Impressions_EN"
    reports = [f'{name},Cough.,Spiral.,"Lungs, {name}.",Clear.' for name in names]
    metadata = [f"{name},Scanner,{_METADATA}" for name in names]
    tables = (
        ("labels.csv", ["VolumeName,Emphysema,Lung nodule", *labels]),
        ("reports.csv", [header, *reports]),
        ("metadata.csv", [METADATA_HEADER, *metadata]),
    )
    paths = []
    for table, lines in tables:
        paths.append(folder / table)
        paths[-1].write_text("\n".join(lines), encoding="utf-8")
    return paths[0], folder / "scans", paths[1], paths[2]


def drawn_table(seed: int, patients: int, findings: int = 6) -> ScanTable:
    """Make up patients of one to three scans with rare and frequent findings."""
    generator = np.random.default_rng(seed)
    shares = np.linspace(0.05, 0.5, findings)
    rows: list[ScanRow] = []
    for patient in range(patients):
        labels = tuple(bool(one) for one in generator.random(findings) < shares)
        for _ in range(generator.integers(1, 4)):
            line = len(rows) + 2
            cells = (f"s{line}", *("01"[one] for one in labels))
            rows.append(ScanRow(line, f"s{line}", f"P{patient}", labels, "", "", cells))
    names = tuple(f"F{number}" for number in range(findings))
    header = ("VolumeName", *(f"finding:{name}" for name in names))
    return ScanTable(
        "t.csv", header, names, tuple(rows), (), (), has_paths=False, has_reports=False
    )
