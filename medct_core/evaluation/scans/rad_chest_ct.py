"""RAD-ChestCT: its labels as sixteen of our findings, and its scans as volumes.

Its label tables hold, for each scan, 0 or 1 for every pair of 84 abnormalities and 52 places, in
columns named ``abnormality*place`` beside ``NoteAcc_DEID``; an abnormality is there if it is
anywhere. Nobody has published which of them CT-CLIP's authors took for which of their findings,
so `ABNORMALITIES` is a reading of the names and every result says so.

References
----------
Draelos et al., Medical Image Analysis 67, 2021, and the release at doi.org/10.5281/zenodo.6406114;
Hamamci et al., 2024, for the sixteen findings and the maximum over the two calcifications.
"""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from medct_core.errors import NotAnImageError, UsageError
from medct_core.evaluation.multilabel.predictions import Bool, Double
from medct_core.evaluation.scans.labelled_scans import LeftOut
from medct_core.vocabulary import FINDINGS
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume

SCAN, PATIENT = "NoteAcc_DEID", "MRN_DEID"
CALCIFICATION = "Calcification"

_CALCIFICATIONS = ("Arterial wall calcification", "Coronary artery wall calcification")
_NOT_LABELLED = "Mosaic attenuation pattern"
_SPACING_MM = 0.8

ABNORMALITIES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Medical material": (
            "breast_implant",
            "catheter_or_port",
            "chest_tube",
            "clip",
            "gi_tube",
            "hardware",
            "heart_valve_replacement",
            "pacemaker_or_defib",
            "staple",
            "stent",
            "sternotomy",
            "suture",
            "tracheal_tube",
        ),
        CALCIFICATION: ("calcification",),
        "Cardiomegaly": ("cardiomegaly",),
        "Pericardial effusion": ("pericardial_effusion",),
        "Hiatal hernia": ("hernia",),
        "Lymphadenopathy": ("lymphadenopathy",),
        "Emphysema": ("emphysema",),
        "Atelectasis": ("atelectasis",),
        "Lung nodule": ("nodule", "nodulegr1cm"),
        "Lung opacity": ("opacity", "groundglass"),
        "Pulmonary fibrotic sequela": ("fibrosis", "scarring"),
        "Pleural effusion": ("pleural_effusion",),
        "Peribronchial thickening": ("bronchial_wall_thickening",),
        "Consolidation": ("consolidation",),
        "Bronchiectasis": ("bronchiectasis",),
        "Interlobular septal thickening": ("septal_thickening",),
    }
)
"""Finding to the abnormalities of RAD-ChestCT any of which makes it present."""

SIXTEEN = tuple(ABNORMALITIES)

LABELS = (
    "RAD-ChestCT: 16 findings; an abnormality counts as present wherever it lies, mosaic "
    "attenuation is left out, the two calcifications are one by the maximum of their "
    "probabilities; "
    + "; ".join(f"{name} = {' or '.join(words)}" for name, words in ABNORMALITIES.items())
    + " (our reading: no official mapping is published)"
)
"""To be said with every result."""


@dataclass(frozen=True, slots=True, eq=False)
class RadLabels:
    """A label table.

    Attributes
    ----------
    scans
        Names.
    truth
        ``(n, 16)`` bool, columns as in `SIXTEEN`.
    left_out
        Lines that cannot be used.
    """

    scans: tuple[str, ...]
    truth: Bool
    left_out: tuple[LeftOut, ...]


def asked_for_sixteen() -> tuple[str, ...]:
    """Give the seventeen of our findings that a model is asked for."""
    return tuple(name for name in FINDINGS if name != _NOT_LABELLED)


def sixteen_of(values: Double, findings: Sequence[str]) -> Double:
    """Bring columns of our findings to the sixteen; calcifications by the maximum.

    Parameters
    ----------
    values
        ``(n, findings)``.
    findings
        Names of the columns, among them those of `asked_for_sixteen`.
    """
    place = {name: column for column, name in enumerate(findings)}
    columns = [values[:, [place[part] for part in _parts(name)]].max(axis=1) for name in SIXTEEN]
    return np.stack(columns, axis=1)


def _parts(name: str) -> tuple[str, ...]:
    return _CALCIFICATIONS if name == CALCIFICATION else (name,)


def is_rad_table(table: Path) -> bool:
    """Whether a CSV file names its scans as RAD-ChestCT does."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            return SCAN in next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def read_rad_labels(table: Path) -> RadLabels:
    """Read a label table of RAD-ChestCT.

    Raises
    ------
    UsageError
        If a column that a finding needs is not there.
    """
    with table.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.reader(file)
        header = next(lines)
        columns = _columns(header, table.name)
        scan, scans, truth, left_out = header.index(SCAN), [], [], []
        for cells in lines:
            why = _why_not(cells, len(header), columns)
            name = cells[scan].strip() if len(cells) > scan else ""
            if why:
                left_out.append(LeftOut(name, why))
                continue
            scans.append(name)
            truth.append([any(float(cells[at]) for at in places) for places in columns.values()])
    return RadLabels(tuple(scans), np.array(truth, bool).reshape(-1, len(SIXTEEN)), tuple(left_out))


def _columns(header: Sequence[str], table: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, name in enumerate(header):
        found.setdefault(name.split("*")[0].strip(), []).append(number)
    missing = [word for words in ABNORMALITIES.values() for word in words if word not in found]
    if missing:
        raise UsageError(
            f"The RAD-ChestCT table {table!r} has no column for {', '.join(missing)}.",
            remedy="Give a table such as imgtest_Abnormality_and_Location_Labels.csv.",
        )
    return {
        name: [at for word in words for at in found[word]] for name, words in ABNORMALITIES.items()
    }


def _why_not(cells: Sequence[str], count: int, columns: Mapping[str, list[int]]) -> str:
    if len(cells) != count:
        return f"its line has {len(cells)} cells, the table {count} columns"
    for name, places in columns.items():
        odd = [cells[at] for at in places if cells[at].strip() not in {"0", "1", "0.0", "1.0"}]
        if odd:
            return f"its label {name!r} is {odd[0].strip()!r}, neither 0 nor 1"
    return ""


def read_rad_patients(metadata: Path) -> dict[str, str]:
    """Read whose scans they are from ``CT_Scan_Metadata_Complete_35747.csv``.

    Raises
    ------
    UsageError
        If it does not say.
    """
    with metadata.open(newline="", encoding="utf-8-sig") as file:
        lines = csv.DictReader(file)
        if not {SCAN, PATIENT} <= set(lines.fieldnames or ()):
            raise UsageError(
                f"The table {metadata.name!r} has no columns {SCAN} and {PATIENT}.",
                remedy="Give the scan metadata of RAD-ChestCT, or leave it out.",
            )
        return {line[SCAN]: line[PATIENT] for line in lines if line[PATIENT]}


def read_rad_scan(path: Path) -> Volume:
    """Read an ``.npz`` file of RAD-ChestCT: voxels of 0.8 mm in Hounsfield units.

    Its axes run from superior to inferior, anterior to posterior and right to left, as its table
    of lung extrema names them.

    Raises
    ------
    NotAnImageError
        If it holds no such array.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            stored = arrays["ct"]
        values = np.asfortranarray(stored.transpose(2, 1, 0).astype(np.int16))
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise NotAnImageError(
            f"{path.name!r} holds no scan of RAD-ChestCT.",
            remedy="Give the .npz files as they are released.",
        ) from error
    affine = np.diag([_SPACING_MM, _SPACING_MM, -_SPACING_MM, 1.0])
    return Volume(values, Unit.HU, Geometry(values.shape, affine), path.name)
