"""A model small enough for a test: its network, its tokenizer, and its folder on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from medct_core.models.bundle import BundleParts, write_bundle
from medct_core.models.checkpoint import write_tensors
from medct_core.models.config import JointConfig, TextConfig, VisionConfig
from medct_core.models.joint import JointModel
from medct_core.models.manifest import WEIGHTS_FILE, ModelManifest, Scoring, TextBase
from medct_core.preprocess.recipe import MEDCT_MINI

WORDS = (
    *("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
    *("pleural", "effusion", "lung", "nodule", "is", "not", "present", ".", "a", "no"),
)


@pytest.fixture(scope="session")
def tiny_config() -> JointConfig:
    """CT-CLIP's shape at a thousandth of its size."""
    vision = VisionConfig(
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
    text = TextConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
    )
    return JointConfig(vision=vision, text=text, dim_latent=8)


@pytest.fixture
def tiny_network(tiny_config: JointConfig) -> JointModel:
    """Build the network of `tiny_config` with seeded weights, in evaluation mode."""
    torch.manual_seed(5)
    network = JointModel(tiny_config)
    with torch.no_grad():
        network.temperature.fill_(1.5)
    return network.eval()


@pytest.fixture(scope="session")
def tokenizer_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a vocabulary of a dozen words."""
    folder = tmp_path_factory.mktemp("tokenizer")
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def tiny_manifest() -> ModelManifest:
    """Say what the tiny model is."""
    return ModelManifest(
        name="tiny",
        title="A tiny model",
        version="1",
        licence="Apache-2.0",
        licence_note="Free to use.",
        trained_on="synthetic",
        population="none",
        headline="Random weights.",
        scoring=Scoring(),
    )


@pytest.fixture
def tiny_parts(
    tiny_config: JointConfig, tiny_network: JointModel, tokenizer_dir: Path
) -> BundleParts:
    """Everything the folder of the tiny model holds."""
    return BundleParts(
        tensors=tiny_network.state_dict(),
        config=tiny_config,
        recipe=MEDCT_MINI,
        tokenizer=tokenizer_dir,
        texts={"MODEL_CARD.md": "# A tiny model\n"},
    )


@pytest.fixture
def tiny_folder(tmp_path: Path, tiny_manifest: ModelManifest, tiny_parts: BundleParts) -> Path:
    """Write the tiny model as a folder."""
    folder = tmp_path / "models" / "tiny"
    write_bundle(folder, tiny_manifest, tiny_parts)
    return folder


@pytest.fixture
def spoil() -> Callable[[Path], None]:
    """Change one bit in the middle of a file."""

    def change(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return change


@pytest.fixture
def text_base(
    tmp_path: Path, tiny_network: JointModel, monkeypatch: pytest.MonkeyPatch
) -> TextBase:
    """Make a package whose import would fail and whose folder holds the tiny text tower."""
    folder = tmp_path / "site" / "tiny_text_encoder"
    (folder / "model").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')\n", encoding="utf-8")
    state = tiny_network.text_transformer.state_dict()
    digest = write_tensors(folder / "model" / WEIGHTS_FILE, state)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return TextBase("tiny_text_encoder", "tiny-text-encoder==1.0", digest)
