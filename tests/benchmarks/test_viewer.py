"""What the viewer costs, beside the budgets it was built for, on a scan of 512x512x248 voxels.

Run with ``pytest tests/benchmarks/test_viewer.py --benchmark-enable -m "slow or not slow"``, or
on a file of your own with ``python -m tests.benchmarks.test_viewer FILE``. Both write one table.
Times are wall-clock medians; where a plain way of doing the same exists, it is measured in turns
with ours, so that a busy machine is unfair to neither.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from tests.benchmarks import viewer_programs

FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    result: str
    budget: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One program that measures, and how its answer is shown."""

    program: str
    rows: Callable[[dict[str, float]], tuple[Row, ...]]


def start_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    beside = f"{cost['cpu_s']:.2f} s of work; no torch, transformers or SimpleITK before it"
    return (Row("start to painted window", f"{cost['painted_s']:.2f} s", "1.0 s", beside),)


def load_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    first, whole, plain = cost["first_s"], cost["whole_s"], cost["plain_s"]
    return (
        Row("empty to first slice", f"{first:.2f} s", "0.3 s"),
        Row("whole volume", f"{whole:.2f} s", "2 s", f"SimpleITK {plain:.2f} s"),
        Row("cancel while reading", f"{cost['cancel_ms']:.0f} ms", "200 ms"),
    )


def memory_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    return (
        Row("steady memory, slices", f"{cost['slices']:.2f} x the voxels", "1.3"),
        Row("steady memory, with 3D", f"{cost['with_3d']:.2f} x the voxels", "2.8"),
    )


def slice_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    plain = f"numpy and QPainter alone {cost['plain_ms']:.1f} ms"
    scroll = f"{cost['scroll_ms']:.1f} ms ({1000 / cost['scroll_ms']:.0f} a second)"
    return (
        Row("scroll of three planes", scroll, "60 a second", plain),
        Row("window and level drag, three planes", f"{cost['window_ms']:.1f} ms", "16 ms", plain),
        Row("slab of 25 mm, three planes", f"{cost['slab_ms']:.1f} ms", "50 ms"),
        Row("oblique preview", f"{cost['oblique_ms']:.1f} ms", "50 ms"),
        Row("oblique slab preview", f"{cost['oblique_slab_ms']:.1f} ms", "50 ms"),
        Row("oblique slab in full", f"{cost['full_ms']:.0f} ms", "begins 100 ms after the drag"),
    )


def volume_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    return (
        Row("3D while it moves", f"{1000 / cost['moving_ms']:.1f} a second", "10 a second"),
        Row("3D, first lit picture", f"{cost['lit_ms']:.0f} ms", ""),
        Row("making the scan ready for 3D", f"{cost['prepare_s']:.2f} s", "", "on a worker"),
    )


def model_rows(cost: dict[str, float]) -> tuple[Row, ...]:
    return (
        Row("cancel while encoding (medct-mini)", f"{cost['cancel_ms']:.0f} ms", "200 ms"),
        Row("first heatmap", f"{cost['first_map_ms']:.0f} ms", "", "off the GUI thread"),
        Row("first heatmap, scan scored before", f"{cost['kept_map_ms']:.0f} ms", "", "encodes it"),
        Row("next heatmap", f"{cost['next_map_ms']:.0f} ms", ""),
    )


PROGRAMS = (
    Asked("start", start_rows),
    Asked("load", load_rows),
    Asked("memory", memory_rows),
    Asked("slices", slice_rows),
    Asked("volume", volume_rows),
    Asked("model", model_rows),
)


def answer(program: str, scan: Path) -> dict[str, float]:
    """Let a fresh process measure, so that nothing is warm that would not be.

    Raises
    ------
    CalledProcessError
        If it went wrong; it says why.
    """
    command = [sys.executable, "-m", viewer_programs.__name__, program, str(scan)]
    # Also on a machine with a display: a window that is painted there takes its own time.
    settings = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=settings)
    costs: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return costs


def rows(scan: Path) -> Iterator[Row]:
    """Measure everything."""
    for asked in PROGRAMS:
        try:
            yield from asked.rows(answer(asked.program, scan))
        except subprocess.CalledProcessError as error:
            # One part that is broken hides no other.
            yield Row(asked.program, FAILED, "", error.stderr.strip().splitlines()[-1][:80])


def table(lines: tuple[Row, ...]) -> str:
    """All rows below each other."""
    header = Row("What", "Result", "Budget", "Beside")
    shown = (header, *lines)
    widths = [max(len(cell) for cell in column) for column in zip(*map(_cells, shown), strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) for cell, width in zip(_cells(row), widths, strict=True)
        ).rstrip()
        for row in shown
    )


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.what, row.result, row.budget, row.beside


@pytest.fixture(scope="module")
def large_nifti(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the real 512x512x248 scan as .nii.gz, as nibabel packs it."""
    volume = viewer_programs.load(shared_dir / "data/ct_chest/ricord1a_419639")
    path = tmp_path_factory.mktemp("viewer") / "scan.nii.gz"
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.geometry.affine
    nib.save(nib.Nifti1Image(volume.values, affine), path)
    return path


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.benchmark
def test_cost_of_the_viewer(large_nifti: Path, capsys: pytest.CaptureFixture[str]) -> None:
    measured = tuple(rows(large_nifti))

    assert FAILED not in {row.result for row in measured}, table(measured)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(measured)}\n")


if __name__ == "__main__":
    sys.stdout.write(f"{table(tuple(rows(Path(sys.argv[1]))))}\n")
