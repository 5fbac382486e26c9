"""Case records on disk: found again, and never lost."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.state.case_folder import SET_ASIDE_CODE, CaseFolder, default_case_folder
from app.state.case_record import CaseRecord, FindingReview
from app.state.case_values import record_to_values
from medct_core.errors import ResourceError
from medct_core.measurement.fields import format_json
from tests.case_samples import FULL, SHA

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> CaseFolder:
    return CaseFolder(tmp_path / "cases")


def test_a_record_is_there_again_when_its_scan_opens_again(folder: CaseFolder) -> None:
    folder.save(FULL)

    loaded = folder.load(SHA)

    assert (loaded.record, loaded.notices) == (FULL, ())


def test_a_scan_seen_for_the_first_time_has_an_empty_record(folder: CaseFolder) -> None:
    loaded = folder.load(SHA)

    assert (loaded.record, loaded.notices) == (CaseRecord(SHA), ())
    assert not folder.path.exists()


def test_the_file_is_named_by_the_hash_of_the_scan(folder: CaseFolder) -> None:
    folder.save(FULL)

    assert [path.name for path in folder.path.iterdir()] == [f"{SHA}.json"]


def test_the_last_window_to_save_wins(folder: CaseFolder) -> None:
    folder.save(FULL)
    other = CaseRecord(SHA, reviews=(FindingReview("Nodule", comment="second window"),))

    folder.save(other)

    assert folder.load(SHA).record == other


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "damaged"),
        (format_json(record_to_values(FULL))[:200], "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[1, 2]", "damaged"),
        (format_json(record_to_values(CaseRecord("ab" * 32))), "damaged"),
        (b'{"version": 2, "from": "the future"}', "newer version"),
    ],
)
def test_a_file_that_cannot_be_used_is_kept_aside_and_named(
    folder: CaseFolder, content: bytes, reason: str
) -> None:
    path = folder.file_of(CaseRecord(SHA))
    path.parent.mkdir()
    path.write_bytes(content)

    loaded = folder.load(SHA)
    folder.save(FULL)

    (notice,) = loaded.notices
    (aside,) = set(folder.path.iterdir()) - {path}
    assert loaded.record == CaseRecord(SHA)
    assert (notice.code, aside.read_bytes()) == (SET_ASIDE_CODE, content)
    assert aside.name in notice.text
    assert reason in notice.text
    assert folder.load(SHA).record == FULL


def test_files_kept_aside_do_not_replace_each_other(folder: CaseFolder) -> None:
    path = folder.file_of(CaseRecord(SHA))
    path.parent.mkdir()
    for content in (b"first", b"second"):
        path.write_bytes(content)
        folder.load(SHA)

    assert {one.read_bytes() for one in folder.path.iterdir()} == {b"first", b"second"}


def test_a_file_another_window_kept_aside_first_is_no_fault(
    folder: CaseFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder.file_of(CaseRecord(SHA))
    path.parent.mkdir()
    path.write_bytes(b"damaged")

    def gone(self: Path, target: Path) -> Path:
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(Path, "rename", gone)

    assert folder.load(SHA).record == CaseRecord(SHA)


def test_what_another_window_saved_meanwhile_stays(folder: CaseFolder) -> None:
    folder.save(FULL)
    one = FULL.with_review(FindingReview("Nodule", comment="one"))
    other = FULL.with_review(FindingReview("Effusion", comment="other"))

    folder.save_changes(one, base=FULL)
    folder.save_changes(other, base=FULL)

    saved = folder.load(SHA).record
    assert {review.finding for review in saved.reviews} >= {"Nodule", "Effusion"}
    assert len(list(folder.path.iterdir())) == 1


PROGRAM = """
import sys
from pathlib import Path
from app.state.case_folder import CaseFolder
from app.state.case_record import CaseRecord, FindingReview
folder, base = CaseFolder(Path(sys.argv[1])), CaseRecord("5f" * 32)
for number in range(40):
    record = base.with_review(FindingReview(f"{sys.argv[2]}{number}", comment="seen"))
    folder.save_changes(record, base=base)
    base = record
"""


def test_two_programs_that_save_at_once_lose_nothing(folder: CaseFolder) -> None:
    programs = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder.path), name], cwd=ROOT)
        for name in "ab"
    ]

    assert [program.wait() for program in programs] == [0, 0]

    saved = {review.finding for review in folder.load(SHA).record.reviews}
    assert saved == {f"{name}{number}" for name in "ab" for number in range(40)}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(ResourceError):
        CaseFolder(tmp_path / "file" / "cases").save_changes(FULL, base=CaseRecord(SHA))


def test_a_file_that_may_not_be_read_is_not_taken_for_an_empty_one(folder: CaseFolder) -> None:
    folder.file_of(CaseRecord(SHA)).mkdir(parents=True)

    with pytest.raises(ResourceError, match="cannot be read"):
        folder.load(SHA)


def test_the_folder_can_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CASES", str(tmp_path))
    named = default_case_folder()
    monkeypatch.delenv("MEDCT_CASES")

    assert named.path == tmp_path
    assert default_case_folder().path.name == "cases"
