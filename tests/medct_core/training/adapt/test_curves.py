"""Losses of a run are kept as numbers and as a chart."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from medct_core.training.adapt.curves import CSV_FILE, PNG_FILE, epoch_means, write_curves

LOSSES = [[0.7 - 0.01 * step, 0.4, 0.3 - 0.01 * step, 1.5] for step in range(7)]


def test_every_step_is_a_line_of_the_table(tmp_path: Path) -> None:
    write_curves(tmp_path, ("head", "prompt"), LOSSES, steps_per_epoch=3)

    with (tmp_path / CSV_FILE).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == [1, 1, 1, 2, 2, 2, 3]
    assert [float(row["loss"]) for row in rows] == pytest.approx([one[0] for one in LOSSES])
    assert set(rows[0]) == {"step", "epoch", "loss", "head", "prompt", "gradient"}


def test_the_chart_shows_lines_on_white(tmp_path: Path) -> None:
    write_curves(tmp_path, ("head", "prompt"), LOSSES, steps_per_epoch=3)

    with Image.open(tmp_path / PNG_FILE) as image:
        shown = np.asarray(image.convert("RGB"))
    assert shown.shape[0] > 300
    assert (shown[0, 0] == 255).all()
    assert 0.01 < (shown < 200).any(axis=2).mean() < 0.3


def test_before_the_first_step_there_is_no_chart(tmp_path: Path) -> None:
    write_curves(tmp_path, ("head",), [], steps_per_epoch=3)

    assert (tmp_path / CSV_FILE).read_text(encoding="utf-8").strip() == (
        "step,epoch,loss,head,gradient"
    )
    assert not (tmp_path / PNG_FILE).exists()


@given(values=st.lists(st.floats(-10, 10), min_size=1, max_size=30), steps=st.integers(1, 12))
def test_means_of_epochs_weigh_up_to_the_whole(values: list[float], steps: int) -> None:
    ends, means = epoch_means(np.array(values), steps)

    lengths = np.diff(np.concatenate([[0], ends])) * steps
    assert float((means * lengths).sum()) == pytest.approx(sum(values), abs=1e-6)
    assert ends[-1] == pytest.approx(len(values) / steps)
