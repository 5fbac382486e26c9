"""Every device is metal or plastic where such a device lies."""

import numpy as np
import pytest

from medct_core.phantom.drawing.devices import DEVICES, PAIRED, Device, draw_medical_material
from medct_core.phantom.drawing.painting import painting
from medct_core.phantom.request import DrawRequest
from tests.medct_core.phantom.drawing.conftest import BodyStore, Pencil

ALL_DEVICES = list(dict.fromkeys(device for group in DEVICES for device in group))


@pytest.mark.parametrize("device", ALL_DEVICES, ids=lambda device: device.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_every_device_is_denser_than_anything_in_a_body_of_soft_tissue(
    device: Device, seed: int, bodies: BodyStore
) -> None:
    body = bodies.fresh()
    before = body.canvas.hu.copy()
    paint = painting(body)

    words = device(paint, DrawRequest(np.random.default_rng(seed), "severe"), "left")

    assert words
    assert (body.canvas.hu - before).max() > 90
    assert paint.mask.sum() > 3


@pytest.mark.parametrize("device", PAIRED, ids=lambda device: device.__name__)
def test_a_device_of_one_side_begins_on_that_side(device: Device, bodies: BodyStore) -> None:
    middles = []
    for side in ("right", "left"):
        paint = painting(bodies.fresh())
        device(paint, DrawRequest(np.random.default_rng(2), "severe"), side)
        x = paint.body.canvas.grid.axis_mm(0)[:, None, None]
        middles.append(float((paint.mask * x).sum() / paint.mask.sum()))

    assert middles[0] < middles[1]


def test_severe_material_holds_metal(pencil: Pencil) -> None:
    brightest = [pencil.draw_fine(draw_medical_material, "severe", n).after.max() for n in range(4)]

    assert min(brightest) > 1000


def test_what_was_put_in_is_named(pencil: Pencil) -> None:
    names = {pencil.draw(draw_medical_material, "mild", n).drawn.location for n in range(12)}

    assert names == {"central venous catheter", "gastric tube", "heart valve prosthesis"}


def test_a_case_under_the_skin_does_not_stick_out(pencil: Pencil) -> None:
    for seed in range(12):
        drawing = pencil.draw(draw_medical_material, "severe", seed)
        if "pacemaker" in drawing.drawn.location:
            outside = drawing.before < -900
            case = drawing.mask * (drawing.after > 1500)
            assert (case * outside)[:, :48].sum() < 0.1 * case.sum()
