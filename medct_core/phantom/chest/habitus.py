"""Habitus: the sizes and densities in which one patient differs from the next."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Habitus:
    """Sizes in mm, densities in HU, of one body.

    Attributes
    ----------
    scale
        Overall size; 1 is an average adult.
    centre_mm
        Middle of the chest in the scanner's field.
    cage_mm
        Inner half width and half depth of the rib cage at its widest.
    fat_mm, muscle_mm
        Thickness of the subcutaneous fat and of the chest wall's muscle.
    apex_mm, dome_mm
        z of the lung apex and of the right diaphragm's dome.
    dome_height_mm
        From the dome down to the costophrenic angle.
    lung_hu, gravity_hu
        Density of the upper lung, and how much more the dependent lung has.
    blood_hu, arterial_hu
        Density of venous and arterial blood; contrast raises them.
    marrow_hu
        Density of trabecular bone.
    calibre
        Factor on the radius of lung vessels and airways.
    sway_mm
        Sideways curve of the spine.
    breast_mm
        Thickness of the breasts; 0 without.
    """

    scale: float
    centre_mm: tuple[float, float, float]
    cage_mm: tuple[float, float]
    fat_mm: float
    muscle_mm: float
    apex_mm: float
    dome_mm: float
    dome_height_mm: float
    lung_hu: float
    gravity_hu: float
    blood_hu: float
    arterial_hu: float
    marrow_hu: float
    calibre: float
    sway_mm: float
    breast_mm: float

    def point(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Place a point of an average chest, given about its middle, in this body."""
        cx, cy, cz = self.centre_mm
        return (
            cx + x * self.cage_mm[0] / 130.0,
            cy + y * self.cage_mm[1] / 92.0,
            cz + z * self.scale,
        )


def sample_habitus(rng: np.random.Generator, contrast_share: float) -> Habitus:
    """Draw a patient.

    Parameters
    ----------
    rng
        The body's own random stream.
    contrast_share
        Chance that the scan is contrast-enhanced.
    """
    scale = rng.uniform(0.88, 1.08)
    enhanced = rng.random() < contrast_share
    blood = rng.uniform(32, 50) + (rng.uniform(40, 130) if enhanced else 0.0)
    woman = rng.random() < 0.5
    return Habitus(
        scale=scale,
        centre_mm=(rng.uniform(-10, 10), rng.uniform(-10, 10), rng.uniform(-16, 16)),
        cage_mm=(130 * scale * rng.uniform(0.93, 1.06), 92 * scale * rng.uniform(0.88, 1.12)),
        fat_mm=rng.gamma(3.0, 5.0) + 4.0,
        muscle_mm=rng.uniform(7, 16),
        apex_mm=scale * rng.uniform(112, 126),
        dome_mm=scale * rng.uniform(-72, -30),
        dome_height_mm=rng.uniform(38, 62),
        lung_hu=rng.uniform(-905, -810),
        gravity_hu=rng.uniform(15, 90),
        blood_hu=blood,
        arterial_hu=blood + (rng.uniform(20, 150) if enhanced else 0.0),
        marrow_hu=rng.uniform(90, 260),
        calibre=rng.uniform(0.8, 1.25),
        sway_mm=rng.uniform(-9, 9),
        breast_mm=rng.uniform(15, 45) if woman else 0.0,
    )
