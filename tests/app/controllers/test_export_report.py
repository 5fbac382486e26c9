"""What is written is what was shown when the person asked."""

import csv
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from pytestqt.qtbot import QtBot

from app.controllers.export_report import NOTHING_AT_ALL, NOTHING_YET, ExportReport
from app.controllers.export_wish import ExportWish
from app.state.answers import Problem, StageProgress, TypedAnswer
from app.state.case_record import CaseRecord
from app.state.results import ResultsState, ScoredList
from app.state.session import SessionState
from app.workers.loader_pool import LoaderPool
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.export.files import write_report
from medct_core.export.report import Report
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from tests import case_samples, report_samples
from tests.app.stand_ins import DOUBT, PATIENCE_MS, FakeLoader, facts
from tests.app.state.test_session import scan

pytestmark = pytest.mark.gui

SCORED = ScoredList(
    report_samples.raw_findings(), facts(), (DOUBT,), datetime(2026, 11, 22, tzinfo=UTC)
)
EMPTY = CaseRecord(scan().volume.content_sha256)
READ = replace(case_samples.FULL, scan_sha256=EMPTY.scan_sha256)
HEART = Finding(Prompt("heart", ("a heart",)), 0.25)


class Exporting:
    """One window with results and a loader that works when told."""

    def __init__(self, loader: LoaderPool | None = None) -> None:
        self.session, self.results, self.loader = SessionState(), ResultsState(), FakeLoader()
        self.session.set_scan(scan())
        self.results.set_scored(SCORED)
        self.controller = ExportReport(
            self.session, self.results, loader or self.loader.as_loader()
        )
        self.written: list[tuple[Path, ...]] = []
        self.problems: list[Problem] = []
        self.controller.written.connect(self.written.append)
        self.controller.failed.connect(self.problems.append)


@pytest.fixture
def exporting(qapp: object) -> Exporting:
    """Build a window with scores."""
    return Exporting()


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return " ".join(" ".join(texts).split())


def names_in(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row["finding"] for row in csv.DictReader(file)]


