"""Only chest CTs in Hounsfield units pass the second gate."""

from pathlib import Path

import nibabel
import numpy as np
import numpy.typing as npt
import pytest

from medct_core.errors import NotScorableError
from medct_core.preprocess.recipe import CT_CLIP, MEDCT_MINI, MEDCT_VLM_PAPER
from medct_core.preprocess.suitability import check_scorable, intensity_mismatch, unsuitability
from medct_core.volume.geometry import Geometry
from medct_core.volume.orientation import reorient
from medct_core.volume.volume import Unit, Volume
from tests import phantoms

SHAPE = (96, 80, 60)
SPACING_MM = (4.0, 4.0, 5.0)
LUNG_HU, GAS_HU = -850, -1000


def trunk(air_hu: int = LUNG_HU, air_radius_mm: float = 55.0) -> npt.NDArray[np.int16]:
    """Body of muscle in air, two cylinders of `air_hu` in it, noise of 10 HU."""
    centres = phantoms.voxel_centres_mm(phantoms.centred(SHAPE, SPACING_MM))
    x, y = centres[..., 0], centres[..., 1]
    hu = np.where((x / 150) ** 2 + (y / 110) ** 2 <= 1, 50.0, -1000.0)
    for side in (-70, 70):
        hu[np.hypot(x - side, y) <= air_radius_mm] = air_hu
    hu += np.random.default_rng(1).normal(0, 10, hu.shape)
    return np.round(hu).astype(np.int16)


def scan(hu: npt.NDArray[np.int16], *, unit: Unit = Unit.HU) -> Volume:
    geometry = phantoms.centred((hu.shape[0], hu.shape[1], hu.shape[2]), SPACING_MM)
    return Volume(np.asfortranarray(hu), unit, geometry, "scan.nii.gz")


def codes(volume: Volume) -> list[str]:
    return [reason.code for reason in unsuitability(volume)]


@pytest.mark.parametrize("orientation", ["LPS", "RAS", "PSR", "SLA"])
def test_a_chest_passes_however_it_is_stored(orientation: str) -> None:
    volume = reorient(scan(trunk()), orientation)

    check_scorable(volume, CT_CLIP)

    assert unsuitability(volume) == ()


def test_padding_around_the_field_of_view_is_no_measurement() -> None:
    hu = trunk()
    hu[:14] = hu[-14:] = -3024

    assert codes(scan(hu)) == []


def test_windpipe_open_to_the_room_does_not_hide_the_lungs() -> None:
    hu = trunk()
    hu[29:32, 40, 30:] = LUNG_HU
    hu[:32, 40, 55:] = -1000

    assert codes(scan(hu)) == []


@pytest.mark.parametrize(
    ("hu", "expected"),
    [
        (trunk(air_hu=50), ["no-lungs"]),
        (trunk(air_hu=GAS_HU), ["no-lungs"]),
        (trunk(air_radius_mm=12.0), ["no-lungs"]),
        (trunk()[:, :, :16], ["too-few-slices", "too-short"]),
        (trunk() + np.int16(1024), ["not-hu"]),
        (np.maximum(trunk(), 0), ["not-hu"]),
        ((trunk() > -500).astype(np.int16), ["label-map"]),
        (np.full(SHAPE, -1000, dtype=np.int16), ["not-hu"]),
        (np.zeros((1, 1, 1), dtype=np.int16), ["too-few-slices", "label-map"]),
    ],
    ids=[
        "solid",
        "bowel gas",
        "small lungs",
        "few slices",
        "unscaled",
        "no air",
        "labels",
        "only air",
        "one voxel",
    ],
)
def test_anything_else_is_refused_with_its_reason(
    hu: npt.NDArray[np.int16], expected: list[str]
) -> None:
    assert codes(scan(hu)) == expected


def test_a_pile_of_thin_slices_is_too_short() -> None:
    hu = trunk()
    affine = np.diag([4.0, 4.0, 1.5, 1.0])
    volume = Volume(np.asfortranarray(hu), Unit.HU, Geometry(SHAPE, affine), "thin")

    text = " ".join(reason.text for reason in unsuitability(volume))

    assert "too-short" in codes(volume)
    assert "90 mm" in text


def test_another_unit_is_refused_even_where_the_values_look_right() -> None:
    assert codes(scan(trunk(), unit=Unit.ARBITRARY)) == ["not-hu"]


def test_the_refusal_names_the_scan_the_reason_and_a_way_on() -> None:
    volume = scan(trunk(air_hu=50))

    with pytest.raises(NotScorableError) as caught:
        check_scorable(volume, MEDCT_MINI)

    assert "'scan.nii.gz'" in caught.value.summary
    assert "no pair of lungs: 0.0 l" in caught.value.summary
    assert "force" in caught.value.remedy


def test_only_another_intensity_range_raises_a_notice() -> None:
    notices = intensity_mismatch(MEDCT_VLM_PAPER, CT_CLIP)

    assert "intensity range differs from training" in notices[0].text
    assert intensity_mismatch(MEDCT_MINI, CT_CLIP) == ()


def read(path: Path) -> Volume:
    image = nibabel.Nifti1Image.from_filename(path)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    values = np.round(image.get_fdata()).astype(np.int16)
    return Volume(np.asfortranarray(values), Unit.HU, Geometry(values.shape, affine), path.name)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ct_other/totalseg_example_ct.nii.gz", "no-lungs"),
        ("ct_other/totalseg_example_ct_sm.nii.gz", "no-lungs"),
        ("ct_chest/small/totalseg_aorta_ct_cropped.nii.gz", "no-lungs"),
        ("ct_chest/small/totalseg_pulmonary_ct_cropped.nii.gz", "no-lungs"),
        ("mri/MR_Gd.nii.gz", "not-hu"),
        ("mri/totalseg_example_mr_sm.nii.gz", "not-hu"),
        ("odd/nifti/AIL.nii.gz", "not-hu"),
        ("odd/nifti/anatomical.nii", "not-hu"),
        ("odd/nifti/labels256.nii.gz", "label-map"),
        ("odd/nifti/low_res.nii.gz", "too-few-slices"),
        ("odd/nifti/minimal.nii.gz", "too-few-slices"),
        ("odd/nifti/standard.nii.gz", "too-few-slices"),
    ],
)
def test_real_files_that_are_no_whole_chest_are_refused(
    shared_dir: Path, name: str, expected: str
) -> None:
    volume = read(shared_dir / "data" / name)

    assert expected in codes(volume)
