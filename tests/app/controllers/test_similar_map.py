"""The map shows every case once, and where the scan that is open lies among them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.controllers import similar_map
from app.controllers.similar_map import draw_map
from app.controllers.similar_work import FoundCases, SimilarWish, find_cases
from app.state.similar_page import CaseMap
from app.workers.kept_libraries import KeptLibraries
from medct_core.cancel import CancelToken
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.projection import drawn_ids
from medct_core.retrieval.search import Query
from tests.library_samples import STAMP, case, unit_vector

PRESENT = (KnownFinding("Emphysema", is_present=True),)
ABSENT = (KnownFinding("Emphysema", is_present=False),)


@pytest.fixture
def wish(tmp_path: Path) -> SimilarWish:
    """Wish for cases like one of six."""
    address = str(tmp_path / "library")
    known = {1: PRESENT, 2: ABSENT}
    cases = (case(n, findings=known.get(n, ()), age_band="60-69", sex="F") for n in range(6))
    CaseLibrary.create(address).add(cases)
    return SimilarWish(address, Query(unit_vector(3), STAMP, f"{3:064x}"), None)


def drawn(wish: SimilarWish, own_mean: np.ndarray | None = None) -> CaseMap:
    kept, cancel = KeptLibraries(), CancelToken()
    found = find_cases(wish, kept, cancel, lambda _: None)
    assert isinstance(found, FoundCases)
    found = replace(found, query=replace(found.query, own_mean=own_mean))
    return draw_map(wish, found, kept, cancel, lambda _: None)


def test_every_case_is_a_point_with_its_name(wish: SimilarWish) -> None:
    shown = drawn(wish)

    assert set(shown.case_ids) == {case(number).case_id for number in range(6)}
    place = shown.case_ids.index(case(4).case_id)
    assert shown.labels[place].startswith("scan-4.nii.gz\n")
    assert "60-69" in shown.labels[place]
    assert "Emphysema" not in "".join(shown.labels)


def test_known_findings_belong_to_their_cases(wish: SimilarWish) -> None:
    shown = drawn(wish)

    present = [
        one for one, has in zip(shown.case_ids, shown.present["Emphysema"], strict=True) if has
    ]
    absent = [
        one for one, has in zip(shown.case_ids, shown.absent["Emphysema"], strict=True) if has
    ]
    assert (present, absent) == ([case(1).case_id], [case(2).case_id])


def test_the_open_scan_lies_on_its_own_point(wish: SimilarWish) -> None:
    shown = drawn(wish)

    assert shown.query is not None
    np.testing.assert_allclose(
        shown.query, shown.points[shown.case_ids.index(case(3).case_id)], atol=1e-5
    )


def test_words_are_placed_by_a_mean_of_their_own(wish: SimilarWish) -> None:
    plain, own = drawn(wish).query, drawn(wish, np.full(8, 0.1, "f4")).query

    assert plain is not None
    assert own is not None
    assert not np.allclose(plain, own)


def test_it_is_said_where_not_all_cases_are_drawn(
    wish: SimilarWish, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = drawn(wish)
    monkeypatch.setattr(similar_map, "drawn_ids", lambda ids: drawn_ids(ids, most=4))

    some = drawn(wish)

    assert len(some.case_ids) == 4
    assert "4 of 6" in some.note
    assert "of 6" not in whole.note
