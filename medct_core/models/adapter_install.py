"""Adapters onto this machine: whole, for a model that is here, and never over another one."""

import shutil
from dataclasses import replace
from pathlib import Path

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models.adapter_manifest import (
    ADAPTER_FILE,
    AdapterManifest,
    is_usable_name,
    read_adapter_manifest,
    verify_adapter,
)
from medct_core.models.adapter_store import (
    InstalledAdapter,
    adapters_folder,
    models_by_weights,
)
from medct_core.models.bundle import read_recipe, staged
from medct_core.models.catalogue import InstalledModel


def add_adapter(source: Path, name: str | None = None) -> InstalledAdapter:
    """Copy an adapter folder to the installed ones; it is there whole, or not at all.

    Parameters
    ----------
    source
        An adapter folder; it stays as it is.
    name
        Under which it is installed and named in results; None keeps its own.

    Raises
    ------
    ModelMismatchError
        If it was made for a model that is not on this machine, or for another recipe.
    ModelUnavailableError
        If the folder is no adapter, is damaged, or the name is taken.
    UsageError
        If the name cannot be used.
    """
    manifest = read_adapter_manifest(source)
    verify_adapter(source, manifest)
    require_base(manifest)
    manifest = replace(manifest, name=manifest.name if name is None else name)
    target = adapters_folder() / usable_name(manifest.name)
    if target.exists():
        raise ModelUnavailableError(
            f"An adapter {manifest.name!r} is installed already.",
            remedy="Give this one another name with --name, or remove the other one first.",
        )
    with staged(target) as stage:
        for file in manifest.files:
            shutil.copyfile(source / file, stage / file)
        (stage / ADAPTER_FILE).write_text(manifest.to_json(), encoding="utf-8")
        verify_adapter(stage, manifest)
    return InstalledAdapter(manifest.name, target)


def require_base(manifest: AdapterManifest) -> InstalledModel:
    """Find the model that an adapter was made for.

    Raises
    ------
    ModelMismatchError
        If no model here has its weights, or that one prepares scans otherwise.
    """
    models = models_by_weights()
    if manifest.base_sha256 not in models:
        here = (f"{model.name} ({sha256[:12]}...)" for sha256, model in models.items())
        raise ModelMismatchError(
            f"The adapter {manifest.name!r} was made for {manifest.base_name} "
            f"({manifest.base_sha256[:12]}...), which is not on this machine; here are: "
            f"{', '.join(here) or 'none'}.",
            remedy=f"Install the very {manifest.base_name} that it was made for.",
        )
    base = models[manifest.base_sha256]
    recipe_id = read_recipe(base.folder).id
    if recipe_id != manifest.recipe_id:
        raise ModelMismatchError(
            f"The adapter {manifest.name!r} was trained on scans prepared as "
            f"{manifest.recipe_id}, and {base.name} prepares them as {recipe_id}.",
            remedy="Use an adapter that was trained with this recipe.",
        )
    return base


def usable_name(name: str) -> str:
    """Give a name back that an adapter may have.

    Raises
    ------
    UsageError
        If it may not.
    """
    if not is_usable_name(name):
        raise UsageError(
            f"An adapter cannot be called {name!r}.",
            remedy="Choose a name of letters, digits and dashes with --name.",
        )
    return name
