"""An augmented view depends on seed, row and epoch alone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from medct_core.training.augmentation.augment import Setup
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import FAST, NONE, PAPER, Augmentation
from medct_core.training.augmentation.viewer import AugmentedViewer
from medct_core.training.cohort import Cohort, ScanViewer, ScanViews

FRAME = Frame("SLP", (13.0, 12.0, 12.0), -1.0, 1.0, -1.0)
ROWS = 4


class Plain:
    """Shows scans of chance."""

    identity = "plain"

    def __init__(self) -> None:
        self.cohort = Cohort(
            scans=tuple(f"scan {row}" for row in range(ROWS)),
            patients=np.arange(ROWS),
            findings=("Cardiomegaly",),
            labels=np.zeros((ROWS, 1), dtype=np.bool_),
            reports=("Mild cardiomegaly.", "Lung nodules are seen.", "", "Normal chest CT."),
        )

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give the scans of chance, the same in every epoch."""
        made = [np.random.default_rng(row).uniform(-1, 1, (1, 12, 16, 16)) for row in rows]
        values = np.array(made, dtype=np.float32).reshape(len(rows), 1, 12, 16, 16)
        return ScanViews(values, tuple(self.cohort.reports[row] for row in rows))


def viewer(augmentation: Augmentation = PAPER, seed: int = 5) -> AugmentedViewer:
    return AugmentedViewer(Plain(), Setup(augmentation, FRAME), seed)


def test_it_is_a_viewer_of_the_same_cohort() -> None:
    plain = Plain()

    shown: ScanViewer = AugmentedViewer(plain, Setup(PAPER, FRAME), 5)

    assert shown.cohort is plain.cohort


@pytest.mark.parametrize("augmentation", [PAPER, FAST])
def test_a_view_does_not_depend_on_what_stands_beside_it(augmentation: Augmentation) -> None:
    shown = viewer(augmentation)
    together = shown.views([0, 1, 2, 3], epoch=2)

    for place, row in enumerate([0, 1, 2, 3]):
        alone = viewer(augmentation).views([row], epoch=2)
        np.testing.assert_array_equal(alone.values[0], together.values[place])
        assert alone.reports[0] == together.reports[place]


@pytest.mark.parametrize("augmentation", [PAPER, FAST])
def test_a_view_does_not_depend_on_threads(augmentation: Augmentation) -> None:
    shown = viewer(augmentation)
    expected = [shown.views([row], epoch=0).values for row in range(ROWS)] * 4

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda row: shown.views([row], epoch=0).values, [0, 1, 2, 3] * 4))

    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_epochs_and_seeds_show_a_scan_differently() -> None:
    first = viewer().views([0], epoch=0).values

    assert not np.array_equal(viewer().views([0], epoch=1).values, first)
    assert not np.array_equal(viewer(seed=6).views([0], epoch=0).values, first)


def test_without_augmentation_scans_are_shown_as_they_are() -> None:
    views = viewer(NONE).views([2, 0], epoch=1)

    plain = Plain().views([2, 0], epoch=1)
    np.testing.assert_array_equal(views.values, plain.values)
    assert views.reports == plain.reports


def test_no_rows_give_no_views() -> None:
    assert len(viewer().views([], epoch=0).values) == 0


def test_its_identity_names_all_that_decides_a_view() -> None:
    class Other(Plain):
        identity = "other"

    identities = {
        viewer().identity,
        viewer(seed=6).identity,
        viewer(FAST).identity,
        AugmentedViewer(Other(), Setup(PAPER, FRAME), 5).identity,
        AugmentedViewer(Plain(), Setup(PAPER, replace(FRAME, pad_value=0.0)), 5).identity,
    }

    assert len(identities) == 5
    assert viewer().identity == viewer().identity
    on_card = torch.device("cuda")
    assert AugmentedViewer(Plain(), Setup(PAPER, FRAME, on_card), 5).identity == viewer().identity
    assert AugmentedViewer(Plain(), Setup(FAST, FRAME, on_card), 5).identity not in identities
    assert all(len(one) == 64 for one in identities)
