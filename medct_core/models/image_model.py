"""Models that read scans only: no words, so no scores; their embeddings find similar cases."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import torch

from medct_core.errors import ModelUnavailableError, NoTextSideError
from medct_core.models.bundle import LoadedModel, config_values, read_recipe
from medct_core.models.checkpoint import read_checkpoint
from medct_core.models.i3d_resnet import I3DConfig, I3DResNet, build, folded
from medct_core.models.manifest import (
    CONFIG_FILE,
    ModelManifest,
    OnProgress,
    no_progress,
    read_manifest,
    verify_files,
)
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess.recipe import Recipe

Precision = Literal["float32", "bfloat16"]
PRECISION_VARIABLE = "MEDCT_PRECISION"
"""Environment variable that names the precision of models without a text side."""

DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "bfloat16": torch.bfloat16}
"""Of the numbers of a network, by the name of its precision."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedImageModel:
    """A model without a text side, ready to embed scans.

    Attributes
    ----------
    folder
        Where it was read from.
    manifest, recipe, config
        What it is, how scans are prepared for it, what it is made of.
    network
        In evaluation mode on its device; no gradient is kept.
    stamp
        Goes with every embedding.
    """

    folder: Path
    manifest: ModelManifest
    recipe: Recipe
    config: I3DConfig
    network: I3DResNet
    stamp: ModelStamp


AnyModel = LoadedModel | LoadedImageModel


def load_image_model(
    folder: Path,
    *,
    device: torch.device | str = "cpu",
    precision: Precision | None = None,
    on_progress: OnProgress = no_progress,
) -> LoadedImageModel:
    """Load a model without a text side: hashes first, then names and shapes, then weights.

    Parameters
    ----------
    folder
        A folder with a manifest; `catalogue.find_model` gives it for a name.
    device
        Where the network will live.
    precision
        In which it computes; None takes `native_precision` of the device.
    on_progress
        Takes the fraction in [0, 1] of the weights that have been hashed.

    Raises
    ------
    ModelUnavailableError
        If a file is missing or damaged, or a tensor is missing, misshapen or unknown.
    """
    manifest = read_manifest(folder)
    verify_files(folder, manifest, on_progress)
    recipe, config = read_recipe(folder), read_image_config(folder / CONFIG_FILE)
    used = precision or native_precision(torch.device(device))
    tensors = folded(read_checkpoint(folder / manifest.weights_file), config, name=manifest.name)
    network = build(config, tensors, DTYPES[used])
    return LoadedImageModel(
        folder=folder,
        manifest=manifest,
        recipe=recipe,
        config=config,
        network=network.to(device),
        stamp=ModelStamp(manifest.name, manifest.weights_sha256, recipe.id, used),
    )


def read_image_config(path: Path) -> I3DConfig:
    """Read the sizes of a network; errors as `config_values` and `I3DConfig.from_json`."""
    return I3DConfig.from_json(config_values(path))


def native_precision(device: torch.device) -> Precision:
    """Say in which precision a device convolves fastest; the same on every run.

    bfloat16 where the processor multiplies it in hardware, else float32: without it a CPU only
    imitates bfloat16 and is slower. The environment variable ``MEDCT_PRECISION`` overrules it,
    for machines that shall share a library.

    Raises
    ------
    ModelUnavailableError
        If the variable names no precision.
    """
    wished = os.environ.get(PRECISION_VARIABLE)
    if wished:
        return _as_precision(wished)
    if device.type == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    if device.type == "cpu" and any(check() for check in _cpu_checks()):
        return "bfloat16"
    return "float32"


def _as_precision(wished: str) -> Precision:
    for known in get_args(Precision):
        if wished == known:
            precision: Precision = known
            return precision
    raise ModelUnavailableError(
        f"{PRECISION_VARIABLE} is {wished!r}, which is no precision.",
        remedy=f"Set it to one of: {', '.join(get_args(Precision))}; or do not set it.",
    )


def _cpu_checks() -> Iterator[Callable[[], bool]]:
    """Give torch's own questions about the processor; a torch that lacks one has no answer."""
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        check = getattr(torch.cpu, name, None)
        if check is not None:
            yield check


def require_text_side(loaded: AnyModel) -> LoadedModel:
    """Give a model that reads text.

    Raises
    ------
    NoTextSideError
        If it reads scans only.
    """
    if isinstance(loaded, LoadedModel):
        return loaded
    raise NoTextSideError(
        f"The model {loaded.manifest.name} has no text side: it finds similar cases, it cannot "
        "score findings or search by text.",
        remedy="Choose a model that reads text, such as medct-mini; or search with a scan.",
    )
