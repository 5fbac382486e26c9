"""Export: the cases of a library in one file that other programs read, without its secret."""

import csv
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from medct_core.errors import UsageError
from medct_core.inference.safe_write import replacing
from medct_core.retrieval.arrow_rows import LATER_COLUMNS, schema_of
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.library_store import explained

ENDINGS = (".csv", ".parquet")

_AT_ONCE = 256
_PARTED_BY = ";"
_STAMP = ("model", "checkpoint_sha256", "recipe_id", "precision", "adapter", "adapter_sha256")
_COLUMNS = (
    *("case_id", "source", "scan_sha256", *_STAMP, "present", "absent", "verified", "report"),
    *("age_band", "sex", "contrast", "slice_thickness_mm", "tags", "study_key", "patient_key"),
    *("site_key", "scanner", "kernel", "added_at"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_library(library: CaseLibrary, path: Path) -> int:
    """Write every case to one file, in the place of an older one.

    A ``.parquet`` file holds every column of the library and those of the stamp, vectors,
    codes and pictures included; a ``.csv`` file holds what a person reads.

    Parameters
    ----------
    library
        Nothing in it is changed.
    path
        Ends in one of `ENDINGS`.

    Returns
    -------
    How many cases were written.

    Raises
    ------
    UsageError
        If the name ends otherwise.
    ResourceError
        If the library cannot be read, or the file cannot be written.
    """
    writers = {".csv": _write_csv, ".parquet": _write_parquet}
    if path.suffix not in writers:
        raise UsageError(
            f"Cases cannot be written to a file called {path.name!r}.",
            remedy=f"End its name in {' or '.join(ENDINGS)}.",
        )
    with explained(str(path)), replacing(path) as temporary:
        return writers[path.suffix](library, temporary)


def _write_csv(library: CaseLibrary, path: Path) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.DictWriter(file, _COLUMNS)
        lines.writeheader()
        for case in library.cases():
            lines.writerow({name: _cell(value) for name, value in _fields(case).items()})
            count += 1
    return count


def _fields(case: LibraryCase) -> dict[str, object]:
    named = {
        "present": [one.name for one in case.findings if one.is_present],
        "absent": [one.name for one in case.findings if not one.is_present],
        "verified": [one.name for one in case.findings if one.is_verified],
        "added_at": case.added_at.isoformat(),
    }
    given = {**asdict(case.stamp), **named}
    return {name: given[name] if name in given else getattr(case, name) for name in _COLUMNS}


def _cell(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula."""
    if value is None:
        return ""
    text = _PARTED_BY.join(value) if isinstance(value, (list, tuple)) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _write_parquet(library: CaseLibrary, path: Path) -> int:
    stamps = library.stamps()
    if not stamps:
        raise UsageError("The library holds no case.", remedy="Add scans first.")
    size = library.table(stamps[0]).schema.field("vector").type.list_size
    schema = _exported(schema_of(stamps[0], size))
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        for table in _tables(library, schema):
            writer.write_table(table)
            count += len(table)
    return count


def _exported(kept: pa.Schema) -> pa.Schema:
    """Give the columns of the file: vectors of any length, and the stamp of every row."""
    place = kept.get_field_index("vector")
    vectors = pa.field("vector", pa.list_(pa.float32()))
    columns = [pa.field(name, pa.string()) for name in _STAMP]
    return pa.schema([*kept.set(place, vectors), *columns])


def _tables(library: CaseLibrary, schema: pa.Schema) -> Iterator[pa.Table]:
    for stamp in library.stamps():
        named = asdict(stamp)
        for batch in library.table(stamp).search().to_batches(_AT_ONCE):
            table = pa.Table.from_batches([batch])
            given = {name: named[name] for name in _STAMP}
            # What an older program did not keep is unknown.
            missing = {name: "" for name in LATER_COLUMNS if name not in table.schema.names}
            for name, value in (given | missing).items():
                table = table.append_column(name, pa.array([value] * len(table), pa.string()))
            yield table.select(schema.names).cast(schema)
