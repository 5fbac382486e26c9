"""A region of a scan as a search asks for it: from millimetres or a mask to tokens."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.archive.queries import AskedScan, EmbeddedScan, embed_asked
from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.inference.codebook import codebook_of
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.relevance import token_affine
from medct_core.io.label_map import LabelMap
from medct_core.io.open_mask import open_masks
from medct_core.preprocess.recipe import Depth, Recipe
from medct_core.retrieval.region import TokenRegion, require_codes
from medct_core.retrieval.region_mm import corners_of, tokens_around
from medct_core.retrieval.region_search import AskedRegion, require_codebook

Points = npt.NDArray[np.float64]


def region_query(
    engine: InferenceEngine,
    asked: AskedScan,
    points_mm: Points,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> tuple[AskedRegion, EmbeddedScan]:
    """Read and embed a scan, and find the tokens of a region of it.

    Parameters
    ----------
    engine
        A model with codes.
    asked
        The scan.
    points_mm
        ``(n, 3)`` LPS mm; from `points_of_box` or `points_of_masks`.
    cancel, on_progress
        As for `queries.scan_query`, whose errors are those here too.

    Raises
    ------
    ModelUnavailableError
        If the model has no codes; the scan is not read then.
    UsageError
        If the model sees no part of the region.
    """
    require_codebook(codebook_of(engine))
    scan = embed_asked(engine, asked, cancel=cancel, on_progress=on_progress)
    return asked_region(engine, scan, points_mm), scan


def asked_region(engine: InferenceEngine, scan: EmbeddedScan, points_mm: Points) -> AskedRegion:
    """Find the tokens of a region in a scan that is embedded; errors as for `region_query`."""
    codebook = require_codebook(codebook_of(engine))
    codes = require_codes(scan.embedding.codes)
    a, b, c = codes.shape
    region = tokens_around(points_mm, affine_of_tokens(engine, scan), (a, b, c))
    return AskedRegion(scan.query, codes, region, codebook)


def affine_of_tokens(engine: InferenceEngine, scan: EmbeddedScan) -> npt.NDArray[np.float64]:
    """Give where the middle of each token lies, ``(4, 4)``: index to LPS mm."""
    codes = require_codes(scan.embedding.codes)
    sizes = np.array(engine.recipe.shape) // np.array(codes.shape)
    d, h, w = map(int, sizes)
    return token_affine(scan.input_affine, (d, h, w))


def points_of_box(box_mm: tuple[float, float, float, float, float, float]) -> Points:
    """Give the corners of a box, ``(8, 3)`` LPS mm.

    Parameters
    ----------
    box_mm
        x0, x1, y0, y1, z0, z1 in LPS mm: rising to the left, the back and the head.

    Raises
    ------
    UsageError
        If an end lies before its start, or is no finite number.
    """
    low, high = np.array(box_mm[::2]), np.array(box_mm[1::2])
    if not np.isfinite(box_mm).all() or (high < low).any():
        raise UsageError(
            f"A region from {low.tolist()} to {high.tolist()} mm has no size.",
            remedy="Write it as x0,x1,y0,y1,z0,z1 in mm, the smaller number of each pair first.",
        )
    return corners_of(low, high)


def points_of_masks(path: Path, *, cancel: CancelToken | None = None) -> Points:
    """Give points around all that is marked in the masks of a file, ``(n, 3)`` LPS mm.

    The ends of every marked line of voxels stand for the line: a box around them is a box around
    all.

    Raises
    ------
    UsageError, ScanRefusedError
        If it cannot be read, or holds no mask.
    Cancelled
        If `cancel` was raised.
    """
    return np.concatenate([_ends(one) for one in open_masks(path, cancel=cancel)])


def _ends(mask: LabelMap) -> Points:
    marked = mask.values != 0
    j, k = np.nonzero(marked.any(axis=0))
    lines = marked[:, j, k]
    first = lines.argmax(axis=0)
    last = len(lines) - 1 - lines[::-1].argmax(axis=0)
    ends = [np.stack([i, j, k], axis=1) for i in (first, last)]
    return np.asarray(mask.geometry.to_patient(np.concatenate(ends)), dtype=np.float64)


def from_middle_mm(
    region: TokenRegion, shape: tuple[int, int, int], recipe: Recipe
) -> tuple[Points, Points] | None:
    """Say where a region of a scan lies from the scan's middle, low and high ``(3,)`` LPS mm.

    The model's input lies about the middle of every scan, so this holds for scans whose place in
    their patient is not known; to within a voxel of the input.

    Returns
    -------
    None for a recipe that does not keep the spacing of the slices.
    """
    if recipe.depth is not Depth.SPACING:
        return None
    tokens = np.array(shape)
    sizes = np.array(recipe.shape) / tokens * np.array(recipe.spacing_mm)
    low = (np.array(region.first) - tokens / 2) * sizes
    high = (np.array(region.stop) - tokens / 2) * sizes
    # The input's axes are (k, i, j): Superior, Left, Posterior.
    return low[[1, 2, 0]], high[[1, 2, 0]]
