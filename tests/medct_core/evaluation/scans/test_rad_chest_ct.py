"""RAD-ChestCT: sixteen findings out of abnormalities at places, and scans the right way up."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import NotAnImageError, UsageError
from medct_core.evaluation.scans.rad_chest_ct import (
    ABNORMALITIES,
    SIXTEEN,
    asked_for_sixteen,
    is_rad_table,
    read_rad_labels,
    read_rad_patients,
    read_rad_scan,
    sixteen_of,
)
from medct_core.vocabulary import FINDINGS
from tests.rad_samples import HEADER, write_labels


def test_the_sixteen_are_ours_but_mosaic_with_one_calcification() -> None:
    assert len(SIXTEEN) == 16
    assert set(FINDINGS) - set(SIXTEEN) == {
        "Mosaic attenuation pattern",
        "Arterial wall calcification",
        "Coronary artery wall calcification",
    }
    assert len(asked_for_sixteen()) == 17


@given(st.integers(0, 2**32 - 1))
def test_the_calcifications_are_one_by_their_maximum(seed: int) -> None:
    values = np.random.default_rng(seed).random((3, len(FINDINGS)))
    column = {name: values[:, place] for place, name in enumerate(FINDINGS)}

    sixteen = sixteen_of(values, FINDINGS)

    for place, name in enumerate(SIXTEEN):
        if name == "Calcification":
            expected = np.maximum(
                column["Arterial wall calcification"], column["Coronary artery wall calcification"]
            )
        else:
            expected = column[name]
        assert np.array_equal(sixteen[:, place], expected)


def test_an_abnormality_is_there_wherever_it_lies(tmp_path: Path) -> None:
    table = write_labels(
        tmp_path / "labels.csv",
        {"trn1": {"nodule*left_lung"}, "trn2": {"stent*heart", "fibrosis*lung"}, "trn3": set()},
    )

    labels = read_rad_labels(table)

    assert labels.scans == ("trn1", "trn2", "trn3")
    found = [{SIXTEEN[c] for c in np.flatnonzero(row)} for row in labels.truth]
    assert found == [{"Lung nodule"}, {"Medical material", "Pulmonary fibrotic sequela"}, set()]


def test_a_label_that_is_neither_0_nor_1_leaves_the_line_out(tmp_path: Path) -> None:
    table = write_labels(tmp_path / "labels.csv", {"trn1": set(), "trn2": set()})
    lines = table.read_text().splitlines()
    lines[1] = lines[1][:-1] + "2"
    table.write_text("\n".join([*lines, "trn3,0"]) + "\n")

    labels = read_rad_labels(table)

    assert labels.scans == ("trn2",)
    assert [one.scan for one in labels.left_out] == ["trn1", "trn3"]
    assert "neither 0 nor 1" in labels.left_out[0].why
    assert "2 cells" in labels.left_out[1].why


def test_a_table_without_an_abnormality_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "labels.csv"
    table.write_text("NoteAcc_DEID,nodule*lung\ntrn1,0\n")

    with pytest.raises(UsageError, match="no column for breast_implant"):
        read_rad_labels(table)


def test_its_tables_are_known_by_the_name_of_their_scans(tmp_path: Path) -> None:
    ours = tmp_path / "ours.csv"
    ours.write_text("path,Emphysema\n")
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"\xff\xfe\x00")

    assert is_rad_table(write_labels(tmp_path / "labels.csv", {}))
    assert not is_rad_table(ours)
    assert not is_rad_table(odd)
    assert not is_rad_table(tmp_path / "none.csv")


def test_metadata_say_whose_scans_they_are(tmp_path: Path) -> None:
    table = tmp_path / "metadata.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows([["NoteAcc_DEID", "MRN_DEID"], ["trn1", "7"], ["trn2", ""]])
    other = tmp_path / "other.csv"
    other.write_text("VolumeName,XYSpacing\n")

    assert read_rad_patients(table) == {"trn1": "7"}
    with pytest.raises(UsageError, match="MRN_DEID"):
        read_rad_patients(other)


def test_a_scan_lies_as_its_axes_are_named(tmp_path: Path) -> None:
    stored = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    np.savez_compressed(tmp_path / "trn1.npz", ct=stored)

    volume = read_rad_scan(tmp_path / "trn1.npz")

    # Stored: superior to inferior, anterior to posterior, right to left; ours is LPS.
    assert volume.values.shape == (4, 3, 2)
    assert volume.values[3, 1, 0] == stored[0, 1, 3]
    step = volume.geometry.affine[:3, :3]
    assert np.allclose(step, np.diag([0.8, 0.8, -0.8]))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_a_file_that_holds_no_scan_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.npz").write_bytes(content)
    np.savez(tmp_path / "other.npz", masks=np.zeros(3))

    for name in ("odd.npz", "other.npz"):
        with pytest.raises(NotAnImageError, match="RAD-ChestCT"):
            read_rad_scan(tmp_path / name)


def test_every_abnormality_of_the_reading_stands_in_a_table() -> None:
    words = {name.split("*")[0] for name in HEADER[1:]}

    assert {word for part in ABNORMALITIES.values() for word in part} <= words
