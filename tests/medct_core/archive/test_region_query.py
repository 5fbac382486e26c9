"""A region of a scan becomes tokens, whether it is a box or a mask."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from medct_core.archive.queries import AskedScan
from medct_core.archive.region_query import (
    affine_of_tokens,
    from_middle_mm,
    points_of_box,
    points_of_masks,
    region_query,
)
from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.inference.engine import InferenceEngine
from medct_core.preprocess.recipe import CT_CLIP, MEDCT_VLM_PAPER
from medct_core.retrieval.region import TokenRegion
from medct_core.retrieval.region_mm import box_of
from tests import small_chest
from tests.tiny_model import LOCAL, PAIR, loaded_model

SALT = b"s" * 32
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", PAIR))


@pytest.fixture
def scan(tmp_path: Path) -> AskedScan:
    return AskedScan(small_chest.write(tmp_path / "a.nii.gz"), SALT)


def test_a_box_in_the_upper_left_back_is_found_there(
    engine: InferenceEngine, scan: AskedScan
) -> None:
    # The tokens of the tiny model are 80 x 96 x 96 mm, four along each axis, about the origin.
    asked, embedded = region_query(engine, scan, points_of_box((10.0, 90.0, 10.0, 90.0, 5.0, 75.0)))

    low, high = box_of(asked.region, affine_of_tokens(engine, embedded))
    assert asked.region == TokenRegion((2, 2, 2), (3, 3, 3))
    np.testing.assert_allclose(low, [0, 0, 0], atol=10)
    np.testing.assert_allclose(high, [96, 96, 80], atol=10)
    assert asked.codes is not None
    assert asked.query.scan_sha256 == embedded.embedding.volume_sha256


def test_a_mask_means_the_tokens_of_the_box_around_it(
    engine: InferenceEngine, scan: AskedScan, tmp_path: Path
) -> None:
    marked = np.zeros(small_chest.SHAPE, dtype=np.uint8)
    marked[10:20, 30:40, 5:12] = 1
    marked[15, 35, 20] = 2
    affine = _LPS_TO_RAS @ small_chest.geometry().affine
    nibabel.save(nibabel.Nifti1Image(marked, affine), tmp_path / "mask.nii.gz")
    voxels = small_chest.geometry().to_patient(np.argwhere(marked))

    points = points_of_masks(tmp_path / "mask.nii.gz")
    asked, embedded = region_query(engine, scan, points)

    np.testing.assert_allclose(points.min(axis=0), voxels.min(axis=0), atol=1e-3)
    np.testing.assert_allclose(points.max(axis=0), voxels.max(axis=0), atol=1e-3)
    low, high = box_of(asked.region, affine_of_tokens(engine, embedded))
    assert (low <= voxels.min(axis=0)).all()
    assert (high >= voxels.max(axis=0)).all()


def test_a_model_without_codes_is_refused_before_the_scan_is_read(tmp_path: Path) -> None:
    engine = InferenceEngine(loaded_model(tmp_path / "model", LOCAL))
    nowhere = AskedScan(tmp_path / "nowhere.nii.gz", SALT)

    with pytest.raises(ModelUnavailableError, match="parts"):
        region_query(engine, nowhere, points_of_box((0.0, 1.0, 0.0, 1.0, 0.0, 1.0)))


@pytest.mark.parametrize("box", [(5.0, 1.0, 0.0, 1.0, 0.0, 1.0), (0.0, float("nan"), *[0.0] * 4)])
def test_a_box_that_ends_before_it_starts_is_refused(
    box: tuple[float, float, float, float, float, float],
) -> None:
    with pytest.raises(UsageError, match="no size"):
        points_of_box(box)


def test_a_place_is_counted_from_the_middle_to_left_back_and_head() -> None:
    upper_right_front = TokenRegion((12, 0, 0), (24, 12, 12))

    found = from_middle_mm(upper_right_front, (24, 24, 24), CT_CLIP)

    assert found is not None
    np.testing.assert_allclose(found[0], [-180, -180, 0])
    np.testing.assert_allclose(found[1], [0, 0, 180])


def test_a_recipe_that_does_not_keep_the_spacing_knows_no_millimetres() -> None:
    region = TokenRegion((0, 0, 0), (1, 1, 1))

    assert from_middle_mm(region, (24, 24, 24), MEDCT_VLM_PAPER) is None
