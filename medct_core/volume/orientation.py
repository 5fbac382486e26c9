"""Orientation: which way the index axes of a scan point, and turning it without loss.

A direction is named by the side of the patient it points to: L(eft) or R(ight), P(osterior)
or A(nterior), S(uperior) or I(nferior).
"""

from itertools import permutations

import numpy as np
import numpy.typing as npt

from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Volume

_POSITIVE = "LPS"
_NEGATIVE = "RAI"
# Below sin 4 degrees a second letter would tell the reader about noise in the header.
_SMALLEST_NAMED_COSINE = 0.07


def axis_codes(geometry: Geometry) -> str:
    """Three letters: the side of the patient that i, j and k point to, by closest axes.

    Every letter pair is used once, so ``axis_codes`` always names a proper orientation, also
    for oblique and sheared grids: ``"LPS"``, ``"PSR"``.
    """
    directions = geometry.directions
    axes = _closest_axes(directions)
    return "".join(
        _POSITIVE[axis] if directions[axis, index] >= 0 else _NEGATIVE[axis]
        for index, axis in enumerate(axes)
    )


def direction_letters(direction: npt.ArrayLike) -> str:
    """Letters of a direction, the dominant one first: ``"L"``, or ``"AL"`` when oblique.

    Parameters
    ----------
    direction
        ``(3,)`` in LPS, any length but zero.

    Raises
    ------
    ValueError
        If the direction has no length.
    """
    vector = np.asarray(direction, dtype=np.float64)
    length = float(np.linalg.norm(vector))
    if not length > 0:
        raise ValueError("a direction needs a length")
    cosines = vector / length
    order = sorted(range(3), key=lambda axis: -abs(cosines[axis]))
    return "".join(
        _POSITIVE[axis] if cosines[axis] > 0 else _NEGATIVE[axis]
        for axis in order
        if abs(cosines[axis]) > _SMALLEST_NAMED_COSINE
    )


def reorient(volume: Volume, codes: str) -> Volume:
    """Turn a volume so that its index axes point to `codes`; every voxel stays where it was.

    Only whole axes are swapped and reversed: no interpolation. An oblique grid stays oblique.

    Parameters
    ----------
    volume
        Any orientation.
    codes
        Three letters such as ``"LPS"``: where i, j and k shall point.

    Raises
    ------
    ValueError
        If `codes` is no orientation, or if unevenly spaced slices would leave the k axis
        (straighten such a volume first).
    """
    order, flips = _moves(volume.geometry, codes)
    if order == (0, 1, 2) and not any(flips):
        return volume
    values = volume.values.transpose(order)
    values = values[tuple(slice(None, None, -1 if flip else 1) for flip in flips)]
    return Volume(
        values=np.asfortranarray(values),
        unit=volume.unit,
        geometry=reorient_geometry(volume.geometry, codes),
        source=volume.source,
        notices=volume.notices,
    )


def reorient_geometry(geometry: Geometry, codes: str) -> Geometry:
    """Return the grid that `reorient` gives for the same `codes`.

    Raises
    ------
    ValueError
        As in `reorient`.
    """
    order, flips = _moves(geometry, codes)
    offsets = geometry.slice_offsets_mm
    if offsets is not None and order[2] != 2:
        raise ValueError("unevenly spaced slices cannot leave the k axis; straighten first")
    first_voxel = np.zeros(3)
    affine = geometry.affine.copy()
    for new, old in enumerate(order):
        sign = -1.0 if flips[new] else 1.0
        affine[:3, new] = sign * geometry.affine[:3, old]
        first_voxel[old] = geometry.shape[old] - 1 if flips[new] else 0
    affine[:3, 3] = geometry.to_patient(first_voxel)
    if offsets is not None and flips[2]:
        offsets = tuple(offsets[-1] - offset for offset in reversed(offsets))
    shape = geometry.shape
    return Geometry((shape[order[0]], shape[order[1]], shape[order[2]]), affine, offsets)


def _closest_axes(directions: npt.NDArray[np.float64]) -> tuple[int, int, int]:
    """Patient axis (0 L/R, 1 P/A, 2 S/I) of every index axis, each used once."""
    strength = np.abs(directions)
    # The product, not the sum: it never gives an index axis a patient axis at right angles.
    best = max(permutations(range(3)), key=lambda axes: _fit(strength, axes))
    return best[0], best[1], best[2]


def _fit(strength: npt.NDArray[np.float64], axes: tuple[int, ...]) -> tuple[float, float]:
    chosen = strength[list(axes), [0, 1, 2]]
    # Rounding makes exact ties (45 degrees) end the same way on every machine.
    return round(float(chosen.prod()), 9), round(float(chosen.sum()), 9)


def _moves(geometry: Geometry, codes: str) -> tuple[tuple[int, int, int], tuple[bool, bool, bool]]:
    """Old index axis and reversal of every new index axis."""
    wanted = [_patient_axis(letter) for letter in codes.upper()]
    if sorted(wanted) != [0, 1, 2]:
        raise ValueError(f"{codes!r} names no orientation; use three letters such as 'LPS'")
    current = axis_codes(geometry)
    current_axes = [_patient_axis(letter) for letter in current]
    order = [current_axes.index(axis) for axis in wanted]
    flips = [current[old] != letter for old, letter in zip(order, codes.upper(), strict=True)]
    return (order[0], order[1], order[2]), (flips[0], flips[1], flips[2])


def _patient_axis(letter: str) -> int:
    for letters in (_POSITIVE, _NEGATIVE):
        if letter in letters:
            return letters.index(letter)
    raise ValueError(f"{letter!r} is no side of the patient; use L, R, P, A, S or I")
