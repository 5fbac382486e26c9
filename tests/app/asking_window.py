"""One window without widgets that asks a model, whose worker answers when told."""

from app.controllers.ask_model import AskModel, WindowState
from app.state.answers import FindingsScored, ModelFacts, ScanEncoded, StageTime
from app.state.prompt_list import PromptList
from app.state.results import ResultsState
from app.state.session import OpenScan, SessionState
from app.workers.questions import EncodeScan, ScoreFindings
from medct_core.findings.finding import Finding
from tests.app.stand_ins import DOUBT, EMBEDDED, NODULE, NOTICE, FakeWorker, facts
from tests.app.state.test_session import scan

ENCODE = (StageTime("encode", 2.0),)
SCORE = (StageTime("score", 0.1),)


class AskingWindow:
    """One window with a worker that answers when told."""

    def __init__(self, *, score_on_open: bool = True) -> None:
        self.worker = FakeWorker()
        self.session, self.prompts, self.results = SessionState(), PromptList(), ResultsState()
        self.ask = AskModel(
            WindowState(self.session, self.prompts, self.results),
            self.worker.as_worker(),
            "w",
            score_on_open=score_on_open,
        )

    def with_model(self, model: ModelFacts | None = None) -> "AskingWindow":
        """Let a model become ready."""
        self.worker.model_ready.emit(model or facts())
        return self

    def open(self, name: str = "a.nii.gz") -> OpenScan:
        """Show a scan."""
        shown = scan(name)
        self.session.set_scan(shown)
        return shown

    def answer_scan(self, model: ModelFacts | None = None) -> None:
        """Encode and score what was asked last."""
        encode, score = self.number(EncodeScan), self.number(ScoreFindings)
        self.worker.answered.emit(encode, ScanEncoded((NOTICE,), (DOUBT,), EMBEDDED), ENCODE)
        findings = FindingsScored((Finding(NODULE, 0.5),), model or facts())
        self.worker.answered.emit(score, findings, SCORE)

    def number(self, kind: type) -> int:
        """Job number of the newest question of a kind."""
        return self.worker.number_of(kind)

    def kinds(self) -> list[type]:
        """Give the kinds of all questions in order."""
        return [type(question) for _, question in self.worker.asked]
