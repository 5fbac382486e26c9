"""Agreement with the released code: a file of its inputs and outputs, computed again here."""

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError, UsageError
from medct_core.models.config import JointConfig
from medct_core.models.joint import JointModel, build_unloaded

FloatArray = npt.NDArray[np.float32]

EXACT = 1e-4
"""Largest difference where both sides do the same sums."""
CODES = 1e-3
"""Largest share of codes that may differ: of fewer than a thousand, none."""
COSINE = 1e-3
"""Largest distance of two latents, 1 - cosine, where a code differs."""
LOGITS = 1e-2
"""Largest difference of logits where a code differs."""

# Depth of air the seeded volume begins with, part of the form of these files.
_AIR_SLICES = 40
_NEEDED = (
    *("config", "salt", "input_ids", "attention_mask", "patch_tokens", "position_bias"),
    *("after_spatial", "after_temporal", "codes", "image_latent", "text_cls", "text_latent"),
    "logits",
)
_FROM_CODES = "image_latent from their codes"


@dataclass(frozen=True, slots=True)
class ArrayDifference:
    """How far one array is from the reference.

    Attributes
    ----------
    name
        The array.
    measure
        What `largest` is: ``largest difference``, ``share that differs`` or ``1 - cosine``.
    largest
        The worst of the array; infinite where shapes differ, NaN where a number is.
    tolerance
        What is allowed.
    """

    name: str
    measure: str
    largest: float
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether the array is within tolerance; a NaN never is."""
        return self.largest <= self.tolerance


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The contents of one reference file.

    Attributes
    ----------
    config
        The network it was made with.
    salt
        Put before every name when the weights are drawn.
    volume
        ``(d, h, w)`` float32.
    arrays
        Everything else, by name.
    """

    config: JointConfig
    salt: str
    volume: FloatArray
    arrays: Mapping[str, npt.NDArray[np.generic]]


def verify_reference(path: Path) -> list[ArrayDifference]:
    """Compute a reference file again and compare every array.

    Raises
    ------
    UsageError
        If the file is no reference file.
    ModelUnavailableError
        If its configuration is none this program can build.
    """
    reference = read_reference(path)
    model = build_unloaded(reference.config)
    model.load_state_dict(rebuild_weights(model, reference.salt), strict=True, assign=True)
    with torch.inference_mode():
        return _compare(_compute(model, reference), reference)


def read_reference(path: Path) -> Reference:
    """Read a reference file.

    Raises
    ------
    UsageError
        If it cannot be read, an array is missing, or volume and codes do not fit each other.
    ModelUnavailableError
        If its configuration is none this program can build.
    """
    remedy = "Give an .npz file with the outputs of the released code."
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{path.name} cannot be read as an .npz file.", remedy=remedy) from error
    missing = [name for name in _NEEDED if name not in arrays]
    if "volume" not in arrays and "volume_seed" not in arrays:
        missing.append("volume")
    if missing:
        raise UsageError(f"{path.name} lacks {', '.join(missing)}.", remedy=remedy)
    config = read_config(str(arrays["config"]))
    reference = Reference(config, str(arrays["salt"]), _volume(arrays, config), arrays)
    _require_fit(reference, path.name)
    return reference


def _require_fit(reference: Reference, name: str) -> None:
    """Refuse inputs that do not belong to the configuration; outputs are judged later."""
    vision = reference.config.vision
    shape, codes = reference.volume.shape, reference.arrays["codes"].size
    if shape != vision.input_shape[1:] or codes != math.prod(vision.grid):
        raise UsageError(
            f"{name} has a volume of {shape} and {codes} codes; its own configuration asks for "
            f"{vision.input_shape[1:]} and {math.prod(vision.grid)}.",
            remedy="Write the file again.",
        )


def read_config(text: str) -> JointConfig:
    """Read the constructor values of the released code, one flat JSON object.

    Raises
    ------
    ModelUnavailableError
        If it is no JSON object, or an entry is unknown or missing.
    """
    try:
        values = dict(json.loads(text))
    except (TypeError, ValueError) as error:
        raise ModelUnavailableError(
            "The file does not say which network it was made with.",
            remedy="Give a file whose array 'config' is a JSON object.",
        ) from error
    joint = {name: values.pop(name) for name in ("text", "dim_latent") if name in values}
    return JointConfig.from_json({**joint, "vision": values})


