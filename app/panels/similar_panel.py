"""SimilarPanel: the cases of a library that are most like the open scan, or like some words."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.panels.evidence_lines import EvidenceLines
from app.panels.message_page import MessagePage
from app.panels.similar_actions import SimilarActions
from app.panels.similar_card import cards_of
from app.panels.similar_filters import SimilarFilters
from app.panels.similar_head import SimilarHead
from app.panels.similar_list import SimilarList
from app.panels.similar_model import SimilarModel
from app.panels.similar_start import SimilarStart
from app.state.similar_page import CaseMap, SimilarPage
from app.theme import DARK, Theme

if TYPE_CHECKING:
    # Loading pyqtgraph takes half a second that the window would appear later.
    from app.panels.library_map import LibraryMap


class SimilarPanel(QWidget):
    """Shows similar cases, what they had and where they lie; reports what the reader wants.

    Signals about a case carry its id. Known findings of cases, and what the nearest cases had,
    are shown as far as `show_page` is told that they may.
    """

    case_selected = Signal(str)
    open_beside_wanted = Signal(str)
    why_wanted = Signal(str)
    not_similar_toggled = Signal(str, bool)  # whether it is marked now
    filter_changed = Signal(object)  # CaseFilter
    text_asked = Signal(str)  # empty: back to the open scan
    add_wanted = Signal()  # the open scan, with its verdicts
    add_folder_wanted = Signal()
    library_wanted = Signal()  # another one, or a new one
    phantom_library_wanted = Signal()
    map_wanted = Signal()  # the first time it is looked for
    show_all_wanted = Signal()  # known findings before the verdicts

    def __init__(self, theme: Theme = DARK, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = SimilarModel(self)
        self._list = SimilarList(self._model, theme)
        self._head = SimilarHead()
        self._filters = SimilarFilters()
        self._start = SimilarStart()
        self._nothing = MessagePage()
        self._cases = QStackedWidget()
        self._evidence = EvidenceLines(theme)
        self._map: LibraryMap | None = None
        self._map_place = QWidget()
        self._map_column = QVBoxLayout(self._map_place)
        self._tabs = QTabWidget()
        self._pages = QStackedWidget()
        self._actions = SimilarActions()
        self._page: SimilarPage | None = None
        self._shown_findings: frozenset[str] = frozenset()
        self._lay_out()
        self._connect()
        self.show_empty(self.tr("Open a chest CT to see cases like it."), "")
        self.set_scan_open(is_open=False)

    def show_page(self, page: SimilarPage, shown_findings: frozenset[str]) -> None:
        """Show similar cases.

        Parameters
        ----------
        page
            Replaces what was shown; the selected case stays selected where it is on it.
        shown_findings
            The findings of which cases and evidence may speak: `shown_findings`.
        """
        self._page, self._shown_findings = page, shown_findings
        self._head.show_page(page, is_kept_back=not page.finding_names <= shown_findings)
        self._list.show_cards(cards_of(page.cases, shown_findings, page.not_similar))
        self._filters.show_tags(tuple(sorted({tag for one in page.cases for tag in one.case.tags})))
        self._cases.setCurrentIndex(1 if page.cases else 0)
        self._evidence.show_evidence(page.evidence, shown_findings)
        self._show_on_map()
        self._actions.show_card(self._list.current_card)
        self._show_tools(is_shown=True)
        self._actions.setVisible(bool(page.cases))
        self._pages.setCurrentIndex(1)

    def show_empty(self, reason: str, remedy: str) -> None:
        """Say why there are no cases at all and what to do; offer to fill a library."""
        self._show_tools(is_shown=False)
        self._show_start()
        self._start.show_empty(reason, remedy)

    def show_waiting(self, text: str, fraction: float | None) -> None:
        """Say what the cases wait for, in one sentence; `fraction` is done, None if unknown."""
        self._show_start()
        self._start.show_waiting(text, fraction)

    def show_failure(self, summary: str, remedy: str) -> None:
        """Say what failed and what to do."""
        self._show_start()
        self._start.show_failure(summary, remedy)

    def show_map(self, case_map: CaseMap | None) -> None:
        """Draw the map of the library; None while it is being made."""
        if case_map is not None:
            self._made_map().show_map(case_map)
            self._show_on_map()
        elif self._map is not None:
            self._map.show_waiting()

    def show_map_failure(self, summary: str, remedy: str) -> None:
        """Say why the map could not be drawn, and what to do."""
        self._made_map().show_failure(summary, remedy)

    def set_scan_open(self, is_open: bool) -> None:
        """Say whether there is a scan that could be added."""
        self._head.set_scan_open(is_open)
        self._start.set_scan_open(is_open)

    @property
    def selected_case(self) -> str:
        """Id of the case that is selected; empty for none."""
        card = self._list.current_card
        return "" if card is None else card.case.case_id

    def select_case(self, case_id: str) -> None:
        """Select a case without reporting it; none where it is not listed."""
        self._list.select(case_id)
        self._actions.show_card(self._list.current_card)
        if self._map is not None:
            self._map.show_selected(case_id)

    def focus_text(self) -> None:
        """Let the keyboard write what cases are asked for, also where none are shown yet."""
        self._show_tools(is_shown=True)
        self._head.focus_text()

    def show_theme(self, theme: Theme) -> None:
        """Paint in other colours."""
        self._theme = theme
        self._list.show_theme(theme)
        self._evidence.show_theme(theme)
        if self._map is not None:
            self._map.show_theme(theme)

    def _show_start(self) -> None:
        # Nothing of one scan may stay on the screen while another one is asked for.
        self._page = None
        self._list.show_cards(())
        # The next question is answered from its first case on.
        self._list.scrollToTop()
        self._evidence.show_evidence((), frozenset())
        self._head.show_kept_back(is_some=False)
        self._actions.hide()
        self._pages.setCurrentIndex(0)

    def _show_tools(self, *, is_shown: bool) -> None:
        self._head.setVisible(is_shown)
        self._filters.setVisible(is_shown and self._head.is_filtering)

    def _show_on_map(self) -> None:
        if self._map is None or self._page is None:
            return
        self._map.show_shown_findings(self._shown_findings)
        self._map.show_similar(frozenset(one.case.case_id for one in self._page.cases))
        self._map.show_selected(self.selected_case)

    def _made_map(self) -> "LibraryMap":
        if self._map is None:
            from app.panels.library_map import LibraryMap  # noqa: PLC0415

            self._map = LibraryMap(self._theme)
            self._map.case_selected.connect(self._select_on_map)
            self._map_column.addWidget(self._map)
            self._show_on_map()
        return self._map

    def _lay_out(self) -> None:
        self._nothing.show_message(
            self.tr("No case passes"),
            self.tr("No case of the library passes these filters."),
            action=self.tr("Clear the filters"),
        )
        self._cases.addWidget(self._nothing)
        self._cases.addWidget(self._list)
        self._map_column.setContentsMargins(0, 0, 0, 0)
        self._tabs.addTab(self._cases, self.tr("Cases"))
        self._tabs.addTab(self._evidence, self.tr("What they had"))
        self._tabs.addTab(self._map_place, self.tr("Map"))
        self._tabs.setDocumentMode(True)
        self._pages.addWidget(self._start)
        self._pages.addWidget(self._tabs)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self._filters)
        layout.addWidget(self._pages, 1)
        layout.addWidget(self._actions)
        self.setAccessibleName(self.tr("Similar cases"))

    def _connect(self) -> None:
        for part in (self._head, self._start):
            for name in (
                "add_wanted",
                "add_folder_wanted",
                "library_wanted",
                "phantom_library_wanted",
            ):
                getattr(part, name).connect(getattr(self, name))
        self._head.text_asked.connect(self.text_asked)
        self._head.show_all_wanted.connect(self.show_all_wanted)
        self._head.filters_toggled.connect(self._filters.setVisible)
        self._filters.filter_changed.connect(self._report_filter)
        self._nothing.action_requested.connect(self._filters.clear)
        self._list.selected.connect(self._select_in_list)
        self._list.open_wanted.connect(self.open_beside_wanted)
        self._list.why_wanted.connect(self.why_wanted)
        self._list.not_similar_toggled.connect(self.not_similar_toggled)
        self._actions.open_wanted.connect(self.open_beside_wanted)
        self._actions.why_wanted.connect(self.why_wanted)
        self._actions.not_similar_toggled.connect(self.not_similar_toggled)
        self._tabs.currentChanged.connect(self._on_tab)

    def _on_tab(self, _number: int) -> None:
        if self._tabs.currentWidget() is self._map_place and self._map is None:
            self._made_map()
            self.map_wanted.emit()

    def _report_filter(self, wanted: object) -> None:
        self._head.show_filter_count(self._filters.count)
        self.filter_changed.emit(wanted)

    def _select_in_list(self, case_id: str) -> None:
        self._actions.show_card(self._list.current_card)
        if self._map is not None:
            self._map.show_selected(case_id)
        self.case_selected.emit(case_id)

    def _select_on_map(self, case_id: str) -> None:
        self._list.select(case_id)
        self._actions.show_card(self._list.current_card)
        self.case_selected.emit(case_id)
