"""Rows: cases of the library as Arrow tables, and back; one table holds the cases of one stamp."""

import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from PIL import Image

from medct_core.errors import UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import KnownFinding, LibraryCase, Thumbnails

SCHEMA_VERSION = 1
"""Raised when a column changes its meaning; a program never reads a newer one."""

PLAIN_COLUMNS = (
    *("case_id", "source", "scan_sha256", "report", "age_band", "sex", "contrast"),
    *("slice_thickness_mm", "study_key", "patient_key", "added_at"),
)
"""Columns that hold a field of `LibraryCase` as it is."""

LATER_COLUMNS = ("site_key", "scanner", "kernel")
"""Texts that tables of older programs lack; there they are read as empty."""

FINDING_COLUMNS: dict[str, Callable[[KnownFinding], bool]] = {
    "present": lambda finding: finding.is_present,
    "absent": lambda finding: not finding.is_present,
    "verified_present": lambda finding: finding.is_verified and finding.is_present,
    "verified_absent": lambda finding: finding.is_verified and not finding.is_present,
}
"""Columns that repeat the names in ``findings`` so that a search can be filtered by them."""

_METADATA = b"medct"
# Lance then refuses one of two writers that insert the same case at the same moment.
_IS_KEY = {"lance-schema:unenforced-primary-key": "true"}
_PICTURES = ("axial", "coronal", "sagittal")
_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)
_FINDING = pa.struct(
    [
        pa.field("name", _TEXT),
        pa.field("is_present", pa.bool_()),
        pa.field("is_verified", pa.bool_()),
        pa.field("by", _TEXT),
    ]
)


def schema_of(stamp: ModelStamp, size: int) -> pa.Schema:
    """Give the columns of the table that holds the cases of a stamp.

    Parameters
    ----------
    stamp
        Written into the schema's metadata, with the schema's version.
    size
        Length of a vector.
    """
    metadata = {"schema_version": SCHEMA_VERSION, "stamp": asdict(stamp)}
    fields = [
        pa.field("case_id", _TEXT, nullable=False, metadata=_IS_KEY),
        pa.field("source", _TEXT),
        pa.field("scan_sha256", _TEXT),
        pa.field("vector", pa.list_(pa.float32(), size)),
        pa.field("codes", pa.binary()),
        pa.field("codes_shape", pa.list_(pa.int32())),
        *(pa.field(name, pa.binary()) for name in _PICTURES),
        pa.field("findings", pa.list_(_FINDING)),
        *(pa.field(name, _TEXTS) for name in FINDING_COLUMNS),
        pa.field("report", _TEXT),
        pa.field("age_band", _TEXT),
        pa.field("sex", _TEXT),
        pa.field("contrast", pa.bool_()),
        pa.field("slice_thickness_mm", pa.float64()),
        pa.field("tags", _TEXTS),
        pa.field("study_key", _TEXT),
        pa.field("patient_key", _TEXT),
        pa.field("added_at", pa.timestamp("us", tz="UTC")),
        *(pa.field(name, _TEXT) for name in LATER_COLUMNS),
    ]
    return pa.schema(fields, metadata={_METADATA: json.dumps(metadata).encode()})


def stamp_of(schema: pa.Schema) -> ModelStamp:
    """Read which stamp the rows of a table have.

    Raises
    ------
    UsageError
        If a newer program wrote the table.
    ValueError
        If it is no table of cases.
    """
    written = (schema.metadata or {}).get(_METADATA)
    if written is None:
        raise ValueError("a table of cases says of which model they are")
    metadata = json.loads(written)
    if metadata["schema_version"] > SCHEMA_VERSION:
        raise UsageError(
            f"The library was written by a newer program (version {metadata['schema_version']} "
            f"of its tables; this one reads up to {SCHEMA_VERSION}).",
            remedy="Install the newest version of this program.",
        )
    return ModelStamp(**metadata["stamp"])


def to_rows(cases: Iterable[LibraryCase], schema: pa.Schema) -> pa.Table:
    """Write cases as rows of a table.

    Parameters
    ----------
    cases
        All of the schema's stamp.
    schema
        From `schema_of`.

    Raises
    ------
    ValueError
        If a case is of another stamp, or its vector of another length.
    """
    stamp, size = stamp_of(schema), schema.field("vector").type.list_size
    rows = []
    for case in cases:
        if case.stamp != stamp or case.vector.size != size:
            raise ValueError("cases of two models never stand in one table")
        rows.append(_row(case))
    return pa.Table.from_pylist(rows, schema=schema)


def from_rows(table: pa.Table, stamp: ModelStamp) -> Iterator[LibraryCase]:
    """Read the cases of rows; the columns may stand in any order, others are passed over.

    Raises
    ------
    ValueError
        If a row is no case: a damaged picture, a vector that is not of unit length.
    """
    vectors = _vectors(table)
    for row, vector in zip(table.drop_columns(["vector"]).to_pylist(), vectors, strict=True):
        yield _case(row, vector, stamp)


def _row(case: LibraryCase) -> dict[str, Any]:
    named = {
        column: [finding.name for finding in case.findings if holds(finding)]
        for column, holds in FINDING_COLUMNS.items()
    }
    pictures = {name: _to_png(getattr(case.thumbnails, name)) for name in _PICTURES}
    return {
        **{name: getattr(case, name) for name in (*PLAIN_COLUMNS, *LATER_COLUMNS)},
        **named,
        **pictures,
        "vector": case.vector,
        "codes": None if case.codes is None else case.codes.astype("<i2").tobytes(),
        "codes_shape": case.codes_shape,
        "findings": [asdict(finding) for finding in case.findings],
        "tags": list(case.tags),
    }


def _vectors(table: pa.Table) -> npt.NDArray[np.float32]:
    flat = table.column("vector").combine_chunks().flatten().to_numpy(zero_copy_only=False)
    size = table.schema.field("vector").type.list_size
    return np.asarray(flat, dtype=np.float32).reshape(len(table), size)


def _case(row: dict[str, Any], vector: npt.NDArray[np.float32], stamp: ModelStamp) -> LibraryCase:
    codes = row["codes"]
    later: dict[str, Any] = {name: row.get(name) or "" for name in LATER_COLUMNS}
    # A copy, so that one case does not hold the memory of all.
    return LibraryCase(
        **(later | {name: row[name] for name in PLAIN_COLUMNS}),
        stamp=stamp,
        vector=vector.copy(),
        thumbnails=Thumbnails(*(_from_png(row[name]) for name in _PICTURES)),
        codes=None if codes is None else _codes(codes, row["codes_shape"]),
        findings=tuple(KnownFinding(**finding) for finding in row["findings"]),
        tags=tuple(row["tags"]),
    )


def _codes(content: bytes, shape: list[int]) -> npt.NDArray[np.int16]:
    return np.frombuffer(content, dtype="<i2").astype(np.int16, copy=False).reshape(shape)


def _to_png(picture: npt.NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(content, format="PNG", optimize=True)
    return content.getvalue()


def _from_png(content: bytes) -> npt.NDArray[np.uint8]:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            return np.array(picture.convert("L"), dtype=np.uint8)
    except (OSError, SyntaxError) as error:
        raise ValueError("a thumbnail of a case is damaged") from error
