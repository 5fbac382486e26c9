"""The plain viewer: scans as they were prepared, and an identity over all that is seen."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.preprocess.prepare import prepare
from medct_core.training.cohort import ScanViewer
from medct_core.training.tables.cohort_reading import read_cohort
from medct_core.training.tables.plain_viewer import PlainViewer
from medct_core.training.tables.scan_reading import read_row
from medct_core.training.tables.scan_table import TextOrder
from medct_core.training.tables.tensor_cache import CachedScans, create_cache
from tests import tiny_model
from tests.scan_rows import read_table

ORDER = TextOrder.FINDINGS_FIRST


@pytest.fixture
def scans(tmp_path: Path) -> CachedScans:
    table = read_table(tmp_path)
    cache = create_cache(tmp_path / "cache", tiny_model.RECIPE)
    for row in table.rows:
        cache.keep(row, prepare(read_row(row), cache.recipe))
    return cache.of([table])[1]


def test_views_are_the_same_in_every_epoch(tmp_path: Path, scans: CachedScans) -> None:
    viewer: ScanViewer = PlainViewer(read_cohort([read_table(tmp_path)], ORDER), scans)

    early, late = viewer.views([2, 1], epoch=0), viewer.views([2, 1], epoch=9)

    np.testing.assert_array_equal(early.values, late.values)
    np.testing.assert_array_equal(early.values, scans.values([2, 1]))
    assert early.reports == late.reports == ("Report 2.", "Report 1.")
    assert viewer.cohort.scans == ("scan0.nii", "scan1.nii", "scan2.nii")


def test_the_identity_changes_with_voxels_labels_texts_and_patients(
    tmp_path: Path, scans: CachedScans
) -> None:
    cohort = read_cohort([read_table(tmp_path)], ORDER)
    other_voxels = replace(scans, scans=scans.scans[::-1])
    others = (
        replace(cohort, labels=~cohort.labels),
        replace(cohort, reports=("", "", "")),
        replace(cohort, patients=cohort.patients[::-1]),
    )

    identities = [PlainViewer(one, scans).identity for one in (cohort, *others)]
    identities.append(PlainViewer(cohort, other_voxels).identity)

    assert len(set(identities)) == 5
    assert PlainViewer(cohort, scans).identity == identities[0]


def test_rows_and_tensors_must_be_as_many(tmp_path: Path, scans: CachedScans) -> None:
    cohort = read_cohort([read_table(tmp_path)], ORDER)

    with pytest.raises(ValueError, match="3 rows"):
        PlainViewer(cohort, replace(scans, scans=scans.scans[:2]))
