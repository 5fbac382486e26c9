"""What made the numbers, in one line."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.panels.provenance_strip import ProvenanceStrip, full_facts, short_facts
from medct_core.export.report import DISCLAIMER, Provenance
from medct_core.models.stamp import ModelStamp

pytestmark = pytest.mark.gui

SCAN = "3fa91c22" * 8
STAMP = ModelStamp("medct-mini", "c" * 64, "abcdef0123456789", "float32")
PROVENANCE = Provenance(STAMP, "For research.", "cpu", datetime(2026, 11, 22, 8, 3, tzinfo=UTC))


def labels(strip: ProvenanceStrip) -> list[QLabel]:
    return strip.findChildren(QLabel)


def test_the_line_names_model_adapter_recipe_device_time_and_scan() -> None:
    facts = short_facts(PROVENANCE, SCAN)

    clock = PROVENANCE.created.astimezone().strftime("%H:%M")
    assert facts == (
        "medct-mini",
        "no adapter",
        "recipe abcdef0123456789",
        "cpu",
        clock,
        "scan 3fa91c22",
    )


def test_an_adapter_is_named_and_its_hash_is_in_the_full_text() -> None:
    adapted = replace(PROVENANCE, stamp=replace(STAMP, adapter="site-a", adapter_sha256="d" * 64))

    assert "adapter site-a" in short_facts(adapted, SCAN)
    assert f"Adapter: site-a ({'d' * 64})" in full_facts(adapted, SCAN)


def test_the_tooltip_holds_every_hash_in_full(qtbot: QtBot) -> None:
    strip = ProvenanceStrip()
    qtbot.addWidget(strip)

    strip.show_provenance(PROVENANCE, SCAN)

    tip = labels(strip)[0].toolTip()
    assert all(hash_ in tip for hash_ in (SCAN, STAMP.checkpoint_sha256, STAMP.recipe_id))


@pytest.mark.parametrize("is_scored", [True, False])
def test_it_always_says_that_it_is_no_medical_device(qtbot: QtBot, is_scored: bool) -> None:
    strip = ProvenanceStrip()
    qtbot.addWidget(strip)
    strip.show_provenance(PROVENANCE, SCAN)

    if not is_scored:
        strip.show_nothing()

    assert labels(strip)[1].text() == DISCLAIMER
    assert labels(strip)[0].text().startswith("medct-mini") is is_scored


def test_a_narrow_window_cuts_the_facts_and_not_the_disclaimer(qtbot: QtBot) -> None:
    strip = ProvenanceStrip()
    qtbot.addWidget(strip)
    strip.show_provenance(PROVENANCE, SCAN)

    strip.resize(280, 28)
    strip.show()

    disclaimer = labels(strip)[1]
    assert strip.minimumSizeHint().width() <= 280
    assert disclaimer.geometry().right() <= 280
    assert disclaimer.width() >= disclaimer.sizeHint().width()


def test_the_facts_are_painted(qtbot: QtBot) -> None:
    strip = ProvenanceStrip()
    qtbot.addWidget(strip)
    strip.resize(800, 28)

    def picture() -> QImage:
        return labels(strip)[0].grab().toImage()

    before = picture()
    strip.show_provenance(PROVENANCE, SCAN)

    assert picture() != before
