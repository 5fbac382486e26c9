"""A crude chest, small enough for a test and good enough for the gates before a model."""

from pathlib import Path

import nibabel
import numpy as np
import numpy.typing as npt

from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import PHANTOM_DESCRIPTION
from medct_core.volume.volume import Unit, Volume
from tests import phantoms

SHAPE = (72, 60, 48)
SPACING_MM = (5.0, 5.0, 6.0)
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def voxels(seed: int = 1, *, lung_hu: int = -850) -> npt.NDArray[np.int16]:
    """``(i, j, k)`` int16 HU: a trunk of muscle in air, two lungs in it, noise of 10 HU."""
    centres = phantoms.voxel_centres_mm(geometry())
    x, y = centres[..., 0], centres[..., 1]
    hu = np.where((x / 150) ** 2 + (y / 110) ** 2 <= 1, 50.0, -1000.0)
    for side in (-70, 70):
        hu[np.hypot(x - side, y) <= 55.0] = lung_hu
    hu += np.random.default_rng(seed).normal(0, 10, hu.shape)
    # Readers take anything below -1024 for padding.
    return np.asfortranarray(np.round(hu).clip(min=-1024).astype(np.int16))


def geometry() -> Geometry:
    """Grid of the chest, its middle at the origin."""
    return phantoms.centred(SHAPE, SPACING_MM)


def volume(seed: int = 1) -> Volume:
    """Chest in memory."""
    return Volume(voxels(seed), Unit.HU, geometry(), "chest.nii.gz")


def write(path: Path, seed: int = 1, *, lung_hu: int = -850, is_phantom: bool = False) -> Path:
    """Write the chest as NIfTI and return the path; without lungs for `lung_hu` 50."""
    image = nibabel.Nifti1Image(voxels(seed, lung_hu=lung_hu), _LPS_TO_RAS @ geometry().affine)
    if is_phantom:
        image.header["descrip"] = f"{PHANTOM_DESCRIPTION} {seed}".encode()
    nibabel.save(image, path)
    return path
