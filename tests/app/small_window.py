"""One real window with its states; the model and the files behind it answer when told."""

from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.connections.case_parts import CaseStates
from app.controllers.ask_model import AskModel, WindowState
from app.controllers.open_study import OpenStudy
from app.state.answers import FindingsScored, ScanEncoded, StageTime
from app.state.results import ScoredList
from app.state.session import OpenScan
from app.theme import DARK
from app.windows.action_table import ROWS
from app.windows.actions import make_actions
from app.windows.main_window import MainWindow
from app.workers.questions import EncodeScan, ScoreFindings
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from tests.app.stand_ins import NODULE, FakeLoader, FakeWorker, embedding, facts
from tests.app.state.test_session import scan

EFFUSION = Prompt("Pleural effusion", ("Pleural effusion is present.",), ("No effusion.",))
SCORED = ScoredList(
    (Finding(NODULE, 0.5), Finding(EFFUSION, 0.25)),
    facts(),
    (),
    datetime(2026, 11, 22, tzinfo=UTC),
    (StageTime("encode", 2.0), StageTime("score", 0.1)),
)


def seen_words(widget: QWidget) -> list[str]:
    """Give what the labels of a widget say, but for hidden ones."""
    return [
        label.text()
        for label in widget.findChildren(QLabel)
        if label.isVisibleTo(widget) and label.text()
    ]


@dataclass(eq=False)
class SmallWindow:
    """A window to connect things to, one by one.

    Attributes
    ----------
    qtbot
        Closes it.
    score_on_open
        As in the settings.
    """

    qtbot: QtBot
    score_on_open: bool = True

    def __post_init__(self) -> None:
        self.owner = QObject()
        self.states = CaseStates(self.owner)
        self.session, self.view = self.states.session, self.states.view
        self.results, self.prompts = self.states.results, self.states.prompts
        self.lists = self.states.lists
        self.worker, self.loader = FakeWorker(), FakeLoader()
        self.open_study = OpenStudy(self.session, self.loader.as_loader(), self.owner)
        self.ask = AskModel(
            WindowState(self.session, self.prompts, self.results),
            self.worker.as_worker(),
            "w",
            score_on_open=self.score_on_open,
            parent=self.owner,
        )
        self.window = MainWindow(self.view, DARK)
        self.qtbot.addWidget(self.window)
        self.actions = make_actions(ROWS, {}, self.window)

    def open(self, name: str = "a.nii.gz") -> OpenScan:
        """Show a scan."""
        shown = scan(name)
        self.session.set_scan(shown)
        return shown

    def score(self, *prompts: Prompt) -> None:
        """Answer what was asked last; both findings where none are named."""
        asked = prompts or (NODULE, EFFUSION)
        encode, score = (self.worker.number_of(kind) for kind in (EncodeScan, ScoreFindings))
        assert self.session.volume is not None
        encoded = ScanEncoded((), (), embedding(self.session.volume))
        self.worker.answered.emit(encode, encoded, (StageTime("encode", 2.0),))
        findings = tuple(Finding(prompt, 0.5) for prompt in asked)
        times = (StageTime("score", 0.1),)
        self.worker.answered.emit(score, FindingsScored(findings, facts()), times)

    def open_scored(self, name: str = "a.nii.gz") -> OpenScan:
        """Show a scan with scores of a model that is ready."""
        self.worker.model_ready.emit(facts())
        shown = self.open(name)
        self.score()
        return shown

    @property
    def status(self) -> str:
        """What the status bar says for a moment."""
        return self.window.statusBar().currentMessage()

    @property
    def banner(self) -> str:
        """What the banner says; empty while it is hidden."""
        banner = self.window.banner
        return "" if banner.isHidden() else " ".join(seen_words(banner))
