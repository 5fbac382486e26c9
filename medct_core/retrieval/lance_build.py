"""The index of very many cases, built: centred, turned to its leading directions, measured."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from lancedb import DBConnection
from lancedb.index import Bitmap, IvfFlat, LabelList
from lancedb.table import Table

from medct_core.cancel import CancelToken
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.compared_cases import first_directions
from medct_core.retrieval.lance_index import (
    FILTER_COLUMNS,
    FIT,
    KEY_COLUMNS,
    LEADING,
    PROBES,
    VECTOR,
    IndexFit,
    LanceIndex,
    read_probes,
    vectors_of,
)
from medct_core.retrieval.vector_index import FloatArray

Batches = Callable[[], Iterable[pa.RecordBatch]]
FirstDirections = Callable[[FloatArray, int], int]

TARGET_RECALL = 0.995
"""Share of the nearest neighbours that the probed partitions hold, on cases of the library."""

LEADING_SHARE = 0.998
"""Share of the variance along the leading directions; what is left out is below 0.05 in length."""

_LEADING_STEP = 16
_SAMPLE = 20_000
_QUERIES = 100
_NEIGHBOURS = 10
_REACHES = tuple(_NEIGHBOURS * 2**power for power in range(9))
_ROWS_AT_ONCE = 8192
_ALL_PROBED = 8


def build_index(
    connection: DBConnection,
    name: str,
    batches: Batches,
    *,
    first: FirstDirections = first_directions,
    cancel: CancelToken | None = None,
) -> LanceIndex:
    """Build the index of a library's cases, in the place of an older one.

    Whoever kills it leaves the older index, or the new one, whose rows are all there; what then
    may be missing are the partitions, see `has_partitions`.

    Parameters
    ----------
    connection
        Where the index is kept: where the library is.
    name
        Of its table.
    batches
        Gives all rows anew at every call: the columns of `index_schema` but `LEADING`, the
        vectors as the model made them.
    first
        Says from the variances along the leading directions, and from the number of cases, how
        many directions to compare first in memory; 0 has LanceDB's index part the cases.
    cancel
        Checked between batches and steps.

    Raises
    ------
    ValueError
        If there is no row.
    Cancelled
        If `cancel` was raised.
    """
    token = cancel or CancelToken()
    fit = _fit(batches, first, token)
    schema = index_schema(fit)
    if opened(connection, name) is None:
        # Its first version comes at once, as a table without any cannot be opened.
        connection.create_table(name, schema=schema, mode="overwrite")
    rows = pa.RecordBatchReader.from_batches(schema, _written(batches, fit, schema, token))
    table = connection.create_table(name, rows, mode="overwrite")
    if not has_partitions(table):
        add_partitions(table, cancel=token)
    return LanceIndex(connection.open_table(name))


def opened(connection: DBConnection, name: str) -> Table | None:
    """Open the table of an index; None where there is none, or none that was ever written."""
    try:
        return connection.open_table(name)
    except ValueError:
        return None


def has_partitions(table: Table) -> bool:
    """Whether an index has all that makes it quick; removing a case for good drops it."""
    if IndexFit.from_metadata(table.schema.metadata[FIT]).first:
        return True
    is_parted = any(one.columns == [LEADING] for one in table.list_indices())
    return is_parted and bool(read_probes(table))


def add_partitions(table: Table, *, cancel: CancelToken | None = None) -> None:
    """Have LanceDB part the cases of an index, and measure how many parts to probe.

    Raises
    ------
    Cancelled
        If `cancel` was raised; it is searched all the same, only slower.
    """
    token = cancel or CancelToken()
    schema = table.schema
    for column in FILTER_COLUMNS:
        token.raise_if_cancelled()
        is_list = pa.types.is_list(schema.field(column).type)
        table.create_index(column, config=LabelList() if is_list else Bitmap())
    partitions = _partitions(table.count_rows())
    table.create_index(LEADING, config=IvfFlat(distance_type="dot", num_partitions=partitions))
    _measure_probes(table, partitions, token)


def index_schema(fit: IndexFit) -> pa.Schema:
    """Give the columns of an index: keys, what filters ask for, and two vectors a case.

    ``vector`` is centred and of unit length, ``leading`` the same along the leading directions.
    """
    size, leading = fit.basis.shape
    kinds = {"contrast": pa.bool_(), "age_band": pa.string(), "sex": pa.string()}
    texts = pa.list_(pa.string())
    fields = [
        *(pa.field(name, pa.string()) for name in KEY_COLUMNS),
        *(pa.field(name, kinds.get(name, texts)) for name in FILTER_COLUMNS),
        pa.field(VECTOR, pa.list_(pa.float32(), size)),
        pa.field(LEADING, pa.list_(pa.float32(), leading)),
    ]
    return pa.schema(fields, metadata={FIT: fit.to_metadata()})


def leading_directions(unit: FloatArray) -> FloatArray:
    """Find the fewest directions that hold `LEADING_SHARE` of the variance.

    Parameters
    ----------
    unit
        ``(n, d)``, centred, of unit length.

    Returns
    -------
    ``(d, leading)`` float32, orthonormal columns; their number is a multiple of 16, or d.
    """
    # About 0 rather than about the mean: it is the cosine that is to be kept.
    values, directions = np.linalg.eigh(unit.T.astype(np.float64) @ unit)
    shares = np.cumsum(values[::-1].clip(min=0.0))
    needed = int(np.searchsorted(shares, LEADING_SHARE * shares[-1])) + 1
    count = min(-(-needed // _LEADING_STEP) * _LEADING_STEP, unit.shape[1])
    basis: FloatArray = np.ascontiguousarray(directions[:, ::-1][:, :count], dtype=np.float32)
    return basis


@dataclass(slots=True)
class _Thinned:
    """Every so many rows of a stream of unknown length, at most twice `_SAMPLE`."""

    stride: int = 1
    seen: int = 0
    rows: list[FloatArray] = field(default_factory=list)

    def take(self, vectors: FloatArray) -> None:
        """Look at more rows of the stream."""
        first = -self.seen % self.stride
        self.rows.extend(vectors[first :: self.stride].copy())
        self.seen += len(vectors)
        while len(self.rows) > 2 * _SAMPLE:
            self.rows = self.rows[::2]
            self.stride *= 2


def _fit(batches: Batches, first: FirstDirections, cancel: CancelToken) -> IndexFit:
    thinned = _Thinned()
    sums: list[npt.NDArray[np.float64]] = []
    for batch in batches():
        cancel.raise_if_cancelled()
        vectors = vectors_of(pa.Table.from_batches([batch]))
        sums.append(vectors.sum(axis=0, dtype=np.float64))
        thinned.take(vectors)
    if thinned.seen == 0:
        raise ValueError("an index is built of at least one case")
    mean = (np.sum(sums, axis=0) / thinned.seen).astype(np.float32)
    centring = Centring(mean, None, fitted_on=thinned.seen)
    unit = centring.unit(np.stack(thinned.rows))
    basis = leading_directions(unit)
    variances = np.square(unit @ basis).mean(axis=0)
    return IndexFit(centring, basis, first(variances, thinned.seen))


def _written(
    batches: Batches, fit: IndexFit, schema: pa.Schema, cancel: CancelToken
) -> Iterator[pa.RecordBatch]:
    for batch in batches():
        cancel.raise_if_cancelled()
        yield index_rows(batch, fit, schema)


def index_rows(batch: pa.RecordBatch, fit: IndexFit, schema: pa.Schema) -> pa.RecordBatch:
    """Turn rows of the library into rows of its index."""
    unit = fit.centring.unit(vectors_of(pa.Table.from_batches([batch])))
    made = {VECTOR: unit, LEADING: unit @ fit.basis}
    columns = [
        pa.FixedSizeListArray.from_arrays(pa.array(made[one.name].ravel()), one.type.list_size)
        if one.name in made
        else batch.column(one.name)
        for one in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _partitions(count: int) -> int:
    """Give a power of two about as large as the cases in each: both cost alike to compare."""
    return int(2 ** round(np.log2(max(np.sqrt(count), 1.0))))


def _measure_probes(table: Table, partitions: int, cancel: CancelToken) -> None:
    """Try ever more partitions until they hold the neighbours of the library's own cases."""
    index = LanceIndex(table)
    reaches = [reach for reach in _REACHES if reach <= table.count_rows()]
    queries = _queries(table)
    truth = _nearest_exactly(table, queries, max(reaches, default=0), cancel)
    measured: dict[int, int] = {}
    for probes in _tried(partitions):
        cancel.raise_if_cancelled()
        found = [index.probed(one, count=reaches[-1], probes=probes) for one in queries]
        for reach in reaches:
            if reach not in measured and _recall(found, truth, reach) >= TARGET_RECALL:
                measured[reach] = probes
        if len(measured) == len(reaches):
            break
    each = [measured.get(reach, partitions) for reach in reaches]
    # What was measured for more neighbours holds for fewer, never the other way round.
    rising = np.maximum.accumulate(np.array(each, dtype=np.int64)).tolist()
    _write_probes(table, dict(zip(reaches, rising, strict=True)))


