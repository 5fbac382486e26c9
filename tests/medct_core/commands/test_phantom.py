"""`medct phantom`: one scan to look at, many to train from."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.io.open import open_study, read_volume
from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.volume.notice import PHANTOM_CODE

SMALL = ("--shape", "48,48,32", "--spacing", "8,8,10")


def nifti(path: Path) -> nib.Nifti1Image:
    image = nib.load(path)
    assert isinstance(image, nib.Nifti1Image)
    return image


def make(out: Path, *arguments: str) -> int:
    return run(["phantom", "make", "--seed", "7", "--out", str(out), *SMALL, *arguments])


def test_a_scan_lies_with_report_findings_and_masks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = make(tmp_path / "p.nii.gz", "--findings", "pleural effusion, lung nodule:severe")

    facts = json.loads((tmp_path / "p.findings.json").read_text())
    printed = capsys.readouterr().out.splitlines()
    assert code == 0
    assert all(Path(line).is_file() for line in printed)
    assert {path.name for path in tmp_path.rglob("*.nii.gz")} == {
        "p.nii.gz",
        "lung-nodule.nii.gz",
        "pleural-effusion.nii.gz",
    }
    assert (tmp_path / "p.report.txt").read_text().startswith("FINDINGS: ")
    assert facts["phantom_version"] == PHANTOM_VERSION
    severities = {item["name"]: item["severity"] for item in facts["findings"]}
    assert set(severities) == {"Pleural effusion", "Lung nodule"}
    assert severities["Lung nodule"] == "severe"


def test_drawn_again_with_other_findings_no_mask_of_the_first_is_left(tmp_path: Path) -> None:
    make(tmp_path / "p.nii.gz", "--findings", "pleural effusion, lung nodule:severe")

    make(tmp_path / "p.nii.gz", "--findings", "pleural effusion")

    masks = {path.name for path in (tmp_path / "p.masks").iterdir()}
    assert masks == {"pleural-effusion.nii.gz"}


def test_a_mask_covers_the_scan_and_holds_percent(tmp_path: Path) -> None:
    make(tmp_path / "p.nii.gz", "--findings", "pleural effusion")

    scan = nifti(tmp_path / "p.nii.gz")
    mask = nifti(tmp_path / "p.masks" / "pleural-effusion.nii.gz")
    percent = np.asarray(mask.dataobj)

    np.testing.assert_allclose(mask.affine, scan.affine)
    assert mask.shape == scan.shape
    assert percent.min() == 0
    assert 50 < percent.max() <= 100


def test_what_was_written_is_read_as_a_phantom(tmp_path: Path) -> None:
    make(tmp_path / "p.nii.gz", "--domain", "b")

    volume = read_volume(open_study(tmp_path / "p.nii.gz").series[0])

    description = bytes(nifti(tmp_path / "p.nii.gz").header["descrip"]).decode()
    assert description.startswith(f"medct-phantom {PHANTOM_VERSION} seed 7 domain b")
    assert PHANTOM_CODE in {notice.code for notice in volume.notices}
    assert volume.geometry.shape == (48, 48, 32)


def test_a_healthy_chest_has_no_masks(tmp_path: Path) -> None:
    assert make(tmp_path / "p.nii") == 0

    assert not (tmp_path / "p.masks").exists()
    assert json.loads((tmp_path / "p.findings.json").read_text())["findings"] == []


def test_never_labelled_findings_are_told_without_a_mask(tmp_path: Path) -> None:
    make(tmp_path / "p.nii.gz", "--findings", "pneumothorax")

    (fact,) = json.loads((tmp_path / "p.findings.json").read_text())["findings"]
    assert fact["mask"] is None
    assert not (tmp_path / "p.masks").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--findings", "plural effusion"), "Did you mean 'Pleural effusion'"),
        (("--shape", "9,9,9"), "32 to 1024"),
        (("--shape", "64,64"), "320,320,200"),
        (("--shape", "64.5,64,64"), "whole numbers"),
        (("--spacing", "1,1,nan"), "0.3 to 10"),
        (("--seed", "-4"), "whole number from 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    code = make(tmp_path / "p.nii.gz", *arguments)

    assert code == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_nifti_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(tmp_path / "p.dcm") == 2

    assert ".nii.gz" in capsys.readouterr().err


def test_a_folder_that_does_not_exist_ends_with_five(tmp_path: Path) -> None:
    assert make(tmp_path / "no" / "p.nii.gz") == 5


def test_export_writes_one_archive(tmp_path: Path) -> None:
    out = tmp_path / "many.npz"

    code = run(["phantom", "export", "--seeds", "20:22", "--out", str(out)])

    with np.load(out) as archive:
        assert code == 0
        assert archive["seeds"].tolist() == [20, 21]


def test_export_keeps_evaluation_seeds_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "many.npz"

    code = run(["phantom", "export", "--seeds", "4999999:5000001", "--out", str(out)])

    assert code == 2
    assert "4999999" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("seeds", ["5", "a:b", "1:2:3", "-3:4", ""])
def test_what_is_no_range_of_seeds_is_refused(tmp_path: Path, seeds: str) -> None:
    assert run(["phantom", "export", f"--seeds={seeds}", "--out", str(tmp_path / "x.npz")]) == 2
