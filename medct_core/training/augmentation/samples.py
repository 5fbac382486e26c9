"""What a recipe does to one scan: each change alone, and a few draws of all."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from medct_core.training.augmentation.augment import Look, Setup, augment, drawn_look
from medct_core.training.augmentation.draw import Draw, Key, Warp
from medct_core.training.augmentation.recipes import NEVER, Augmentation

_SYNONYM = "synonym"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One look, and what was done for it.

    Attributes
    ----------
    title
        What is shown, as ``rotation`` or ``draw 2``.
    done
        What was done, with its numbers; empty where nothing was.
    look
        The result.
    """

    title: str
    done: str
    look: Look


def sample_count(augmentation: Augmentation, draws: int) -> int:
    """Say how many samples `samples` gives."""
    return 1 + len(_changes(augmentation)) + draws


def samples(plain: Look, setup: Setup, seed: int, draws: int) -> Iterator[Sample]:
    """Show a scan as it is, with each change of a recipe alone, and as the recipe draws it.

    Parameters
    ----------
    plain
        As it is.
    setup
        What to do. A change is shown alone as strong as in the first draw, whether or not it is
        made there.
    seed
        Of the draws; they are those of row 0 in epochs 0, 1, ...
    draws
        How many.
    """
    yield Sample("as it is", "", plain)
    for name in _changes(setup.augmentation):
        alone = replace(setup.augmentation, chances=replace(NEVER, **{name: 1.0}))
        yield _sample(name.replace("_", " "), plain, replace(setup, augmentation=alone), seed, 0)
    for epoch in range(draws):
        yield _sample(f"draw {epoch + 1}", plain, setup, seed, epoch)


def _changes(augmentation: Augmentation) -> list[str]:
    """Names of the changes of a recipe that can be seen."""
    chances: dict[str, float] = asdict(augmentation.chances)
    return [name for name, chance in chances.items() if chance > 0 and name != _SYNONYM]


def _sample(title: str, plain: Look, setup: Setup, seed: int, epoch: int) -> Sample:
    key = Key(seed, 0, epoch)
    draw, _ = drawn_look(plain.report, setup.augmentation, key)
    return Sample(title, in_words(draw), augment(plain, setup, key))


def in_words(draw: Draw) -> str:
    """Say what was drawn, with its numbers."""
    parts = [] if draw.warp is None else _moves_in_words(draw.warp)
    parts += ["left and right swapped"] * draw.flips_sides
    parts += ["front and back swapped"] * draw.flips_front
    if draw.blur_voxels is not None:
        parts.append(f"blur {_numbers(draw.blur_voxels, '.1f')} voxels")
    if draw.noise is not None:
        parts.append(f"noise {draw.noise:.3f}")
    if draw.gamma is not None:
        parts.append(f"gamma {draw.gamma:.2f}")
    if draw.bias_field is not None:
        parts.append("bias field")
    return ", ".join(parts)


def _moves_in_words(warp: Warp) -> list[str]:
    parts = []
    if any(warp.rotation_deg):
        parts.append(f"turned {np.linalg.norm(warp.rotation_deg):.0f} deg")
    if warp.scale != (1.0, 1.0, 1.0):
        parts.append(f"scaled {_numbers(warp.scale, '.2f')}")
    if any(warp.shift_mm):
        parts.append(f"moved {_numbers(warp.shift_mm, '.0f')} mm")
    if warp.displacement_mm is not None:
        parts.append(f"bent up to {np.abs(warp.displacement_mm).max():.0f} mm")
    return parts


def _numbers(values: tuple[float, ...], form: str) -> str:
    return " ".join(f"{value:{form}}" for value in values)