def _tried(partitions: int) -> list[int]:
    """Give numbers of partitions to try, rising by a fifth; of few partitions all are probed."""
    if partitions <= _ALL_PROBED:
        return []
    steps = 1.2 ** np.arange(100)
    return sorted({int(np.ceil(step)) for step in steps if step < partitions})


def _write_probes(table: Table, probes_for: dict[int, int]) -> None:
    text = json.dumps(probes_for)
    table.update_field_metadata({"path": LEADING, "metadata": {PROBES.decode(): text}})


def _queries(table: Table) -> FloatArray:
    """Draw cases of the library, ``(queries, d)``, the same ones every time."""
    total = table.count_rows()
    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(total, size=min(total, _QUERIES), replace=False))
    return vectors_of(table.take_offsets(rows.tolist()).select([VECTOR]).to_arrow())


def _nearest_exactly(
    table: Table, queries: FloatArray, count: int, cancel: CancelToken
) -> list[list[str]]:
    """Give the ids of the `count` nearest cases of every query, best first."""
    cosines = np.empty((len(queries), 0), dtype=np.float32)
    rows = np.empty((len(queries), 0), dtype=np.int64)
    names: list[str] = []
    for batch in table.search().select(["case_id", VECTOR]).to_batches(_ROWS_AT_ONCE):
        cancel.raise_if_cancelled()
        new = np.arange(len(names), len(names) + len(batch))
        names.extend(batch.column("case_id").to_pylist())
        of_batch = queries @ vectors_of(pa.Table.from_batches([batch])).T
        cosines = np.hstack([cosines, of_batch])
        rows = np.hstack([rows, np.broadcast_to(new, of_batch.shape)])
        kept = min(count, cosines.shape[1])
        best = np.argpartition(-cosines, kept - 1, axis=1)[:, :kept]
        cosines = np.take_along_axis(cosines, best, axis=1)
        rows = np.take_along_axis(rows, best, axis=1)
    ordered = np.take_along_axis(rows, np.argsort(-cosines, axis=1), axis=1)
    return [[names[row] for row in of_query] for of_query in ordered]


def _recall(found: list[tuple[str, ...]], truth: list[list[str]], reach: int) -> float:
    """Give the mean share of the `reach` nearest that were found, in any order."""
    shares = [
        len(set(one).intersection(other[:reach])) / reach
        for one, other in zip(found, truth, strict=True)
    ]
    return float(np.mean(shares))