def test_three_files_are_written_off_the_gui_thread(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writers: list[threading.Thread] = []

    def noting(report: Report, folder: Path, formats: tuple[str, ...]) -> tuple[Path, ...]:
        writers.append(threading.current_thread())
        return write_report(report, folder, formats)

    monkeypatch.setattr("medct_core.export.files.write_report", noting)
    loader = LoaderPool()
    exporting = Exporting(loader)
    exporting.results.set_typed(TypedAnswer(HEART, None, facts()))

    with qtbot.waitSignal(exporting.controller.written, timeout=PATIENCE_MS):
        exporting.controller.export(ExportWish(tmp_path), EMPTY)
    loader.stop()

    assert [path.name for path in exporting.written[0]] == ["a.pdf", "a.csv", "a.json"]
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert names_in(tmp_path / "a.csv")[18:] == ["heart"]
    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (report["headline"], report["created"]) == ("Means nothing.", "2026-11-22T00:00:00Z")
    assert [one["code"] for one in report["notices"]] == ["gantry-tilt", "forced"]
    assert "patient" not in report
    assert len(writers) == 1
    assert writers[0] is not threading.main_thread()


def test_what_changes_meanwhile_is_not_in_the_files(exporting: Exporting, tmp_path: Path) -> None:
    exporting.controller.export(ExportWish(tmp_path, ("csv",)), EMPTY)

    exporting.session.set_scan(scan("b.nii.gz"))
    exporting.results.clear()
    exporting.loader.finish(1)

    assert exporting.written == [(tmp_path / "a.csv",)]
    assert len(names_in(tmp_path / "a.csv")) == 18


def test_the_patient_is_named_only_where_it_was_asked_for(
    exporting: Exporting, tmp_path: Path
) -> None:
    exporting.controller.export(ExportWish(tmp_path, ("json",), names_patient=True), EMPTY)
    exporting.loader.finish(1)

    assert json.loads((tmp_path / "a.json").read_text())["patient"]["name"] == "Doe"


def test_a_typed_answer_stands_once_and_only_beside_its_own_model(
    exporting: Exporting, tmp_path: Path
) -> None:
    doubled = TypedAnswer(SCORED.findings[3], None, facts())
    foreign = TypedAnswer(HEART, None, facts("other"))

    for answer in (doubled, foreign):
        exporting.results.set_typed(answer)
        exporting.controller.export(ExportWish(tmp_path, ("csv",)), EMPTY)
    for number in (1, 2):
        exporting.loader.finish(number)

    assert [len(names_in(files[0])) for files in exporting.written] == [18, 18]


def test_without_scores_there_is_nothing_to_write(exporting: Exporting, tmp_path: Path) -> None:
    exporting.results.clear()

    exporting.controller.export(ExportWish(tmp_path), EMPTY)

    assert exporting.problems == [NOTHING_YET]
    assert exporting.loader.works == []


def test_a_failure_is_told_once_and_others_answers_are_ignored(
    exporting: Exporting, tmp_path: Path
) -> None:
    exporting.controller.export(ExportWish(tmp_path), EMPTY)
    error = OutOfDiskError("The disk is full.", remedy="Make room.")

    exporting.loader.failed.emit(9, error)
    exporting.loader.done.emit(9, None)
    exporting.loader.failed.emit(1, error)

    assert exporting.problems == [Problem("The disk is full.", "Make room.")]
    assert exporting.written == []


def test_a_program_that_closes_writes_nothing_more(exporting: Exporting, tmp_path: Path) -> None:
    exporting.controller.export(ExportWish(tmp_path), EMPTY)
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        exporting.loader.works[0](token, lambda _: None)
    exporting.loader.cancelled.emit(1)

    assert list(tmp_path.iterdir()) == []


def test_marked_pictures_take_the_place_of_the_usual_ones(
    exporting: Exporting, tmp_path: Path
) -> None:
    marked = replace(ExportWish(tmp_path, ("pdf",)), images=report_samples.reader_part().images)

    for wish in (marked, replace(marked, images=())):
        exporting.controller.export(wish, EMPTY)
    for number in (1, 2):
        exporting.loader.finish(number)

    with_marks, usual = (text_of(files[0]) for files in exporting.written)
    assert "Marked by the reader" in with_marks
    assert "Seen from the feet" not in with_marks
    assert "Seen from the feet" in usual


def test_what_the_reader_added_is_in_every_file(exporting: Exporting, tmp_path: Path) -> None:
    exporting.controller.export(ExportWish(tmp_path), READ)
    exporting.loader.finish(1)

    names = [path.name for path in exporting.written[0]]
    assert names == ["a.pdf", "a.csv", "a_measurements.csv", "a.json"]
    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert [one["decision"] for one in report["reader"]["reviews"]] == ["accepted", "rejected"]
    assert len(report["reader"]["measurements"]) == len(READ.measurements)
    assert "Small left effusion." in text_of(tmp_path / "a.pdf")


def test_a_record_of_another_scan_is_never_written(exporting: Exporting, tmp_path: Path) -> None:
    foreign = replace(READ, scan_sha256="0" * 64)

    exporting.controller.export(ExportWish(tmp_path), foreign)

    with pytest.raises(ValueError, match="another scan"):
        exporting.loader.finish(1)
    assert list(tmp_path.iterdir()) == []


def test_findings_are_copied_without_the_name_of_patient_or_file(exporting: Exporting) -> None:
    text = exporting.controller.copy_text(READ)

    assert text.startswith("Findings accepted by the reader:\n- Small left effusion.")
    assert "Doe" not in text
    assert "a.nii" not in text


def test_a_scan_that_cannot_be_scored_gives_what_the_reader_added(exporting: Exporting) -> None:
    exporting.results.clear()

    text = exporting.controller.copy_text(READ)

    assert "Small left effusion." in text
    assert "No model scored this scan" in text


@pytest.mark.parametrize("where", ["refusal", "problem", "model"])
def test_a_scan_that_no_model_scores_is_exported_with_the_reason(
    exporting: Exporting, tmp_path: Path, where: str
) -> None:
    why = Problem("The scan shows a head.", "Open a chest CT.")
    exporting.results.clear()
    {
        "refusal": exporting.session.set_refusal,
        "problem": exporting.results.set_problem,
        "model": exporting.results.set_model_problem,
    }[where](why)

    exporting.controller.export(ExportWish(tmp_path), READ)
    exporting.loader.finish(1)

    report = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert (report["model"], report["findings"]) == (None, [])
    assert report["notices"][-1] == {"code": "not-scored", "text": why.summary}
    assert len(report["reader"]["measurements"]) == len(READ.measurements)
    assert "No model scored this scan" in text_of(tmp_path / "a.pdf")


def test_scores_that_may_still_come_are_waited_for(exporting: Exporting, tmp_path: Path) -> None:
    exporting.results.clear()
    exporting.results.set_model_problem(Problem("An older one was missing.", ""))
    exporting.results.set_stage(StageProgress("encode", 0.5, 1.0))

    exporting.controller.export(ExportWish(tmp_path), READ)

    assert exporting.problems == [NOTHING_YET]


def test_an_empty_report_is_not_written(exporting: Exporting, tmp_path: Path) -> None:
    exporting.results.clear()
    exporting.session.set_refusal(Problem("The scan shows a head.", ""))

    exporting.controller.export(ExportWish(tmp_path), EMPTY)

    assert exporting.problems == [NOTHING_AT_ALL]
    assert exporting.loader.works == []


def test_without_a_scan_nothing_is_copied(exporting: Exporting) -> None:
    exporting.session.set_scan(None)

    assert exporting.controller.copy_text(READ) == ""
