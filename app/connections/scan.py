"""The open scan: shown in the views, the study panel and the title, with its notices."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer

from app.connections.opening_window import opening_window
from app.controllers.open_study import OpenStudy
from app.state.answers import Problem
from app.state.open_questions import OpenQuestion
from app.state.session import Loading, OpenScan, Preview, SessionState
from app.state.view import ViewState
from app.viewer.overlay_text import Caption
from app.viewer.slice_paint import grey_image
from app.windows.main_window import MainWindow
from medct_core.io.study import Series, Study
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit
from medct_core.volume.window import MEDIASTINUM, Window

NOT_SCORED = Notice("not-scored", "Shown, but not scored.")
"""Over the pictures; the findings panel says why."""

_LONGEST_NOTICE = 72


class ScanConnection(QObject):
    """Keeps a window true to its session.

    Parameters
    ----------
    window
        Shows it.
    session, view
        What is open, and how it is looked at.
    open_study
        Takes the wish for another series.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        session: SessionState,
        view: ViewState,
        open_study: OpenStudy,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._session, self._view = window, session, view
        self._open_study = open_study
        # A scan that was read is shown right after reading ends; after a stop nothing comes.
        self._ended = QTimer(self, singleShot=True, interval=0)
        self._ended.timeout.connect(self._show_what_is_left)
        session.scan_changed.connect(self._on_scan)
        session.loading_changed.connect(self._on_loading)
        session.question_changed.connect(self._on_question)
        session.preview_changed.connect(self._on_preview)
        session.thumbnail_ready.connect(self._on_thumbnail)
        session.problem_changed.connect(self._on_problem)
        session.refusal_changed.connect(self._show_caption)
        window.study_panel.series_chosen.connect(self._choose_series)
        self._before: tuple[Path, str, Unit] | None = None
        self._invitation = self.tr("Drop a scan here, or open one with Ctrl+O.")
        self._show_nothing()

    def _on_scan(self, scan: OpenScan | None) -> None:
        if scan is None:
            self._show_nothing()
            return
        window = self._window
        self._view.set_window(self._window_for(scan))
        window.views.show_volume(scan.volume, caption_of(scan, self._session.refusal))
        window.views.show_patient(scan.patient)
        window.study_panel.show_study(scan.study)
        window.study_panel.show_chosen(scan.series.uid)
        window.study_panel.show_notices(tuple(one.text for one in scan.notices))
        window.window_panel.show_unit("HU" if scan.volume.unit is Unit.HU else "")
        window.show_title(scan.path.name)

    def _window_for(self, scan: OpenScan) -> Window:
        """Keep the reader's window within a study, and never show a CT through that of an MR."""
        before, now = self._before, (scan.path, scan.study.uid, scan.volume.unit)
        self._before = now
        if now == before:
            return self._view.window
        is_in_hu = before is None or before[2] is Unit.HU
        return opening_window(scan, self._view.window if is_in_hu else MEDIASTINUM)

    def _show_nothing(self) -> None:
        window = self._window
        window.views.show_volume(None)
        window.views.show_patient(None)
        window.views.show_message(self._invitation)
        window.study_panel.show_empty()
        window.show_title("")

    def _on_preview(self, preview: Preview | None) -> None:
        # Over an open scan nothing of another one is shown before it is whole.
        if self._session.scan is not None:
            return
        if preview is None and self._session.problem is None:
            self._show_nothing()
        elif preview is not None:
            volume = preview.found.volume
            caption = Caption(
                series_lines=_series_lines(preview.series),
                file_name=preview.path.name,
                unit=volume.unit,
                notices=volume.notices,
            )
            self._window.views.show_preview(volume, caption, self._loading_text())

    def _on_loading(self, loading: Loading | None) -> None:
        if loading is None:
            self._ended.start()
        elif self._session.scan is None:
            self._window.study_panel.show_waiting(loading.name)
            self._window.views.show_message(self._loading_text())

    def _on_question(self, question: OpenQuestion | None) -> None:
        if question is None:
            self._ended.start()

    def _show_what_is_left(self) -> None:
        """Invite to open a scan, or say why the last one did not open."""
        session = self._session
        if (session.scan, session.loading, session.question) == (None, None, None):
            self._show_nothing()
            if session.problem is not None:
                self._on_problem(session.problem)

    def _loading_text(self) -> str:
        loading = self._session.loading
        return "" if loading is None else self.tr("Loading {0} …").format(loading.name)

    def _on_problem(self, problem: Problem | None) -> None:
        if problem is None:
            self._window.banner.hide()
            return
        self._window.banner.show_problem(problem.summary, problem.remedy)
        if self._session.scan is None:
            self._window.study_panel.show_error(problem.summary, problem.remedy)
            self._window.views.show_message(self._invitation)

    def _show_caption(self) -> None:
        scan = self._session.scan
        if scan is not None:
            self._window.views.show_caption(caption_of(scan, self._session.refusal))

    def _on_thumbnail(self, uid: str, pixels: npt.NDArray[np.uint8]) -> None:
        self._window.study_panel.show_thumbnail(uid, grey_image(np.ascontiguousarray(pixels)))

    def _choose_series(self, uid: str) -> None:
        scan = self._session.scan
        if scan is not None:
            chosen = next(series for series in scan.study.series if series.uid == uid)
            self._open_study.choose_series(chosen)


def caption_of(
    scan: OpenScan, refusal: Problem | None = None, *, more: tuple[Notice, ...] = ()
) -> Caption:
    """Say what the corners of a picture tell about its scan.

    Parameters
    ----------
    refusal
        Why it is not scored.
    more
        What else its reader must know.
    """
    doubts = () if refusal is None else (NOT_SCORED,)
    return Caption(
        study_lines=_study_lines(scan.study),
        series_lines=_series_lines(scan.series),
        file_name=Path(scan.path).name,
        unit=scan.volume.unit,
        notices=tuple(_brief(one) for one in (*scan.notices, *doubts, *more)),
    )


def _brief(notice: Notice) -> Notice:
    """Cut a notice to what may stand over a picture; the study panel has all of it."""
    ends = [at for end in (". ", "; ") if (at := notice.text.find(end)) > 0]
    sentence = f"{notice.text[: min(ends)]}." if ends else notice.text
    if len(sentence) <= _LONGEST_NOTICE:
        return Notice(notice.code, sentence)
    return Notice(notice.code, f"{sentence[: _LONGEST_NOTICE - 1].rstrip()}…")


def _study_lines(study: Study) -> tuple[str, ...]:
    dated = "" if study.date is None else study.date.isoformat()
    return tuple(line for line in (study.description, dated) if line)


def _series_lines(series: Series) -> tuple[str, ...]:
    if series.number is None:
        return (series.description,) if series.description else ()
    named = f"{series.number}: {series.description}" if series.description else ""
    return (named or f"Series {series.number}",)
