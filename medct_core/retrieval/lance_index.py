"""LanceIndex: the nearest of very many cases, along the few directions in which they differ."""

import base64
import io
import json
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from lancedb.query import LanceVectorQueryBuilder
from lancedb.table import LanceTable, Table

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.compared_cases import ComparedCases
from medct_core.retrieval.fact_sets import FactSets
from medct_core.retrieval.library_store import explained
from medct_core.retrieval.spread import CaseKey, Spread, draw_spread
from medct_core.retrieval.vector_index import FloatArray, Hit

FILTER_COLUMNS = (
    *("age_band", "sex", "contrast", "tags"),
    *("present", "absent", "verified_present", "verified_absent"),
)
"""Columns of `arrow_rows` that `CaseFilter.where` asks about."""

KEY_COLUMNS = ("case_id", "patient_key", "study_key")
"""Columns of `arrow_rows` that say whose a case is."""

VECTOR, LEADING = "vector", "leading"
FIT, PROBES = b"medct_fit", b"medct_probes"

_CANDIDATES = 30
_CANDIDATES_EACH = 3
_FEW_CASES = 1000
_SPREAD_CASES = 5000
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class IndexFit:
    """What the vectors of an index went through.

    Attributes
    ----------
    centring
        Fitted on all of them.
    basis
        ``(d, leading)`` float32, orthonormal columns: the directions in which centred vectors
        differ most.
    first
        How many of them every case is compared along first, as `first_directions` says; 0 where
        LanceDB's index parts the cases instead.
    """

    centring: Centring
    basis: FloatArray
    first: int = 0

    def to_metadata(self) -> bytes:
        """Write it as text that a table's schema can hold."""
        arrays = {"mean": self.centring.mean, "basis": self.basis}
        if self.centring.whitening is not None:
            arrays["whitening"] = self.centring.whitening
        content = io.BytesIO()
        counts = {"fitted_on": self.centring.fitted_on, "first": self.first}
        np.savez(content, allow_pickle=False, **arrays, **counts)
        return base64.b64encode(content.getvalue())

    @classmethod
    def from_metadata(cls, text: bytes) -> "IndexFit":
        """Read what `to_metadata` wrote."""
        with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as arrays:
            whitening = arrays.get("whitening")
            centring = Centring(arrays["mean"], whitening, int(arrays["fitted_on"]))
            return cls(centring, arrays["basis"], int(arrays.get("first", 0)))


