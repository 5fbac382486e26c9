"""A region searched in the nearest cases: where each of them holds what is most like it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.region import (
    Codes,
    FloatArray,
    RegionMatch,
    TokenRegion,
    best_match,
    region_vector,
    require_codes,
)
from medct_core.retrieval.search import Query, Search, SimilarCase

NEAREST_CASES = 200
"""Cases whose parts are compared: those that are most like the scan as a whole. Every one takes
as long as a thousand whole vectors and more."""


@dataclass(frozen=True, slots=True, eq=False)
class AskedRegion:
    """A region of a scan, and what is needed to compare it.

    Attributes
    ----------
    query
        The whole scan.
    codes
        Its own, ``(a, b, c)`` int16.
    region
        Inside them.
    codebook
        ``(codes, width)`` float32, the model's rows as they are; None for a model without.
    """

    query: Query
    codes: Codes | None
    region: TokenRegion
    codebook: FloatArray | None


@dataclass(frozen=True, slots=True, eq=False)
class FoundRegion:
    """The part of a case that is most like the region.

    Attributes
    ----------
    found
        The case, and how it stands to the scan as a whole.
    match
        Where, and how alike.
    """

    found: SimilarCase
    match: RegionMatch


@dataclass(frozen=True, slots=True, eq=False)
class RegionAnswer:
    """What a search for a region gives.

    Attributes
    ----------
    found
        The scan itself first, where the library holds it; then by cosine, equal ones by case id.
    searched, out_of
        Cases whose parts were compared, and cases that could have been; without the scan itself.
    """

    found: tuple[FoundRegion, ...]
    searched: int
    out_of: int


def find_regions(
    search: Search,
    asked: AskedRegion,
    *,
    count: int = 10,
    among: int = NEAREST_CASES,
    wanted: CaseFilter = EVERYTHING,
) -> RegionAnswer:
    """Find the cases that hold the parts most like a region, best first.

    The rows of the codebook are centred by the mean token of the cases that are compared: what
    all chests have in common says nothing of a part.

    Parameters
    ----------
    search
        The library's.
    asked
        The region; its scan is not compared with itself, but told.
    count
        How many at most, the scan itself not counted.
    among
        How many of the nearest cases are compared.
    wanted
        What a case must be.

    Raises
    ------
    ModelMismatchError
        If the scan is of another model than the library.
    ModelUnavailableError
        If the model has no codes.
    """
    codes = require_codes(asked.codes)
    codebook = require_codebook(asked.codebook)
    nearest = search.similar(asked.query, count=among, wanted=wanted)
    centred = centred_codebook(codebook, [codes, *(_codes_of(one.case) for one in nearest)])
    vector = region_vector(codes, centred, asked.region)
    # Windows elsewhere may hold the very same codes; the scan itself answers with what was asked.
    itself = [FoundRegion(one, RegionMatch(asked.region, 1.0)) for one in nearest if one.is_self]
    found = [
        FoundRegion(one, match)
        for one in nearest
        if not one.is_self
        and (match := best_match(vector, asked.region.size, one.case.codes, centred)) is not None
    ]
    others = sorted(found, key=lambda one: (-one.match.cosine, one.found.case.case_id))
    out_of = nearest[0].out_of if nearest else 0
    return RegionAnswer((*itself, *others[:count]), len(others), out_of)


def centred_codebook(codebook: FloatArray, codes: Sequence[Codes]) -> FloatArray:
    """Take the mean token of some scans away from every row of a codebook.

    Parameters
    ----------
    codebook
        ``(rows, width)`` float32.
    codes
        ``(a, b, c)`` int16 each, at least one.
    """
    counts = np.zeros(len(codebook), dtype=np.int64)
    for one in codes:
        counts += np.bincount(one.reshape(-1), minlength=len(codebook))
    mean = counts @ codebook.astype(np.float64) / counts.sum()
    centred: FloatArray = (codebook - mean).astype(np.float32)
    return centred


def require_codebook(codebook: FloatArray | None) -> FloatArray:
    """Give the codebook of a model.

    Raises
    ------
    ModelUnavailableError
        If it has none.
    """
    if codebook is None:
        require_codes(None)
    assert codebook is not None
    return codebook


def _codes_of(case: LibraryCase) -> Codes:
    return require_codes(case.codes)
