"""ReportTextPanel: a report to read beside the scan."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.text_label import TextLabel


class ReportTextPanel(QWidget):
    """Holds a report that was pasted, typed or loaded; nothing in it is scored."""

    text_edited = Signal(str)
    load_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = TextLabel(role="muted")
        self._reason = TextLabel(role="refusal")
        self._text = QPlainTextEdit()
        self._paste = QPushButton(self.tr("Paste"), autoDefault=False)
        self._load = QPushButton(self.tr("Load…"), autoDefault=False)
        self._clear = QPushButton(self.tr("Clear"), autoDefault=False)
        self._describe()
        self._lay_out()
        self._text.textChanged.connect(self._report)
        self._paste.clicked.connect(self._paste_text)
        self._load.clicked.connect(self.load_requested)
        self._clear.clicked.connect(self._remove_text)
        self.show_text("", source="")

    def show_text(self, text: str, *, source: str) -> None:
        """Show a report without reporting it back.

        Parameters
        ----------
        source
            Where it comes from, such as the name of its file; empty where it was pasted.
        """
        if text != self._text.toPlainText():
            with QSignalBlocker(self._text):
                self._text.setPlainText(text)
        self._source.show_text(source)
        self._reason.show_text("")
        self._clear.setEnabled(bool(text))

    def show_error(self, summary: str, remedy: str) -> None:
        """Say why a report could not be loaded; the one that is shown stays."""
        self._reason.show_text(f"{summary} {remedy}")

    def _describe(self) -> None:
        self._text.setAccessibleName(self.tr("Report text"))
        self._text.setPlaceholderText(
            self.tr(
                "Paste or load the report of this scan. It is kept in this window only, and gone "
                "when another study opens or the window closes."
            )
        )
        self._text.setTabChangesFocus(True)
        self._paste.setToolTip(self.tr("Replace the text by what is on the clipboard"))
        self._load.setToolTip(self.tr("Load a text file"))
        self._clear.setToolTip(self.tr("Remove the text (Ctrl+Z brings it back)"))

    def _lay_out(self) -> None:
        buttons = QGridLayout()
        for at, button in enumerate((self._paste, self._load, self._clear)):
            buttons.addWidget(button, 0, at)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addLayout(buttons)
        layout.addWidget(self._source)
        layout.addWidget(self._reason)
        layout.addWidget(self._text, 1)

    def _paste_text(self) -> None:
        text = QGuiApplication.clipboard().text()
        if text:
            # Selecting first keeps the step in the undo history, which setting a text would not.
            self._text.selectAll()
            self._text.insertPlainText(text)
            self._source.show_text("")

    def _remove_text(self) -> None:
        self._text.selectAll()
        self._text.textCursor().removeSelectedText()

    def _report(self) -> None:
        text = self._text.toPlainText()
        self._clear.setEnabled(bool(text))
        self._reason.show_text("")
        self.text_edited.emit(text)
