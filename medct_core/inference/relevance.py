"""Which part of a scan spoke for a score: a map that adds up to it exactly."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch

from medct_core.cancel import CancelToken
from medct_core.errors import ModelMismatchError
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.likeness import Likeness, Towards
from medct_core.inference.prompt import Prompt
from medct_core.inference.request import OnProgress
from medct_core.inference.scores import Relevance
from medct_core.inference.similarity import FloatArray
from medct_core.preprocess.model_input import ModelInput

CONTRIBUTION = "contribution"
"""Name of the method."""


def tokens_of(
    engine: InferenceEngine,
    embedding: Embedding,
    prepare_again: Callable[[], ModelInput],
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> FloatArray:
    """Give the tokens of an encoded scan; a map needs them, a score does not.

    A quantised scan has them in its codes. Any other one is encoded once more, so whoever asks
    keeps what this gives for the next prompt.

    Parameters
    ----------
    engine
        The one that encoded the scan, or one with the same stamp.
    embedding
        Of the scan.
    prepare_again
        Gives the prepared scan where it has to be encoded.
    cancel, on_progress
        As for `InferenceEngine.embed_volume`, whose errors are those here.

    Returns
    -------
    ``(d, h, w, dim)`` float32.
    """
    if embedding.codes is None:
        return engine.tokens(prepare_again(), cancel=cancel, on_progress=on_progress)
    codes = torch.from_numpy(embedding.codes.astype(np.int64)).to(engine.device)
    with torch.inference_mode():
        rows = engine.with_text.network.visual_transformer.vq.lookup(codes)
    found: FloatArray = rows.float().cpu().numpy()
    return found


def contribution_map(
    engine: InferenceEngine,
    embedding: Embedding,
    tokens: FloatArray,
    prompt: Prompt,
    *,
    cancel: CancelToken | None = None,
) -> tuple[FloatArray, float]:
    """Split the similarity of a scan and a prompt into what each token adds.

    Parameters
    ----------
    engine
        The one that encoded the scan, or one with the same stamp.
    embedding
        Of the scan.
    tokens
        `tokens_of` the same scan.
    prompt
        What is asked.
    cancel
        Checked between batches of wordings.

    Returns
    -------
    ``(d, h, w)`` float32, signed, and what its sum is multiplied by to give the logit.

    Raises
    ------
    PromptRefusedError
        If a wording is longer than the model can read.
    Cancelled
        If `cancel` was raised meanwhile.

    References
    ----------
    The head of CT-CLIP (Hamamci et al., 2024) is linear in its tokens.
    """
    direction = engine.direction(prompt, cancel=cancel)
    overall = _split(engine, tokens, direction)
    scoring = engine.loaded.manifest.scoring
    if scoring.local_weight == 0:
        return overall, engine.logit_scale
    strongest = _strongest_shares(embedding, direction, scoring.local_top)
    mixed = (1 - scoring.local_weight) * overall + scoring.local_weight * strongest
    return mixed.astype(np.float32), engine.logit_scale


def explained(
    engine: InferenceEngine,
    embedding: Embedding,
    tokens: FloatArray,
    prompt: Prompt,
    *,
    input_affine: npt.NDArray[np.float64],
    cancel: CancelToken | None = None,
) -> Relevance:
    """Give the map of `contribution_map` with its place in the patient.

    Parameters
    ----------
    engine, embedding, tokens, prompt, cancel
        As for `contribution_map`, whose errors are those here.
    input_affine
        `ModelInput.affine` of the scan.
    """
    values, scale = contribution_map(engine, embedding, tokens, prompt, cancel=cancel)
    return Relevance(
        prompt=prompt,
        values=values,
        affine=token_affine(input_affine, engine.image.token_voxels),
        method=CONTRIBUTION,
        logit_scale=scale,
        stamp=engine.stamp,
        volume_sha256=embedding.volume_sha256,
    )


def likeness_map(
    engine: InferenceEngine,
    embedding: Embedding,
    tokens: FloatArray,
    towards: Towards,
    *,
    input_affine: npt.NDArray[np.float64],
) -> Likeness:
    """Split the likeness of a scan to another one into what each token adds.

    Whatever a score is mixed of, scans are compared by their whole vectors alone, and these are
    linear in the tokens.

    Parameters
    ----------
    engine, embedding, tokens
        As for `contribution_map`.
    towards
        The other scan, as seen from this one.
    input_affine
        `ModelInput.affine` of the scan.

    Raises
    ------
    ModelMismatchError
        If the other scan was embedded by another model.
    """
    require_one_model(engine, towards)
    return Likeness(
        other=towards.other,
        values=_split(engine, tokens, towards.direction),
        affine=token_affine(input_affine, engine.image.token_voxels),
        common=towards.common,
        stamp=engine.stamp,
        volume_sha256=embedding.volume_sha256,
    )


def require_one_model(engine: InferenceEngine, towards: Towards) -> None:
    """Make sure that two scans were embedded by the model that would split their likeness.

    Raises
    ------
    ModelMismatchError
        If they were not.
    """
    if towards.stamp != engine.stamp:
        raise ModelMismatchError(
            f"{towards.other!r} was embedded by {towards.stamp.model} or with other settings than "
            f"those of {engine.stamp.model}, which is loaded.",
            remedy="Search again with the model that is loaded, then ask once more.",
        )


def token_affine(
    input_affine: npt.NDArray[np.float64], voxels: tuple[int, int, int]
) -> npt.NDArray[np.float64]:
    """Say where the middle of each token lies.

    Parameters
    ----------
    input_affine
        ``(4, 4)``, index (d, h, w, 1) of the prepared scan to LPS mm.
    voxels
        Size of a token in voxels of the prepared scan, along (d, h, w).

    Returns
    -------
    ``(4, 4)`` float64, index of a token to LPS mm.
    """
    to_index = np.diag([*map(float, voxels), 1.0])
    to_index[:3, 3] = (np.array(voxels) - 1) / 2
    return input_affine @ to_index


def _split(engine: InferenceEngine, tokens: FloatArray, direction: FloatArray) -> FloatArray:
    """``(d, h, w)``: what the tokens add to the product of the scan's vector and a direction."""
    with torch.inference_mode():
        shares = engine.image.shares(
            torch.tensor(tokens, device=engine.device),
            torch.tensor(direction[None], device=engine.device),
        )
    split: FloatArray = shares[0].cpu().numpy().astype(np.float32)
    return split


def _strongest_shares(embedding: Embedding, direction: FloatArray, count: int) -> FloatArray:
    """``(d, h, w)``: what the tokens add that speak most for the prompt, 0 for all others."""
    local = embedding.local
    assert local is not None
    alike = local.reshape(-1, local.shape[-1]).astype(np.float32) @ direction
    kept = min(count, alike.size)
    strongest = np.argpartition(alike, alike.size - kept)[-kept:]
    shares = np.zeros_like(alike)
    shares[strongest] = alike[strongest] / kept
    return shares.reshape(local.shape[:3])
