"""A model folder on disk becomes a model in memory, and back."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import BertTokenizer

from medct_core.errors import ModelUnavailableError
from medct_core.models.checkpoint import (
    Tensors,
    check_keys,
    listed,
    open_tensors,
    require_fit,
    write_tensors,
)
from medct_core.models.config import JointConfig
from medct_core.models.joint import JointModel, build_unloaded
from medct_core.models.manifest import (
    CONFIG_FILE,
    MANIFEST_FILE,
    RECIPE_FILE,
    WEIGHTS_FILE,
    ModelManifest,
    OnProgress,
    TextBase,
    file_sha256,
    find_text_base,
    no_progress,
    read_manifest,
    text_base_folder,
    verify_files,
)
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess.recipe import Recipe

TEXT_PREFIX = "text_transformer."
TOKENIZER_FILES = (
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
)

# A changed matrix of the text tower as two thin ones: weight = base + up @ down.
_UP, _DOWN = ".low_rank_up", ".low_rank_down"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedModel:
    """A model ready to be asked.

    Attributes
    ----------
    folder
        Where it was read from.
    manifest, recipe, config
        What it is, how scans are prepared for it, what it is made of.
    network
        Both towers in evaluation mode on their device; no gradient is kept.
    tokenizer
        Turns wordings into the numbers the text tower reads.
    stamp
        Goes with every number it produces.
    """

    folder: Path
    manifest: ModelManifest
    recipe: Recipe
    config: JointConfig
    network: JointModel
    tokenizer: BertTokenizer
    stamp: ModelStamp


def load_model(
    folder: Path,
    *,
    device: torch.device | str = "cpu",
    precision: str = "float32",
    on_progress: OnProgress = no_progress,
) -> LoadedModel:
    """Load a model: hashes first, then names and shapes, then weights.

    On the CPU the weights are views of the mapped file, read as they are used and never twice in
    memory. Nothing in the folder can make code run.

    Parameters
    ----------
    folder
        A folder with a manifest; `catalogue.find_model` gives it for a name.
    device
        Where the network will live.
    precision
        Written into the stamp; whoever computes in another one than float32 says so here.
    on_progress
        Takes the fraction in [0, 1] of the weights that have been hashed.

    Raises
    ------
    ModelUnavailableError
        If a file is missing or damaged, a tensor is missing or misshapen, or the text encoder's
        package is not installed.
    """
    manifest = read_manifest(folder)
    verify_files(folder, manifest, on_progress)
    recipe = read_recipe(folder)
    config = read_config(folder / CONFIG_FILE)
    tensors = open_tensors(folder / WEIGHTS_FILE)
    if manifest.text_base is not None:
        tensors = with_text_base(tensors, manifest.text_base, config)
    network = assemble(config, tensors, name=manifest.name)
    return LoadedModel(
        folder=folder,
        manifest=manifest,
        recipe=recipe,
        config=config,
        network=network.to(device),
        tokenizer=load_tokenizer(folder),
        stamp=ModelStamp(manifest.name, manifest.weights_sha256, recipe.id, precision),
    )


def assemble(config: JointConfig, tensors: Mapping[str, torch.Tensor], *, name: str) -> JointModel:
    """Put tensors into a network without copying them; it keeps no gradient.

    Raises
    ------
    ModelUnavailableError
        If a tensor is missing, misshapen, or has no place in the network.
    """
    network = build_unloaded(config)
    check = check_keys(tensors, network.state_dict())
    require_fit(check, name)
    if check.unmatched:
        raise ModelUnavailableError(
            f"{name} holds {len(check.unmatched)} tensors the model has no place for: "
            f"{listed(check.unmatched)}.",
            remedy="Use the weights that belong to this configuration.",
        )
    network.load_state_dict({key: value.float() for key, value in tensors.items()}, assign=True)
    return network.requires_grad_(requires_grad=False)


def read_config(path: Path) -> JointConfig:
    """Read the sizes of a network; errors as `config_values` and `JointConfig.from_json`."""
    return JointConfig.from_json(config_values(path))


def config_values(path: Path) -> dict[str, Any]:
    """Read what a configuration file holds, whatever kind of network it is for.

    Raises
    ------
    ModelUnavailableError
        If the file is missing or cannot be used.
    """
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailableError(
            f"The model's {path.name} cannot be read.", remedy="Install the model again."
        ) from error
    return values


def read_recipe(folder: Path) -> Recipe:
    """Read how scans are prepared for the model of a folder.

    Raises
    ------
    ModelUnavailableError
        If the file is missing or cannot be used.
    """
    try:
        return Recipe.from_json((folder / RECIPE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnavailableError(
            f"The model's {RECIPE_FILE} cannot be used.", remedy="Install the model again."
        ) from error


def load_tokenizer(folder: Path) -> BertTokenizer:
    """Load a WordPiece vocabulary, lower-cased; no code and no network is used.

    Raises
    ------
    ModelUnavailableError
        If the folder holds none, or one that cannot be read.
    """
    if not any((folder / name).is_file() for name in TOKENIZER_FILES[:2]):
        raise ModelUnavailableError(
            f"The folder {folder} holds no tokenizer ({' or '.join(TOKENIZER_FILES[:2])}).",
            remedy="Give the folder that holds the text model's vocabulary.",
        )
    try:
        tokenizer: BertTokenizer = BertTokenizer.from_pretrained(
            folder, local_files_only=True, do_lower_case=True
        )
    except Exception as error:  # the tokenizer library raises bare Exceptions
        raise ModelUnavailableError(
            f"The tokenizer in {folder} cannot be read ({error}).",
            remedy="Get the tokenizer's files again.",
        ) from error
    return tokenizer


def base_text_tensors(base: TextBase) -> Tensors:
    """Open the weights of a package's text encoder under the names of our network.

    Raises
    ------
    ModelUnavailableError
        If the package is missing or is another version.
    """
    return _text_tensors_in(text_base_folder(base))


def _text_tensors_in(folder: Path) -> Tensors:
    tensors = open_tensors(folder / WEIGHTS_FILE)
    return {f"{TEXT_PREFIX}{name}": tensor for name, tensor in tensors.items()}


def with_text_base(tensors: Tensors, base: TextBase, config: JointConfig) -> Tensors:
    """Complete tensors with the text tower they were trained upon.

    A whole tensor replaces the base's; a pair of thin ones is added to it. The base's hash is not
    checked again: `verify_files` did.
    """
    needed = {name for name in build_unloaded(config).state_dict() if name.startswith(TEXT_PREFIX)}
    found = _text_tensors_in(find_text_base(base))
    complete = {name: value for name, value in found.items() if name in needed}
    complete |= {name: value for name, value in tensors.items() if not name.endswith((_UP, _DOWN))}
    for name in (name for name in tensors if name.endswith(_UP)):
        changed = name.removesuffix(_UP)
        up, down = tensors[name].float(), tensors[changed + _DOWN].float()
        complete[changed] = complete[changed].float() + up @ down
    return complete


def thin_tensors(name: str, *, up: torch.Tensor, down: torch.Tensor) -> Tensors:
    """Name the two thin matrices, ``(out, r)`` and ``(r, in)``, whose product is added to a weight.

    Parameters
    ----------
    name
        Of the weight in the network's state dict.
    up, down
        Any scale is already in `up`.
    """
    return {name + _UP: up.contiguous(), name + _DOWN: down.contiguous()}


def without_text_base(state: Mapping[str, torch.Tensor], base: TextBase) -> Tensors:
    """Leave out the tensors of the text tower that equal the base's to the bit.

    Raises
    ------
    ModelUnavailableError
        If the package that brings the base is missing or is another version.
    """
    kept = base_text_tensors(base)
    return {
        name: tensor
        for name, tensor in state.items()
        if name not in kept or not torch.equal(tensor.cpu(), kept[name])
    }


@dataclass(frozen=True, slots=True, eq=False)
class BundleParts:
    """What is written into a model folder beside its manifest.

    Attributes
    ----------
    tensors
        By name; whole ones, and thin pairs where a text base is named in the manifest.
    config, recipe
        Of the network and of its input.
    tokenizer
        Folder with the tokenizer's files.
    texts
        Further files by plain name: calibration, prompts, model card.
    """

    tensors: Mapping[str, torch.Tensor]
    config: JointConfig
    recipe: Recipe
    tokenizer: Path
    texts: Mapping[str, str]


def write_bundle(
    folder: Path,
    manifest: ModelManifest,
    parts: BundleParts,
    on_progress: OnProgress = no_progress,
) -> ModelManifest:
    """Write a model folder; it is either complete or not there.

    Parameters
    ----------
    folder
        Must not exist yet.
    manifest
        Its hashes are replaced by those of the files written.
    parts
        Everything else.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Returns
    -------
    The manifest as written.

    Raises
    ------
    ModelUnavailableError
        If the folder exists, or the tokenizer cannot be used.
    """
    require_new(folder)
    with staged(folder) as stage:
        weights_sha256 = write_tensors(stage / WEIGHTS_FILE, parts.tensors, on_progress)
        _write_texts(stage, parts)
        _copy_tokenizer(parts.tokenizer, stage)
        others = sorted(path for path in stage.iterdir() if path.name != WEIGHTS_FILE)
        files = {path.name: file_sha256(path) for path in others}
        sealed = replace(manifest, weights_sha256=weights_sha256, files=files)
        (stage / MANIFEST_FILE).write_text(sealed.to_json(), encoding="utf-8")
    return sealed


def _write_texts(stage: Path, parts: BundleParts) -> None:
    config = json.dumps(parts.config.to_json(), indent=2) + "\n"
    texts = {CONFIG_FILE: config, RECIPE_FILE: parts.recipe.to_json() + "\n", **parts.texts}
    for name, text in texts.items():
        (stage / name).write_text(text, encoding="utf-8")


def _copy_tokenizer(source: Path, stage: Path) -> None:
    load_tokenizer(source)
    for name in TOKENIZER_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, stage / name)


def require_new(folder: Path) -> None:
    """Refuse to write over something.

    Raises
    ------
    ModelUnavailableError
        If `folder` exists.
    """
    if folder.exists():
        raise ModelUnavailableError(
            f"{folder} exists already.", remedy="Remove it first, or choose another folder."
        )


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Fill a folder under another name and rename it when the block ends without an error."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        stage.chmod(0o755)  # mkdtemp keeps others out; a model is nobody's secret
        yield stage
        stage.rename(folder)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
