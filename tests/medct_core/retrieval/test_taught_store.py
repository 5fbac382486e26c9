"""TaughtStore: taught findings outlive the program and a kill, and go with the cases they saw."""

import base64
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from medct_core.errors import ResourceError, UsageError
from tests import library_samples, taught_samples
from tests.library_bytes import ROOT, files_holding
from tests.library_samples import OTHER_STAMP, STAMP
from tests.object_store import BUCKET, object_store

pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.taught_store import TaughtStore

_KEEP = """
import sys
from medct_core.retrieval.library import CaseLibrary
from tests import taught_samples

library = CaseLibrary.open(sys.argv[1])
print("open", flush=True)
for number in range(1000):
    library.taught.keep(taught_samples.taught(f"Finding {number % 3}", number, number + 1))
    print(number, flush=True)
"""


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    made = CaseLibrary.create(str(tmp_path / "library"))
    made.add(library_samples.case(n) for n in range(1, 9))
    return made


def names(library: CaseLibrary) -> list[str]:
    return [one.name for one in CaseLibrary.open(library.address).taught.all()]


def test_a_library_starts_without_taught_findings(library: CaseLibrary) -> None:
    assert names(library) == []
    assert library.taught.forget_cases(["a"]) == 0


def test_what_is_kept_is_there_for_others(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught("Swan sign"))
    library.taught.keep(taught_samples.taught("Beak sign", stamp=OTHER_STAMP))

    assert names(library) == ["Beak sign", "Swan sign"]
    (found,) = library.taught.of(STAMP)
    assert found.to_json() == taught_samples.taught("Swan sign").to_json()
    assert library.stamps() == (STAMP,)
    assert library.count() == 8


def test_teaching_again_takes_the_place_of_the_first_time(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught("Swan sign", 1, 2))

    library.keep_taught(taught_samples.taught("swan sign", 3, 4))

    assert names(library) == ["swan sign"]
    gone = library_samples.case(1).case_id.encode()
    assert files_holding(Path(library.address) / "taught.lance", gone) == []


def test_a_forgotten_finding_leaves_no_byte(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught("Swan sign"))
    library.taught.keep(taught_samples.taught("Beak sign", stamp=OTHER_STAMP))

    count = library.taught.forget("SWAN SIGN")

    assert count == 1
    assert names(library) == ["Beak sign"]
    assert files_holding(Path(library.address), b"Swan sign") == []


@pytest.mark.parametrize("is_taught", [False, True])
def test_a_finding_nobody_taught_cannot_be_forgotten(library: CaseLibrary, is_taught: bool) -> None:
    if is_taught:
        library.keep_taught(taught_samples.taught("Swan sign"))

    with pytest.raises(UsageError, match="Swan sign" if is_taught else "none yet"):
        library.taught.forget("Beak")


def test_what_was_learned_goes_with_a_removed_case(library: CaseLibrary) -> None:
    library.keep_taught(taught_samples.taught("Swan sign", 1, 2, 3, 4))
    library.keep_taught(taught_samples.taught("Beak sign", 5, 6))
    before = library.taught.all()[1]
    assert before.probe is not None
    traces = [
        library_samples.case(3).case_id.encode(),
        base64.b64encode(before.probe.held_out.tobytes()),
    ]
    held = [bool(files_holding(Path(library.address), trace)) for trace in traces]

    library.remove([library_samples.case(3).case_id])

    beak, swan = CaseLibrary.open(library.address).taught.all()
    assert (beak.is_stale, swan.is_stale) == (False, True)
    assert (swan.trust, swan.labelled) == (before.trust, before.labelled)
    assert all(held)
    assert [files_holding(Path(library.address), trace) for trace in traces] == [[], []]
    assert swan.probe is None
    library.remove([library_samples.case(5).case_id])
    learned = base64.b64encode(before.probe.direction.tobytes())
    assert files_holding(Path(library.address), learned) == []


def test_a_case_removed_while_it_is_learned_from_leaves_nothing(library: CaseLibrary) -> None:
    finding = taught_samples.taught("Swan sign", 1, 2, 3, 4)
    library.remove([library_samples.case(2).case_id])

    with pytest.raises(UsageError, match="1 of the cases were removed"):
        library.keep_taught(finding)

    assert [one.is_stale for one in library.taught.all()] == [True]
    gone = library_samples.case(2).case_id.encode()
    assert files_holding(Path(library.address), gone) == []


def test_what_is_taught_while_a_case_is_being_removed_is_forgotten(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget = TaughtStore.forget_cases
    taught = [taught_samples.taught("Swan sign", 1, 2, 3, 4)]

    def forget_before_others_teach(store: TaughtStore, case_ids: Collection[str]) -> int:
        count = forget(store, case_ids)
        if taught:
            library.keep_taught(taught.pop())
        return count

    monkeypatch.setattr(TaughtStore, "forget_cases", forget_before_others_teach)
    library.remove([library_samples.case(2).case_id])

    assert [one.is_stale for one in library.taught.all()] == [True]
    gone = library_samples.case(2).case_id.encode()
    assert files_holding(Path(library.address), gone) == []


def test_what_cannot_be_read_is_said_and_still_goes_with_its_case(library: CaseLibrary) -> None:
    case_id = library_samples.case(1).case_id
    library.keep_taught(taught_samples.taught("Swan sign", 5, 6))
    rows = [{"name": "Newer", "content": f'{{"format": 99, "cases": ["{case_id}"]}}'}]
    library.connection.open_table("taught").add(rows)

    with pytest.raises(ResourceError, match="newer program"):
        library.taught.all()
    library.remove([case_id])

    assert names(library) == ["Swan sign"]
    assert files_holding(Path(library.address), case_id.encode()) == []


def test_an_object_store_keeps_taught_findings_too() -> None:
    pytest.importorskip("moto")
    pytest.importorskip("flask")
    with object_store() as options:
        library = CaseLibrary.create(f"s3://{BUCKET}/taught", options)
        library.add(library_samples.case(n) for n in (1, 2))
        library.keep_taught(taught_samples.taught("Swan sign", 1, 2))

        library.remove([library_samples.case(1).case_id])

        again = CaseLibrary.open(f"s3://{BUCKET}/taught", options)
        assert [one.is_stale for one in again.taught.all()] == [True]


@pytest.mark.slow
def test_a_kill_leaves_every_finding_whole(library: CaseLibrary) -> None:
    for lines in (2, 5, 9):
        writer = subprocess.Popen(
            [sys.executable, "-c", _KEEP, library.address],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _, _line in zip(range(lines), writer.stdout or (), strict=False):
            pass
        writer.kill()
        writer.communicate()

        assert set(names(library)) <= {"Finding 0", "Finding 1", "Finding 2"}
        assert "Finding 0" in names(library)
    assert library.count() == 8
