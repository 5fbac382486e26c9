"""What a look at a scan costs on one thread: `paper` beside `fast`, by change and in all.

Run with ``pytest tests/benchmarks/test_augmentation.py --benchmark-enable -m "slow or not slow"``.
The ratio is in the log: ``-o log_cli=true -o log_cli_level=INFO``.
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from medct_core.training.augmentation.augment import Look, Setup, augment
from medct_core.training.augmentation.draw import Key
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import (
    AUGMENTATIONS,
    FAST,
    NEVER,
    PAPER,
    Chances,
)

log = logging.getLogger(__name__)

FRAME = Frame("SLP", (6.5, 6.0, 6.0), -1.0, 1.0, -1.0)
SHAPE = (1, 48, 64, 64)
FULL_FRAME = Frame("SLP", (1.5, 0.75, 0.75), -1.0, 1.0, -1.0)
FULL_SHAPE = (1, 240, 480, 480)
FULL_LOOKS = 4
CHANGES = [name for name in Chances.__dataclass_fields__ if name != "synonym"]
LOOKS = 30


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Keep torch and ITK to one thread, as each worker of a training is."""
    torch_threads = torch.get_num_threads()
    itk_threads = SimpleITK.ProcessObject.GetGlobalDefaultNumberOfThreads()
    torch.set_num_threads(1)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    yield
    torch.set_num_threads(torch_threads)
    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(itk_threads)


def scan(shape: tuple[int, ...] = SHAPE) -> Look:
    """Draw voxels at random: what a change costs does not depend on what is seen."""
    values = np.random.default_rng(0).random(shape, np.float32) * 2 - 1
    return Look(values, "Mild cardiomegaly. Left pleural effusion.")


def processor_seconds(look: Look, setup: Setup, looks: int) -> float:
    """Mean of some looks, after one that is not counted."""
    augment(look, setup, Key(0, 0, looks))
    start = time.process_time()
    for epoch in range(looks):
        augment(look, setup, Key(0, 0, epoch))
    return (time.process_time() - start) / looks


@pytest.mark.slow
@pytest.mark.benchmark(group="augmentation of 48x64x64")
@pytest.mark.parametrize("name", ["paper", "fast"])
@pytest.mark.parametrize("change", [*CHANGES, "all"])
def test_a_look(benchmark: BenchmarkFixture, name: str, change: str) -> None:
    augmentation = AUGMENTATIONS[name]
    if change != "all":
        augmentation = replace(augmentation, chances=replace(NEVER, **{change: 1.0}))
    look, setup = scan(), Setup(augmentation, FRAME)
    epochs = iter(range(10**9))

    seen = benchmark(lambda: augment(look, setup, Key(0, 0, next(epochs))))

    assert seen.values.shape == SHAPE


@pytest.mark.slow
def test_how_much_faster_fast_is() -> None:
    # The same draws for both, so that only the engines differ.
    same = replace(FAST, chances=PAPER.chances, strengths=PAPER.strengths)

    paper_s, fast_s = (
        processor_seconds(scan(), Setup(recipe, FRAME), LOOKS) for recipe in (PAPER, same)
    )

    log.info(
        "paper %.1f ms, fast %.1f ms: %.1f times", 1e3 * paper_s, 1e3 * fast_s, paper_s / fast_s
    )
    assert paper_s > 0
    assert fast_s > 0


@pytest.mark.slow
def test_what_a_look_at_a_whole_scan_costs() -> None:
    look = scan(FULL_SHAPE)

    for recipe in (PAPER, FAST):
        seconds = processor_seconds(look, Setup(recipe, FULL_FRAME), FULL_LOOKS)
        log.info("%s at 240x480x480: %.1f s", recipe.name, seconds)
        assert seconds > 0
