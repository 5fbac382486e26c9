"""A report put together from a window: who is in it, and who is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.controllers.export_wish import Exported, ExportWish
from app.controllers.report_work import reader_part, report_of, write
from app.state.case_record import CaseRecord
from medct_core.cancel import Cancelled, CancelToken
from medct_core.export.report import Unscored
from medct_core.volume.notice import Notice
from tests.app.controllers.test_export_report import EMPTY, HEART, READ, SCORED
from tests.app.state.test_session import scan

WHOLE = Exported(ExportWish(Path()), scan(), SCORED, (HEART,), READ)


def test_the_typed_finding_stands_after_those_of_the_list() -> None:
    report = report_of(WHOLE)

    assert report.findings == (*SCORED.findings, HEART)


def test_a_typed_finding_that_the_list_holds_is_not_there_twice() -> None:
    report = report_of(replace(WHOLE, typed=(SCORED.findings[3],)))

    assert report.findings == SCORED.findings


def test_nobody_is_named_unless_it_was_asked_for() -> None:
    named = replace(WHOLE, wish=ExportWish(Path(), names_patient=True))

    assert report_of(WHOLE).patient is None
    assert report_of(named).patient == WHOLE.scan.patient


def test_a_scan_without_scores_says_why() -> None:
    doubt = Notice("not-scored", "It is an MRI.")
    report = report_of(replace(WHOLE, scored=None, typed=(), doubts=(doubt,)))

    assert isinstance(report.provenance, Unscored)
    assert doubt in report.notices
    assert not report.findings


def test_a_record_of_another_scan_is_not_put_into_a_report() -> None:
    with pytest.raises(ValueError, match="another scan"):
        reader_part(scan(), CaseRecord("f" * 64))


def test_what_the_reader_added_is_in_the_report() -> None:
    part = reader_part(scan(), READ)

    assert {one.finding for one in part.reviews} == {one.finding for one in READ.reviews}
    assert len(part.measurements) == len(READ.measurements)


def test_nothing_is_written_once_the_program_closes(tmp_path: Path) -> None:
    stop = CancelToken()
    stop.cancel()
    exported = replace(WHOLE, wish=ExportWish(tmp_path / "out", ("csv",)), record=EMPTY)

    with pytest.raises(Cancelled):
        write(exported, stop, lambda _fraction: None)

    assert not (tmp_path / "out").exists()