class LanceIndex:
    """Searches a table that `lance_build` made.

    Where the cases differ in few directions, all of them are compared along these in memory, and
    those that can be among the nearest in full: nothing is missed, see `ComparedCases`. It is
    read with the first search, and anew where the table has changed.

    Elsewhere LanceDB's index has parted them. The cases of the nearest partitions are compared
    along the leading directions, in which almost all of their variance lies, and the best of
    them in full. How many partitions are probed was measured when the index was built; a filter
    that lets fewer cases pass makes it probe more, and the few cases of a strict filter are all
    compared. A table that has lost its partitions is read as a whole, which is slower.

    Parameters
    ----------
    table
        With the columns of `index_schema`.

    Raises
    ------
    ValueError
        If the table is no such index.
    """

    def __init__(self, table: Table) -> None:
        metadata = table.schema.metadata or {}
        if FIT not in metadata:
            raise ValueError("the table of an index says what its vectors went through")
        self._table = table
        self._fit = IndexFit.from_metadata(metadata[FIT])
        self._probes = read_probes(table)
        self._in_memory: tuple[int, ComparedCases] | None = None
        local: LanceTable = cast("LanceTable", table)
        self._address = local.uri.rpartition("/")[0]

    @property
    def centring(self) -> Centring:
        """What its vectors were centred with."""
        return self._fit.centring

    @property
    def centring_version(self) -> str:
        """Version of the `Centring` its vectors went through."""
        return self._fit.centring.version

    def __len__(self) -> int:
        """Count the cases."""
        return int(self._table.count_rows())

    def nearest(self, query: FloatArray, *, count: int, wanted: CaseFilter) -> tuple[Hit, ...]:
        """Find the cases of highest cosine that a filter lets pass, best first.

        By LanceDB's partitions nearly always the very nearest: see `lance_build.TARGET_RECALL`.
        Equal cosines are ordered by case id.

        Raises
        ------
        ResourceError
            If the index cannot be read.
        """
        found = self._compared if self._fit.first else self._parted
        with explained(self._address):
            return _best(found(query, count, wanted), query, count)

    @property
    def memory_bytes(self) -> int:
        """How much it holds in memory; what LanceDB keeps of a table is not counted."""
        return self._in_memory[1].size_bytes if self._in_memory else 0

    def _compared(self, query: FloatArray, count: int, wanted: CaseFilter) -> pa.Table:
        rows = self._cases().candidates(query @ self._fit.basis, count=count, wanted=wanted)
        asked = self._table.take_row_ids(rows.tolist()).select(["case_id", VECTOR])
        return asked.to_arrow()

    def _cases(self) -> ComparedCases:
        version = self._table.version
        if self._in_memory is None or self._in_memory[0] != version:
            self._in_memory = version, read_compared(self._table, self._fit.first)
        return self._in_memory[1]

    def _parted(self, query: FloatArray, count: int, wanted: CaseFilter) -> pa.Table:
        passing = self._table.count_rows(wanted.where) if wanted.where else len(self)
        if passing <= max(_FEW_CASES, count):
            return self._all_passing(wanted)
        return self._probed(query, count, wanted, share=passing / len(self))

    def spread(self, seed: int = 0) -> Spread | None:
        """Draw random pairs of different patients, of up to 5,000 random cases.

        Returns
        -------
        None for a library too small to say, as `draw_spread`.

        Raises
        ------
        ResourceError
            If the index cannot be read.
        """
        total = len(self)
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.choice(total, size=min(total, _SPREAD_CASES), replace=False))
        with explained(self._address):
            asked = self._table.take_offsets(rows.tolist())
            drawn = asked.select([*KEY_COLUMNS, VECTOR]).to_arrow()
        names = (drawn.column(name).to_pylist() for name in KEY_COLUMNS)
        keys = [CaseKey(*of_case) for of_case in zip(*names, strict=True)]
        return draw_spread(
            vectors_of(drawn), keys, centring_version=self.centring_version, seed=seed
        )

    def probed(self, query: FloatArray, *, count: int, probes: int) -> tuple[str, ...]:
        """Find candidates in a number of partitions, along the leading directions alone.

        Parameters
        ----------
        query
            ``(d,)``, centred, of unit length.
        count
            How many.
        probes
            How many partitions, at least 1.

        Returns
        -------
        Case ids, best first.
        """
        asked = self._along_leading(query, count, ["case_id"])
        found = asked.minimum_nprobes(probes).maximum_nprobes(probes).to_arrow()
        return tuple(found.column("case_id").to_pylist())

    def _all_passing(self, wanted: CaseFilter) -> pa.Table:
        asked = self._table.search().select(["case_id", VECTOR])
        return (asked.where(wanted.where) if wanted.where else asked).to_arrow()

    def _probed(
        self, query: FloatArray, count: int, wanted: CaseFilter, *, share: float
    ) -> pa.Table:
        candidates = max(_CANDIDATES, _CANDIDATES_EACH * count)
        asked = self._along_leading(query, candidates, ["case_id", VECTOR])
        asked = asked.where(wanted.where, prefilter=True) if wanted.where else asked
        probes = self._probes_for(count / share)
        found = asked.minimum_nprobes(probes).maximum_nprobes(probes).to_arrow()
        # What passes may lie elsewhere than the query; then all partitions are probed.
        return found if len(found) >= count else asked.maximum_nprobes(0).to_arrow()

    def _along_leading(
        self, query: FloatArray, count: int, columns: list[str]
    ) -> LanceVectorQueryBuilder:
        found = self._table.search(query @ self._fit.basis, LEADING, query_type="vector")
        asked = cast("LanceVectorQueryBuilder", found)
        return asked.distance_type("dot").select([*columns, "_distance"]).limit(count)

    def _probes_for(self, neighbours: float) -> int:
        """Give the partitions in which so many nearest neighbours of a query are found.

        Of the neighbours, a filter that lets one in ten pass leaves the tenth part: the ten
        nearest that pass are among about the hundred nearest of all.
        """
        measured = sorted(self._probes.items())
        enough = [probes for reach, probes in measured if reach >= neighbours]
        return enough[0] if enough else max(self._probes.values(), default=1)


def read_compared(table: Table, first: int) -> ComparedCases:
    """Read what of the table of an index is compared in memory.

    Parameters
    ----------
    table
        With the columns of `index_schema`.
    first
        How many directions to compare first.
    """
    asked = table.search().select([*FILTER_COLUMNS, LEADING]).with_row_id(True)
    parts = [pa.Table.from_batches([one]) for one in asked.to_batches(_ROWS_AT_ONCE)]
    whole = pa.concat_tables(parts)
    return ComparedCases(
        (vectors_of(part, LEADING) for part in parts),
        first=first,
        rows=whole.column("_rowid").to_numpy(),
        facts=FactSets.of_columns(whole),
    )


def _best(found: pa.Table, query: FloatArray, count: int) -> tuple[Hit, ...]:
    cosines = (vectors_of(found) @ query).clip(-1.0, 1.0)
    ids = found.column("case_id").to_pylist()
    hits = [Hit(case_id, float(cosine)) for case_id, cosine in zip(ids, cosines, strict=True)]
    return tuple(sorted(hits, key=lambda hit: (-hit.cosine, hit.case_id))[:count])


def vectors_of(table: pa.Table, column: str = VECTOR) -> FloatArray:
    """Give a column of vectors, ``(rows, d)`` float32."""
    values = table.column(column).combine_chunks()
    flat = values.flatten().to_numpy(zero_copy_only=False)
    rows: FloatArray = flat.reshape(len(values), values.type.list_size)
    return rows


def read_probes(table: Table) -> dict[int, int]:
    """Read how many partitions hold so many nearest neighbours; empty where none were measured."""
    text = (table.schema.field(LEADING).metadata or {}).get(PROBES, b"{}")
    return {int(reach): int(probes) for reach, probes in json.loads(text).items()}
