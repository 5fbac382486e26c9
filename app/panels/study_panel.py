"""StudyPanel: the open study, its series and what its reader must know."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.panels.message_page import MessagePage
from app.panels.series_list import SeriesList, SeriesModel
from app.panels.text_label import TextLabel
from app.theme import DARK, Theme
from medct_core.io.study import Study


class StudyPanel(QWidget):
    """Lists the series of a study, never the patient, and reports the one that is picked."""

    series_chosen = Signal(str)  # uid
    open_requested = Signal()

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SeriesModel(self)
        self._list = SeriesList(self._model, theme)
        self._title = TextLabel(role="title")
        self._facts = TextLabel(role="muted")
        self._notices = TextLabel(role="caution")
        self._message = MessagePage()
        self._pages = QStackedWidget()
        self._lay_out()
        self._list.chosen.connect(self.series_chosen)
        self._message.action_requested.connect(self.open_requested)
        self.show_empty()

    def show_study(self, study: Study) -> None:
        """List the series of a study."""
        self._title.show_text(
            study.description or self.tr("Study {0}").format(study.pseudonym.removeprefix("study-"))
        )
        count = len(study.series)
        counted = self.tr("1 series") if count == 1 else self.tr("{0} series").format(count)
        dated = "" if study.date is None else f"{study.date.isoformat()} · "
        self._facts.show_text(dated + counted)
        self.show_notices(tuple(notice.text for notice in study.notices))
        self._model.show_series(study.series)
        self._pages.setCurrentIndex(1)

    def show_notices(self, texts: tuple[str, ...]) -> None:
        """Say what the reader of the open scan must know, in full."""
        self._notices.show_text("\n".join(texts))

    def show_thumbnail(self, uid: str, picture: QImage) -> None:
        """Show the picture of a series once it is there."""
        self._model.show_picture(uid, picture)

    def show_chosen(self, uid: str) -> None:
        """Mark the series that is open, without reporting it."""
        self._list.setCurrentIndex(self._model.index_of(uid))

    def show_empty(self) -> None:
        """Invite to open a scan."""
        self._show_page()
        self._message.show_message(
            self.tr("No scan open"),
            self.tr("Drop a NIfTI, NRRD or MHA file, a DICOM folder or a zip here."),
            action=self.tr("Open…"),
        )

    def show_waiting(self, text: str) -> None:
        """Say what the list waits for, in one sentence."""
        self._show_page()
        self._message.show_message(self.tr("Opening"), text)

    def show_error(self, summary: str, remedy: str) -> None:
        """Say what could not be opened and what to do."""
        self._show_page()
        self._message.show_reason(
            self.tr("Not opened"), summary, remedy, action=self.tr("Open another…")
        )

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._list.show_theme(theme)

    def _show_page(self) -> None:
        self._model.show_series(())
        self._pages.setCurrentIndex(0)

    def _lay_out(self) -> None:
        page, head = QWidget(), QVBoxLayout()
        head.setContentsMargins(8, 8, 8, 4)
        head.addWidget(self._title)
        head.addWidget(self._facts)
        inner = QVBoxLayout(page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(head)
        inner.addWidget(self._notices)
        inner.addWidget(self._list, 1)
        self._pages.addWidget(self._message)
        self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
