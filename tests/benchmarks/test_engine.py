"""What prompts cost, cold and warm, and how much memory the encoder takes beside its estimate.

Run with ``pytest tests/benchmarks/test_engine.py --benchmark-enable -m "slow or not slow"`` on
two cores. Both models have their full size and seeded random weights, which cost what trained
ones cost. The promise: 36 prompts in under 1 s cold and under 10 ms warm.
"""

import logging
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.models.bundle import LoadedModel, load_tokenizer
from medct_core.models.config import CT_CLIP, MINI, JointConfig
from medct_core.models.joint import JointModel
from medct_core.models.manifest import ModelManifest, Scoring
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess import recipe as recipes
from medct_core.vocabulary import FINDINGS, TERMS

log = logging.getLogger(__name__)

SIZES = {
    "ct-clip": (CT_CLIP, recipes.CT_CLIP, Scoring()),
    "medct-mini": (MINI, recipes.MEDCT_MINI, Scoring(local_weight=0.5, local_top=4)),
}
PEAK_PROGRAM = """
import resource, sys
import numpy as np
from medct_core.inference.device import encoding_bytes
from medct_core.preprocess.model_input import ModelInput
from tests.benchmarks import test_engine
engine = test_engine.engine_of(sys.argv[1])
shape = engine.with_text.config.vision.input_shape
noise = np.random.default_rng(5).uniform(-1, 1, shape).astype(np.float32)
prepared = ModelInput(noise, engine.recipe.id, np.eye(4), "0" * 64)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
engine.embed_volume(prepared)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(peak - before, encoding_bytes(engine.with_text.config.vision))
"""


def prompts() -> tuple[Prompt, ...]:
    """Thirty-six prompts: two names of every finding, one wording each."""
    return tuple(
        Prompt(f"{name} {number}", (f"{TERMS[name][number]} is present.",))
        for name in FINDINGS
        for number in (0, 1)
    )


def vocabulary() -> Path:
    """Give a folder with a vocabulary of every word in the prompts, whole and in letters."""
    folder = Path(mkdtemp())
    words = {word for names in TERMS.values() for name in names for word in name.lower().split()}
    letters = [prefix + letter for letter in "abcdefghijklmnopqrstuvwxyz-" for prefix in ("", "##")]
    lines = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "is", "present", ".", *letters]
    text = "\n".join(dict.fromkeys([*lines, *sorted(words)])) + "\n"
    (folder / "vocab.txt").write_text(text, encoding="utf-8")
    return folder


@cache
def loaded(name: str) -> LoadedModel:
    """Build a model of full size with seeded weights."""
    config, recipe, scoring = SIZES[name]
    torch.manual_seed(0)
    network = JointModel(config).eval().requires_grad_(requires_grad=False)
    folder = vocabulary()
    manifest = ModelManifest(
        *(name, name, "1", "Apache-2.0", "", "synthetic", "nobody", None, scoring)
    )
    stamp = ModelStamp(name, "0" * 64, recipe.id, "float32")
    tokenizer = load_tokenizer(folder)
    return LoadedModel(folder, manifest, recipe, config, network, tokenizer, stamp)


def engine_of(name: str) -> InferenceEngine:
    """Build an engine that knows no wording yet."""
    return InferenceEngine(loaded(name))


def embedding_of(engine: InferenceEngine, config: JointConfig) -> Embedding:
    """Make up an embedding of the model's size."""
    generator = np.random.default_rng(1)
    vector = generator.standard_normal(config.dim_latent).astype(np.float32)
    tokens = generator.standard_normal((*config.vision.grid, config.dim_latent))
    tokens /= np.linalg.norm(tokens, axis=-1, keepdims=True)
    return Embedding(
        vector=vector / np.linalg.norm(vector),
        stamp=engine.stamp,
        volume_sha256="0" * 64,
        local=tokens.astype(np.float16) if config.vision.local else None,
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SIZES))
def test_36_prompts_cold(benchmark: BenchmarkFixture, name: str) -> None:
    embedding = embedding_of(engine_of(name), SIZES[name][0])
    asked = prompts()

    scores = benchmark.pedantic(  # type: ignore[no-untyped-call]
        lambda engine: engine.score(embedding, asked),
        setup=lambda: ((engine_of(name),), {}),
        rounds=5,
        warmup_rounds=1,
    )

    assert len(scores.answers) == 36


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SIZES))
def test_36_prompts_warm(benchmark: BenchmarkFixture, name: str) -> None:
    engine, asked = engine_of(name), prompts()
    embedding = embedding_of(engine, SIZES[name][0])
    engine.read_prompts(asked)

    scores = benchmark(lambda: engine.score(embedding, asked))

    assert len(scores.answers) == 36


@pytest.mark.slow
@pytest.mark.parametrize("name", list(SIZES))
def test_memory_of_the_encoder_stays_below_its_estimate(name: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", PEAK_PROGRAM, name], capture_output=True, text=True, check=True
    )

    used, estimated = (int(number) for number in finished.stdout.split())
    log.info("%s: %.2f GB used, %.2f GB estimated", name, used / 1e9, estimated / 1e9)
    assert used <= estimated
