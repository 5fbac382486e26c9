"""A radiologist reads a scan with the real program, on a display, by mouse and keys."""

import csv
import json
import shutil
from pathlib import Path

import jsonschema
import nibabel
import numpy as np
import pypdfium2
import pytest

from medct_core.export.report import DISCLAIMER
from medct_core.io.write import write_nifti
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.wish import wished_spec
from medct_core.resources_folder import resources_folder
from tests import small_chest
from tests.journeys.real_program import RealProgram
from tests.journeys.viewer_stories import COMMENT, FINDING, SAID, SESSION, TYPED
from tests.medct_core.io import making

pytestmark = pytest.mark.gui

_STORIES = "tests.journeys.viewer_stories"
_CHEST = Grid((192, 192, 96), (1.9, 1.9, 3.4))


@pytest.fixture(scope="session")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a chest with an effusion, and write it."""
    path = tmp_path_factory.mktemp("chest") / "chest.nii.gz"
    phantom = draw_phantom(wished_spec(7, "a", "pleural effusion:severe"), _CHEST)
    write_nifti(phantom.volume, path)
    return path


def text_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


def test_a_scan_is_read_from_opening_to_reopening(program: RealProgram, chest: Path) -> None:
    folder = program.folder
    making.write_series(folder / "dicom", small_chest.volume())

    ended = program.run("-m", _STORIES, "read", folder, chest)

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    said = json.loads((folder / SAID).read_text(encoding="utf-8"))
    reports_agree(folder / "out", said)
    record_holds_all(program.cases, said["scan"])
    assert json.loads((folder / SESSION).read_text(encoding="utf-8"))

    again = program.run("-m", _STORIES, "read_again", folder, chest)

    assert (again.code, program.complaints(again)) == (0, []), again.output
    assert not list((folder / "autosave").rglob("*.medct"))


def reports_agree(out: Path, said: dict[str, list[str]]) -> None:
    """Find in PDF, CSV and JSON what was read."""
    report = json.loads((out / "chest.json").read_text(encoding="utf-8"))
    schema = json.loads((resources_folder() / "schemas" / "report-2.schema.json").read_text())
    jsonschema.validate(report, schema)
    written = text_of(out / "chest.pdf")
    (length,) = report["reader"]["measurements"]
    rows = list(csv.DictReader((out / "chest.csv").read_text(encoding="utf-8-sig").splitlines()))
    measured = (out / "chest_measurements.csv").read_text(encoding="utf-8-sig")
    assert [length["text"]] == said["lengths"]
    assert report["scan"]["sha256"] == said["scan"]
    assert TYPED in {one["name"] for one in report["findings"]}
    assert any(COMMENT in row.values() for row in rows)
    assert length["text"] in measured
    stamp = [str(one) for one in report["model"].values() if one is not None]
    for part in (FINDING, COMMENT, TYPED, "Accepted", length["text"], DISCLAIMER, *stamp):
        assert part in written, part


def record_holds_all(cases: Path, scan: str) -> None:
    """Find in the case record what was read."""
    record = json.loads((cases / f"{scan}.json").read_text(encoding="utf-8"))
    text = json.dumps(record)
    assert all(part in text for part in (FINDING, COMMENT, TYPED, "accepted"))
    assert len(record["measurements"]) == 1
    assert len(record["marked_images"]) == 2


def test_pictures_are_taken_of_a_scan_in_nifti(program: RealProgram, chest: Path) -> None:
    ended = program.view(chest, "--snapshot", program.folder / "pictures")

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    names = {path.stem for path in (program.folder / "pictures").glob("*.png")}
    assert {"window", "axial", "coronal", "sagittal"} <= names


def test_pictures_are_taken_of_a_zip_of_dicom(program: RealProgram) -> None:
    making.write_series(program.folder / "dicom", small_chest.volume())
    scan = shutil.make_archive(str(program.folder / "scan"), "zip", program.folder / "dicom")

    ended = program.view(scan, "--snapshot", program.folder / "pictures")

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    assert (program.folder / "pictures" / "window.png").stat().st_size > 10_000


def test_a_magnetic_resonance_scan_is_shown_and_not_scored(program: RealProgram) -> None:
    scan = program.folder / "mr.nii.gz"
    values = np.random.default_rng(3).integers(0, 900, (60, 60, 40)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(values, np.diag([3.0, 3.0, 4.0, 1.0])), scan)

    ended = program.view(scan, "--snapshot", program.folder / "pictures")

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    assert (program.folder / "pictures" / "axial.png").is_file()


def test_a_broken_file_is_told_in_plain_words(program: RealProgram) -> None:
    scan = program.folder / "broken.nii.gz"
    scan.write_bytes(b"\x1f\x8b not a scan")

    ended = program.view(scan, "--snapshot", program.folder / "pictures")

    assert (ended.code, program.complaints(ended)) == (3, [])
    assert "broken.nii.gz" in ended.output