def rebuild_weights(model: JointModel, salt: str) -> dict[str, Tensor]:
    """Draw the weights of a reference file for every name of `model`.

    Each tensor depends on the salt and its own name alone.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    return {name: torch.from_numpy(value(name, shape, salt)) for name, shape in shapes.items()}


def value(name: str, shape: tuple[int, ...], salt: str = "") -> FloatArray:
    """Draw one tensor of a reference file from its name."""
    if shape == ():
        return np.array(1.5, dtype=np.float32)
    generator = np.random.default_rng(zlib.crc32((salt + name).encode()))
    normal = generator.standard_normal(shape, dtype=np.float32)
    if len(shape) == 1:
        return _vector(name, normal)
    if name.endswith("_codebook.embed"):
        return np.asarray(normal / np.linalg.norm(normal, axis=-1, keepdims=True), np.float32)
    if normal.size:
        normal /= np.float32(math.sqrt(math.prod(shape[1:])))
    return normal


def _vector(name: str, normal: FloatArray) -> FloatArray:
    if name.endswith(".beta"):
        return np.zeros_like(normal)
    if name.endswith(".bias"):
        return np.float32(0.05) * normal
    return 1 + np.float32(0.1) * normal


def _volume(arrays: Mapping[str, npt.NDArray[np.generic]], config: JointConfig) -> FloatArray:
    if "volume" in arrays:
        return arrays["volume"].astype(np.float32)
    generator = np.random.default_rng(int(arrays["volume_seed"]))
    volume = generator.uniform(-1, 1, config.vision.input_shape[1:]).astype(np.float32)
    volume[:_AIR_SLICES] = -1
    return volume


def _compute(model: JointModel, reference: Reference) -> dict[str, Tensor]:
    """Compute every array of a reference file, by its name there."""
    found = _compute_image(model, reference)
    ids, mask = (
        torch.from_numpy(reference.arrays[name].astype(np.int64))
        for name in ("input_ids", "attention_mask")
    )
    found["text_cls"] = model.text_features(ids, mask)
    found["text_latent"] = model.encode_text(ids, mask)
    found["logits"] = found["text_latent"] @ found["image_latent"] * model.logit_scale
    return found


def _compute_image(model: JointModel, reference: Reference) -> dict[str, Tensor]:
    """Compute the stages of the image tower, and the latent twice: from their codes and ours."""
    tower, never = model.visual_transformer, CancelToken()
    _, height, width = reference.config.vision.grid
    found = {"position_bias": tower.spatial_rel_pos_bias(height, width)[:, :5]}
    tokens = tower.patch_tokens(torch.from_numpy(reference.volume)[None, None])
    found["patch_tokens"] = tokens[0, :, :2, :2]
    tokens = tower.after_spatial(tokens, never)
    found["after_spatial"] = tokens[0, :, :2, :2]
    tokens = tower.after_temporal(tokens, never)
    found["after_temporal"] = tokens[0, :, :2, :2]
    quantised, codes = tower.vq(tokens)
    found["codes"] = codes.flatten()
    found["image_latent"] = model.features(quantised, codes).latent[0]
    theirs = torch.from_numpy(reference.arrays["codes"].astype(np.int64)).view(codes.shape)
    found[_FROM_CODES] = model.features(tower.vq.lookup(theirs), theirs).latent[0]
    return found


def _compare(found: Mapping[str, Tensor], reference: Reference) -> list[ArrayDifference]:
    expected = {name: torch.from_numpy(reference.arrays[name]) for name in _NEEDED[4:]}
    compared = [
        _difference(name, found[name], expected[name], EXACT)
        for name in ("position_bias", "patch_tokens", "after_spatial", "after_temporal")
    ]
    codes = _share_of_codes(found["codes"], expected["codes"])
    latent = expected["image_latent"]
    compared += [codes, _difference(_FROM_CODES, found[_FROM_CODES], latent, EXACT)]
    if codes.largest == 0:
        compared.append(_difference("image_latent", found["image_latent"], latent, EXACT))
    else:
        compared.append(_cosine_distance("image_latent", found["image_latent"], latent))
    compared += [
        _difference(name, found[name], expected[name], EXACT)
        for name in ("text_cls", "text_latent")
    ]
    tolerance = EXACT if codes.largest == 0 else LOGITS
    return [*compared, _difference("logits", found["logits"], expected["logits"], tolerance)]


def _difference(name: str, ours: Tensor, theirs: Tensor, tolerance: float) -> ArrayDifference:
    same = ours.shape == theirs.shape
    largest = float((ours - theirs).abs().max()) if same else math.inf
    return ArrayDifference(name, "largest difference", largest, tolerance)


def _share_of_codes(ours: Tensor, theirs: Tensor) -> ArrayDifference:
    same = ours.shape == theirs.shape
    share = float((ours != theirs).float().mean()) if same else math.inf
    return ArrayDifference("codes", "share that differs", share, CODES)


def _cosine_distance(name: str, ours: Tensor, theirs: Tensor) -> ArrayDifference:
    same = ours.shape == theirs.shape
    distance = 1 - float(torch.cosine_similarity(ours, theirs, dim=0)) if same else math.inf
    return ArrayDifference(name, "1 - cosine", distance, COSINE)
