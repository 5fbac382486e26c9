"""The grid hangs its planes as a radiologist does, whichever way a model is shown a scan."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from medct_core.training.augmentation.augment import Look
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.picture import draw_grid, planes
from medct_core.training.augmentation.samples import Sample

SPACING = {"S": 3.0, "P": 2.0, "L": 1.0}
OPPOSITE = {"S": "I", "P": "A", "L": "R"}


def marked() -> npt.NDArray[np.float32]:
    """Mark one corner of each middle slice of 12 x 10 x 8: in front, on the right, at the head."""
    values = np.zeros((12, 10, 8), np.float32)
    values[6, 0, 0] = 1.0
    values[11, 5, 0] = 2.0
    values[11, 0, 4] = 3.0
    return values


@pytest.mark.parametrize("directions", ["SPL", "SLP", "IPL", "SAR", "LSP", "RIA"])
def test_right_is_left_and_head_is_up_in_every_orientation(directions: str) -> None:
    canonical = {letter: axis for axis, letter in enumerate("SPL")}
    canonical |= {OPPOSITE[letter]: axis for letter, axis in canonical.items()}
    values = marked().transpose([canonical[letter] for letter in directions])
    turned = tuple(axis for axis, letter in enumerate(directions) if letter in "IAR")
    d, h, w = (SPACING["SPL"[canonical[letter]]] for letter in directions)
    frame = Frame(directions, (d, h, w), 0.0, 3.0, 0.0)
    values = np.flip(values, turned)

    axial, coronal, sagittal = planes(values[None], frame)

    assert axial[0].shape == (10, 8)
    assert axial[0][0, 0] == 1.0
    assert coronal[0][0, 0] == 2.0
    assert sagittal[0][0, 0] == 3.0
    assert [spacing for _, spacing in (axial, coronal, sagittal)] == [(2, 1), (3, 1), (3, 2)]


def test_a_cell_has_three_planes_and_says_what_was_done(chance: Look, frame: Frame) -> None:
    shown = [
        Sample("as it is", "", chance),
        Sample("draw 1", "turned 5 deg, " * 40, replace(chance, values=chance.values * 0)),
        Sample("blur", "blur 1.2 voxels", replace(chance, report="a right nodule")),
    ]

    figure = draw_grid(shown, frame, "Recipe paper, seed 1")

    pictures = [axes for axes in figure.axes if axes.images]
    whole, drawn, blurred = (cell.get_suptitle().strip() for cell in figure.subfigs)
    assert figure.get_suptitle() == "Recipe paper, seed 1"
    assert len(pictures) == 9
    assert whole == "as it is"
    assert drawn.startswith("draw 1: turned 5 deg")
    assert drawn.endswith("...")
    assert blurred == "blur 1.2 voxels\ntext: a right nodule"
    assert pictures[0].images[0].get_clim() == pytest.approx((-1.0, 0.4))
    marks = [{text.get_text() for text in axes.texts} for axes in pictures[:3]]
    assert marks == [{"axial", "R", "L"}, {"coronal", "R", "L"}, {"sagittal", "A", "P"}]
