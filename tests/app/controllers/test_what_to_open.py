"""What is dropped together is one thing, or is refused in words."""

from pathlib import Path

import numpy as np
import pytest

from app.controllers.what_to_open import (
    PathKind,
    Recognised,
    kind_of_path,
    path_to_open,
    recognise,
)
from app.state.session_file import SESSION_SUFFIX
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from tests.medct_core.io import making

SCAN = making.chest_volume()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Hold a DICOM series, two volumes, a pair and a text."""
    making.write_series(tmp_path / "series", SCAN)
    making.write_nifti(tmp_path / "a.nii.gz", SCAN.values)
    making.write_nifti(tmp_path / "b.nii.gz", SCAN.values)
    making.write_nifti(tmp_path / "pair.hdr", SCAN.values)
    (tmp_path / "report.txt").write_text("No nodule.")
    return tmp_path


def test_one_thing_stands_for_itself(folder: Path) -> None:
    for path in (folder, folder / "a.nii.gz", folder / "series"):
        assert path_to_open([path]) == path
        assert path_to_open([path, path]) == path


def test_slices_stand_for_the_folder_they_lie_in(folder: Path) -> None:
    slices = sorted((folder / "series").iterdir())[:3]

    assert path_to_open(slices) == folder / "series"


def test_a_header_and_its_data_are_one_scan(folder: Path) -> None:
    assert path_to_open([folder / "pair.img", folder / "pair.hdr"]) == folder / "pair.hdr"


def test_data_without_their_header_stand_for_themselves(folder: Path) -> None:
    assert path_to_open([folder / "pair.img"]) == folder / "pair.img"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a.nii.gz", "b.nii.gz"), "2 things were dropped at once: a.nii.gz, b.nii.gz"),
        (("a.nii.gz", "report.txt"), "a.nii.gz, report.txt"),
        (("a.nii.gz", "b.nii.gz", "report.txt", "pair.hdr"), "report.txt and 1 more"),
        (("series", "a.nii.gz"), "Drop one folder"),
        (("series/000.dcm", "report.txt"), "Drop one of them"),
        (("nowhere.nii",), "no file or folder named 'nowhere.nii'"),
        ((), "Nothing was dropped"),
    ],
)
def test_several_things_are_refused_by_name(
    folder: Path, names: tuple[str, ...], words: str
) -> None:
    with pytest.raises(UsageError, match=words.replace(".", r"\.")):
        path_to_open([folder / name for name in names])


def test_slices_of_several_folders_ask_for_the_one_around_them(folder: Path) -> None:
    making.write_series(folder / "other", SCAN)

    with pytest.raises(UsageError, match="the folder that holds the series"):
        path_to_open([folder / "series" / "000.dcm", folder / "other" / "000.dcm"])


def test_sessions_masks_and_scans_are_told_apart(folder: Path) -> None:
    mask = np.zeros((20, 20, 12), dtype=np.uint8)
    mask[5:15, 5:15, 2:9] = 1
    making.write_nifti(folder / "mask.nii.gz", mask)
    session = folder / f"case{SESSION_SUFFIX}"

    assert kind_of_path(session) is PathKind.SESSION
    assert kind_of_path(folder / "mask.nii.gz") is PathKind.MASK
    for name in ("a.nii.gz", "series", "report.txt"):
        assert kind_of_path(folder / name) is PathKind.SCAN


def test_what_was_dropped_is_recognised_as_one(folder: Path) -> None:
    slices = sorted((folder / "series").iterdir())

    assert recognise(slices) == Recognised(folder / "series", PathKind.SCAN)


def test_recognising_stops_when_asked(folder: Path) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        recognise([folder / "a.nii.gz"], token)
