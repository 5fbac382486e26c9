"""The index of a large library: built when it is first needed, and kept up with its cases."""

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from lancedb.table import Table

from medct_core.cancel import CancelToken
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import CaseFacts, CaseFilter, facts_of, quoted
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.lance_build import (
    add_partitions,
    build_index,
    has_partitions,
    index_rows,
    opened,
)
from medct_core.retrieval.lance_index import (
    FILTER_COLUMNS,
    FIT,
    KEY_COLUMNS,
    VECTOR,
    IndexFit,
    LanceIndex,
    vectors_of,
)
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding, stamp_key
from medct_core.retrieval.library_store import delete_rows, explained
from medct_core.retrieval.open_search import KeptVectors, search_kept
from medct_core.retrieval.search import Search
from medct_core.retrieval.spread import CaseKey

EXACT_CASES = 50_000
"""Up to here every case is compared: 512 numbers each are read in less than 20 ms on two cores."""

REBUILT_FROM = 0.2
"""Share of new or changed cases from which on the mean is fitted and the index built anew."""

_SEEN = "medct_seen"
_ROWS_AT_ONCE = 8192
_IDS_AT_ONCE = 1000
_COLUMNS = (*KEY_COLUMNS, *FILTER_COLUMNS)
_BETWEEN_TEXTS, _BETWEEN_COLUMNS = "\x1f", "\x1e"


def open_library_search(
    library: CaseLibrary,
    stamp: ModelStamp,
    *,
    of_model: Centring | None = None,
    exact_cases: int = EXACT_CASES,
) -> Search:
    """Make the cases of one model ready to be searched, exactly or by an index.

    Parameters
    ----------
    library
        Where they are kept, and the index beside them.
    stamp
        The model.
    of_model
        The centring that comes with it, for a library too small to fit its own.
    exact_cases
        Largest number of cases that are all compared.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    ResourceError
        If it cannot be read, or the index not be written.
    """
    if library.count(CaseFilter(stamp=stamp)) <= exact_cases:
        return search_kept(library, stamp, _kept(library, stamp), of_model=of_model)
    index = refresh_index(library, stamp)
    return Search(library, index, stamp=stamp, centring=index.centring, spread=index.spread())


def _kept(library: CaseLibrary, stamp: ModelStamp) -> KeptVectors:
    """Read vectors and facts alone: pictures and reports of all cases would take minutes."""
    with explained(library.address):
        rows = library.table(stamp).search().select([*_COLUMNS, VECTOR]).to_arrow()
    names = (rows.column(name).to_pylist() for name in KEY_COLUMNS)
    keys = [CaseKey(*of_case) for of_case in zip(*names, strict=True)]
    facts = [_facts_in(row, stamp) for row in rows.select(list(FILTER_COLUMNS)).to_pylist()]
    return KeptVectors(vectors_of(rows), keys, facts)


def _facts_in(row: dict[str, Any], stamp: ModelStamp) -> tuple[str, ...]:
    """Say of a row what `facts_of` says of its case."""
    verified = {*row["verified_present"], *row["verified_absent"]}
    findings = tuple(
        KnownFinding(name, is_present=column == "present", is_verified=name in verified)
        for column in ("present", "absent")
        for name in row[column]
    )
    tags = tuple(row["tags"])
    return facts_of(CaseFacts(stamp, row["age_band"], row["sex"], row["contrast"], findings, tags))


def compact_library(
    library: CaseLibrary, *, exact_cases: int = EXACT_CASES, cancel: CancelToken | None = None
) -> None:
    """Join the small files that writing leaves, and bring every index up with its cases.

    The next search then finds all of it done. It is what a person does once in a while, and what
    adding many scans ends with.

    Parameters
    ----------
    library
        Its cases stay as they are.
    exact_cases
        Largest number of cases of a model that need no index.
    cancel
        Checked between steps; what was done is kept.

    Raises
    ------
    ResourceError
        If the library cannot be read or written.
    Cancelled
        If `cancel` was raised.
    """
    token = cancel or CancelToken()
    library.compact()
    for stamp in library.stamps():
        token.raise_if_cancelled()
        if library.count(CaseFilter(stamp=stamp)) > exact_cases:
            refresh_index(library, stamp, cancel=token)
            _part_again(library, stamp, token)


