"""Tables to be evaluated: patients numbered across them, RAD-ChestCT brought beside ours."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.training.tables.evaluated import Places, read_evaluated
from medct_core.vocabulary import FINDINGS
from tests import small_chest
from tests.rad_samples import write_labels, write_scan


def simple(folder: Path, name: str, lines: list[str], head: str = "Emphysema,Atelectasis") -> Path:
    table = folder / name
    table.write_text("\n".join([f"path,patient,report,{head}", *lines]) + "\n", encoding="utf-8")
    return table


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """Write one chest."""
    return small_chest.write(tmp_path / "one.nii.gz")


def test_patients_are_numbered_across_tables(tmp_path: Path, scan: Path) -> None:
    test = simple(tmp_path, "test.csv", ["one.nii.gz,a,seen,0,1", "one.nii.gz,b,seen,1,0"])
    tuning = simple(tmp_path, "tuning.csv", ["one.nii.gz,b,seen,1,1", "one.nii.gz,c,seen,0,0"])

    (one, two), labels = read_evaluated([test, tuning], Places())

    assert one.patients.tolist() == [0, 1]
    assert two.patients.tolist() == [1, 2]
    assert labels.findings == one.findings == ("Emphysema", "Atelectasis")
    assert one.reports == ("seen", "seen")
    volume = one.read(0, CancelToken())
    assert np.array_equal(volume.values, small_chest.volume().values)


def test_columns_stand_in_the_order_of_the_first_table(tmp_path: Path, scan: Path) -> None:
    test = simple(tmp_path, "test.csv", ["one.nii.gz,a,seen,0,1"])
    tuning = simple(tmp_path, "b.csv", ["one.nii.gz,b,seen,0,1"], "Atelectasis,Emphysema")

    (_, two), _ = read_evaluated([test, tuning], Places())

    assert two.findings == ("Emphysema", "Atelectasis")
    assert two.truth.tolist() == [[True, False]]


def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, scan: Path) -> None:
    lines = ["one.nii.gz,a,seen,0,1", "gone.nii.gz,b,seen,0,1", "one.nii.gz,c,seen,0,7"]
    table = simple(tmp_path, "test.csv", [*lines, "one.nii.gz,d,,0,1"])

    (one,), _ = read_evaluated([table], Places())

    assert len(one) == 1
    reasons = [left.why for left in one.left_out]
    assert reasons[0] == "there is no such file"
    assert "neither 0 nor 1" in reasons[1]
    assert reasons[2] == "its report is empty"


def test_a_changed_scan_has_another_key(tmp_path: Path, scan: Path) -> None:
    table = simple(tmp_path, "test.csv", ["one.nii.gz,a,seen,0,1"])
    (before,), _ = read_evaluated([table], Places())

    small_chest.write(scan, seed=2)
    (after,), _ = read_evaluated([table], Places())

    assert before.keys != after.keys
    assert before.sha256 == after.sha256


def test_tables_that_cannot_be_compared_are_refused(tmp_path: Path, scan: Path) -> None:
    test = simple(tmp_path, "test.csv", ["one.nii.gz,a,seen,0,1"])
    other = simple(tmp_path, "other.csv", ["one.nii.gz,b,seen,0,1"], "Emphysema,Lung nodule")
    named = tmp_path / "named.csv"
    named.write_text("VolumeName,Emphysema,Atelectasis\nvalid_1_a_1.nii.gz,0,1\n")
    nobody = simple(tmp_path, "nobody.csv", ["gone.nii.gz,a,seen,0,1"])

    with pytest.raises(UsageError, match="Atelectasis, Lung nodule"):
        read_evaluated([test, other], Places())
    with pytest.raises(UsageError, match="does not say where its scans lie"):
        read_evaluated([named], Places())
    with pytest.raises(UsageError, match="no usable scan"):
        read_evaluated([nobody], Places())


def test_rad_chest_ct_is_read_with_its_scans_and_patients(tmp_path: Path) -> None:
    table = write_labels(
        tmp_path / "labels.csv", {"tst1": {"nodule*lung"}, "tst2": set(), "tst3": set()}
    )
    write_scan(tmp_path / "tst1.npz")
    write_scan(tmp_path / "tst2.npz")
    metadata = tmp_path / "metadata.csv"
    metadata.write_text("NoteAcc_DEID,MRN_DEID\ntst1,5\ntst2,5\n")

    (one,), labels = read_evaluated([table], Places(tmp_path, metadata=metadata))

    assert one.scans == ("tst1", "tst2")
    assert one.patients.tolist() == [0, 0]
    assert one.findings == labels.findings
    assert [left.scan for left in one.left_out] == ["tst3"]
    assert one.truth[:, labels.findings.index("Lung nodule")].tolist() == [True, False]
    assert one.read(1, CancelToken()).geometry.spacing_mm == pytest.approx((0.8, 0.8, 0.8))


def test_a_table_of_ours_stands_beside_rad_chest_ct_in_its_findings(
    tmp_path: Path, scan: Path
) -> None:
    rad = write_labels(tmp_path / "labels.csv", {"tst1": set()})
    write_scan(tmp_path / "tst1.npz")
    coronary = ["1" if name == "Coronary artery wall calcification" else "0" for name in FINDINGS]
    ours = simple(
        tmp_path, "ours.csv", [f"one.nii.gz,a,seen,{','.join(coronary)}"], ",".join(FINDINGS)
    )

    (_, two), labels = read_evaluated([rad, ours], Places(tmp_path))

    present = [name for name, there in zip(labels.findings, two.truth[0], strict=True) if there]
    assert present == ["Calcification"]


def test_rad_chest_ct_without_scans_is_refused(tmp_path: Path) -> None:
    table = write_labels(tmp_path / "labels.csv", {"tst1": set()})

    with pytest.raises(UsageError, match="does not say where"):
        read_evaluated([table], Places())
    with pytest.raises(UsageError, match="There is no scan of"):
        read_evaluated([table], Places(tmp_path))
    small_chest.write(tmp_path / "one.nii.gz")
    write_scan(tmp_path / "tst1.npz")
    few = simple(tmp_path, "few.csv", ["one.nii.gz,a,seen,0,1"])
    with pytest.raises(UsageError, match="has no column for Medical material"):
        read_evaluated([table, few], Places(tmp_path))
