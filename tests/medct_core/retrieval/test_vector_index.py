"""VectorIndex: what holds for every index, exact or not."""

from uuid import uuid4

import lancedb
import numpy as np
import pytest

from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.exact_index import ExactIndex
from medct_core.retrieval.lance_build import build_index
from medct_core.retrieval.vector_index import Hit, VectorIndex
from tests.vector_samples import draw_cases, name_of, tags_of

CASES = draw_cases(np.random.default_rng(4), 300, (0.8 ** np.arange(16)).astype(np.float32))


def exact() -> VectorIndex:
    centring = fit_mean(CASES.vectors)
    return ExactIndex(
        centring.unit(CASES.vectors),
        case_ids=[name_of(row) for row in range(300)],
        facts=[[f"tag {tag}" for tag in tags_of(luck)] for luck in CASES.luck],
        centring_version=centring.version,
    )


def large() -> VectorIndex:
    return build_index(lancedb.connect(f"memory://{uuid4()}"), "index", CASES.batches)


@pytest.fixture(params=[exact, large], ids=["exact", "large"])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    made: VectorIndex = request.param()
    return made


def test_every_case_finds_itself_first(index: VectorIndex) -> None:
    unit = fit_mean(CASES.vectors).unit(CASES.vectors)

    first = [index.nearest(unit[row], count=1, wanted=EVERYTHING)[0] for row in range(0, 300, 20)]

    assert [hit.case_id for hit in first] == [name_of(row) for row in range(0, 300, 20)]
    assert all(hit.cosine == pytest.approx(1.0, abs=1e-5) for hit in first)


def test_all_indices_agree_on_a_small_library(index: VectorIndex) -> None:
    query = fit_mean(CASES.vectors).unit(CASES.vectors)[5]
    wanted = CaseFilter(tags=frozenset({"half"}))

    hits = index.nearest(query, count=7, wanted=wanted)

    expected: tuple[Hit, ...] = exact().nearest(query, count=7, wanted=wanted)
    assert [hit.case_id for hit in hits] == [hit.case_id for hit in expected]
    assert len(index) == 300
    assert len(index.centring_version) == 16
