"""From the name of a model to an engine that can be asked."""

from dataclasses import replace
from pathlib import Path

import torch

from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError
from medct_core.inference.adapted import AdaptedModel
from medct_core.inference.cache import EmbeddingCache, default_cache
from medct_core.inference.device import choose_device
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.request import OnProgress
from medct_core.models.bundle import load_model
from medct_core.models.catalogue import default_model, find_model
from medct_core.models.image_model import AnyModel, load_image_model
from medct_core.models.manifest import no_progress, read_manifest
from medct_core.models.precision import compare_precision
from medct_core.preprocess.model_input import ModelInput


def open_engine(
    model: str | None = None,
    *,
    device: str = "auto",
    adapter: Path | None = None,
    cache: EmbeddingCache | None = None,
    on_progress: OnProgress = no_progress,
) -> InferenceEngine:
    """Load a model and put it on a device.

    Parameters
    ----------
    model
        Name or folder; None takes CT-CLIP where it is installed, else medct-mini.
    device
        See `device.choose_device`.
    adapter
        Folder of an adapter to put on the model; None takes the model alone.
    cache
        Where embeddings are kept; this user's own cache by default.
    on_progress
        Takes the fraction of the weights that have been checked, in [0, 1].

    Raises
    ------
    UsageError
        If the machine has no such device.
    ModelUnavailableError
        If the model is missing or damaged, or the adapter does not fit it.
    """
    adapted = open_adapted(model, device=device, cache=cache, on_progress=on_progress)
    return adapted.engine(adapter)


def open_adapted(
    model: str | None = None,
    *,
    device: str = "auto",
    cache: EmbeddingCache | None = None,
    on_progress: OnProgress = no_progress,
) -> AdaptedModel:
    """Load a model that takes one adapter after another; as `open_engine` but for the adapter."""
    where = choose_device(device)
    installed = default_model() if model is None else find_model(model)
    loaded = load_any_model(installed.folder, device=where, on_progress=on_progress)
    return AdaptedModel(loaded, cache or default_cache())


def load_any_model(
    folder: Path, *, device: torch.device | str = "cpu", on_progress: OnProgress = no_progress
) -> AnyModel:
    """Load a model with or without a text side; errors as in `bundle.load_model`."""
    if read_manifest(folder).reads_text:
        return load_model(folder, device=device, on_progress=on_progress)
    return load_image_model(folder, device=device, on_progress=on_progress)


def in_half_precision(
    engine: InferenceEngine, model_input: ModelInput, *, cancel: CancelToken | None = None
) -> InferenceEngine:
    """Give the same model in bfloat16, if it agrees with float32 on a scan and is quicker.

    Its numbers carry a stamp of their own and are never mixed with those of float32.

    Parameters
    ----------
    engine
        In float32.
    model_input
        A prepared chest CT to compare on; noise says little about trained weights.
    cancel
        Checked between layers.

    Raises
    ------
    ModelUnavailableError
        If it does not agree, or is no quicker on this device; the message holds the numbers.
    Cancelled
        If `cancel` was raised meanwhile.
    """
    values = torch.tensor(model_input.values[None], device=engine.device)
    loaded = engine.with_text
    compared = compare_precision(loaded.network, values, cancel=cancel)
    if not compared.allowed:
        codes = compared.codes_agreeing
        agreeing = "" if codes is None else f", {codes:.1%} of the codes agree"
        raise ModelUnavailableError(
            f"{engine.stamp.model} cannot run in half precision here: the cosine with full "
            f"precision is {compared.latent_cosine:.4f}{agreeing}, and it takes "
            f"{compared.reduced_s:.1f} s instead of {compared.full_s:.1f} s.",
            remedy="Use full precision.",
        )
    stamp = replace(engine.stamp, precision="bfloat16")
    return InferenceEngine(replace(loaded, stamp=stamp), cache=engine.cache)
