"""A heatmap shows what spoke for a finding, where it lies, and says what it is not."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.state.view import Overlay, PlaneKind, standard_plane
from app.viewer.heatmap_overlay import (
    ATTENTION,
    MEANING_OF_LIKENESS,
    cividis_table,
    heatmap_caption,
    heatmap_grid,
    heatmap_overlay,
    strongest_place,
)
from app.viewer.overlay_image import OverlayScene, coloured
from app.viewer.pixel_grid import grid_of
from app.viewer.render_grid import HEAT_STEPS
from app.viewer.transfer_functions import heatmap_function
from medct_core.inference.likeness import Likeness
from medct_core.inference.scores import Relevance
from medct_core.volume.geometry import Geometry
from tests import phantoms
from tests.app.stand_ins import NODULE, facts

BLOCK_MM = 12.0
SHAPE = (4, 5, 6)


def relevance(values: npt.NDArray[np.float32], scale: float = 2.0) -> Relevance:
    """Map whose axes run down, back and left, as a model's do, about the middle."""
    affine = np.zeros((4, 4))
    affine[0, 2] = affine[1, 1] = BLOCK_MM
    affine[2, 0] = -BLOCK_MM
    affine[3, 3] = 1.0
    affine[:3, 3] = -affine[:3, :3] @ ((np.array(values.shape) - 1) / 2)
    return Relevance(NODULE, values, affine, "contribution", scale, facts().stamp, "0" * 64)


def hot(index: tuple[int, int, int], value: float = 0.5) -> npt.NDArray[np.float32]:
    values = np.full(SHAPE, -0.01, dtype=np.float32)
    values[index] = value
    return values


def test_numbers_are_parts_of_the_raw_score() -> None:
    overlay = heatmap_overlay(relevance(hot((1, 2, 3))))

    assert overlay.kind is Overlay.HEATMAP
    assert (overlay.low, overlay.high) == (0.0, 1.0)
    assert overlay.values.max() == 1.0
    assert "log-odds" in overlay.meaning


def test_the_caption_names_the_finding_and_what_a_map_is_not() -> None:
    caption = heatmap_caption(relevance(hot((1, 2, 3))))

    assert caption.startswith(f"Lung nodule: {ATTENTION}")
    assert "for 1.00, against 2.38" in caption


def test_what_speaks_against_a_finding_is_clear() -> None:
    overlay = heatmap_overlay(relevance(hot((1, 2, 3))))

    opacity = coloured(overlay.values, overlay)[..., 3]

    assert opacity[1, 2, 3] == 255
    assert np.count_nonzero(opacity) == 1


@given(values=hnp.arrays(np.float32, SHAPE, elements=st.floats(-1, 1, width=32)))
def test_less_than_a_quarter_of_the_strongest_is_clear(values: npt.NDArray[np.float32]) -> None:
    overlay = heatmap_overlay(relevance(values))

    opacity = coloured(overlay.values, overlay)[..., 3]

    assert not opacity[values <= 0.245 * values.max()].any()
    if values.max() > 1e-5:
        assert opacity[values == values.max()].all()


def test_a_map_that_nothing_speaks_for_is_clear_and_says_so() -> None:
    against = relevance(np.full(SHAPE, -0.2, dtype=np.float32))

    overlay = heatmap_overlay(against)

    assert not coloured(overlay.values, overlay)[..., 3].any()
    assert overlay.caption == "Lung nodule: no part of the scan speaks for it"
    assert not heatmap_grid(against).values.any()


def test_the_strongest_block_is_coloured_at_its_place_in_the_patient() -> None:
    grid = grid_of(phantoms.letter_f().geometry, standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 6.0)))

    cut = OverlayScene(heatmap_overlay(relevance(hot((1, 2, 3))))).cut(grid)

    row, column = np.unravel_index(int(cut[..., 3].argmax()), cut.shape[:2])
    x, y, _ = grid.to_patient(float(column), float(row))
    assert (x, y) == pytest.approx((6.0, 0.0), abs=4.0)


def test_slices_and_3d_have_the_same_colours_from_the_same_value_on() -> None:
    table, function = cividis_table(), heatmap_function(steps=255, opacity=1.0)

    for point in function.colour:
        shown = table[round(point.hu), :3] / 255
        np.testing.assert_allclose(shown, (point.red, point.green, point.blue), atol=0.02)
    assert not table[:63, 3].any()
    assert table[66:, 3].all()


def test_3d_has_the_top_of_the_same_colour_bar() -> None:
    grid = heatmap_grid(relevance(hot((1, 2, 3))))

    assert grid.values.max() == HEAT_STEPS
    hottest = np.array(np.unravel_index(int(grid.values.argmax()), grid.values.shape))
    place = grid.affine[:3, :3] @ hottest + grid.affine[:3, 3]
    np.testing.assert_allclose(place, (6.0, 0.0, 6.0), atol=1e-9)


def test_a_finding_is_strongest_at_the_middle_of_its_block() -> None:
    geometry = phantoms.centred((60, 60, 60), (1.0, 1.0, 1.0))

    place = strongest_place(relevance(hot((1, 2, 3))), geometry)

    assert place == pytest.approx((6.0, 0.0, 6.0))


def test_the_strongest_place_lies_within_the_scan_even_if_padding_spoke_most() -> None:
    values = hot((0, 0, 0), 0.9)
    values[1, 2, 3] = 0.5
    small = phantoms.centred((20, 20, 20), (1.0, 1.0, 1.0))

    assert strongest_place(relevance(values), small) == pytest.approx((6.0, 0.0, 6.0))


def test_a_scan_between_all_blocks_gives_its_nearest_place() -> None:
    far = Geometry((4, 4, 4), np.array(phantoms.centred((4, 4, 4), (1, 1, 1)).affine))

    place = strongest_place(relevance(hot((1, 2, 3))), far)

    assert np.abs(place).max() <= 2.0


def likeness(values: npt.NDArray[np.float32]) -> Likeness:
    affine = relevance(values).affine
    return Likeness("like.nii.gz", values, affine, -0.25, facts().stamp, "0" * 64)


def test_a_likeness_is_shown_in_parts_of_the_similarity() -> None:
    overlay = heatmap_overlay(likeness(hot((1, 2, 3))))

    assert (overlay.low, overlay.high) == (0.0, 0.5)
    assert overlay.meaning == MEANING_OF_LIKENESS


def test_the_caption_of_a_likeness_adds_up_to_the_similarity() -> None:
    values = np.zeros(SHAPE, dtype=np.float32)
    values[0, 0, 0], values[1, 1, 1] = 0.75, -0.125

    caption = heatmap_caption(likeness(values))

    assert caption.startswith(f"Where this scan is like like.nii.gz: {ATTENTION}")
    assert caption.endswith(
        "\nsimilarity 0.38 = 0.75 parts alike - 0.12 parts unlike - 0.25 what all scans share"
    )


def test_a_likeness_is_strongest_at_the_middle_of_its_block() -> None:
    grid = phantoms.centred((60, 60, 60), (2.0, 2.0, 2.0))
    shown = likeness(hot((1, 2, 3)))

    assert strongest_place(shown, grid) == pytest.approx(shown.strongest_mm)
