"""A wish asks for everything but a name, unless it says otherwise."""

from pathlib import Path

from app.controllers.export_wish import FORMATS, ExportWish
from medct_core.export import file_names


def test_a_wish_is_for_every_form_and_names_nobody() -> None:
    wish = ExportWish(Path("reports"))

    assert wish.formats == FORMATS
    assert wish.images == ()
    assert not wish.names_patient


def test_every_form_is_one_that_can_be_written() -> None:
    assert set(FORMATS) == set(file_names.FORMATS)
