"""Figures: every model and finding is drawn, and what is not defined is said."""

import io
from collections.abc import Callable

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
    legend = axes.get_legend()
    words += [] if legend is None else [one.get_text() for one in legend.get_texts()]
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

    for part in (NOTICE, "60 scans of 60 patients", "18 findings", "cdcdcdcdcdcd", "site", "base"):
        assert part in said
    figure.savefig(io.BytesIO(), format="png")


def test_what_is_not_defined_is_drawn_by_no_bar(drawn: Evaluation) -> None:
    nobody = evaluation(1)

    assert "not defined" in texts(overall_bars(nobody))
    overall_radar(nobody).savefig(io.BytesIO(), format="png")
