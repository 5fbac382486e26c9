"""What stays visible of a finding when others are painted over it.

Fluid hides the lung it covers, and a nodule cannot be told from the consolidation around it.
A mask holds only what a reader could point at, a location names only lobes where something is
left, and a finding of which next to nothing is left is not said to be there.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from medct_core.phantom.body import LOBES
from medct_core.phantom.canvas import Float
from medct_core.phantom.drawing.places import (
    LOBES_OF_SIDE,
    LUNG_WORDS,
    lobes_in_words,
    side_of_lobes,
)
from medct_core.phantom.request import Drawn

OPAQUE = (
    "Consolidation",
    "Atelectasis",
    "Lung nodule",
    "Pleural effusion",
    "Pneumothorax",
    "Pericardial effusion",
    "Hiatal hernia",
)
"""Findings that hide what was painted before them in the same place."""

HIDDEN_IN: dict[str, tuple[str, ...]] = {
    "Emphysema": ("Lung opacity",),
    "Mosaic attenuation pattern": ("Lung opacity",),
    "Lung nodule": ("Consolidation", "Atelectasis"),
}
"""Finding to those that hide it in the same place whatever was painted first."""

# With less of it left than this, a reader would not report a finding.
LEAST_SHARE = 0.15

_LOBES_IN: dict[str, tuple[str, ...]] = {
    **{lobes_in_words(list(some)): some for n in (1, 2) for some in combinations(LOBES, n)},
    **{words: LOBES_OF_SIDE[side] for side, words in LUNG_WORDS.items()},
    "upper lobes": ("RUL", "LUL"),
}


def visible(drawn: Mapping[str, Drawn], lobes: npt.NDArray[np.int8]) -> dict[str, Drawn]:
    """Cut every mask down to what is visible and leave out what is hidden.

    Parameters
    ----------
    drawn
        Finding to what was drawn, in painting order.
    lobes
        ``(i, j, k)``; 0 outside the lungs, else 1 + index into `LOBES`.

    Returns
    -------
    The same in the same order, without findings of which less than 15 % is visible. Masks of
    findings that nothing hides are those given.
    """
    seen = {name: _seen(name, drawn, lobes) for name in drawn}
    return {name: one for name, one in seen.items() if _enough(one.mask, drawn[name].mask)}


def _seen(name: str, drawn: Mapping[str, Drawn], lobes: npt.NDArray[np.int8]) -> Drawn:
    covers = [drawn[cover].mask for cover in _hiding(name, drawn)]
    if not covers:
        return drawn[name]
    mask = drawn[name].mask.copy()
    for cover in covers:
        mask *= 1 - np.minimum(cover, np.float32(1))
    return _placed(replace(drawn[name], mask=mask), drawn[name].mask, lobes)


def _placed(one: Drawn, whole: Float, lobes: npt.NDArray[np.int8]) -> Drawn:
    """Take lobes in which the finding is hidden out of its location."""
    named = _LOBES_IN.get(one.location, ())
    left = []
    for name in named:
        there = lobes == 1 + LOBES.index(name)
        if _enough(one.mask[there], whole[there]):
            left.append(name)
    if not left or len(left) == len(named):
        return one
    return replace(one, location=lobes_in_words(left), side=side_of_lobes(left))


def _hiding(name: str, drawn: Mapping[str, Drawn]) -> list[str]:
    """List what is drawn and hides the named finding where they meet."""
    names = list(drawn)
    later = [other for other in names[names.index(name) + 1 :] if other in OPAQUE]
    always = [other for other in HIDDEN_IN.get(name, ()) if other in drawn and other not in later]
    return [] if name == "Cardiomegaly" else later + always


def _enough(left: Float, whole: Float) -> bool:
    return float(left.sum(dtype=np.float64)) >= LEAST_SHARE * float(whole.sum(dtype=np.float64))
