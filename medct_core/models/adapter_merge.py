"""An adapter made part of its base: a model folder of its own, for programs without adapters."""

from dataclasses import replace
from pathlib import Path

from medct_core.models.adapter_install import require_base
from medct_core.models.adapter_manifest import read_adapter_manifest
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import (
    BundleParts,
    LoadedModel,
    load_model,
    require_new,
    without_text_base,
    write_bundle,
)
from medct_core.models.lora import plain_state
from medct_core.models.manifest import (
    PROMPTS_FILE,
    ModelManifest,
    OnProgress,
    no_progress,
    part_of,
)

_LOADING_SHARE = 0.3


def merge_adapter(adapter: Path, out: Path, on_progress: OnProgress = no_progress) -> ModelManifest:
    """Write a whole model that computes what base and adapter compute, up to rounding.

    What was measured of the base (calibration, known cases, means, model card) is left out, as
    it does not hold for another model; wordings go along. A linear head has no place in a model
    folder. Base and adapter stay as they are.

    Parameters
    ----------
    adapter
        An adapter folder whose base is on this machine.
    out
        Model folder to write; must not exist. Its name is the name of the model.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    ModelMismatchError
        If the base is not on this machine.
    ModelUnavailableError
        If a file is missing or damaged, or `out` exists.
    """
    require_new(out)
    known = read_adapter_manifest(adapter)
    folder = require_base(known).folder
    base = load_model(folder, on_progress=part_of(on_progress, 0.0, _LOADING_SHARE))
    host = AdapterHost(base)
    host.load(adapter)
    merged = host.merge()
    made_of = f"{base.manifest.name} {known.base_sha256}, adapter {known.name}"
    manifest = replace(
        base.manifest,
        name=out.name,
        title=f"{base.manifest.title}, with the adapter {known.name} in it",
        source=f"{made_of} {known.weights_sha256}",
    )
    writing = part_of(on_progress, _LOADING_SHARE, 1.0)
    return write_bundle(out, manifest, _parts(merged), writing)


def _parts(merged: LoadedModel) -> BundleParts:
    state, text_base = plain_state(merged.network), merged.manifest.text_base
    prompts = merged.folder / PROMPTS_FILE
    return BundleParts(
        tensors=state if text_base is None else without_text_base(state, text_base),
        config=merged.config,
        recipe=merged.recipe,
        tokenizer=merged.folder,
        texts=({PROMPTS_FILE: prompts.read_text(encoding="utf-8")} if prompts.is_file() else {}),
    )
