"""A region is found where it lies, in the nearest cases, and never without codes."""

import numpy as np
import numpy.typing as npt
import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.region import TokenRegion
from medct_core.retrieval.region_search import (
    AskedRegion,
    centred_codebook,
    find_regions,
    require_codebook,
)
from medct_core.retrieval.search import Query
from tests import library_samples
from tests.cases_in_memory import CasesInMemory

SHAPE = (4, 5, 6)
CODEBOOK = np.random.default_rng(9).standard_normal((16, 12)).astype(np.float32)
REGION = TokenRegion((1, 1, 2), (3, 3, 4))


def codes(seed: int) -> npt.NDArray[np.int16]:
    return np.random.default_rng(seed).integers(0, len(CODEBOOK), SHAPE).astype(np.int16)


def case(number: int, own: npt.NDArray[np.int16] | None, tags: tuple[str, ...] = ()) -> LibraryCase:
    return library_samples.case(number, codes=own, tags=tags)


def asked(own: npt.NDArray[np.int16] | None, number: int = 99) -> AskedRegion:
    query = Query(
        library_samples.unit_vector(number), library_samples.STAMP, scan_sha256=f"{number:064x}"
    )
    return AskedRegion(query, own, REGION, CODEBOOK)


def holding_it(own: npt.NDArray[np.int16], at: tuple[int, int, int]) -> npt.NDArray[np.int16]:
    """Draw a scan that holds the region of another one somewhere else."""
    other = codes(500)
    a, b, c = at
    other[a : a + 2, b : b + 2, c : c + 2] = own[REGION.slices]
    return other


def test_the_case_that_holds_the_same_part_comes_first_with_its_place() -> None:
    own = codes(1)
    cases = [case(number, codes(number)) for number in range(2, 12)]
    cases.append(case(50, holding_it(own, (2, 0, 3))))
    search = open_search(CasesInMemory(cases), library_samples.STAMP)

    answer = find_regions(search, asked(own), count=3)

    best = answer.found[0]
    assert best.found.case.case_id == cases[-1].case_id
    assert best.match.region == TokenRegion((2, 0, 3), (4, 2, 5))
    assert best.match.cosine == pytest.approx(1.0, abs=1e-5)
    assert len(answer.found) == 3
    assert (answer.searched, answer.out_of) == (11, 11)


def test_the_scan_itself_is_told_first_and_counts_for_nothing() -> None:
    own = codes(1)
    cases = [case(99, own), *(case(number, codes(number)) for number in range(2, 6))]
    search = open_search(CasesInMemory(cases), library_samples.STAMP)

    answer = find_regions(search, asked(own), count=2)

    assert [one.found.is_self for one in answer.found] == [True, False, False]
    assert answer.found[0].match.region == REGION
    assert (answer.searched, answer.out_of) == (4, 4)


def test_only_the_nearest_cases_that_pass_are_compared() -> None:
    cases = [
        case(number, codes(number), tags=("odd",) if number % 2 else ()) for number in range(12)
    ]
    search = open_search(CasesInMemory(cases), library_samples.STAMP)

    answer = find_regions(
        search, asked(codes(1)), among=3, wanted=CaseFilter(tags=frozenset({"odd"}))
    )

    assert (answer.searched, answer.out_of) == (3, 6)
    assert all("odd" in one.found.case.tags for one in answer.found)


def test_a_model_or_a_case_without_codes_is_refused() -> None:
    search = open_search(CasesInMemory([case(1, None)]), library_samples.STAMP)

    with pytest.raises(ModelUnavailableError):
        find_regions(search, asked(None))
    with pytest.raises(ModelUnavailableError):
        find_regions(search, asked(codes(1)))
    with pytest.raises(ModelUnavailableError):
        require_codebook(None)


def test_a_centred_codebook_has_no_mean_over_the_tokens_of_its_scans() -> None:
    scans = [codes(1), codes(2)]

    centred = centred_codebook(CODEBOOK, scans)

    tokens = np.concatenate([centred[one].reshape(-1, 12) for one in scans])
    np.testing.assert_allclose(tokens.mean(axis=0), 0, atol=1e-5)
