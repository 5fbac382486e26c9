"""Reports are ranked by what they say, equal ones as one."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.archive import report_ranking
from medct_core.archive.report_ranking import KnownReport, rank_reports, reports_of
from medct_core.cancel import Cancelled, CancelToken
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import ReadText, read_text
from medct_core.inference.text_mean import mean_of_wordings
from medct_core.retrieval.open_search import uncentred
from medct_core.retrieval.search import Query
from tests import case_rows, library_samples
from tests.tiny_model import PAIR, loaded_model

TEXTS = ("pleural effusion.", "lung nodule seen.", "emphysema.", "heart enlarged.")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    return InferenceEngine(loaded_model(tmp_path_factory.mktemp("tiny") / "model", PAIR))


def query_of(engine: InferenceEngine, text: str) -> Query:
    """Ask with a scan that lies exactly where a text does."""
    return Query(read_text(engine, text).vector, engine.stamp, scan_sha256="5f" * 32)


def test_the_report_that_says_what_the_scan_shows_is_best(engine: InferenceEngine) -> None:
    mean = mean_of_wordings(engine)
    centring = replace(uncentred(len(mean)), mean=mean)

    ranked = rank_reports(
        engine, query_of(engine, TEXTS[2]), [KnownReport(text) for text in TEXTS], centring
    )

    assert ranked[0].report.text == TEXTS[2]
    assert ranked[0].cosine == pytest.approx(1.0, abs=1e-5)
    assert [one.rank for one in ranked] == [1, 2, 3, 4]
    assert [one.cosine for one in ranked] == sorted((one.cosine for one in ranked), reverse=True)


def test_many_reports_are_centred_by_their_own_mean(
    engine: InferenceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The texts of a model with random weights lie too close together to be told apart by a mean.
    vectors = case_rows.units(3, 60) + np.float32(1.0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = {f"report {row}": ReadText(vector, 1) for row, vector in enumerate(vectors)}
    monkeypatch.setattr(report_ranking, "read_text", lambda _engine, text, cancel: kept[text])
    centred = vectors - vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    query = Query(vectors[7], engine.stamp, scan_sha256="5f" * 32)
    told: list[float] = []

    ranked = rank_reports(
        engine, query, [KnownReport(text) for text in kept], uncentred(8), on_progress=told.append
    )

    np.testing.assert_allclose(
        [one.cosine for one in ranked], np.sort(centred @ query.vector)[::-1], atol=1e-5
    )
    assert told[-1] == 1.0


def test_nothing_is_ranked_where_there_is_no_report(engine: InferenceEngine) -> None:
    assert rank_reports(engine, query_of(engine, TEXTS[0]), [], uncentred(8)) == ()


def test_a_cancelled_ranking_stops(engine: InferenceEngine) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        rank_reports(
            engine,
            query_of(engine, TEXTS[0]),
            [KnownReport("lung nodule")],
            uncentred(8),
            cancel=cancel,
        )


def test_equal_reports_are_one_and_say_whose_they_are() -> None:
    itself = library_samples.case(1, report="Same.", patient_key="7c" * 16)
    sibling = library_samples.case(2, report="Other.", patient_key="7c" * 16)
    stranger = library_samples.case(3, report="Same.")
    silent = library_samples.case(4)
    query = Query(itself.vector, itself.stamp, scan_sha256=itself.scan_sha256)

    same, other = reports_of([itself, sibling, stranger, silent], query)

    assert same.cases == (itself.case_id, stranger.case_id)
    assert (same.is_self, same.is_of_query) == (True, True)
    assert (other.is_self, other.is_of_query) == (False, True)
