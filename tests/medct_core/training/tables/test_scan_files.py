"""Where scans lie: found by path or by name, and never guessed."""

from pathlib import Path

import pytest

from medct_core.errors import UsageError
from medct_core.training.tables.scan_files import ScanFiles
from medct_core.training.tables.side_table import UnusableLineError


def test_a_volume_is_found_by_name_in_any_folder_below(tmp_path: Path) -> None:
    file = tmp_path / "train_1" / "train_1_a" / "train_1_a_1.nii.gz"
    file.parent.mkdir(parents=True)
    file.touch()

    files = ScanFiles.below(tmp_path, tmp_path)

    assert files.find("train_1_a_1.nii.gz", is_path=False) == file
    assert files.find("train_1_a_1", is_path=False) == file
    with pytest.raises(UnusableLineError, match="no file of that name"):
        files.find("train_2_a_1", is_path=False)


def test_two_files_of_one_name_are_not_chosen_from(tmp_path: Path) -> None:
    for ending in (".nii", ".nii.gz"):
        (tmp_path / f"a{ending}").touch()

    files = ScanFiles.below(tmp_path, tmp_path)

    assert files.find("a.nii", is_path=False) == tmp_path / "a.nii"
    with pytest.raises(UnusableLineError, match="2 files"):
        files.find("a", is_path=False)


def test_paths_start_beside_the_table_or_in_the_folder_of_scans(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans" / "a.nii").touch()

    beside, inside = ScanFiles.below(tmp_path, None), ScanFiles.below(tmp_path, tmp_path / "scans")

    assert beside.find("scans/a.nii", is_path=True) == inside.find("a.nii", is_path=True)
    assert beside.find("a", is_path=False) is None
    with pytest.raises(UnusableLineError, match="no such file"):
        beside.find("a.nii", is_path=True)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        ScanFiles.below(tmp_path, tmp_path / "none")


@pytest.mark.parametrize("written", ["../other/a.nii", "{folder}/other/a.nii"])
def test_a_path_that_leaves_the_folder_of_scans_is_refused(tmp_path: Path, written: str) -> None:
    for name in ("scans", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.nii").touch()
    (tmp_path / "scans" / "linked.nii").symlink_to(tmp_path / "other" / "a.nii")
    (tmp_path / "link").symlink_to(tmp_path / "scans")
    files = ScanFiles.below(tmp_path, tmp_path / "scans")

    with pytest.raises(UnusableLineError, match="outside the folder of the scans"):
        files.find(written.format(folder=tmp_path), is_path=True)

    assert files.find("linked.nii", is_path=True) == tmp_path / "scans" / "linked.nii"
    for folder in ("scans", "link"):
        assert files.find(str(tmp_path / folder / "a.nii"), is_path=True) is not None