def refresh_index(
    library: CaseLibrary, stamp: ModelStamp, *, cancel: CancelToken | None = None
) -> LanceIndex:
    """Build the index of a model's cases, or bring it up with them; nothing where it is.

    The centring stays that of the last building, until `REBUILT_FROM` of the cases are new: all
    cosines of one index are of one version. Partitions that were lost with a removed case come
    back with `compact_library` or the next building.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    ResourceError
        If it cannot be read, or the index not be written.
    Cancelled
        If `cancel` was raised.
    """
    cases, name = library.table(stamp), _name_of(stamp)
    with explained(library.address):
        table = opened(library.connection, name)
        if table is not None and _seen(table) == str(cases.version):
            return LanceIndex(table)
    # Nobody may remove a case while its vector is on the way into the index.
    with library.writing(), explained(library.address):
        seen, table = str(cases.version), opened(library.connection, name)
        if table is None or (_seen(table) != seen and not _caught_up(table, cases)):
            table = _built(library, cases, name, cancel)
        _note(table, seen)
        return LanceIndex(table)


def _part_again(library: CaseLibrary, stamp: ModelStamp, cancel: CancelToken) -> None:
    with library.writing(), explained(library.address):
        table = library.connection.open_table(_name_of(stamp))
        if not has_partitions(table):
            add_partitions(table, cancel=cancel)


def _name_of(stamp: ModelStamp) -> str:
    return f"search_{stamp_key(stamp)}"


def _built(library: CaseLibrary, cases: Table, name: str, cancel: CancelToken | None) -> Table:
    columns = [*_COLUMNS, VECTOR]
    build_index(
        library.connection,
        name,
        lambda: cases.search().select(columns).to_batches(_ROWS_AT_ONCE),
        cancel=cancel,
    )
    return library.connection.open_table(name)


def _caught_up(table: Table, cases: Table) -> bool:
    """Add what is new, drop what is gone or changed; False where too much is new."""
    if table.count_rows() == 0:
        return False
    ours, theirs = _rows_said(table), _rows_said(cases)
    new = theirs.filter(pc.invert(pc.is_in(theirs["said"], value_set=_whole(ours["said"]))))
    old = ours.filter(pc.invert(pc.is_in(ours["said"], value_set=_whole(theirs["said"]))))
    if len(new) > REBUILT_FROM * len(theirs):
        return False
    for where in _clauses(old):
        delete_rows(table, where)
    fit = IndexFit.from_metadata(table.schema.metadata[FIT])
    for where in _clauses(new):
        rows = cases.search().where(where).select([*_COLUMNS, VECTOR]).to_batches(_ROWS_AT_ONCE)
        made = [index_rows(batch, fit, table.schema) for batch in rows]
        table.add(pa.Table.from_batches(made, schema=table.schema))
    return True


def _rows_said(table: Table) -> pa.Table:
    """Give id and one text of everything a filter or a group asks for, a row a case."""
    kept = table.search().select(list(_COLUMNS)).to_arrow()
    columns = [_as_text(kept.column(name)) for name in _COLUMNS]
    said = pc.binary_join_element_wise(*columns, _BETWEEN_COLUMNS)
    return pa.table({"case_id": kept.column("case_id"), "said": said})


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_list(column.type):
        return pc.binary_join(column, _BETWEEN_TEXTS)
    return pc.fill_null(column.cast(pa.string()), "")


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _clauses(rows: pa.Table) -> Iterator[str]:
    ids = rows.column("case_id").to_pylist()
    for first in range(0, len(ids), _IDS_AT_ONCE):
        yield f"case_id IN ({', '.join(map(quoted, ids[first : first + _IDS_AT_ONCE]))})"


def _seen(table: Table) -> str:
    metadata = table.schema.field(VECTOR).metadata or {}
    return str(json.loads(metadata.get(_SEEN.encode(), b'""')))


def _note(table: Table, seen: str) -> None:
    """Write down up to which version of the cases the index has come."""
    if _seen(table) != seen:
        table.update_field_metadata({"path": VECTOR, "metadata": {_SEEN: json.dumps(seen)}})
