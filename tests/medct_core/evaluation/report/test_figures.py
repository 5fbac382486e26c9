"""Figures: every model and finding is drawn, and what is not defined is said."""

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from medct_core.evaluation.multilabel.weighted import METRICS
from medct_core.evaluation.report.figures import auroc_by_finding, overall_bars, overall_radar
from medct_core.evaluation.scans.evaluation import NOTICE, Evaluation
from tests.evaluation_samples import evaluation


@pytest.fixture(scope="module")
def drawn() -> Evaluation:
    """Give base and adapter on eighteen findings."""
    return evaluation(60)


def texts(figure: Figure) -> str:
    axes = figure.axes[0]
    words = [
        one.get_text() for one in (*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels())
    ]
    words += [one.get_text() for legend in figure.legends for one in legend.get_texts()]
    return "\n".join([*words, figure.get_supxlabel()])


def test_bars_are_as_high_as_the_metrics(drawn: Evaluation) -> None:
    axes = overall_bars(drawn).axes[0]

    heights = [patch.get_height() for patch in axes.patches]  # type: ignore[attr-defined]
    expected = [getattr(model.overall, name) for model in drawn.models for name in METRICS]
    assert heights == pytest.approx([100 * value for value in expected])


def test_a_radar_goes_round_every_metric(drawn: Evaluation) -> None:
    axes = overall_radar(drawn).axes[0]

    for line, model in zip(axes.lines, drawn.models, strict=True):
        values = np.asarray(line.get_ydata(), np.float64)
        assert values[:-1] == pytest.approx([getattr(model.overall, name) for name in METRICS])
        assert values[-1] == values[0]


def test_every_finding_stands_with_how_many_have_it(drawn: Evaluation) -> None:
    said = texts(auroc_by_finding(drawn))

    assert all(f"{one.name} ({one.positives})" in said for one in drawn.models[0].findings)
    assert said.count("not defined") == 2  # hiatal hernia, of either model


@pytest.mark.parametrize("draw", [overall_bars, overall_radar, auroc_by_finding])
def test_every_figure_says_what_it_shows(
    drawn: Evaluation, draw: Callable[[Evaluation], Figure]
) -> None:
    figure = draw(drawn)
    said = " ".join(texts(figure).split())

    for part in (NOTICE, "60 scans of 60 patients", "18 findings", "cdcdcdcdcdcd"):
        assert part in said
    (legend,) = figure.legends
    assert [one.get_text() for one in legend.get_texts()] == ["base", "site"]
    figure.savefig(io.BytesIO(), format="png")


@pytest.mark.parametrize("draw", [overall_bars, overall_radar, auroc_by_finding])
def test_many_models_with_long_names_and_cautions_leave_room_for_the_drawing(
    drawn: Evaluation, draw: Callable[[Evaluation], Figure]
) -> None:
    base, site = drawn.models
    names = [f"{place}-our-hospital-2026-lung-screening-low-dose-{place}" for place in range(4)]
    many = replace(
        drawn,
        models=(base, *(replace(site, name=name) for name in names)),
        contest=replace(drawn.contest, cautions=("Few patients. " * 20,) * 4),
    )

    figure = draw(many)
    figure.savefig(io.BytesIO(), format="png")

    (legend,) = figure.legends
    box, whole = legend.get_window_extent(), figure.bbox
    assert whole.x0 <= box.x0 < box.x1 <= whole.x1
    assert all("".join(name.split()) in "".join(texts(figure).split()) for name in names)
    assert figure.axes[0].get_window_extent().height > 2 * figure.dpi


def test_numbers_stand_in_their_bars_upright_where_they_are_many(drawn: Evaluation) -> None:
    base, site = drawn.models
    many = replace(drawn, models=(base, *(replace(site, name=f"n{place}") for place in range(4))))

    flat, upright = (overall_bars(one).axes[0].texts for one in (drawn, many))

    assert {text.get_rotation() for text in flat} == {0.0}
    assert {text.get_rotation() for text in upright} == {90.0}
    assert flat[0].get_text() == f"{100 * base.overall.accuracy:.1f}"  # type: ignore[operator]


def test_what_is_not_defined_is_drawn_by_no_bar(drawn: Evaluation) -> None:
    nobody = evaluation(1)

    assert "not defined" in texts(overall_bars(nobody))
    overall_radar(nobody).savefig(io.BytesIO(), format="png")
