"""A model without a text side, small enough for a test, with seeded random weights."""

import json
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from medct_core.models.i3d_resnet import I3DConfig, I3DResNet
from medct_core.models.image_model import LoadedImageModel, load_image_model
from medct_core.models.manifest import (
    CENTRING_FILE,
    CONFIG_FILE,
    MANIFEST_FILE,
    PUBLISHED_WEIGHTS_FILE,
    RECIPE_FILE,
    ModelManifest,
    file_sha256,
)
from medct_core.preprocess.recipe import ASTRA
from medct_core.retrieval.model_centring import ModelCentring

CONFIG = I3DConfig(blocks=(2, 1, 1), width=4, volume_shape=(16, 32, 32))
RECIPE = replace(ASTRA, name="tiny-image", shape=CONFIG.volume_shape)

_NORM_PARTS = ("weight", "bias", "running_mean", "running_var")


def published_tensors(config: I3DConfig = CONFIG, seed: int = 5) -> dict[str, Tensor]:
    """Draw weights under the names in which such networks are published, bfloat16."""
    with torch.device("meta"):
        wanted = I3DResNet(config).state_dict()
    generator = torch.Generator().manual_seed(seed)
    tensors: dict[str, Tensor] = {}
    for key in (name for name in wanted if name.endswith(".weight")):
        shape = list(wanted[key].shape)
        if key == "conv1.weight":
            shape[1] = 3
        convolution = key.removesuffix(".weight")
        tensors |= _convolution(convolution, shape, generator)
    return tensors


def _convolution(name: str, shape: list[int], generator: torch.Generator) -> dict[str, Tensor]:
    before, _, number = name.rpartition("conv")
    filters, norm = name, f"{before}bn{number}"
    if name.endswith("downsample"):
        filters, norm = f"{name}.0", f"{name}.1"
    size = float(torch.tensor(shape[1:]).prod())
    weight = torch.randn(shape, generator=generator) * (2 / size) ** 0.5
    drawn = [torch.rand(shape[0], generator=generator) + 0.5 for _ in _NORM_PARTS]
    tensors = {f"{norm}.{part}": drawn[at].bfloat16() for at, part in enumerate(_NORM_PARTS)}
    counter = {f"{norm}.num_batches_tracked": torch.tensor(3)}
    return {f"{filters}.weight": weight.bfloat16()} | tensors | counter


def write_image_model(folder: Path, centring: ModelCentring | None = None) -> Path:
    """Write a model folder and return it."""
    folder.mkdir(parents=True)
    weights = folder / PUBLISHED_WEIGHTS_FILE
    torch.save({"state_dict": published_tensors(), "meta": {"licence": "none"}}, weights)
    (folder / CONFIG_FILE).write_text(json.dumps(CONFIG.to_json()), encoding="utf-8")
    (folder / RECIPE_FILE).write_text(RECIPE.to_json(), encoding="utf-8")
    if centring is not None:
        (folder / CENTRING_FILE).write_text(centring.to_json(), encoding="utf-8")
    return seal(folder)


def seal(folder: Path) -> Path:
    """Write the manifest for the files that lie in a folder."""
    weights = folder / PUBLISHED_WEIGHTS_FILE
    others = [path for path in folder.iterdir() if path not in (weights, folder / MANIFEST_FILE)]
    manifest = ModelManifest(
        name="tiny-image",
        title="A tiny model that reads no text",
        version="1",
        licence="Apache-2.0",
        licence_note="Free to use.",
        trained_on="synthetic",
        population="nobody",
        headline=None,
        weights_sha256=file_sha256(weights),
        files={path.name: file_sha256(path) for path in others},
        network="i3d-resnet",
    )
    (folder / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    return folder


def loaded_image_model(folder: Path) -> LoadedImageModel:
    """Write a model folder and load it in float32."""
    return load_image_model(write_image_model(folder), precision="float32")
