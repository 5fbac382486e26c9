"""CaseLibrary: what is added is there, once, whole, until it is removed for good."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library_case import KnownFinding, LibraryCase, stamp_key
from medct_core.retrieval.search import key_of
from tests import library_samples
from tests.library_bytes import adding, changing, files_holding
from tests.library_samples import OTHER_STAMP, STAMP, assert_same
from tests.object_store import BUCKET, object_store

pytest.importorskip("lancedb")
import pyarrow as pa
from lancedb.index import IvfFlat

from medct_core.retrieval.arrow_rows import LATER_COLUMNS, schema_of, to_rows
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_store import LibraryStore, delete_rows


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    return CaseLibrary.create(str(tmp_path / "library"))


def files_of_rows(library: CaseLibrary) -> int:
    statistics: Any = library.table(STAMP).stats()
    found: int = statistics["fragment_stats"]["num_fragments"]
    return found


def numbers_in(library: CaseLibrary) -> list[int]:
    return sorted(int(case.scan_sha256, 16) for case in library.cases())


@settings(max_examples=15)
@given(
    st.lists(library_samples.cases() | library_samples.cases(OTHER_STAMP), max_size=5),
    st.randoms(use_true_random=False),
)
def test_what_is_added_is_there_once_and_whole(cases: list[LibraryCase], random: object) -> None:
    with TemporaryDirectory() as folder:
        library = CaseLibrary.create(folder)
        first: dict[str, LibraryCase] = {}
        for case in cases:
            first.setdefault(case.case_id, case)

        added = library.add(cases) + library.add(reversed(cases))

        assert added == len(first) == library.count()
        assert set(library.stamps()) == {case.stamp for case in cases}
        for case in first.values():
            found = library.find(case.case_id)
            assert found is not None
            assert_same(found, case)
            assert library.has(case.scan_sha256, case.stamp)


def test_another_process_finds_it_after_opening(library: CaseLibrary) -> None:
    library.add([library_samples.case(1)])

    again = CaseLibrary.open(library.address)

    assert again.salt == library.salt
    assert numbers_in(again) == [1]


def test_an_open_library_sees_what_others_add(library: CaseLibrary) -> None:
    other = CaseLibrary.open(library.address)
    other.add([library_samples.case(1)])
    numbers_in(library)

    other.add([library_samples.case(2)])

    assert numbers_in(library) == [1, 2]


def test_models_never_mix(library: CaseLibrary) -> None:
    library.add([library_samples.case(1), library_samples.case(2)])
    library.add([library_samples.case(1, stamp=OTHER_STAMP)])

    of_other = list(library.cases(CaseFilter(stamp=OTHER_STAMP)))

    assert [case.stamp for case in of_other] == [OTHER_STAMP]
    assert library.count(CaseFilter(stamp=STAMP)) == 2
    assert library.count() == 3
    assert not library.has(f"{2:064x}", OTHER_STAMP)
    assert library.vectors(STAMP).shape == (2, 8)


def test_models_of_other_lengths_live_side_by_side(library: CaseLibrary) -> None:
    long = library_samples.case(1, stamp=OTHER_STAMP, vector=library_samples.unit_vector(1, 512))

    library.add([library_samples.case(1), long])

    assert sorted(case.vector.size for case in library.cases()) == [8, 512]


def test_many_cases_are_read_to_the_last(library: CaseLibrary) -> None:
    library.add(library_samples.case(n) for n in range(600))

    assert numbers_in(library) == list(range(600))
    assert library.find(library_samples.case(599).case_id) is not None


def test_cases_are_filtered_where_they_are_kept(library: CaseLibrary) -> None:
    has = (KnownFinding('It\'s "one"', is_present=True),)
    library.add([library_samples.case(1, findings=has), library_samples.case(2)])
    wanted = CaseFilter(present=frozenset({'It\'s "one"'}))

    assert [case.findings for case in library.cases(wanted)] == [has]
    assert library.count(wanted) == 1


def test_what_is_not_there_is_not_found(library: CaseLibrary) -> None:
    assert library.find("0" * 32) is None
    assert not library.has("0" * 64, STAMP)
    assert library.stamps() == ()
    assert library.count() == 0
    assert library.remove(["0" * 32]) == 0
    with pytest.raises(UsageError, match="no case embedded by tiny"):
        library.vectors(STAMP)


def test_a_case_is_named_by_the_beginning_of_its_id(library: CaseLibrary) -> None:
    cases = [library_samples.case(n) for n in range(3)]
    library.add(cases)

    assert_same(library.case_named(cases[1].case_id[:12]), cases[1])


@pytest.mark.parametrize("beginning", ["", "abc", "zzzzzz", "' OR 1=1 --"])
def test_a_beginning_that_names_no_case_is_refused(library: CaseLibrary, beginning: str) -> None:
    library.add([library_samples.case(1)])

    with pytest.raises(UsageError, match=r"case id|no case"):
        library.case_named(beginning)


def test_a_case_takes_the_place_of_the_one_before(library: CaseLibrary) -> None:
    library.add(library_samples.case(n, report=f"REPORT-{n}") for n in range(30))
    folder = Path(library.address)
    before = files_holding(folder, b"REPORT-7")
    changed = replace(library_samples.case(7), report="read again")

    count = library.replace([changed, library_samples.case(99)])

    found = library.find(changed.case_id)
    assert count == 1
    assert found is not None
    assert_same(found, changed)
    assert numbers_in(library) == list(range(30))
    assert before
    assert files_holding(folder, b"REPORT-7") == []


@pytest.mark.parametrize("times", [1, 30], ids=["in one file", "in many files"])
def test_nothing_of_a_removed_case_is_left_in_any_byte(library: CaseLibrary, times: int) -> None:
    size = 30 // times
    for start in range(0, 30, size):
        library.add(
            library_samples.case(n, report=f"effusion-words-{n}.", source=f"source-{n}.nii")
            for n in range(start, start + size)
        )
    doomed = library_samples.case(17)
    folder = Path(library.address)
    traces = [
        doomed.case_id.encode(),
        doomed.scan_sha256.encode(),
        b"effusion-words-17.",
        b"source-17.nii",
        doomed.vector.tobytes(),
    ]
    held_before = [bool(files_holding(folder, trace)) for trace in traces]

    count = library.remove([doomed.case_id])

    assert count == 1
    assert all(held_before)
    assert [files_holding(folder, trace) for trace in traces] == [[]] * len(traces)
    assert numbers_in(library) == [n for n in range(30) if n != 17]


def test_an_index_forgets_a_removed_case_too(library: CaseLibrary) -> None:
    library.add(library_samples.case(n) for n in range(300))
    index = IvfFlat(distance_type="dot", num_partitions=2)
    library.table(STAMP).create_index("vector", config=index)
    doomed = library_samples.case(17)

    library.remove([doomed.case_id])

    assert files_holding(Path(library.address), doomed.vector.tobytes()) == []


def test_a_removed_case_can_be_added_again(library: CaseLibrary) -> None:
    case = library_samples.case(1)
    library.add([case])
    library.remove([case.case_id])

    assert library.add([case]) == 1
    assert numbers_in(library) == [1]


def test_compacting_keeps_every_case_and_joins_their_files(library: CaseLibrary) -> None:
    for number in range(20):
        library.add([library_samples.case(number)])
    before = files_of_rows(library)

    library.compact()

    after = files_of_rows(library)
    assert (before, after) == (20, 1)
    assert numbers_in(library) == list(range(20))


def test_files_are_joined_without_being_asked(library: CaseLibrary) -> None:
    for number in range(70):
        library.add([library_samples.case(number)])

    assert files_of_rows(library) < 20
    assert numbers_in(library) == list(range(70))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError, match=r"thesis\.docx"):
        CaseLibrary.create(str(tmp_path))

    assert [one.name for one in tmp_path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("name", ["", "gone"])
def test_where_there_is_no_library_none_is_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no library") as refused:
        CaseLibrary.open(str(tmp_path / name))

    assert "medct library init" in refused.value.remedy


def test_its_size_is_that_of_its_files(library: CaseLibrary) -> None:
    library.add([library_samples.case(1)])

    files = [path for path in Path(library.address).rglob("*") if path.is_file()]
    assert library.size_bytes == sum(path.stat().st_size for path in files)


def test_what_was_made_from_a_removed_case_goes_with_it(library: CaseLibrary) -> None:
    cases = [library_samples.case(n) for n in range(5)]
    library.add(cases)
    rows = [{"case_id": case.case_id, "vector": case.vector} for case in cases]
    library.connection.create_table("index_of_something", rows)

    library.remove([cases[3].case_id])

    assert library.connection.open_table("index_of_something").count_rows() == 4
    assert files_holding(Path(library.address), cases[3].vector.tobytes()) == []


def test_joining_files_ends_a_removal_that_was_killed_half_way(library: CaseLibrary) -> None:
    doomed = library_samples.case(3)
    library.add(library_samples.case(n) for n in range(20))
    delete_rows(library.table(STAMP), f"case_id = '{doomed.case_id}'")
    held = files_holding(Path(library.address), doomed.vector.tobytes())

    library.compact()

    assert held
    assert files_holding(Path(library.address), doomed.vector.tobytes()) == []
    assert numbers_in(library) == [n for n in range(20) if n != 3]


def test_what_is_made_anew_while_a_case_is_removed_goes_too(
    library: CaseLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    doomed = library_samples.case(3)
    library.add([library_samples.case(1), doomed])
    row = {"case_id": doomed.case_id, "vector": doomed.vector}
    index = library.connection.create_table("an_index", [row])
    purge = LibraryStore.purge

    def purge_while_others_index(store: LibraryStore, name: str) -> None:
        purge(store, name)
        if library.find(doomed.case_id) is not None:
            index.add([row])

    monkeypatch.setattr(LibraryStore, "purge", purge_while_others_index)
    library.remove([doomed.case_id])

    assert library.connection.open_table("an_index").count_rows() == 0


def test_who_has_a_finding_is_read_without_the_rest(library: CaseLibrary) -> None:
    has = (KnownFinding("Effusion", is_present=True),)
    has_not = (KnownFinding("Effusion", is_present=False),)
    cases = [
        library_samples.case(1, findings=has, patient_key="p"),
        library_samples.case(2, findings=has_not, study_key="s", stamp=OTHER_STAMP),
        library_samples.case(3),
    ]
    library.add(cases)
    told = {key_of(case): case is cases[0] for case in cases}

    judged = CaseFilter(judged=frozenset({"Effusion"}))
    ours = CaseFilter(stamp=STAMP)

    assert dict(library.having(CaseFilter(), "Effusion")) == told
    assert set(dict(library.having(judged, "Effusion"))) == set(map(key_of, cases[:2]))
    assert set(dict(library.having(ours, "Effusion"))) == {key_of(cases[0]), key_of(cases[2])}


def test_a_library_of_an_older_program_takes_what_it_did_not_keep(library: CaseLibrary) -> None:
    schema = schema_of(STAMP, 8)
    old = [library_samples.case(n) for n in range(3)]
    rows = to_rows(old, schema).drop_columns(list(LATER_COLUMNS))
    name = f"cases_{stamp_key(STAMP)}"
    library.connection.create_table(name, rows.cast(_without_later(schema)))

    before = [case.scanner for case in library.cases()]
    replaced = library.replace([replace(old[1], scanner="ACME One")])
    added = library.add([library_samples.case(9, kernel="B70f", site_key="9d" * 16)])

    assert before == ["", "", ""]
    assert (replaced, added) == (1, 1)
    kept = {int(case.scan_sha256, 16): case for case in CaseLibrary.open(library.address).cases()}
    assert [kept[n].scanner for n in (0, 1, 2, 9)] == ["", "ACME One", "", ""]
    assert (kept[9].kernel, kept[9].site_key) == ("B70f", "9d" * 16)
    assert_same(kept[2], old[2])


def _without_later(schema: pa.Schema) -> pa.Schema:
    fields = [field for field in schema if field.name not in LATER_COLUMNS]
    return pa.schema(fields, metadata=schema.metadata)


@pytest.mark.slow
def test_two_processes_add_the_same_cases_at_once(library: CaseLibrary) -> None:
    writers = [adding(Path(library.address), first, first + 30) for first in (0, 15)]

    codes = [writer.communicate(timeout=120) and writer.returncode for writer in writers]

    assert codes == [0, 0]
    assert numbers_in(library) == list(range(45))


@pytest.mark.slow
def test_a_writer_that_is_killed_loses_and_doubles_nothing(library: CaseLibrary) -> None:
    folder = Path(library.address)
    drawn = np.random.default_rng(3)
    told: set[int] = set()

    for _ in range(6):
        writer = adding(folder, 0, 1000)
        lines: Iterator[str] = iter(writer.stdout or ())
        assert next(lines) == "open\n"
        for _, line in zip(range(int(drawn.integers(1, 100))), lines, strict=False):
            told.add(int(line))
        writer.kill()
        writer.communicate()

    numbers = numbers_in(CaseLibrary.open(library.address))
    assert told <= set(numbers)
    assert numbers == list(range(len(numbers)))
    assert len(told) > 10


@pytest.mark.slow
def test_a_kill_while_files_are_joined_or_removed_loses_and_doubles_nothing(
    library: CaseLibrary,
) -> None:
    folder = Path(library.address)
    drawn = np.random.default_rng(4)
    told: dict[int, str] = {}

    for start in range(0, 8000, 1000):
        writer = changing(folder, start, start + 1000)
        lines: Iterator[str] = iter(writer.stdout or ())
        assert next(lines) == "open\n"
        # Some milliseconds after a line, so that the kill comes in the middle of a write.
        killer = threading.Timer(float(drawn.uniform(0.05, 1.5)), writer.kill)
        killer.start()
        for line in lines:
            word, number = line.split()
            told[int(number)] = word
        writer.communicate()
        killer.join()

    numbers = numbers_in(CaseLibrary.open(library.address))
    assert len(set(numbers)) == len(numbers)
    assert {number for number, word in told.items() if word == "added"} <= set(numbers)
    assert not {number for number, word in told.items() if word == "removed"} & set(numbers)
    assert {"added", "removed"} <= set(told.values())


@pytest.mark.slow
def test_what_a_killed_writer_left_behind_goes_with_the_case(library: CaseLibrary) -> None:
    writer = adding(Path(library.address), 0, 1000)
    for _, _line in zip(range(12), writer.stdout or (), strict=False):
        pass
    writer.kill()
    writer.communicate()
    doomed = library_samples.case(3)

    library.remove([doomed.case_id])

    assert files_holding(Path(library.address), doomed.case_id.encode()) == []
    assert files_holding(Path(library.address), doomed.vector.tobytes()) == []


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    pytest.importorskip("moto")
    pytest.importorskip("flask")
    with object_store() as options:
        yield options


def objects(options: dict[str, str], prefix: str) -> dict[str, bytes]:
    """Read every object below a prefix past the library."""
    import boto3  # noqa: PLC0415 - slow to import

    names = {"endpoint_url": "endpoint", "region_name": "region"}
    keys = ("aws_access_key_id", "aws_secret_access_key")
    given = {name: options[own] for name, own in names.items()} | {
        key: options[key] for key in keys
    }
    bucket = boto3.resource("s3", **given).Bucket(BUCKET)
    return {one.key: one.get()["Body"].read() for one in bucket.objects.filter(Prefix=prefix)}


def test_a_library_lies_on_an_object_store(s3: dict[str, str]) -> None:
    address = f"s3://{BUCKET}/whole"
    cases = [library_samples.case(n, report=f"words-{n}.") for n in range(12)]
    CaseLibrary.create(address, s3).add(cases[:6])

    library = CaseLibrary.open(address, s3)
    added = library.add(cases)

    assert added == 6
    assert numbers_in(library) == list(range(12))
    assert library.size_bytes == sum(map(len, objects(s3, "whole/").values()))


def test_nothing_of_a_removed_case_is_left_on_an_object_store(s3: dict[str, str]) -> None:
    library = CaseLibrary.create(f"s3://{BUCKET}/removed", s3)
    cases = [library_samples.case(n, report=f"words-{n}.") for n in range(12)]
    library.add(cases)
    traces = [b"words-7.", cases[7].case_id.encode(), cases[7].vector.tobytes()]
    before = b"".join(objects(s3, "removed/").values())

    library.remove([cases[7].case_id])

    after = b"".join(objects(s3, "removed/").values())
    assert [trace in before for trace in traces] == [True] * 3
    assert [trace in after for trace in traces] == [False] * 3
    assert numbers_in(library) == [n for n in range(12) if n != 7]


def test_two_libraries_on_an_object_store_are_not_one(s3: dict[str, str]) -> None:
    CaseLibrary.create(f"s3://{BUCKET}/one", s3)

    with pytest.raises(UsageError, match="already"):
        CaseLibrary.create(f"s3://{BUCKET}/one", s3)
    with pytest.raises(UsageError, match="no library"):
        CaseLibrary.open(f"s3://{BUCKET}/other", s3)


def test_two_writers_of_an_object_store_add_the_same_cases(s3: dict[str, str]) -> None:
    address = f"s3://{BUCKET}/together"
    CaseLibrary.create(address, s3)
    cases = [library_samples.case(n) for n in range(8)]

    def add_one_by_one(first: int) -> None:
        library = CaseLibrary.open(address, s3)
        for n in range(8):
            library.add([cases[(first + n) % 8]])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add_one_by_one, (0, 0)))

    assert numbers_in(CaseLibrary.open(address, s3)) == list(range(8))
