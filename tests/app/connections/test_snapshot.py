"""Pictures are taken once everything is there, or it is said why there are none."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.connections.snapshot import NOTHING_SHOWN, Snapshot
from app.settings import Settings
from app.state.answers import Problem
from app.state.session_file import SessionFile, write_session
from app.state.view import Overlay
from medct_core.errors import ModelUnavailableError
from medct_core.retrieval.library import CaseLibrary
from tests import library_samples, small_chest
from tests.app.case_windows import FLAT, Case, Workplace
from tests.app.stand_ins import facts
from tests.case_samples import FULL, SHA

pytestmark = pytest.mark.gui

VIEWS = {"window", "axial", "coronal", "sagittal"}
Take = Callable[..., Problem | None]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Open a path in a window and take pictures of it; say what went wrong."""

    def taken(case: Case, path: Path | None, folder: Path | None = None) -> Problem | None:
        ended = list[Problem | None]()
        if path is not None:
            case.shown.controllers.open_study.open_paths((path,))
        snapshot = Snapshot(case.shown, folder or tmp_path / "pictures")
        snapshot.ended.connect(ended.append)
        case.wait(lambda: bool(ended))
        assert len(ended) == 1
        return ended[0]

    return taken


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.iterdir()}


def test_window_and_views_are_written(
    case: Case, take: Take, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    assert take(case, chests[0]) is None

    assert names(tmp_path / "pictures") == VIEWS
    for name in VIEWS:
        picture = QImage(str(tmp_path / "pictures" / f"{name}.png"))
        grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
        values = np.frombuffer(grey.constBits(), np.uint8)
        assert values.std() > 10
    assert case.results.scored is not None


def test_the_picture_in_3d_is_written_where_there_is_one(
    workplace: Workplace, take: Take, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    case = workplace.open_window(Settings())

    assert take(case, chests[0]) is None

    has_3d = not case.window.volume_view.picture().isNull()
    assert names(tmp_path / "pictures") == (VIEWS | {"3d"} if has_3d else VIEWS)


def test_similar_cases_are_waited_for_and_have_a_picture_of_their_own(
    workplace: Workplace,
    take: Take,
    chests: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add(library_samples.case(number, stamp=facts().stamp) for number in range(3))
    monkeypatch.setenv("MEDCT_LIBRARY", library.address)
    case = workplace.open_window()

    assert take(case, chests[0]) is None

    assert names(tmp_path / "pictures") == VIEWS | {"similar"}
    assert case.shown.states.similar.page is not None


@pytest.mark.parametrize("settings", [replace(FLAT, score_on_open=False)])
def test_nobody_waits_for_scores_that_are_not_wanted(
    workplace: Workplace, take: Take, chests: tuple[Path, Path], settings: Settings
) -> None:
    case = workplace.open_window(settings)

    assert take(case, chests[0]) is None
    assert case.results.scored is None


def test_a_scan_that_is_not_scored_is_shown_all_the_same(
    case: Case, take: Take, tmp_path: Path
) -> None:
    solid = small_chest.write(tmp_path / "solid.nii.gz", lung_hu=50)

    assert take(case, solid) is None


def test_a_scan_whose_scoring_fails_is_shown_all_the_same(
    workplace: Workplace, case: Case, take: Take, chests: tuple[Path, Path]
) -> None:
    workplace.desk.wrong["encode"] = ModelUnavailableError("No weights.", remedy="Install them.")

    assert take(case, chests[0]) is None
    assert case.results.problem is not None


def test_questions_get_the_usual_answer(case: Case, take: Take, tmp_path: Path) -> None:
    frames = np.stack([small_chest.voxels(1), small_chest.voxels(2)], axis=3)
    path = tmp_path / "time.nii.gz"
    nibabel.save(nibabel.Nifti1Image(frames, np.diag([5.0, 5.0, 6.0, 1.0])), path)

    assert take(case, path) is None
    assert case.session.scan is not None
    assert case.session.scan.frame == 1


def test_a_session_is_restored_first(
    workplace: Workplace, case: Case, take: Take, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    other = workplace.open_window()
    scan = other.open(chests[0])
    record = replace(FULL, scan_sha256=scan.volume.content_sha256)
    session = SessionFile(scan.path, scan.series.uid, record, {})
    write_session(session, tmp_path / "a.medct")

    take(case, tmp_path / "a.medct")

    assert case.session.scan is not None
    assert len(case.shown.states.lists.measurements.items) == len(FULL.measurements)


def test_a_session_without_its_scan_is_told(case: Case, take: Take, tmp_path: Path) -> None:
    session = SessionFile(tmp_path / "gone.nii.gz", "a", replace(FULL, scan_sha256=SHA), {})
    write_session(session, tmp_path / "a.medct")

    problem = take(case, tmp_path / "a.medct")

    assert problem is not None
    assert "gone.nii.gz" in problem.summary


@pytest.mark.parametrize("text", [b"Dear colleague", b""])
def test_a_file_that_is_no_scan_is_told_and_nothing_is_written(
    case: Case, take: Take, tmp_path: Path, text: bytes
) -> None:
    (tmp_path / "letter.txt").write_bytes(text)

    problem = take(case, tmp_path / "letter.txt")

    assert problem is not None
    assert "letter.txt" in problem.summary
    assert not (tmp_path / "pictures").exists()


def test_without_anything_to_open_there_are_no_pictures(case: Case, take: Take) -> None:
    assert take(case, None) == NOTHING_SHOWN


def test_a_folder_that_cannot_be_made_is_told(
    case: Case, take: Take, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")

    problem = take(case, chests[0], tmp_path / "file" / "pictures")

    assert problem is not None
    assert "pictures" in problem.summary


def test_nobody_is_named_in_a_picture(
    workplace: Workplace, take: Take, chests: tuple[Path, Path], tmp_path: Path
) -> None:
    case = workplace.open_window(replace(FLAT, patient_text=True))
    grabbed = list[bool]()
    case.view.overlays_changed.connect(lambda shown: grabbed.append(Overlay.PATIENT_TEXT in shown))

    assert take(case, chests[0]) is None

    # Off for the picture of the window, and on again.
    assert grabbed == [False, True]
