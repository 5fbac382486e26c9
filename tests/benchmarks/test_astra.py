"""What a scan costs Astra, from volume to embedding: time, and memory beside the program.

Run with ``pytest tests/benchmarks/test_astra.py --benchmark-enable -m "slow or not slow"`` on two
cores. The network has its full size and seeded random weights, which cost what trained ones cost.
The promise: under 4 s and 2 GiB in bfloat16, where the processor multiplies it in hardware.
"""

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from medct_core.inference.engine import InferenceEngine
from medct_core.models.catalogue import ASTRA
from medct_core.models.i3d_resnet import I3D_RESNET_152, build, folded
from medct_core.models.image_model import DTYPES, LoadedImageModel, Precision
from medct_core.models.manifest import ModelManifest
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess import recipe as recipes
from medct_core.preprocess.prepare import prepare
from medct_core.volume.volume import Unit, Volume
from tests import phantoms
from tests.tiny_image_model import published_tensors

log = logging.getLogger(__name__)

MOST_BYTES = 2 * 2**30
PEAK_PROGRAM = """
import resource, sys
from tests.benchmarks import test_astra
volume, engine = test_astra.volume(), test_astra.engine_of(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
test_astra.embed(engine, volume)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(peak - before, engine.image.working_bytes)
"""


def volume() -> Volume:
    """Give noise of the size of a thin-sliced chest CT."""
    shape = (512, 512, 248)
    hu = np.random.default_rng(3).integers(-1024, 400, shape[::-1]).astype(np.int16)
    return Volume(hu.T, Unit.HU, phantoms.centred(shape, (0.7, 0.7, 1.25)), "noise")


def engine_of(precision: Precision) -> InferenceEngine:
    """Give an engine with random weights of the full size."""
    tensors = folded(published_tensors(I3D_RESNET_152), I3D_RESNET_152, name=ASTRA.name)
    manifest = ModelManifest(
        name=ASTRA.name,
        title=ASTRA.title,
        version=ASTRA.version,
        licence=ASTRA.licence,
        licence_note=ASTRA.licence_note,
        trained_on=ASTRA.trained_on,
        population="nobody",
        headline=None,
        network="i3d-resnet",
    )
    stamp = ModelStamp(ASTRA.name, "0" * 64, recipes.ASTRA.id, precision)
    network = build(I3D_RESNET_152, tensors, DTYPES[precision])
    return InferenceEngine(
        LoadedImageModel(Path(), manifest, recipes.ASTRA, I3D_RESNET_152, network, stamp)
    )


def embed(engine: InferenceEngine, scan: Volume) -> None:
    engine.embed_volume(prepare(scan, engine.recipe))


@pytest.mark.slow
def test_a_scan_takes_less_memory_than_promised(benchmark: BenchmarkFixture) -> None:
    if benchmark.disabled:
        pytest.skip("measured with --benchmark-enable only")

    taken, reserved = benchmark.pedantic(peak, rounds=1)  # type: ignore[no-untyped-call]

    log.info("Astra took %.2f GiB, reserved %.2f GiB", taken / 2**30, reserved / 2**30)
    assert taken <= MOST_BYTES
    assert taken <= 1.5 * reserved


def peak() -> tuple[int, int]:
    """Bytes that one scan takes in a process of its own, and bytes the engine reserves for it."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK_PROGRAM, "bfloat16"],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    taken, reserved = (int(part) for part in done.stdout.split())
    return taken, reserved


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["bfloat16", "float32"])
def test_time_from_volume_to_embedding(benchmark: BenchmarkFixture, precision: Precision) -> None:
    if benchmark.disabled:
        pytest.skip("measured with --benchmark-enable only")
    engine, scan = engine_of(precision), volume()

    benchmark.pedantic(embed, args=(engine, scan), rounds=5, warmup_rounds=1)  # type: ignore[no-untyped-call]
