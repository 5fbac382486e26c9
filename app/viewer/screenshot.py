"""Screenshots: a view or a whole window as a picture, in a file or on the clipboard.

Nobody is named: the patient's text is off while a picture is taken.
"""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QWidget

from app.state.view import Overlay, ViewState
from medct_core.errors import DISK_FULL, OutOfDiskError
from medct_core.inference.safe_write import replacing

_COVER = QColor(0x50, 0x50, 0x58)


def picture_of_window(
    window: QWidget, state: ViewState, *, covered: Iterable[QWidget] = ()
) -> QImage:
    """Picture of everything inside a window, without its title bar and without the patient.

    Parameters
    ----------
    window
        Or any part of one.
    state
        Of its views; the patient's text is back when the picture is taken.
    covered
        Widgets that may name a patient, such as the name of the open file; a grey area stands in
        their place.
    """
    is_named = Overlay.PATIENT_TEXT in state.overlays
    state.hide_overlay(Overlay.PATIENT_TEXT)
    try:
        picture = window.grab().toImage()
    finally:
        if is_named:
            state.show_overlay(Overlay.PATIENT_TEXT)
    painter = QPainter(picture)
    for widget in covered:
        if widget.isVisibleTo(window):
            painter.fillRect(QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()), _COVER)
    painter.end()
    return picture


def copy_picture(picture: QImage) -> None:
    """Put a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(picture)


def save_picture(picture: QImage, path: Path) -> Path:
    """Write a picture as PNG, whole or not at all; a file of this name is replaced.

    Returns
    -------
    The path, with ``.png`` at its end.

    Raises
    ------
    OutOfDiskError
        If the disk is full or the folder cannot be written.
    """
    if path.suffix.lower() != ".png":
        path = path.with_name(f"{path.name}.png")
    content = png_of(picture)
    try:
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        full = error.errno in DISK_FULL
        why = "the disk is full" if full else (error.strerror or "it cannot be written")
        raise OutOfDiskError(
            f"The picture cannot be written to {str(path.parent)!r}: {why}.",
            remedy="Free some space there, or choose another folder.",
        ) from error
    return path


def png_of(picture: QImage) -> bytes:
    """Give the bytes of a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # Qt's stubs want bytes
    return bytes(buffer.data().data())
