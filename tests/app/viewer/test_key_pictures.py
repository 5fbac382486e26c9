"""A picture with a heatmap stays as it was when it was marked."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.state.case_record import MarkedImage
from app.state.view import Overlay, PlaneKind, standard_plane
from app.viewer.key_image import KeyImageDrawer, KeyImageSource
from app.viewer.key_pictures import KeyPictures
from app.viewer.overlay_image import OverlayImage
from app.viewer.overlay_text import Caption
from medct_core.volume.window import LUNG
from tests import phantoms

pytestmark = pytest.mark.gui

SCAN = phantoms.letter_f()
PLAIN = MarkedImage(standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0)), 60.0, LUNG)
WITH_HEATMAP = replace(
    PLAIN, overlays=frozenset({Overlay.HEATMAP}), heatmap_finding="Emphysema", caption="before"
)


def drawer(finding: str) -> KeyImageDrawer:
    """Draw with the heatmap of one finding."""
    colours = np.full((256, 4), 255, dtype=np.uint8)
    values = np.asfortranarray(np.ones(SCAN.geometry.shape, dtype=np.float32))
    heatmap = OverlayImage(Overlay.HEATMAP, values, SCAN.geometry, colours, 0.0, 1.0)
    return KeyImageDrawer(KeyImageSource(SCAN, Caption(), (heatmap,), finding))


def test_another_heatmap_does_not_take_the_first_one_away(qtbot: QtBot) -> None:
    pictures = KeyPictures()
    pictures.keep(WITH_HEATMAP, drawer("Emphysema"))

    (one,) = pictures.drawn([replace(WITH_HEATMAP, caption="after")], drawer("Lung nodule"))

    assert one.image.heatmap_finding == "Emphysema"
    assert one.image.caption == "after"


def test_pictures_without_a_heatmap_are_drawn_when_they_are_needed(qtbot: QtBot) -> None:
    pictures = KeyPictures()
    pictures.keep(PLAIN, drawer("Emphysema"))

    before, after = (pictures.drawn([PLAIN], drawer("Emphysema"))[0] for _ in range(2))

    assert before is not after
    assert before.picture == after.picture


def test_another_scan_starts_anew(qtbot: QtBot) -> None:
    pictures = KeyPictures()
    pictures.keep(WITH_HEATMAP, drawer("Emphysema"))

    pictures.clear()

    (one,) = pictures.drawn([WITH_HEATMAP], drawer("Lung nodule"))
    assert one.image.heatmap_finding == ""
    assert one.image.look.endswith("heatmap of Emphysema not drawn")
