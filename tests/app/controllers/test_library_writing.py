"""What a reader says of a scan goes into the library, once, and names no patient."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from app.controllers.library_writing import (
    OpenScanWish,
    Written,
    compact,
    is_there,
    said_findings,
    with_comments,
    write_open_scan,
    write_scan,
)
from app.controllers.read_study import find_study
from app.state.case_record import Decision, FindingReview
from app.state.session import OpenScan
from app.workers.kept_libraries import KeptLibraries
from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.scan_case import read_with_facts
from medct_core.cancel import CancelToken
from medct_core.io.deidentify import read_patient_text
from medct_core.io.open import read_volume
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.patient_key import patient_key
from tests import small_chest
from tests.app.stand_ins import embedding
from tests.library_bytes import files_holding
from tests.medct_core.io import making

ACCEPTED = FindingReview("Pleural effusion", Decision.ACCEPTED, comment="small")
REJECTED = FindingReview("Lung nodule", Decision.REJECTED)
OPEN = FindingReview("Emphysema", comment="perhaps")


def opened(path: Path) -> OpenScan:
    found = find_study(path)
    volume = read_volume(found.series)
    return OpenScan(path, found.study, found.series, volume, read_patient_text(found.series), ())


@pytest.fixture
def scan(tmp_path: Path) -> OpenScan:
    """Open a DICOM scan of somebody."""

    def named(_k: int, data: Dataset) -> None:
        data.PatientID, data.PatientName, data.PatientSex = "4711-0815", "Weiss^Anna", "F"
        data.PatientAge = "064Y"

    return opened(making.write_series(tmp_path / "Weiss", small_chest.volume(3), change=named))


@pytest.fixture
def wish(scan: OpenScan, tmp_path: Path) -> OpenScanWish:
    """Wish for the scan in a library that is not there yet."""
    return OpenScanWish(
        str(tmp_path / "library"),
        scan,
        embedding(scan.volume),
        (ACCEPTED, REJECTED, OPEN),
        reader="Dr Brandt",
    )


def write(wish: OpenScanWish) -> tuple[Written, LibraryCase]:
    kept = KeptLibraries()
    written = write_open_scan(wish, kept, CancelToken(), lambda _: None)
    (case,) = kept.library(wish.address).cases()
    return written, case


def test_verdicts_become_known_findings_by_the_reader() -> None:
    said = said_findings((ACCEPTED, REJECTED, OPEN), reader="Dr Brandt", is_verified=True)

    assert said == (
        KnownFinding("Pleural effusion", True, True, "Dr Brandt"),
        KnownFinding("Lung nodule", False, True, "Dr Brandt"),
    )


def test_the_open_scan_is_added_with_what_its_header_says(wish: OpenScanWish) -> None:
    written, case = write(wish)

    assert written is Written.ADDED
    assert (case.sex, case.age_band) == ("F", "60-69")
    assert [(one.name, one.is_present, one.by) for one in case.findings] == [
        ("Pleural effusion", True, "Dr Brandt"),
        ("Lung nodule", False, "Dr Brandt"),
    ]
    assert "Pleural effusion: small" in case.report
    assert "Emphysema: perhaps" in case.report
    assert case.scan_sha256 == wish.scan.volume.content_sha256


def test_no_file_of_the_library_names_the_patient(wish: OpenScanWish) -> None:
    told = FindingReview("Emphysema", Decision.ACCEPTED, comment="as in Weiss before, 4711-0815")

    _, case = write(replace(wish, reviews=(told,)))

    salt = CaseLibrary.open(wish.address).salt
    assert case.patient_key == patient_key("4711-0815", salt)
    for word in ("Weiss", "Anna", "4711-0815"):
        assert files_holding(Path(wish.address), word.encode()) == []


def test_adding_again_updates_and_never_doubles(wish: OpenScanWish) -> None:
    write(wish)
    changed = replace(REJECTED, decision=Decision.ACCEPTED, comment="yes")

    written, case = write(replace(wish, reviews=(changed,), is_verified=True))

    assert written is Written.UPDATED
    assert case.findings == (KnownFinding("Lung nodule", True, True, "Dr Brandt"),)
    assert "small" not in case.report
    assert "Lung nodule: yes" in case.report


def test_what_others_said_of_a_case_stays(wish: OpenScanWish) -> None:
    _, first = write(wish)
    other = KnownFinding("Emphysema", True, True, "pathology")
    library = CaseLibrary.open(wish.address)
    library.replace([replace(first, findings=(*first.findings, other), report="Seen in 2020.")])

    _, case = write(replace(wish, reviews=(ACCEPTED,)))

    assert set(case.findings) == {other, KnownFinding("Pleural effusion", True, by="Dr Brandt")}
    assert case.report.startswith("Seen in 2020.")
    assert case.patient_key == first.patient_key


@pytest.mark.parametrize("is_verified", [False, True])
def test_what_others_verified_gives_way_to_verified_verdicts_only(
    wish: OpenScanWish, is_verified: bool
) -> None:
    _, first = write(replace(wish, reviews=()))
    proven = KnownFinding("Lung nodule", True, True, "pathology")
    CaseLibrary.open(wish.address).replace([replace(first, findings=(proven,))])

    _, case = write(replace(wish, reviews=(REJECTED,), is_verified=is_verified))

    verdict = KnownFinding("Lung nodule", False, True, "Dr Brandt")
    assert case.findings == ((verdict,) if is_verified else (proven,))


def test_a_reader_without_a_name_takes_nothing_back(wish: OpenScanWish) -> None:
    _, first = write(replace(wish, reviews=()))
    table = KnownFinding("Emphysema", True)
    CaseLibrary.open(wish.address).replace([replace(first, findings=(table,))])

    _, case = write(replace(wish, reviews=(REJECTED,), reader=""))

    assert set(case.findings) == {table, KnownFinding("Lung nodule", False)}


@pytest.mark.parametrize("report", ["", "Findings of 2020."])
def test_comments_take_the_place_of_earlier_ones(report: str) -> None:
    once = with_comments(report, (ACCEPTED,))

    assert with_comments(once, (ACCEPTED,)) == once
    assert with_comments(once, ()) == report
    assert "Pleural effusion: small" in once


def test_a_scan_of_a_folder_is_added_once(tmp_path: Path) -> None:
    address = str(tmp_path / "library")
    scan = read_with_facts(small_chest.write(tmp_path / "a.nii.gz"), KnownFacts())
    seen, kept = embedding(scan.volume), KeptLibraries()

    def asked(work: Callable[..., object], *given: object) -> object:
        return work(address, *given, kept, CancelToken(), lambda _: None)

    answers = [asked(is_there, seen.volume_sha256, seen.stamp)]
    answers += [asked(write_scan, scan, seen) for _ in range(2)]
    answers += [asked(is_there, seen.volume_sha256, seen.stamp), asked(compact)]

    assert answers == [False, Written.ADDED, Written.THERE, True, None]
    assert kept.library(address).count() == 1
