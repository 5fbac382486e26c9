"""A radiologist compares a scan with a library, on a display, by keys, and adds it."""

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests import small_chest
from tests.journeys.real_program import RealProgram
from tests.journeys.similar_stories import FINDING, SAID

pytestmark = [pytest.mark.gui, pytest.mark.slow]

_STORIES = "tests.journeys.similar_stories"
_MEDCT = "from medct_core.commands.main import main; main()"


@pytest.fixture
def library(program: RealProgram) -> Path:
    """Fill the usual library with four scans, two of them with an effusion for sure."""
    place, table = program.folder / "DATA" / "medct" / "library", program.folder / "scans.csv"
    lines = ["scan,patient,verified,by," + FINDING]
    for number, has_it in enumerate(("yes", "no", "yes", "no")):
        small_chest.write(program.folder / f"{number}.nii.gz", number)
        lines.append(f"{number}.nii.gz,patient {number},yes,pathology,{has_it}")
    table.write_text("\n".join(lines), encoding="utf-8")
    for command in (("init", place), ("import", table, "--library", place)):
        ended = program.run("-c", _MEDCT, "library", *command)
        assert ended.code == 0, ended.output
    return place


@pytest.fixture
def scan(program: RealProgram) -> Path:
    """Write a scan that is not in the library."""
    return small_chest.write(program.folder / "mine.nii.gz", 9)


def test_a_scan_is_compared_with_the_library_and_added(
    program: RealProgram, library: Path, scan: Path
) -> None:
    ended = program.run("-m", _STORIES, program.folder, scan)

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    listed = program.run("-c", _MEDCT, "library", "list", "--library", library, "--json")
    cases = json.loads(listed.output[listed.output.index("{") :])["cases"]
    added = next(case for case in cases if case["source"] == "mine.nii.gz")
    assert len(cases) == 5
    assert [(one["name"], one["is_present"]) for one in added["findings"]] == [(FINDING, True)]
    by_words = json.loads((program.folder / SAID).read_text(encoding="utf-8"))
    assert sorted(by_words) == sorted(case["source"] for case in cases)


def test_a_picture_is_taken_of_similar_cases(
    program: RealProgram, library: Path, scan: Path
) -> None:
    ended = program.view(scan, "--snapshot", program.folder / "pictures")

    assert (ended.code, program.complaints(ended)) == (0, []), ended.output
    picture = QImage(str(program.folder / "pictures" / "similar.png"))
    assert picture.height() > 300
    assert library.is_dir()
