"""The map of a library: which cases lie near each other, as seen from the open scan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from app.controllers.similar_work import FoundCases, SimilarWish
from app.state.case_words import facts_text
from app.state.similar_page import CaseMap
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import OnProgress
from medct_core.cancel import CancelToken
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import quoted
from medct_core.retrieval.centring import FloatArray
from medct_core.retrieval.projection import drawn_ids, fit_projection

if TYPE_CHECKING:
    from medct_core.retrieval.library import CaseLibrary

_FACTS = (*("age_band", "sex", "contrast", "slice_thickness_mm", "kernel", "scanner", "tags"),)
_KNOWN = ("present", "absent")


@dataclass(frozen=True, slots=True)
class _Described:
    """What a label says of a case; same fields as `LibraryCase`."""

    age_band: str = ""
    sex: str = ""
    contrast: bool | None = None
    slice_thickness_mm: float | None = None
    kernel: str = ""
    scanner: str = ""
    tags: tuple[str, ...] = ()


def draw_map(
    wish: SimilarWish,
    found: FoundCases,
    kept: KeptLibraries,
    cancel: CancelToken,
    _told: OnProgress,
) -> CaseMap:
    """Place the cases of a model, and what was searched for among them.

    Raises
    ------
    UsageError
        If the library holds no case of the model any more.
    ResourceError
        If it cannot be read.
    Cancelled
        If `cancel` was raised.
    """
    library, stamp = kept.library(wish.address), found.query.stamp
    rows, vectors = _drawn(library, stamp)
    cancel.raise_if_cancelled()
    unit = found.centring.unit(vectors)
    projection = fit_projection(unit)
    cancel.raise_if_cancelled()
    total = library.table(stamp).count_rows()
    return CaseMap(
        case_ids=tuple(row["case_id"] for row in rows),
        points=projection.place(unit),
        labels=tuple(map(_label, rows)),
        present=_known(rows, "present"),
        absent=_known(rows, "absent"),
        query=projection.place(_centred(found)),
        note=_note(projection.share, shown=len(rows), total=total),
    )


def _drawn(library: "CaseLibrary", stamp: ModelStamp) -> tuple[list[dict[str, Any]], FloatArray]:
    """Read what of the drawn cases the map shows, sorted by id.

    Neither pictures and reports nor the vectors of cases that are not drawn: of a very large
    library they would not fit into memory.
    """
    # Loaded by now, with the library.
    from medct_core.retrieval.lance_index import vectors_of  # noqa: PLC0415

    table = library.table(stamp)
    # A library of an older program says less.
    facts = [name for name in _FACTS if name in table.schema.names]
    columns = ["case_id", "source", *facts, *_KNOWN, "vector"]
    ids = table.search().select(["case_id"]).to_arrow().column("case_id").to_pylist()
    # The drawn ones are the lowest.
    last = drawn_ids(ids)[-1]
    rows = table.search().where(f"case_id <= {quoted(last)}").select(columns).to_arrow()
    rows = rows.sort_by("case_id")
    return rows.drop_columns(["vector"]).to_pylist(), vectors_of(rows)


def _label(row: dict[str, Any]) -> str:
    facts = {name: row[name] for name in _FACTS if row.get(name) is not None}
    said = facts_text(_Described(**facts))
    return f"{row['source']}\n{said}" if said else str(row["source"])


def _known(rows: Sequence[dict[str, Any]], column: str) -> dict[str, npt.NDArray[np.bool_]]:
    names = sorted({name for row in rows for name in row[column]})
    return {name: np.array([name in row[column] for row in rows]) for name in names}


def _centred(found: FoundCases) -> FloatArray:
    query, centring = found.query, found.centring
    if query.own_mean is not None:
        centring = replace(centring, mean=query.own_mean)
    return centring.unit(query.vector)


def _note(share: float, *, shown: int, total: int) -> str:
    note = f"These two directions show {share:.0%} of the spread."
    return note if shown == total else f"{note} {shown:,} of {total:,} cases are drawn."
