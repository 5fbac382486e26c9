"""A released checkpoint becomes a model folder: live tensors only, the rest accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from medct_core.errors import ModelUnavailableError
from medct_core.models.bundle import BundleParts, load_tokenizer, require_new, write_bundle
from medct_core.models.catalogue import CT_CLIP as CT_CLIP_ENTRY
from medct_core.models.catalogue import CatalogueEntry
from medct_core.models.checkpoint import (
    KeyCheck,
    Tensors,
    check_keys,
    read_checkpoint,
    strip_prefixes,
)
from medct_core.models.config import CT_CLIP, JointConfig
from medct_core.models.joint import build_unloaded
from medct_core.models.manifest import ModelManifest, OnProgress, no_progress
from medct_core.preprocess.recipe import CT_CLIP as CT_CLIP_RECIPE
from medct_core.preprocess.recipe import Recipe

UNUSED = (
    "text_transformer.pooler.",
    "text_transformer.embeddings.position_ids",
    "to_text_latent_extra.",
    "to_visual_latent_extra.",
    "visual_transformer.to_patch_emb_first_frame.",
    "visual_transformer.to_pixels_first_frame.",
    "visual_transformer.to_pixels.",
    "visual_transformer.vq._codebook.initted",
    "visual_transformer.vq._codebook.cluster_size",
)
"""What released checkpoints hold and no output depends on."""
_UNUSED_ANYWHERE = ".context_norm."
_LORA_MARKS = (".lora_A.", ".lora_B.", ".base_layer.")

LICENCE_FILE = "LICENCE_NOTE.txt"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What became of every tensor of a checkpoint.

    Attributes
    ----------
    manifest
        Of the folder that was written.
    kept
        How many tensors the model uses.
    dropped
        Names of tensors that are known and never used.
    unmatched
        Names the model has no place for, and nobody knows why they are there.
    """

    manifest: ModelManifest
    kept: int
    dropped: tuple[str, ...]
    unmatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What a checkpoint is converted into.

    Attributes
    ----------
    entry
        Name, licence and all else that people read.
    config, recipe
        Of the network and of its input.
    source
        Where the checkpoint came from.
    """

    entry: CatalogueEntry = CT_CLIP_ENTRY
    config: JointConfig = CT_CLIP
    recipe: Recipe = CT_CLIP_RECIPE
    source: str = "a local file"


DEFAULT_TARGET = Target()


def convert(
    checkpoint: Path,
    *,
    tokenizer: Path,
    out: Path,
    target: Target = DEFAULT_TARGET,
    on_progress: OnProgress = no_progress,
) -> Conversion:
    """Turn a released checkpoint into a model folder; it is either complete or not there.

    No code in the checkpoint is run. Its tensors are mapped, not read, until they are written.

    Parameters
    ----------
    checkpoint
        ``CT-CLIP_v2.pt``, or another file with a state dict of the same kind.
    tokenizer
        Folder with ``vocab.txt`` of the text model.
    out
        Folder to write; must not exist.
    target
        What the folder will say it is.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    ModelUnavailableError
        If the checkpoint may run code, is damaged, lacks a tensor, holds one of another shape,
        or holds adapters; if the tokenizer does not fit; if `out` exists.
    """
    require_new(out)
    _require_tokenizer(tokenizer, target.config)
    tensors = strip_prefixes(read_checkpoint(checkpoint))
    expected = build_unloaded(target.config).state_dict()
    used, dropped = _without_unused(tensors, expected)
    check = check_keys(used, expected)
    _require_complete(check, checkpoint.name)
    parts = BundleParts(
        tensors={name: used[name].float() for name in expected},
        config=target.config,
        recipe=target.recipe,
        tokenizer=tokenizer,
        texts={LICENCE_FILE: target.entry.licence_note + "\n"},
    )
    manifest = write_bundle(out, _manifest(target), parts, on_progress)
    return Conversion(manifest, len(expected), dropped, check.unmatched)


def _without_unused(
    tensors: Tensors, expected: Mapping[str, torch.Tensor]
) -> tuple[Tensors, tuple[str, ...]]:
    dropped = tuple(name for name in tensors if name not in expected and _is_unused(name))
    return {name: tensors[name] for name in tensors.keys() - set(dropped)}, dropped


def _is_unused(name: str) -> bool:
    return name.startswith(UNUSED) or _UNUSED_ANYWHERE in name


def _require_complete(check: KeyCheck, name: str) -> None:
    """Refuse a checkpoint that does not fill the network, naming all that is amiss."""
    if any(mark in key for key in check.unmatched for mark in _LORA_MARKS):
        raise ModelUnavailableError(
            f"{name} holds LoRA adapters beside the weights: {', '.join(check.unmatched)}.",
            remedy="Merge the adapters into the weights before saving, and convert that file.",
        )
    if not (check.missing or check.misshapen):
        return
    findings = (
        ("It lacks", check.missing),
        ("Of another shape are", check.misshapen),
        ("No place is known for", check.unmatched),
    )
    amiss = " ".join(f"{what} {', '.join(names)}." for what, names in findings if names)
    raise ModelUnavailableError(
        f"{name} is not a complete checkpoint of this model. {amiss}",
        remedy="Give the complete released checkpoint, or the configuration that belongs to it.",
    )


def _require_tokenizer(folder: Path, config: JointConfig) -> None:
    words = len(load_tokenizer(folder))
    if words > config.text.vocab_size:
        raise ModelUnavailableError(
            f"The tokenizer knows {words} words, the model {config.text.vocab_size}.",
            remedy="Give the tokenizer of the model's own text encoder.",
        )


def _manifest(target: Target) -> ModelManifest:
    entry = target.entry
    return ModelManifest(
        name=entry.name,
        title=entry.title,
        version=entry.version,
        licence=entry.licence,
        licence_note=entry.licence_note,
        trained_on=entry.trained_on,
        population=entry.population,
        headline=None,
        source=target.source,
    )
