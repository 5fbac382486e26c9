"""What loading a 512x512x248 .nii.gz costs, beside SimpleITK on the same file in the same run.

Run with ``pytest tests/benchmarks/test_loading.py --benchmark-enable -m "slow or not slow"``, or
on a file of your own with ``python -m tests.benchmarks.test_loading FILE``. Both write one line:
times, their ratio, and the peak of memory over baseline in multiples of the int16 voxels.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - its own name for itself
from pytest_benchmark.fixture import BenchmarkFixture

from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.volume.volume import Volume

ROUNDS = 5
PEAK_PROGRAM = """
import json, re, sys
from pathlib import Path
import psutil
from tests.benchmarks import test_loading
before = psutil.Process().memory_info().rss
volume = test_loading.load(Path(sys.argv[1]))
digest = volume.content_sha256
# The high-water mark of this process alone; ru_maxrss would remember its parent.
mark = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
peak = int(mark.group(1)) * 1024
json.dump([peak - before, volume.values.nbytes], sys.stdout)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of both ways, by median and minimum, and memory in multiples of the voxels."""

    ours_s: float
    plain_s: float
    ours_least_s: float
    plain_least_s: float
    hash_s: float
    memory: float

    def __str__(self) -> str:
        return (
            f"medct {self.ours_s:.2f} s (least {self.ours_least_s:.2f}), SimpleITK "
            f"{self.plain_s:.2f} s (least {self.plain_least_s:.2f}), ratio of medians "
            f"{self.ours_s / self.plain_s:.2f} (limit 1.5), of least "
            f"{self.ours_least_s / self.plain_least_s:.2f}; hash {self.hash_s:.2f} s; peak "
            f"{self.memory:.2f} x the voxels (limit 1.4)"
        )


def load(path: Path) -> Volume:
    return read_volume(largest_chest_ct(open_study(path)))


def cost(path: Path) -> Cost:
    """Measure both ways in turns, so that a busy machine is unfair to neither."""
    ours, plain = [], []
    for _ in range(ROUNDS):
        plain.append(_seconds(lambda: sitk.ReadImage(str(path))))
        ours.append(_seconds(lambda: load(path)))
    volume = load(path)
    return Cost(
        ours_s=statistics.median(ours),
        plain_s=statistics.median(plain),
        ours_least_s=min(ours),
        plain_least_s=min(plain),
        hash_s=_seconds(lambda: volume.content_sha256),
        memory=peak_memory(path),
    )


def peak_memory(path: Path) -> float:
    """Peak of a fresh process over what it held before, in sizes of the voxels; on Linux."""
    command = [sys.executable, "-c", PEAK_PROGRAM, str(path)]
    peak, voxels = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return float(peak) / float(voxels)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def large_nifti(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the real 512x512x248 scan as .nii.gz, as nibabel packs it."""
    volume = load(shared_dir / "data/ct_chest/ricord1a_419639")
    path = tmp_path_factory.mktemp("loading") / "scan.nii.gz"
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.geometry.affine
    nib.save(nib.Nifti1Image(volume.values, affine), path)
    return path


@pytest.mark.slow
@pytest.mark.shared_data
@pytest.mark.benchmark(group="load 512x512x248 .nii.gz")
def test_cost_of_loading_a_large_scan(
    benchmark: BenchmarkFixture, large_nifti: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The plugin leaves this method without types.
    volume: Volume = benchmark.pedantic(  # type: ignore[no-untyped-call]
        load, args=(large_nifti,), rounds=ROUNDS, warmup_rounds=1
    )

    measured = cost(large_nifti)

    assert volume.values.shape == (512, 512, 248)
    benchmark.extra_info["cost"] = str(measured)
    with capsys.disabled():
        sys.stdout.write(f"\n{measured}\n")


if __name__ == "__main__":
    sys.stdout.write(f"{cost(Path(sys.argv[1]))}\n")
