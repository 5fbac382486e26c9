"""FactSets: which of very many cases have a fact, as bits in memory."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from medct_core.retrieval.case_filter import CaseFilter

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int32]

_TEXTS = {"age_band": "age", "sex": "sex"}
_LISTS = {
    "tags": "tag",
    "present": "present",
    "absent": "absent",
    "verified_present": "verified present",
    "verified_absent": "verified absent",
}
_ROWS_COST = 32
"""Bits that the number of a row takes, where a case among all takes one."""


class FactSets:
    """Answers a `CaseFilter` for all cases at once, like `CaseFilter.accepts` for one.

    A fact costs one bit a case, or four bytes for each case that has it, whichever is less.

    Parameters
    ----------
    count
        How many cases there are.
    rows
        The cases that have a fact, ``(has,)`` int32 in [0, count), by the fact as
        `case_filter.facts_of` says it; that of the stamp is left out.
    """

    def __init__(self, count: int, rows: Mapping[str, Rows]) -> None:
        self._count = count
        self._rows = {fact: has for fact, has in rows.items() if len(has) * _ROWS_COST < count}
        often = rows.keys() - self._rows.keys()
        self._bits = {fact: np.packbits(self._marked(rows[fact])) for fact in often}

    @classmethod
    def of_columns(cls, columns: pa.Table) -> "FactSets":
        """Read the facts of a table, a row a case; it has the columns that filters ask about."""
        found = dict(_facts_in(columns))
        verified = [rows for fact, rows in found.items() if fact.startswith("verified ")]
        if verified:
            found["verified"] = np.unique(np.concatenate(verified))
        return cls(len(columns), found)

    @property
    def size_bytes(self) -> int:
        """How much memory the sets take."""
        bits = sum(one.nbytes for one in self._bits.values())
        return bits + sum(one.nbytes for one in self._rows.values())

    def passing(self, wanted: CaseFilter) -> Mask | None:
        """Say which cases pass, ``(count,)``; None where all do. All are of one stamp."""
        allowed = None
        for clause in replace(wanted, stamp=None).clauses:
            has_one = np.zeros(self._count, dtype=np.bool_)
            for fact in clause:
                self._mark(has_one, fact)
            allowed = has_one if allowed is None else np.logical_and(allowed, has_one, out=allowed)
        return allowed

    def _mark(self, mask: Mask, fact: str) -> None:
        if fact in self._rows:
            mask[self._rows[fact]] = True
        elif fact in self._bits:
            bits = np.unpackbits(self._bits[fact], count=self._count)
            np.logical_or(mask, bits.view(np.bool_), out=mask)

    def _marked(self, rows: Rows) -> Mask:
        mask = np.zeros(self._count, dtype=np.bool_)
        mask[rows] = True
        return mask


def _facts_in(columns: pa.Table) -> Iterator[tuple[str, Rows]]:
    for column, prefix in _TEXTS.items():
        texts = columns.column(column).combine_chunks()
        for text, rows in _rows_by_text(texts, np.arange(len(texts), dtype=np.int32)):
            yield f"{prefix} {text}", rows
    for column, prefix in _LISTS.items():
        lists = columns.column(column).combine_chunks()
        owners = pc.list_parent_indices(lists).to_numpy().astype(np.int32)
        for text, rows in _rows_by_text(pc.list_flatten(lists), owners):
            yield f"{prefix} {text}", rows
    given = columns.column("contrast").combine_chunks()
    for fact, wanted in (("contrast", True), ("no contrast", False)):
        is_so = pc.fill_null(pc.equal(given, wanted), False)
        yield fact, np.flatnonzero(is_so.to_numpy(zero_copy_only=False)).astype(np.int32)


def _rows_by_text(texts: pa.Array, owners: Rows) -> Iterator[tuple[str, Rows]]:
    """Give the owners of each text that is not empty."""
    encoded = texts.dictionary_encode()
    codes = pc.fill_null(encoded.indices, -1).to_numpy().astype(np.int32)
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
    for place, text in enumerate(encoded.dictionary.to_pylist()):
        if text:
            yield text, owners[order[starts[place] : starts[place + 1]]]
