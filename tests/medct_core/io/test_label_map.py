"""Labels have names, sizes and places, and belong to a scan or not."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from medct_core.errors import InvalidVolumeError
from medct_core.io.label_map import (
    COLOURS,
    LabelMap,
    check_on_scan,
    colour_of,
    facts_of,
    numbers_in,
    renumbered,
)
from medct_core.volume.geometry import Geometry
from tests import mask_samples, phantoms


def moved(geometry: Geometry, by_mm: tuple[float, float, float]) -> Geometry:
    """Return the same grid elsewhere."""
    affine = geometry.affine.copy()
    affine[:3, 3] += by_mm
    return Geometry(geometry.shape, affine)


def test_a_label_has_the_volume_of_its_voxels_and_the_place_of_its_middle() -> None:
    label_map = mask_samples.label_map()

    first, second = facts_of(label_map)

    assert first.volume_ml == pytest.approx(3 * 3 * 2 * 9.0 / 1000)
    assert second.volume_ml == pytest.approx(3 * 6 * 3 * 9.0 / 1000)
    assert second.centre_mm is not None
    np.testing.assert_allclose(second.centre_mm, label_map.geometry.to_patient([7, 4, 5]))


def test_the_place_of_a_hollow_label_is_one_of_its_voxels() -> None:
    ring = mask_samples.block((1, 1, 2), (10, 8, 3))
    ring[2:9, 2:7] = False
    template = mask_samples.label_map()
    label_map = LabelMap(
        ring.astype(np.uint8, order="F"), template.geometry, template.labels[:1], "ring"
    )

    (facts,) = facts_of(label_map)

    assert facts.centre_mm is not None
    index = tuple(np.rint(template.geometry.to_index(facts.centre_mm)).astype(int))
    assert ring[index]


def test_a_label_without_voxels_has_no_place() -> None:
    template = mask_samples.label_map()
    empty = np.zeros_like(template.values)

    facts = facts_of(LabelMap(empty, template.geometry, template.labels, "empty"))

    assert [(one.volume_ml, one.centre_mm) for one in facts] == [(0.0, None), (0.0, None)]


def test_a_mask_on_another_grid_of_the_same_place_belongs_to_the_scan() -> None:
    scan = phantoms.centred((40, 40, 40), (1.0, 1.0, 1.0))

    assert check_on_scan((mask_samples.label_map(),), scan) == ()


def test_a_mask_beside_the_scan_is_refused_with_the_distance() -> None:
    scan = moved(mask_samples.geometry(), (0.0, 0.0, 300.0))

    with pytest.raises(InvalidVolumeError, match=r"does not overlap the scan: .* 300 mm apart"):
        check_on_scan((mask_samples.label_map(),), scan)


def test_a_mask_that_lies_half_outside_is_shown_with_a_word_about_it() -> None:
    scan = moved(mask_samples.geometry(), (0.0, 0.0, 12.0))

    (notice,) = check_on_scan((mask_samples.label_map(),), scan)

    assert notice.code == "mask-outside"
    assert "25% of what mask.nii.gz marks" in notice.text


def test_another_frame_of_reference_is_told() -> None:
    template = mask_samples.label_map()
    drawn = LabelMap(template.values, template.geometry, template.labels, "seg", "1.2.3")

    (notice,) = check_on_scan((drawn,), template.geometry, frame_of_reference="1.2.4")

    assert notice.code == "other-frame-of-reference"
    assert check_on_scan((drawn,), template.geometry, frame_of_reference="1.2.3") == ()
    assert check_on_scan((drawn,), template.geometry) == ()


def test_values_and_geometry_must_agree() -> None:
    template = mask_samples.label_map()

    with pytest.raises(InvalidVolumeError, match="shape"):
        LabelMap(template.values[1:], template.geometry, template.labels, "x")


def test_labels_are_bytes() -> None:
    template = mask_samples.label_map()

    with pytest.raises(ValueError, match="uint8"):
        LabelMap(template.values.astype(np.int16), template.geometry, (), "x")


@given(value=st.integers(1, 60_000))
def test_every_label_has_a_colour_that_never_changes(value: int) -> None:
    assert colour_of(value) == colour_of(value)
    assert colour_of(value) in COLOURS


@given(
    stored=arrays(
        np.uint16, (3, 4, 5), elements=st.sampled_from([0, 1, 2, 255, 256, 14_175, 65_535])
    )
)
def test_every_number_is_found_and_renumbered_without_gaps(
    stored: npt.NDArray[np.uint16],
) -> None:
    numbers = numbers_in(stored)

    values = renumbered(stored, numbers)

    assert set(numbers) == set(stored.ravel().tolist()) - {0}
    assert list(numbers) == sorted(numbers)
    np.testing.assert_array_equal(np.array([0, *numbers])[values], stored)
