"""LibraryStore: tables with a secret and a lock, and errors in words."""

import errno
import multiprocessing
from pathlib import Path

import pyarrow as pa
import pytest

from medct_core.errors import OutOfDiskError, ResourceError, UsageError
from medct_core.retrieval import library_store
from medct_core.retrieval.library_store import LibraryStore, explained, is_folder
from tests.library_bytes import files_holding

pytest.importorskip("lancedb")

SCHEMA = pa.schema([("case_id", pa.string()), ("text", pa.string())])


@pytest.fixture
def store(tmp_path: Path) -> LibraryStore:
    made = LibraryStore(str(tmp_path / "library"), {})
    made.create()
    return made


def fill(store: LibraryStore, *numbers: int) -> None:
    rows = [{"case_id": f"case-{n:04d}", "text": f"said-{n:04d}"} for n in numbers]
    store.made("cases_a", SCHEMA).add(pa.Table.from_pylist(rows, schema=SCHEMA))


def test_no_library_is_wanted_in_a_folder_of_scans(tmp_path: Path) -> None:
    (tmp_path / "scan.nii.gz").write_bytes(b"mine")

    with pytest.raises(UsageError, match="no library") as refused:
        LibraryStore(str(tmp_path), {}).open()

    assert "choose an empty one" in refused.value.remedy
    assert "init" not in refused.value.remedy


def test_the_secret_stays_the_same_and_is_another_in_every_library(tmp_path: Path) -> None:
    stores = [LibraryStore(str(tmp_path / name), {}) for name in ("one", "other")]
    for store in stores:
        store.create()
    again = LibraryStore(str(tmp_path / "one"), {})
    again.open()

    assert again.salt == stores[0].salt
    assert len(again.salt) == 32
    assert stores[0].salt != stores[1].salt


def test_a_library_is_not_made_twice(store: LibraryStore) -> None:
    with pytest.raises(UsageError, match="already"):
        LibraryStore(store.address, {}).create()


def test_a_folder_without_a_library_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no library"):
        LibraryStore(str(tmp_path), {}).open()


def test_a_library_of_a_newer_program_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_store, "FORMAT", 2)
    LibraryStore(str(tmp_path), {}).create()
    monkeypatch.setattr(library_store, "FORMAT", 1)

    with pytest.raises(UsageError, match="newer program"):
        LibraryStore(str(tmp_path), {}).open()


def test_its_tables_are_named_without_the_one_about_itself(store: LibraryStore) -> None:
    fill(store, 1)

    assert store.names() == ("cases_a",)


def test_its_files_have_sizes(store: LibraryStore) -> None:
    fill(store, 1)

    files = store.files()

    on_disk = {
        path.relative_to(store.address).as_posix(): path.stat().st_size
        for path in Path(store.address).rglob("*")
        if path.is_file()
    }
    assert files == on_disk


@pytest.mark.parametrize(
    "batches", [[range(60)], [range(30), range(30, 60)], [[n] for n in range(60)]]
)
@pytest.mark.parametrize("is_compacted", [False, True], ids=["as written", "compacted"])
def test_no_byte_of_a_removed_row_is_left(
    store: LibraryStore, batches: list[range | list[int]], *, is_compacted: bool
) -> None:
    for batch in batches:
        fill(store, *batch)
    if is_compacted:
        store.compact("cases_a")
    folder = Path(store.address)
    before = files_holding(folder, b"said-0017")

    store.table("cases_a").delete("case_id = 'case-0017'")
    store.purge("cases_a")

    rest = store.table("cases_a").to_arrow().column("text").to_pylist()
    assert before
    assert files_holding(folder, b"-0017") == []
    assert sorted(rest) == [f"said-{n:04d}" for n in range(60) if n != 17]


def test_purging_ends_what_a_killed_removal_began(store: LibraryStore) -> None:
    fill(store, *range(60))
    store.table("cases_a").delete("case_id IN ('case-0017', 'case-0018')")
    store.compact("cases_a")

    store.purge("cases_a")

    assert files_holding(Path(store.address), b"-0017") == []


def half_written(store: LibraryStore) -> list[Path]:
    """Leave what a write leaves that was killed before its files got their names."""
    table = Path(store.address) / "cases_a.lance"
    paths = [table / folder / ".tmpGyXu6x" for folder in ("data", "_deletions", "_transactions")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"said-0001")
    return paths


@pytest.mark.parametrize("tidied", ["purge", "compact"])
def test_no_byte_of_a_killed_write_is_left(store: LibraryStore, tidied: str) -> None:
    fill(store, 0)
    left = half_written(store)

    getattr(store, tidied)("cases_a")

    assert not any(path.exists() for path in left)


def test_what_a_killed_write_left_removes_no_row(store: LibraryStore) -> None:
    fill(store, 0)
    half_written(store)

    assert not store.has_removed_rows("cases_a")


def test_purging_leaves_an_emptied_table_empty(store: LibraryStore) -> None:
    fill(store, 1)

    store.table("cases_a").delete("true")
    store.purge("cases_a")

    assert store.table("cases_a").count_rows() == 0
    assert files_holding(Path(store.address), b"-0001") == []


def _hold(
    address: str,
    held: "multiprocessing.synchronize.Event",
    end: "multiprocessing.synchronize.Event",
) -> None:
    with LibraryStore(address, {}).writing():
        held.set()
        end.wait(60)


def test_a_writer_waits_only_so_long(store: LibraryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_store, "_LONGEST_WAIT_S", 0.05)
    context = multiprocessing.get_context("spawn")
    held, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(store.address, held, end))
    other.start()
    assert held.wait(60)

    with pytest.raises(ResourceError, match="Another program"), store.writing():
        pass

    end.set()
    other.join()


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (OSError(errno.ENOSPC, "full"), OutOfDiskError),
        (RuntimeError("lance error: LanceError(IO): No space left on device"), OutOfDiskError),
        (OSError(errno.EACCES, "denied"), ResourceError),
        (RuntimeError("lance error: damaged\nat src/lib.rs"), ResourceError),
    ],
)
def test_what_goes_wrong_below_is_put_into_words(
    error: Exception, family: type[ResourceError]
) -> None:
    with pytest.raises(family) as caught, explained("here"):
        raise error

    assert "'here'" in caught.value.summary
    assert "lib.rs" not in caught.value.summary


def test_an_address_with_a_scheme_is_no_folder() -> None:
    assert [is_folder(one) for one in ("s3://bucket/a", "a/b", "C:\\a")] == [False, True, True]


@pytest.mark.parametrize("address", ["gs://bucket/a", "file:///a", "http://host/a"])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="cannot be kept"):
        LibraryStore(address, {})
