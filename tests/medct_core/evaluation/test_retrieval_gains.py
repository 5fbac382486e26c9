"""Gains in retrieval: two models asked alike, judged query by query."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from medct_core.cancel import CancelToken
from medct_core.evaluation.retrieval import RAW, RetrievalEvaluation, evaluate_retrieval
from medct_core.evaluation.retrieval_cases import FloatArray, RetrievalCases
from medct_core.evaluation.retrieval_gains import RetrievalGains, retrieval_gains
from tests.evaluation_samples import BASE

SITE = replace(BASE, adapter="site", adapter_sha256="5" * 64)
SIZE = 60


def unit(vectors: npt.NDArray[np.float64]) -> FloatArray:
    """Bring vectors to length 1."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


def measured(noise: float, seed: int, *, adapter: bool = False) -> RetrievalEvaluation:
    """Measure scans whose reports lie as far from them as noise brings them."""
    texts = unit(np.random.default_rng(7).normal(size=(SIZE, 16)))
    moved = texts + noise * np.random.default_rng(seed).normal(size=texts.shape)
    cases = RetrievalCases(
        vectors=unit(moved),
        reports=tuple(map(str, range(SIZE))),
        report_vectors=texts,
        labels=np.arange(SIZE)[:, None] % 3 == np.arange(3),
        patients=tuple(str(row // 2) for row in range(SIZE)),
    )
    return evaluate_retrieval(
        cases,
        [RAW],
        stamp=SITE if adapter else BASE,
        source="made up",
        cancel=CancelToken(),
        on_progress=lambda _: None,
    )


def only(*results: RetrievalEvaluation) -> RetrievalGains:
    """Give what the second gains over the first."""
    (gains,) = retrieval_gains(results)
    return gains


def test_a_model_that_finds_more_gains_surely() -> None:
    base, better = measured(1.0, 0), measured(0.1, 1, adapter=True)

    gains = only(base, better)

    assert gains.stamp == SITE
    for name in ("report_to_volume", "volume_to_report"):
        one = gains.gains[name]["Recall@1"]
        before, after = (result.results[0].measured[name].named for result in (base, better))
        assert one.base == before["Recall@1"].value
        assert one.other == after["Recall@1"].value == 1.0
        assert one.gain == pytest.approx(1.0 - (before["Recall@1"].value or 0))
        assert 0 < (one.low or 0) < (one.gain or 0) < (one.high or 0)
        assert one.p is not None
        assert one.p < 0.01
        assert (gains.gains[name]["median rank"].gain or 0) < 0


def test_the_other_way_round_is_a_loss_of_the_same_size() -> None:
    one, two = measured(0.5, 0), measured(0.3, 1)

    there, back = only(one, two).gains, only(two, one).gains

    for name, measure in there.items():
        for number, gain in measure.items():
            other = back[name][number]
            assert gain.p == other.p
            if gain.gain is not None:
                assert other.gain == pytest.approx(-gain.gain)
                assert other.low == pytest.approx(-(gain.high or 0))


def test_a_model_gains_nothing_over_itself() -> None:
    base = measured(0.5, 0)

    every = [gain for one in only(base, base).gains.values() for gain in one.values()]

    assert {
        (gain.gain, gain.low, gain.high, gain.p) for gain in every if gain.gain is not None
    } == {(0.0, 0.0, 0.0, 1.0)}


def test_what_is_not_defined_has_no_gain() -> None:
    gain = only(measured(0.5, 0), measured(0.5, 1)).gains["report_to_volume"]["Recall@100"]

    assert (gain.base, gain.other, gain.gain, gain.low, gain.high, gain.p) == (None,) * 6


def test_models_that_fail_on_the_same_queries_are_compared_more_surely() -> None:
    base, alike = measured(0.6, 0), measured(0.58, 0)

    gain = only(base, alike).gains["report_to_volume"]["MRR"]
    alone = base.results[0].measured["report_to_volume"].named["MRR"]

    assert gain.high is not None
    assert gain.low is not None
    assert alone.high is not None
    assert alone.low is not None
    assert gain.high - gain.low < (alone.high - alone.low) / 2


def test_models_that_are_equally_good_seldom_seem_different() -> None:
    ps = [
        only(measured(0.6, 2 * n), measured(0.6, 2 * n + 1)).gains["report_to_volume"]["MRR"].p
        for n in range(60)
    ]

    assert sum(p is not None and p < 0.05 for p in ps) <= 9
    assert any(p is not None and p > 0.5 for p in ps)


def test_models_measured_on_other_scans_are_not_compared() -> None:
    base = measured(0.5, 0)

    with pytest.raises(ValueError, match="same scans"):
        retrieval_gains([base, replace(base, source="other scans")])


def test_samples_stay_out_of_files() -> None:
    base = measured(0.5, 0)

    said = str(base.to_json())

    assert "resampled" not in said
    assert base.results[0].measured["report_to_volume"].named["MRR"].resampled.shape == (1000,)
