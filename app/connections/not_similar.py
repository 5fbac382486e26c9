"""Feedback: a case marked in the panel as not similar is kept with the open scan."""

from PySide6.QtCore import QObject

from app.panels.similar_panel import SimilarPanel
from app.state.not_similar import NotSimilarCases


class NotSimilarConnection(QObject):
    """Marks cases, and takes marks back; who searches listens to the list of marks.

    Parameters
    ----------
    panel
        Where cases are marked.
    marks
        Of the open scan.
    parent
        Owner.
    """

    def __init__(
        self, panel: SimilarPanel, marks: NotSimilarCases, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._marks = marks
        panel.not_similar_toggled.connect(self._on_toggled)

    def _on_toggled(self, case_id: str, is_marked: bool) -> None:
        if is_marked:
            self._marks.mark(case_id)
        else:
            self._marks.unmark(case_id)
