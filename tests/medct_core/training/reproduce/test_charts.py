"""Charts: one file a question, and none where there is nothing to show."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from medct_core.training.reproduce.charts import (
    ablations,
    gain_against_prevalence,
    main_results,
    write_charts,
)
from medct_core.training.reproduce.evidence import Evidence
from medct_core.training.reproduce.ledger import Ledger
from medct_core.training.reproduce.outcome import Outcome, conclude
from medct_core.training.reproduce.plan import Method, Run, runs_named
from medct_core.vocabulary import FINDINGS
from tests.reproduce_samples import fill

SEEDS = tuple(f"M-lora-paper-s{seed}" for seed in range(3))
RUNS = ("M-base", *SEEDS, "M-full-paper-s0", "M-head-s0")


def _skill(run: Run, _domain: str) -> float:
    return 0.4 if run.method is Method.BASE else 1.2


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    fill(ledger, runs_named(RUNS), _skill)
    return conclude(Evidence(ledger))


def _texts(figure: Figure | None) -> Iterator[str]:
    assert figure is not None
    figure.draw_without_rendering()
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        yield text.get_text()


def test_every_chart_is_a_picture_with_something_on_it(outcome: Outcome, tmp_path: Path) -> None:
    written = write_charts(outcome, tmp_path / "charts")

    assert [path.name for path in written] == [
        *("lora-main.png", "lora-prevalence.png", "lora-ablations.png")
    ]
    for path in written:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        assert min(pixels.shape) > 300
        assert (pixels < 128).mean() > 0.002


def test_nothing_is_drawn_of_an_empty_ledger(tmp_path: Path) -> None:
    nothing = conclude(Evidence(Ledger(tmp_path / "ledger")))

    assert write_charts(nothing, tmp_path) == ()


def test_the_main_chart_shows_the_paper_and_every_main_group_that_ran(outcome: Outcome) -> None:
    texts = set(_texts(main_results(outcome)))

    assert {"paper, on CT-RATE", "base M, LoRA, linear head (3 of 5 seeds)", "mean AUROC"} <= texts
    assert not any(text.startswith("R-") for text in texts)


def test_every_finding_is_named_where_its_gain_is_plotted(outcome: Outcome) -> None:
    assert set(FINDINGS) <= set(_texts(gain_against_prevalence(outcome)))


def test_what_lora_is_compared_with_stands_below_each_other(outcome: Outcome) -> None:
    figure = ablations(outcome)
    texts = set(_texts(figure))

    assert figure is not None
    for axes in figure.axes:
        low, high = axes.get_ylim()
        assert all(low < row < high for row in axes.get_yticks())

    assert {"every weight, linear head (1 of 3 seeds)", "linear head alone (1 of 3 seeds)"} <= texts
    assert {"LoRA, linear head, 300 scans (not run yet)", "weights unchanged  "} <= texts


def test_the_legend_of_all_main_groups_lies_within_the_picture(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    groups = [f"{base}-lora-{head}-s0" for base in "MR" for head in ("paper", "prompt")]
    fill(ledger, runs_named(("M-base", "R-base", *groups)), _skill)

    figure = main_results(conclude(Evidence(ledger)))

    assert figure is not None
    figure.draw_without_rendering()
    legend = figure.legends[0].get_window_extent()
    assert len(figure.legends[0].get_texts()) == 5
    assert legend.x0 >= 0
    assert legend.x1 <= figure.bbox.x1


def test_no_writing_of_the_comparison_covers_other_writing(outcome: Outcome) -> None:
    figure = ablations(outcome)

    assert figure is not None
    figure.draw_without_rendering()
    left, right = figure.axes
    written = [left.xaxis.label, right.xaxis.label, *left.get_yticklabels(), *right.texts]
    boxes = [text.get_window_extent() for text in written if text.get_text()]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_no_name_of_a_finding_covers_a_point_or_another_name(outcome: Outcome) -> None:
    figure = gain_against_prevalence(outcome)

    assert figure is not None
    figure.draw_without_rendering()
    axes = figure.axes[0]
    names = [text.get_window_extent() for text in axes.texts]
    points = axes.transData.transform(axes.collections[0].get_offsets())
    assert len(names) == len(points) == len(FINDINGS)
    assert not any(one.overlaps(other) for one, other in combinations(names, 2))
    assert not any(name.contains(*point) for name in names for point in points)
