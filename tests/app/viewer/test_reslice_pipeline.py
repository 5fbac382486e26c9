"""Cuts between voxels blend them, and end at the scan."""

import subprocess
import sys

import numpy as np
import pytest

from app.state.view import SlabMode
from app.viewer.reslice_pipeline import IndexCut, ReslicePipeline
from app.viewer.sampling import OUTSIDE_HU, Sampling
from tests import phantoms

RAMP = phantoms.ramp((4, 5, 7), axis=2, step_hu=10)


def cut(depth: float, mode: SlabMode = SlabMode.NONE, count: int = 1) -> IndexCut:
    """Axial cut at a slice index that may be a fraction."""
    return IndexCut(np.eye(3), np.array((0.0, 0.0, depth)), (5, 4), mode, count, False)


@pytest.mark.parametrize(("sampling", "expected"), [(Sampling.LINEAR, 24), (Sampling.NEAREST, 20)])
def test_between_two_slices_values_are_blended_or_those_of_the_nearer(
    sampling: Sampling, expected: int
) -> None:
    pipeline = ReslicePipeline(RAMP.values, RAMP.geometry, sampling)

    assert (pipeline.sample(cut(2.4)) == expected).all()


def test_a_cut_keeps_its_values_when_the_next_one_is_made() -> None:
    pipeline = ReslicePipeline(RAMP.values, RAMP.geometry, Sampling.LINEAR)

    first = pipeline.sample(cut(2.4))
    pipeline.sample(cut(4.4))

    assert (first == 24).all()


def test_beyond_the_scan_is_the_outside() -> None:
    pipeline = ReslicePipeline(RAMP.values, RAMP.geometry, Sampling.LINEAR)

    assert (pipeline.sample(cut(8.4)) == OUTSIDE_HU).all()


def test_the_views_need_no_vtk_until_a_cut_runs_between_voxels() -> None:
    program = (
        "import sys, app.viewer.linked_views, app.viewer.volume_view;"
        "sys.exit(any(name.startswith('vtkmodules') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
