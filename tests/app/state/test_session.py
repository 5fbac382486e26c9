"""The session shows one scan, whole, and says so once."""

from pathlib import Path

from app.state.answers import Problem
from app.state.session import Loading, OpenScan, SessionState
from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.io.study import PatientText, Series, Study
from tests import report_samples

PROBLEM = Problem("It is damaged.", "Copy it again.")


def scan(name: str = "a.nii.gz") -> OpenScan:
    file = ScanFile(Path(name))
    series = Series(name, FileKind.NIFTI, (file,), 30, description=name)
    study = Study(name, name, None, (series,))
    volume = report_samples.scan(name)
    notices = (report_samples.NOTICE,)
    return OpenScan(Path(name), study, series, volume, PatientText("Doe"), notices)


def test_a_scan_is_shown_whole_and_told_once() -> None:
    session, told = SessionState(), list[object]()
    session.scan_changed.connect(told.append)
    shown = scan()

    session.set_scan(shown)
    session.set_scan(shown)

    assert told == [shown]
    assert (session.scan, session.study, session.series) == (shown, shown.study, shown.series)
    assert (session.volume, session.patient_text) == (shown.volume, shown.patient)
    assert session.notices == shown.notices


def test_without_a_scan_there_is_nothing() -> None:
    session = SessionState()
    session.set_scan(scan())

    session.set_scan(None)

    parts = (session.scan, session.study, session.series, session.volume, session.patient_text)
    assert parts == (None,) * 5
    assert session.notices == ()


def test_another_scan_is_not_refused_for_what_the_last_one_was() -> None:
    session, told = SessionState(), list[object]()
    session.refusal_changed.connect(told.append)
    session.set_scan(scan())
    session.set_refusal(PROBLEM)

    session.set_scan(scan("b.nii.gz"))

    assert session.refusal is None
    assert told == [PROBLEM, None]


def test_loading_and_problems_are_told_when_they_change() -> None:
    session, told = SessionState(), list[object]()
    session.loading_changed.connect(told.append)
    session.problem_changed.connect(told.append)

    session.set_loading(Loading("a", 0.5))
    session.set_loading(Loading("a", 0.5))
    session.set_problem(PROBLEM)
    session.set_problem(PROBLEM)

    assert told == [Loading("a", 0.5), PROBLEM]
    assert (session.loading, session.problem) == (Loading("a", 0.5), PROBLEM)


def test_a_scan_shows_no_name_when_printed() -> None:
    assert "Doe" not in repr(scan())
