"""A part of a scan as a vector of its own, and the part of another scan that is most like it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medct_core.errors import ModelUnavailableError

FloatArray = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int16]
Block = tuple[int, int, int]

_LEAST_LENGTH = 1e-6


@dataclass(frozen=True, slots=True)
class TokenRegion:
    """A box of tokens.

    Attributes
    ----------
    first, stop
        Token indices ``(a, b, c)``, half open.

    Raises
    ------
    ValueError
        If it holds no token.
    """

    first: Block
    stop: Block

    def __post_init__(self) -> None:
        if min(self.first) < 0 or min(self.size) < 1:
            raise ValueError("a region holds at least one token")

    @property
    def size(self) -> Block:
        """Tokens along every axis."""
        a, b, c = (end - start for start, end in zip(self.first, self.stop, strict=True))
        return a, b, c

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Cuts the region out of an ``(a, b, c, ...)`` array."""
        a, b, c = map(slice, self.first, self.stop)
        return a, b, c


@dataclass(frozen=True, slots=True)
class RegionMatch:
    """The part of a scan that is most like a region of another one.

    Attributes
    ----------
    region
        As large as the one asked for.
    cosine
        In [-1, 1].
    """

    region: TokenRegion
    cosine: float


def region_vector(codes: Codes | None, codebook: FloatArray, region: TokenRegion) -> FloatArray:
    """Embed a region: the mean of the quantised tokens inside it, of unit length.

    Parameters
    ----------
    codes
        ``(a, b, c)`` int16, the scan's; None for a model without.
    codebook
        ``(size, width)``, the model's rows, centred where the library is.
    region
        Inside the codes.

    Returns
    -------
    ``(width,)`` float32; 0 where the tokens cancel out.

    Raises
    ------
    ModelUnavailableError
        If the model has no codes.
    ValueError
        If the region is not inside them.
    """
    kept = require_codes(codes)
    if any(end > length for end, length in zip(region.stop, kept.shape, strict=True)):
        raise ValueError(f"a region up to {region.stop} is outside of {kept.shape} tokens")
    tokens = codebook[kept[region.slices].reshape(-1)]
    return _unit(tokens.mean(axis=0, dtype=np.float64)).astype(np.float32)


def best_match(
    query: FloatArray, size: Block, codes: Codes | None, codebook: FloatArray
) -> RegionMatch | None:
    """Find the window of another scan that is most like a region.

    Parameters
    ----------
    query
        ``(width,)``, from `region_vector`.
    size
        Tokens of the region along every axis: the window has the same.
    codes, codebook
        Of the other scan, and the model of both.

    Returns
    -------
    The window of highest cosine, the first one of equals; None where the scan is smaller.

    Raises
    ------
    ModelUnavailableError
        If the model has no codes.
    """
    kept = require_codes(codes)
    if any(wanted > length for wanted, length in zip(size, kept.shape, strict=True)):
        return None
    cosines = _window_cosines(query, size, codebook[kept])
    best = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
    a, b, c = map(int, best)
    stop = (a + size[0], b + size[1], c + size[2])
    return RegionMatch(TokenRegion((a, b, c), stop), float(cosines[best]))


def require_codes(codes: Codes | None) -> Codes:
    """Give the codes of a scan.

    Raises
    ------
    ModelUnavailableError
        If its model makes none.
    """
    if codes is None:
        raise ModelUnavailableError(
            "This model keeps nothing of the parts of a scan, so that a region cannot be searched.",
            remedy="Search with the whole scan, or use a model with a codebook such as CT-CLIP.",
        )
    return codes


def _window_cosines(query: FloatArray, size: Block, tokens: FloatArray) -> FloatArray:
    """Compare every window's mean, ``(a, b, c, width)`` to ``(a', b', c')``.

    The query's product is summed over a window rather than the tokens' over all widths; only the
    length of a window's mean needs every width, and it is summed up width by width.
    """
    products = _window_sums(tokens @ query, size)
    squares = np.zeros_like(products)
    for width in range(tokens.shape[-1]):
        squares += _window_sums(tokens[..., width], size) ** 2
    lengths = np.sqrt(squares)
    has_direction = lengths > _LEAST_LENGTH * float(np.prod(size))
    cosines = np.where(has_direction, products / np.where(has_direction, lengths, 1.0), 0.0)
    return cosines.clip(-1.0, 1.0).astype(np.float32)


def _window_sums(values: npt.NDArray[np.floating], size: Block) -> npt.NDArray[np.float64]:
    """Sum over every window of `size`, ``(a, b, c)`` to ``(a - size + 1, ...)``."""
    sums: npt.NDArray[np.float64] = values.astype(np.float64)
    for axis, length in enumerate(size):
        running = np.cumsum(sums, axis=axis)
        start = np.zeros_like(np.take(running, [0], axis=axis))
        padded = np.concatenate([start, running], axis=axis)
        count = padded.shape[axis]
        upper = np.take(padded, np.arange(length, count), axis=axis)
        sums = upper - np.take(padded, np.arange(count - length), axis=axis)
    return sums


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    length = float(np.linalg.norm(vector))
    return vector / length if length > _LEAST_LENGTH else np.zeros_like(vector)
