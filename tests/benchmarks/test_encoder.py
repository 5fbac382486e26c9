"""What one full-size scan costs CT-CLIP's image tower, beside the plain way.

Run with ``pytest tests/benchmarks/test_encoder.py --benchmark-enable -m "slow or not slow"``.
The ways run in turn, A B A B, on the same weights and the same scan; the ratio of the best times
and the peaks of memory are in the extra information (``--benchmark-json``) and in the log. On a
machine with other work set OMP_NUM_THREADS=1 and compare the processor's seconds.
"""

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from medct_core.models.config import CT_CLIP
from medct_core.models.joint import JointModel, build_unloaded
from medct_core.models.precision import encode_volume_reduced
from medct_core.models.reference import rebuild_weights
from tests.benchmarks import plain_ctclip

log = logging.getLogger(__name__)

ROUNDS = 3
Way = Callable[[Tensor], object]
PEAK_PROGRAM = """
import resource, sys
from tests.benchmarks import test_encoder
encode = test_encoder.WAYS[sys.argv[1]](test_encoder.full_size_model())
volume = test_encoder.full_size_scan()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
test_encoder.cost_of(encode, volume)
print(before / 2**20, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
"""


def full_size_scan() -> Tensor:
    """Noise in the shape CT-CLIP reads, the first sixth of it air."""
    shape = CT_CLIP.vision.input_shape
    values = np.random.default_rng(7).random(shape, dtype=np.float32)
    values *= 2
    values -= 1
    values[:, :40] = -1
    return torch.from_numpy(values)[None]


def full_size_model() -> JointModel:
    """Build CT-CLIP with seeded weights."""
    model = build_unloaded(CT_CLIP)
    model.load_state_dict(rebuild_weights(model, ""), strict=True, assign=True)
    return model


def medct_way(model: JointModel) -> Way:
    """Encode as the program does, in float32."""
    return model.encode_volume


def reduced_way(model: JointModel) -> Way:
    """Encode with the layers in bfloat16."""
    return lambda volume: encode_volume_reduced(model, volume)


def plain_way(model: JointModel) -> Way:
    """Encode the plain way on the same weights, keeping those that serve nothing."""
    weights = model.state_dict() | plain_ctclip.unused_weights(CT_CLIP.vision)
    return lambda volume: plain_ctclip.encode_volume(weights, CT_CLIP.vision, volume)


WAYS = {"medct": medct_way, "plain": plain_way, "bfloat16": reduced_way}


class Cost(NamedTuple):
    """Seconds of one encoding: on the clock, and of all processor cores together."""

    clock_s: float
    processor_s: float


@torch.inference_mode()
def cost_of(way: Way, volume: Tensor) -> Cost:
    """Time one encoding."""
    clock, processor = time.perf_counter(), time.process_time()
    way(volume)
    return Cost(time.perf_counter() - clock, time.process_time() - processor)


def peaks_gib(name: str) -> tuple[float, float]:
    """Peak of a fresh process with its weights and scan loaded, before and after one encoding."""
    command = [sys.executable, "-c", PEAK_PROGRAM, name]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    before, after = run.stdout.split()
    return float(before), float(after)


@pytest.mark.slow
def test_cost_of_encoding_a_full_size_scan(benchmark: BenchmarkFixture) -> None:
    if benchmark.disabled:
        pytest.skip("minutes long; run it with --benchmark-enable")
    model, volume = full_size_model(), full_size_scan()
    ways = {name: build(model) for name, build in WAYS.items()}
    for way in ways.values():
        cost_of(way, volume)

    turns = [{name: cost_of(way, volume) for name, way in ways.items()} for _ in range(ROUNDS)]
    # The plugin leaves this method without types.
    benchmark.pedantic(  # type: ignore[no-untyped-call]
        cost_of, args=(ways["medct"], volume), rounds=1
    )

    for part, measure in enumerate(Cost._fields):
        best = {name: min(turn[name][part] for turn in turns) for name in WAYS}
        for name in ("medct", "bfloat16"):
            ratio = round(best[name] / best["plain"], 3)
            benchmark.extra_info[f"{name}_to_plain_{measure}"] = ratio
        log.info("best %s: %s; ratios: %s", measure, best, benchmark.extra_info)


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_peak_of_encoding_a_full_size_scan(benchmark: BenchmarkFixture, name: str) -> None:
    if benchmark.disabled:
        pytest.skip("minutes long; run it with --benchmark-enable")

    before, after = benchmark.pedantic(  # type: ignore[no-untyped-call]
        peaks_gib, args=(name,), rounds=1
    )

    benchmark.extra_info["whole_process_gib"] = round(after, 2)
    log.info("%s: %.2f GiB loaded, %.2f GiB at the peak of one encoding", name, before, after)
