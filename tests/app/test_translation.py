"""Texts of the window in another language."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

import app.panels.study_panel
from app.panels.study_panel import StudyPanel
from app.panels.text_label import TextLabel
from app.translation import install_translation

pytestmark = pytest.mark.gui

ENGLISH, GERMAN = "No scan open", "Kein Bild da"


def tool(name: str, *arguments: str) -> None:
    program = Path(sys.executable).with_name(name)
    subprocess.run([program, *arguments], check=True, capture_output=True, timeout=120)


@pytest.fixture
def german(tmp_path: Path) -> Path:
    """Folder with one text in German, extracted and compiled with Qt's own tools."""
    texts = tmp_path / "medct_de.ts"
    source = app.panels.study_panel.__file__
    tool("pyside6-lupdate", source, "-ts", str(texts), "-target-language", "de")
    written = texts.read_text(encoding="utf-8")
    before = f'<source>{ENGLISH}</source>\n        <translation type="unfinished"></translation>'
    assert before in written
    after = f"<source>{ENGLISH}</source>\n        <translation>{GERMAN}</translation>"
    texts.write_text(written.replace(before, after), encoding="utf-8")
    tool("pyside6-lrelease", str(texts), "-qm", str(tmp_path / "medct_de.qm"))
    return tmp_path


def titles() -> list[str]:
    panel = StudyPanel()
    shown = [label.text() for label in panel.findChildren(TextLabel)]
    panel.deleteLater()
    return shown


def test_a_window_speaks_the_language_of_its_user(qapp: QApplication, german: Path) -> None:
    assert install_translation(qapp, german, QLocale("de_AT"))
    try:
        shown = titles()
    finally:
        for translator in qapp.findChildren(QTranslator):
            QCoreApplication.removeTranslator(translator)
            translator.deleteLater()

    assert GERMAN in shown
    assert ENGLISH not in shown


def test_a_language_nobody_wrote_leaves_english(qapp: QApplication, german: Path) -> None:
    assert not install_translation(qapp, german, QLocale("fr_FR"))

    assert ENGLISH in titles()
