"""The class-distribution chart: what it shows, and how it is written."""

from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from medct_core.errors import OutOfDiskError, UsageError
from medct_core.training.tables.chart import draw_distribution, write_chart
from medct_core.training.tables.scan_table import ScanTable
from tests.scan_rows import drawn_table


@pytest.fixture
def tables() -> list[ScanTable]:
    return [replace(drawn_table(seed, patients=80), name=f"{seed}.csv") for seed in (1, 2)]


def test_each_bar_is_as_long_as_its_finding_is_frequent(tables: list[ScanTable]) -> None:
    axes = draw_distribution(tables).axes[0]

    names = [label.get_text() for label in axes.get_yticklabels()]
    for table, bars in zip(tables, axes.containers, strict=True):
        for name, bar in zip(names, bars, strict=True):
            assert isinstance(bar, Rectangle)
            found = sum(row.labels[table.findings.index(name)] for row in table.rows)
            assert bar.get_width() == pytest.approx(100 * found / len(table.rows))


def test_positives_patients_and_scans_are_written_out(tables: list[ScanTable]) -> None:
    figure = draw_distribution(tables)

    said = [text.get_text() for text in figure.axes[0].texts]
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == [f"{one.name}: {len(one.rows)} scans, 80 patients" for one in tables]
    rarest = tables[0].findings[0]
    count = sum(row.labels[0] for row in tables[0].rows)
    assert rarest == "F0"
    assert f" {count} ({100 * count / len(tables[0].rows):.1f} %)" in said


def test_the_most_frequent_finding_stands_on_top(tables: list[ScanTable]) -> None:
    axes = draw_distribution(tables[:1]).axes[0]

    widths = [bar.get_width() for bar in axes.containers[0] if isinstance(bar, Rectangle)]
    assert len(widths) == len(tables[0].findings)
    assert widths == sorted(widths)


def test_both_kinds_of_file_are_written_and_equal_tables_give_equal_files(
    tmp_path: Path, tables: list[ScanTable]
) -> None:
    for name in ("one.png", "two.png", "one.pdf", "two.pdf"):
        write_chart(draw_distribution(tables), tmp_path / name)

    with Image.open(tmp_path / "one.png") as image:
        assert image.size[0] == 1800
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")
    for ending in ("png", "pdf"):
        first, second = (tmp_path / f"{name}.{ending}" for name in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()


def test_what_cannot_be_drawn_or_written_is_refused(
    tmp_path: Path, tables: list[ScanTable]
) -> None:
    figure = draw_distribution(tables)

    with pytest.raises(UsageError, match="PNG"):
        write_chart(figure, tmp_path / "chart.jpg")
    with pytest.raises(OutOfDiskError):
        write_chart(figure, tmp_path / "none" / "chart.png")
    with pytest.raises(UsageError, match="do not have the same"):
        draw_distribution([tables[0], replace(tables[1], findings=("A",) * 6)])
    with pytest.raises(UsageError, match="no usable scan"):
        draw_distribution([replace(tables[0], rows=())])
    with pytest.raises(UsageError, match="1 to 6 tables"):
        draw_distribution(tables * 4)
