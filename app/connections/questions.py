"""The questions that reading a scan may ask, put to a person and answered."""

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QWidget

from app.controllers.open_study import OpenStudy
from app.state.open_questions import FrameQuestion, LargeScanQuestion, OpenQuestion
from app.state.session import SessionState
from app.windows.question_dialog import Choice, Question, QuestionDialog


class QuestionConnection(QObject):
    """Asks what a session asks; closing the dialog stops reading.

    Parameters
    ----------
    window
        Lies below the dialog.
    session
        Asks.
    open_study
        Takes the answer.
    parent
        Owner.
    """

    def __init__(
        self,
        window: QWidget,
        session: SessionState,
        open_study: OpenStudy,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._session, self._open_study = window, session, open_study
        self._dialog: QuestionDialog | None = None
        session.question_changed.connect(self._on_question)

    def _on_question(self, question: OpenQuestion | None) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
        if question is not None:
            self._dialog = QuestionDialog(asked(question), self._window)
            self._dialog.chosen.connect(self._answer)
            self._dialog.rejected.connect(self._open_study.cancel)
            self._dialog.open()

    def _answer(self, name: str) -> None:
        question = self._session.question
        if isinstance(question, FrameQuestion):
            self._open_study.choose_frame(int(name))
        elif isinstance(question, LargeScanQuestion):
            self._open_study.choose_reduction(question.choices[int(name)].reduction)


def asked(question: OpenQuestion) -> Question:
    """Put a question as its dialog asks it; the answers are named by their numbers."""
    if isinstance(question, FrameQuestion):
        title = _said("Which volume?")
        frames = range(1, question.frame_count + 1)
        choices = [Choice(str(one), _said("Volume {0}").format(one)) for one in frames]
    else:
        title = _said("A very large scan")
        choices = [Choice(str(place), way.label) for place, way in enumerate(question.choices)]
    text = f"{question.summary} {question.remedy}"
    return Question(title, text, tuple(choices), _said("&Open"))


def _said(text: str) -> str:
    return QCoreApplication.translate("QuestionConnection", text)
