"""The real program on a display: for very long, closed at any moment, and when things go wrong."""

import json
from collections.abc import Mapping
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tests import small_chest
from tests.journeys.hard_stories import CYCLES, WARM_UP, WEIGHED, WEIGHED_EVERY
from tests.journeys.real_program import RealProgram

pytestmark = [pytest.mark.gui, pytest.mark.slow]

_STORIES = "tests.journeys.hard_stories"
_LARGER = 3
_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="session")
def voxels() -> dict[str, np.ndarray]:
    """Give two chests of 11 MB each; memory is weighed in them."""
    larger = np.ones((_LARGER, _LARGER, _LARGER), np.int16)
    return {name: np.kron(small_chest.voxels(seed), larger) for seed, name in enumerate("ab")}


@pytest.fixture
def prepared(program: RealProgram, voxels: Mapping[str, np.ndarray]) -> RealProgram:
    """Write two chests for the program, and one slice of the first."""
    affine = _TO_RAS @ small_chest.geometry().affine @ np.diag([1 / _LARGER] * 3 + [1.0])
    for name, values in voxels.items():
        nibabel.save(nibabel.Nifti1Image(values, affine), program.folder / f"{name}.nii")
    middle = voxels["a"][:, :, 70:71]
    nibabel.save(nibabel.Nifti1Image(middle, affine), program.folder / "slice.nii")
    return program


def told(program: RealProgram, name: str, **environment: str) -> None:
    """Tell a story, to a good end."""
    ended = program.run("-m", _STORIES, name, program.folder, **environment)
    assert (ended.code, program.complaints(ended)) == (0, []), ended.output


def weights(folder: Path) -> dict[str, list[float]]:
    """Read what was weighed, cycle by cycle."""
    noted = json.loads((folder / WEIGHED).read_text(encoding="utf-8"))
    return {name: [one[name] for one in noted] for name in noted[0]}


def growth_of(weighed: list[float]) -> float:
    """Compare the first half with the second: the highest weights, and the lowest.

    What is freed late comes and goes between two weighings; a leak raises both.
    """
    half = len(weighed) // 2
    first, second = weighed[:half], weighed[half:]
    return min(max(second) - max(first), min(second) - min(first))


@pytest.mark.parametrize("name", CYCLES)
def test_nothing_is_left_of_what_was_closed(
    prepared: RealProgram, voxels: Mapping[str, np.ndarray], name: str
) -> None:
    told(prepared, name)

    weighed = weights(prepared.folder)
    growth = {one: growth_of(values) for one, values in weighed.items()}
    assert len(weighed["windows"]) == CYCLES[name] // WEIGHED_EVERY[name] - WARM_UP
    assert set(weighed["windows"]) == {1}
    assert growth.pop("resident_bytes") < voxels["a"].nbytes
    assert {one: value for one, value in growth.items() if value > 0} == {}


def test_windows_close_in_the_middle_of_their_work(prepared: RealProgram) -> None:
    told(prepared, "close_at_work")


def test_two_windows_never_mix_their_scans(prepared: RealProgram) -> None:
    told(prepared, "two_windows")

    records = [json.loads(one.read_text()) for one in (prepared.folder / "cases").glob("*.json")]
    comments = [[one["comment"] for one in record["reviews"]] for record in records]
    assert sorted(comments) == [["about a.nii"], ["about b.nii"]]


@pytest.mark.parametrize("name", ["no_graphics", "one_slice", "disk_full", "out_of_memory"])
def test_the_window_works_on_when_something_is_missing(prepared: RealProgram, name: str) -> None:
    told(prepared, name)


def test_everything_works_on_a_screen_of_high_resolution(prepared: RealProgram) -> None:
    told(prepared, "twice_as_large", QT_SCALE_FACTOR="2")


@pytest.mark.parametrize("entry", ["model", "adapter"])
def test_another_model_takes_the_place_of_one_that_cannot_be_loaded(
    prepared: RealProgram, entry: str
) -> None:
    broken = prepared.folder / "broken"
    broken.mkdir()
    (broken / "adapter_config.json").write_text("{}", encoding="utf-8")
    prepared.write_settings(f'{entry} = "{broken.as_posix()}"\n')

    told(prepared, "other_model")
