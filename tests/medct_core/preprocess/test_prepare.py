"""prepare agrees with the released code, keeps its place in the patient, and can be stopped."""

import subprocess
import sys
import zipfile
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import nibabel
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.cancel import Cancelled, CancelToken
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import (
    ASTRA,
    CT_CLIP,
    MEDCT_MINI,
    MEDCT_VLM_PAPER,
    RECIPES,
    Recipe,
)
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.benchmarks.plain_prepare import plain_prepare

SMALL = replace(CT_CLIP, shape=(12, 20, 16), spacing_mm=(3.0, 2.0, 2.0))
SMALL_BODY = replace(ASTRA, shape=(6, 10, 8))
SMALL_AREA = replace(MEDCT_MINI, shape=(6, 10, 8), spacing_mm=(6.0, 4.0, 4.0))
ORIENTATIONS = [
    "".join(letters) for axes in permutations(("LR", "PA", "SI")) for letters in product(*axes)
]


def noise(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Volume:
    hu = np.random.default_rng(3).integers(-1500, 1500, shape).astype(np.int16)
    return Volume(np.asfortranarray(hu), Unit.HU, phantoms.centred(shape, spacing_mm), "noise")


def read(path: Path) -> Volume:
    image = nibabel.Nifti1Image.from_filename(path)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    values = np.asfortranarray(np.asarray(image.dataobj, dtype=np.int16))
    return Volume(values, Unit.HU, Geometry(values.shape, affine), path.name)


def make_nifti(shared_dir: Path, folder: Path, out: Path) -> Path:
    subprocess.run([sys.executable, shared_dir / "make_nifti.py", folder, out], check=True)
    return out


def assert_agrees_with_reference(path: Path, reference: Path) -> None:
    expected = np.load(reference)
    values = prepare(read(path), CT_CLIP).values[0]
    np.testing.assert_allclose(values[::6, ::8, ::8], expected["strided"], rtol=0, atol=1e-4)
    middle = expected["middle_axial"].astype(np.float32)
    np.testing.assert_allclose(values[120], middle, rtol=0, atol=5e-4)
    assert values.mean() == pytest.approx(float(expected["mean"]), abs=1e-5)
    assert values.std() == pytest.approx(float(expected["std"]), abs=1e-5)


@pytest.mark.shared_data
def test_thick_slices_agree_with_the_released_code(shared_dir: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(shared_dir / "data/ct_chest/lungdx_a0001_5mm_B.zip") as archive:
        archive.extractall(tmp_path / "dicom")
    slices = next((tmp_path / "dicom").rglob("*.dcm")).parent

    path = make_nifti(shared_dir, slices, tmp_path / "scan.nii")

    assert_agrees_with_reference(path, shared_dir / "reference/preprocess_lungdx_a0001_5mm_B.npz")


@pytest.mark.shared_data
@pytest.mark.slow
def test_thin_slices_agree_with_the_released_code(shared_dir: Path, tmp_path: Path) -> None:
    slices = shared_dir / "data/ct_chest/ricord1a_419639"

    path = make_nifti(shared_dir, slices, tmp_path / "scan.nii")

    assert_agrees_with_reference(path, shared_dir / "reference/preprocess_ricord1a_419639.npz")


@pytest.mark.parametrize("shape", [(40, 60, 50), (500, 300, 20)])
def test_every_voxel_agrees_with_the_plain_way(shape: tuple[int, int, int]) -> None:
    volume = noise(shape, (1.1, 0.9, 6.0))

    values = prepare(volume, CT_CLIP).values

    np.testing.assert_allclose(values, plain_prepare(volume), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "recipe", [SMALL, SMALL_AREA, SMALL_BODY], ids=["trilinear", "area", "body"]
)
@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_the_order_of_the_file_changes_nothing(codes: str, recipe: Recipe) -> None:
    volume = noise((23, 19, 17), (2.3, 1.7, 3.1))

    turned = prepare(reorient(volume, codes), recipe)

    straight = prepare(volume, recipe)
    np.testing.assert_array_equal(turned.values, straight.values)
    np.testing.assert_allclose(turned.affine, straight.affine, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    landmark=st.tuples(st.integers(6, 15), st.integers(6, 15), st.integers(6, 15)),
    codes=st.sampled_from(ORIENTATIONS),
    recipe=st.sampled_from([SMALL, SMALL_AREA, replace(SMALL, depth=MEDCT_VLM_PAPER.depth)]),
)
def test_a_landmark_keeps_its_place_in_the_patient(
    landmark: tuple[int, int, int], codes: str, recipe: Recipe
) -> None:
    hu = np.full((22, 22, 22), -1000, dtype=np.int16)
    hu[tuple(slice(n - 1, n + 2) for n in landmark)] = 1000
    grid = phantoms.centred(hu.shape, (1.5, 1.2, 1.4), phantoms.rotation(8.0, 5.0, 3.0))
    volume = reorient(Volume(np.asfortranarray(hu), Unit.HU, grid, "landmark"), codes)
    # Without padding and crop the mass of the landmark is all there.
    roomy = replace(recipe, shape=(30, 30, 30), spacing_mm=(1.4, 1.5, 1.2))

    model_input = prepare(volume, roomy)

    mass = (model_input.values[0] - model_input.values.min()).astype(np.float64)
    centre = [
        (mass.sum(axis=rest) @ np.arange(30)) / mass.sum() for rest in ((1, 2), (0, 2), (0, 1))
    ]
    place = model_input.affine @ [*centre, 1.0]
    np.testing.assert_allclose(place[:3], grid.to_patient(landmark), atol=0.75)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_every_recipe_gives_its_shape_and_range(recipe: Recipe) -> None:
    volume = noise((30, 32, 21), (4.0, 4.0, 8.0))

    model_input = prepare(volume, recipe)

    low, high = ((limit + recipe.shift) / recipe.scale for limit in recipe.hu_range)
    assert model_input.values.shape == (1, *recipe.shape)
    assert model_input.recipe_id == recipe.id
    assert model_input.volume_sha256 == volume.content_sha256
    assert low - 1e-6 <= model_input.values.min() <= model_input.values.max() <= high + 1e-6


def test_outside_the_scan_lies_the_padding() -> None:
    water = replace(CT_CLIP, shape=(8, 9, 10), spacing_mm=(1.0, 1.0, 1.0))
    hu = np.zeros((4, 4, 4), dtype=np.int16)
    volume = Volume(hu, Unit.HU, phantoms.centred((4, 4, 4)), "water")

    values = prepare(volume, water).values[0]

    expected = np.full((8, 9, 10), -1.0)
    expected[2:6, 2:6, 3:7] = 0.0
    np.testing.assert_array_equal(values, expected)


def test_the_paper_recipe_puts_the_missing_slices_at_the_end() -> None:
    volume = noise((8, 8, 5), (0.75, 0.75, 9.0))

    values = prepare(volume, replace(MEDCT_VLM_PAPER, shape=(7, 8, 8))).values[0]

    expected = (np.clip(volume.values, -1000, 1000).transpose(2, 0, 1) + 1000.0) / 2000.0
    np.testing.assert_allclose(values[:5], expected, atol=1e-6)
    np.testing.assert_array_equal(values[5:], 0.0)


def test_an_uneven_scan_is_straightened_and_says_so() -> None:
    offsets = tuple(float(n) for n in (0, 2, 4, 7, 9, 11, 13, 15))
    affine = np.diag([2.0, 2.0, 15 / 7, 1.0])
    hu = np.broadcast_to((10 * np.array(offsets)).astype(np.int16), (16, 16, 8))
    volume = Volume(
        np.asfortranarray(hu),
        Unit.HU,
        Geometry((16, 16, 8), affine, offsets),
        "uneven",
        (Notice("uneven", "uneven"),),
    )

    model_input = prepare(volume, replace(SMALL, spacing_mm=(2.0, 2.0, 2.0)))

    along = model_input.values[0, :, 9, 7]
    place = model_input.affine[2, 0] * np.arange(12) + model_input.affine[2, 3]
    inside = (place >= 0) & (place <= 14.5)
    np.testing.assert_allclose(along[inside] * 1000, 10 * place[inside], atol=6.0)
    assert [notice.code for notice in model_input.notices] == ["uneven", "resampled"]


def test_cancelling_stops_the_work() -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        prepare(noise((16, 16, 16), (2.0, 2.0, 2.0)), SMALL, cancel=token)


def test_a_scan_smaller_than_one_voxel_of_the_model_is_padding() -> None:
    volume = noise((1, 1, 1), (0.5, 0.5, 0.5))

    values: npt.NDArray[np.float32] = prepare(volume, SMALL_AREA).values

    np.testing.assert_array_equal(values, SMALL_AREA.pad_value)
