"""The session shows one scan, whole, and says so once."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from app.state.answers import Problem
from app.state.open_questions import FrameQuestion
from app.state.session import Loading, OpenScan, Preview, SessionState
from medct_core.io.files import ScanFile
from medct_core.io.slice_preview import SlicePreview
from medct_core.io.sniff import FileKind
from medct_core.io.study import PatientText, Series, Study
from medct_core.volume.notice import Notice
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


def preview(name: str = "b.nii.gz") -> Preview:
    shown = scan(name)
    return Preview(shown.path, shown.series, SlicePreview(shown.volume, 3, 9))


def test_a_preview_goes_when_the_scan_is_there_and_not_before() -> None:
    session, told = SessionState(), list[object]()
    session.set_preview(preview())
    session.scan_changed.connect(lambda _: told.append(("scan", session.preview)))
    session.preview_changed.connect(lambda _: told.append(("preview", session.scan)))
    shown = scan()

    session.set_scan(shown)

    assert told == [("scan", None), ("preview", shown)]


def test_previews_and_questions_are_told_when_they_change() -> None:
    session, told = SessionState(), list[object]()
    session.preview_changed.connect(told.append)
    session.question_changed.connect(told.append)
    shown = preview()

    session.set_preview(shown)
    session.set_preview(shown)
    session.set_question(FrameQuestion("a", 3))
    session.set_question(FrameQuestion("a", 3))
    session.set_question(None)

    assert told == [shown, FrameQuestion("a", 3), None]
    assert (session.preview, session.question) == (shown, None)


def test_a_scan_that_is_not_scored_says_why_as_soon_as_it_is_shown() -> None:
    session, told = SessionState(), list[object]()
    unsuitable = replace(scan(), unsuitable=(Notice("no-lungs", "It shows no lungs."),))
    session.scan_changed.connect(lambda _: told.append(session.refusal))

    session.set_scan(unsuitable)

    (refusal,) = told
    assert refusal == unsuitable.refusal
    assert unsuitable.refusal is not None
    assert unsuitable.refusal.summary.endswith("not scored. It shows no lungs.")
    assert scan().refusal is None


def test_pictures_of_series_last_as_long_as_the_study() -> None:
    session, told = SessionState(), list[object]()
    session.thumbnail_ready.connect(lambda uid, picture: told.append((uid, picture)))
    first, picture = scan(), np.zeros((4, 3), np.uint8)
    session.set_scan(first)

    session.put_thumbnail("a.nii.gz", picture)
    session.set_scan(replace(first, frame=2))

    assert told == [("a.nii.gz", picture)]
    assert dict(session.thumbnails) == {"a.nii.gz": picture}
    session.set_scan(scan())
    assert dict(session.thumbnails) == {}


def test_a_scan_is_still_there_when_it_is_told_to_leave() -> None:
    session, left = SessionState(), list[OpenScan | None]()
    session.scan_leaving.connect(lambda: left.append(session.scan))
    one, other = scan(), scan("b.nii.gz")

    for shown in (one, one, other, None, None):
        session.set_scan(shown)

    assert left == [one, other]
