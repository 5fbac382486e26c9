"""A corpus on disk is what the recipe would have given, whole even after a stop."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.sampling import Draw, PhantomSpec, SeverityShares, sample_spec
from medct_core.phantom.seeds import TRAINING
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import MEDCT_MINI
from medct_core.training.corpus import (
    GRID,
    Corpus,
    CorpusForm,
    Scan,
    bodies,
    occurrence,
    open_corpus,
    quantised,
    render_corpus,
)
from medct_core.vocabulary import FINDINGS

SCANS = tuple(Scan(seed, Draw.BALANCED, "a") for seed in (31, 32, 33))


FORM = CorpusForm(Grid((64, 64, 48), (6.0, 6.0, 6.5)), (8, 8, 6), field_of_view_mm=300.0)


def of_scan(scan: Scan) -> PhantomSpec:
    return sample_spec(scan.seed, scan.draw, scan.domain, scan.severities)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Render three phantoms, as two processes do."""
    place = tmp_path_factory.mktemp("corpus")
    shares = list(render_corpus(SCANS, place, 2))
    assert shares[-1] == 1.0
    return place


@pytest.fixture(scope="module")
def corpus(folder: Path) -> Corpus:
    return open_corpus(folder)


def test_values_are_those_of_the_recipe_to_half_a_level(corpus: Corpus) -> None:
    phantom = draw_phantom(sample_spec(32, Draw.BALANCED, "a"), GRID)

    prepared = prepare(phantom.volume, MEDCT_MINI)

    difference = np.abs(corpus.values(np.array([1]))[0] - prepared.values)
    assert difference.max() <= 1 / 255 + 1e-6


def test_labels_and_coverage_say_what_was_drawn(corpus: Corpus) -> None:
    for row, scan in enumerate(SCANS):
        wanted = sample_spec(scan.seed, scan.draw, scan.domain).findings

        assert [
            name for name, there in zip(FINDINGS, corpus.labels[row], strict=True) if there
        ] == [name for name in FINDINGS if name in wanted]
        touched = corpus.coverage[row].reshape(len(FINDINGS), -1).max(axis=1) > 0
        np.testing.assert_array_equal(touched, corpus.labels[row])


def test_occurrence_is_the_share_of_scans_that_show_a_finding_there(corpus: Corpus) -> None:
    share = occurrence(corpus)

    assert share.shape == (len(FINDINGS), 16, 12, 12)
    np.testing.assert_allclose(share, (corpus.coverage > 0).mean(axis=0), atol=1e-6)


def test_a_finished_corpus_is_not_drawn_again(folder: Path) -> None:
    assert list(render_corpus(SCANS, folder, 2)) == []


def test_a_row_that_a_kill_left_half_noted_is_drawn_again(tmp_path: Path) -> None:
    list(render_corpus(SCANS[:2], tmp_path, 1, FORM))
    whole, rows = open_corpus(tmp_path), tmp_path / "rows.jsonl"
    rows.write_bytes(rows.read_bytes()[:-20])

    shares = list(render_corpus(SCANS[:2], tmp_path, 1, FORM))

    again = open_corpus(tmp_path)
    assert shares == [1.0]
    np.testing.assert_array_equal(again.labels, whole.labels)
    np.testing.assert_array_equal(again.volumes, whole.volumes)
    assert again.reports == whole.reports


def test_training_scans_come_in_pairs_of_one_body() -> None:
    scans = bodies(TRAINING, 5, 2)

    assert [scan.seed for scan in scans] == [5, 5, 6, 6]
    assert {scan.draw for scan in scans[:2]} == {Draw.RAISED, Draw.BALANCED}


def test_severities_can_be_asked_for() -> None:
    severe = SeverityShares(mild=0.0, moderate=0.0, severe=1.0)

    spec = of_scan(bodies(TRAINING, 10, 1, severe)[1])

    assert spec.severities
    assert {severity for _, severity in spec.severities} == {"severe"}


def test_training_refuses_the_seeds_of_evaluation() -> None:
    with pytest.raises(UsageError, match="may not be used for training"):
        bodies(TRAINING, 5_000_000, 10)


def test_levels_reach_from_air_to_bone() -> None:
    phantom = draw_phantom(sample_spec(31, Draw.BALANCED, "a"), GRID)

    levels = quantised(phantom)

    assert levels.shape == MEDCT_MINI.shape
    assert levels.min() < 5
    assert levels.max() > 200


def test_a_corpus_of_another_form_keeps_its_own_sizes(tmp_path: Path) -> None:
    assert list(render_corpus(SCANS[:2], tmp_path, 1, FORM))[-1] == 1.0

    corpus = open_corpus(tmp_path)

    assert corpus.volumes.shape == (2, 48, 64, 64)
    assert corpus.coverage.shape == (2, len(FINDINGS), 8, 8, 8)


def test_beyond_the_field_of_view_there_is_air_and_within_it_nothing_changed() -> None:
    phantom = draw_phantom(sample_spec(31, Draw.BALANCED, "a"), FORM.grid)

    narrow, whole = quantised(phantom, FORM), quantised(phantom)

    across = (np.arange(64) - 31.5) * 6.0
    within = np.hypot(across[:, None], across[None, :]) <= 150.0
    np.testing.assert_array_equal(narrow[:, within], whole[:, within])
    assert (narrow[:, ~within] == 0).all()
    assert (whole[:, ~within] > 0).any()
