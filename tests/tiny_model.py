"""Model folders small enough for a test, with seeded random weights."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import format_prompts
from medct_core.models.bundle import BundleParts, LoadedModel, load_model, write_bundle
from medct_core.models.config import JointConfig, StemConfig, TextConfig, VisionConfig
from medct_core.models.joint import JointModel
from medct_core.models.manifest import PROMPTS_FILE, ModelManifest, Scoring
from medct_core.preprocess.recipe import Recipe, Resampling

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("pleural", "pericardial", "effusion", "lung", "nodule", "opacity", "emphysema", "heart"),
    *("enlarged", "ct", "scan", "showing", "without", "there", "is", "not", "no", "was", "seen"),
    *("observed", "present", "findings", "compatible", "with", ".", ",", "a", "##s"),
)

RECIPE = Recipe(
    name="tiny",
    shape=(8, 16, 16),
    spacing_mm=(40.0, 24.0, 24.0),
    hu_range=(-1000.0, 1000.0),
    scale=1000.0,
    shift=0.0,
    pad_value=-1.0,
    resampling=Resampling.AREA,
)

HEADLINE = "This model has random weights; its scores mean nothing."

LONGEST_WORDING = 32

_TEXT = TextConfig(
    vocab_size=len(WORDS),
    hidden_size=16,
    num_hidden_layers=2,
    num_attention_heads=2,
    intermediate_size=32,
    max_position_embeddings=LONGEST_WORDING,
)

_VISION = VisionConfig(
    dim=16,
    codebook_size=12,
    image_size=16,
    patch_size=4,
    frames=8,
    temporal_patch_size=2,
    spatial_depth=1,
    temporal_depth=1,
    dim_head=4,
    heads=2,
)

LIKE_CT_CLIP = JointConfig(vision=_VISION, text=_TEXT, dim_latent=8)
"""Quantised, global vector only."""

LIKE_MINI = JointConfig(
    vision=replace(
        _VISION,
        codebook_size=0,
        patch_size=2,
        temporal_patch_size=1,
        stem=StemConfig(channels=(4, 8), strides=((1, 1, 1), (2, 2, 2))),
        quantise=False,
        scrambled_peg=False,
        head_channels=4,
        pool_queries=2,
        local=True,
    ),
    text=_TEXT,
    dim_latent=8,
    text_pooling="mean",
)
"""Stem, token vectors, pooling queries, no quantiser."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which tiny model to write."""

    config: JointConfig
    scoring: Scoring
    name: str = "tiny"
    headline: str | None = HEADLINE
    prompts: tuple[Prompt, ...] = ()
    seed: int = 5


PAIR = Kind(LIKE_CT_CLIP, Scoring())
SINGLE = Kind(LIKE_CT_CLIP, Scoring(logit_scale=5.0, prompt_style="single"))
LOCAL = Kind(LIKE_MINI, Scoring(local_weight=0.4, local_top=3))


def write_model(folder: Path, kind: Kind = PAIR) -> Path:
    """Write a model folder and return it."""
    tokenizer = folder.parent / f"{folder.name}-words"
    tokenizer.mkdir(parents=True, exist_ok=True)
    (tokenizer / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    texts = {PROMPTS_FILE: format_prompts(kind.prompts)} if kind.prompts else {}
    parts = BundleParts(_network(kind).state_dict(), kind.config, RECIPE, tokenizer, texts)
    write_bundle(folder, _manifest(kind), parts)
    return folder


def loaded_model(folder: Path, kind: Kind = PAIR) -> LoadedModel:
    """Write a model folder and load it."""
    return load_model(write_model(folder, kind))


def _network(kind: Kind) -> JointModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(kind.seed)
        network = JointModel(kind.config)
    with torch.no_grad():
        network.temperature.fill_(1.5)
    return network.eval()


def _manifest(kind: Kind) -> ModelManifest:
    return ModelManifest(
        name=kind.name,
        title="A tiny model",
        version="1",
        licence="Apache-2.0",
        licence_note="Free to use.",
        trained_on="synthetic",
        population="nobody",
        headline=kind.headline,
        scoring=kind.scoring,
    )
