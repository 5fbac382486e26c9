"""A learner small enough for a test, and scans whose findings it can learn in seconds."""

import numpy as np
import pytest
from transformers import BertTokenizer

from medct_core.models.bundle import load_tokenizer
from medct_core.models.config import MINI, JointConfig, StemConfig, VisionConfig
from medct_core.models.joint import JointModel
from medct_core.training.corpus import Corpus
from medct_core.training.mini_network import new_network, tokenizer_folder
from medct_core.training.run_config import RunConfig
from medct_core.vocabulary import FINDINGS

SMALL = JointConfig(
    vision=VisionConfig(
        dim=24,
        codebook_size=0,
        image_size=32,
        patch_size=2,
        frames=16,
        temporal_patch_size=2,
        spatial_depth=1,
        temporal_depth=1,
        dim_head=8,
        heads=2,
        stem=StemConfig(channels=(8, 8), strides=((1, 2, 2), (2, 2, 2))),
        quantise=False,
        scrambled_peg=False,
        head_channels=4,
        pool_queries=2,
        local=True,
    ),
    text=MINI.text,
    dim_latent=32,
    text_pooling="mean",
)


@pytest.fixture
def network() -> JointModel:
    return new_network(RunConfig(), SMALL)


@pytest.fixture(scope="session")
def tokenizer() -> BertTokenizer:
    return load_tokenizer(tokenizer_folder())


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """Three findings, each a cube of its own density anywhere in sixteen scans."""
    rng = np.random.default_rng(0)
    count, grid = 16, SMALL.vision.grid
    labels = np.zeros((count, len(FINDINGS)), np.bool_)
    labels[:, :3] = rng.random((count, 3)) < 0.5
    volumes = rng.integers(20, 40, (count, 16, 32, 32)).astype(np.uint8)
    coverage = np.zeros((count, len(FINDINGS), *grid), np.uint8)
    for row, finding in zip(*np.nonzero(labels), strict=True):
        # Each finding has depth slots of its own, so that none hides another.
        t, h, w = finding, rng.integers(grid[1]), rng.integers(grid[2])
        cube = slice(4 * t, 4 * t + 4), slice(8 * h, 8 * h + 8), slice(8 * w, 8 * w + 8)
        volumes[row][cube] = (100, 170, 240)[finding]
        coverage[row, finding, t, h, w] = 255
    reports = tuple(f"Scan {row}: {labels[row].sum()} findings." for row in range(count))
    return Corpus(volumes, coverage, labels, reports)
