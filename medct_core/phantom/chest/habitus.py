"""Habitus: the sizes and densities in which one patient differs from the next."""

from dataclasses import dataclass

import numpy as np

from medct_core.phantom.body import Points
from medct_core.phantom.drawing.shapes import Coordinates


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
    turn_rad
        How far the patient lies turned about the long axis; positive turns the front to the left.
    left_dome_mm
        How much lower the left dome of the diaphragm stands.
    mediastinal_width
        Factor on the width of the space between the lungs: its fat.
    fissure_mm
        How much lower than usual the fissures run.
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
    turn_rad: float
    left_dome_mm: float
    mediastinal_width: float
    fissure_mm: float

    def frame(self, coordinates: Coordinates) -> Coordinates:
        """Coordinates in the patient's own frame: mm about the middle, along the patient's axes.

        Takes axes to broadcast or lists of one length.
        """
        dx, dy, dz = (
            axis - np.float32(middle)
            for axis, middle in zip(coordinates, self.centre_mm, strict=True)
        )
        cos, sin = np.float32(np.cos(self.turn_rad)), np.float32(np.sin(self.turn_rad))
        return cos * dx + sin * dy, cos * dy - sin * dx, dz

    def placed(self, points_mm: Points) -> Points:
        """Points ``(n, 3)`` of the patient's own frame, in the frame of the scan."""
        x, y, z = np.asarray(points_mm, np.float64).T
        cos, sin = np.cos(self.turn_rad), np.sin(self.turn_rad)
        turned: Points = np.stack([cos * x - sin * y, sin * x + cos * y, z], axis=1)
        turned += np.asarray(self.centre_mm)
        return turned

    def point(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Place a point of an average chest, given about its middle, in this body."""
        own = np.array([[x * self.cage_mm[0] / 130, y * self.cage_mm[1] / 92, z * self.scale]])
        i, j, k = (float(value) for value in self.placed(own)[0])
        return i, j, k


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
        centre_mm=(rng.uniform(-14, 14), rng.uniform(-12, 12), rng.uniform(-16, 16)),
        cage_mm=(132 * scale * rng.uniform(0.94, 1.06), 97 * scale * rng.uniform(0.88, 1.09)),
        fat_mm=rng.gamma(3.0, 4.0) + (7.0 if woman else 3.0),
        muscle_mm=rng.uniform(7, 16),
        apex_mm=scale * rng.uniform(114, 128),
        dome_mm=scale * rng.uniform(-90, -42),
        dome_height_mm=rng.uniform(40, 64),
        lung_hu=rng.uniform(-905, -810),
        gravity_hu=rng.uniform(15, 90),
        blood_hu=blood,
        arterial_hu=blood + (rng.uniform(20, 150) if enhanced else 0.0),
        marrow_hu=rng.uniform(90, 260),
        calibre=rng.uniform(0.8, 1.25),
        sway_mm=rng.uniform(-9, 9),
        breast_mm=rng.uniform(15, 45) if woman else 0.0,
        turn_rad=float(np.deg2rad(np.clip(rng.normal() * 2.5, -7, 7))),
        left_dome_mm=rng.uniform(1, 15),
        mediastinal_width=rng.uniform(0.85, 1.2),
        fissure_mm=rng.uniform(-8, 10),
    )
