"""What preparing a 512x512x248 scan for CT-CLIP costs, beside the plain way.

Run with ``pytest tests/benchmarks/test_prepare.py --benchmark-enable -m "slow or not slow"``;
the peak of memory is in the column of extra information (``--benchmark-json``) and in the log.
"""

import logging
import subprocess
import sys

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import CT_CLIP
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Unit, Volume
from tests.benchmarks.plain_prepare import plain_prepare

log = logging.getLogger(__name__)

PEAK_PROGRAM = """
import sys, threading, psutil
from tests.benchmarks import test_prepare
volume = test_prepare.large_scan()
volume.content_sha256
resident = lambda: psutil.Process().memory_info().rss
before, peak, done = resident(), 0, threading.Event()
def watch():
    global peak
    while not done.wait(0.002):
        peak = max(peak, resident())
watcher = threading.Thread(target=watch)
watcher.start()
result = test_prepare.CALLS[sys.argv[1]](volume)
done.set()
watcher.join()
print((max(peak, resident()) - before) / 2**30)
"""


def large_scan() -> Volume:
    """512x512x248 voxels of 0.7 x 0.7 x 1.25 mm between -1100 and 1100 HU."""
    hu = np.random.default_rng(0).integers(-1100, 1100, (248, 512, 512), dtype=np.int16).T
    return Volume(hu, Unit.HU, Geometry(hu.shape, np.diag([0.703125, 0.703125, 1.25, 1.0])), "x")


CALLS = {"medct": lambda volume: prepare(volume, CT_CLIP), "plain": plain_prepare}


def peak_gib(name: str) -> float:
    """Peak of a fresh process above what it held before the call, in GiB."""
    command = [sys.executable, "-c", PEAK_PROGRAM, name]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.slow
@pytest.mark.benchmark(group="prepare 512x512x248 for ct-clip")
@pytest.mark.parametrize("name", CALLS)
def test_cost_of_preparing_a_large_scan(benchmark: BenchmarkFixture, name: str) -> None:
    volume = large_scan()
    assert volume.content_sha256

    # The plugin leaves this method without types.
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        CALLS[name], args=(volume,), rounds=3, warmup_rounds=1
    )

    peak = peak_gib(name)
    benchmark.extra_info["peak_gib"] = round(peak, 2)
    log.info("%s: %.2f GiB over baseline", name, peak)
