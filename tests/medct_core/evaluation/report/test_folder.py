"""The folder of a report: all files whole, and the same again for the same numbers."""

import json
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image

from medct_core.evaluation.report.folder import write_report
from tests.evaluation_samples import evaluation


def test_page_numbers_and_figures_are_written_and_can_be_opened(tmp_path: Path) -> None:
    result = evaluation(40)

    files = write_report(result, tmp_path / "new" / "report", "zero-shot-ct-clip")

    page, numbers, *figures = files
    assert len(figures) == 6
    assert json.loads(numbers.read_text()) == json.loads(json.dumps(result.to_json()))
    for one in figures:
        if one.suffix == ".png":
            assert one.name in page.read_text()
            assert np.asarray(Image.open(one)).std() > 1
        else:
            assert len(pypdfium2.PdfDocument(one)) == 1
    assert sorted(one.name for one in page.parent.iterdir()) == sorted(one.name for one in files)


def test_the_same_evaluation_gives_the_same_files(tmp_path: Path) -> None:
    result = evaluation(20)

    one, two = (write_report(result, tmp_path / name, "x") for name in "ab")

    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
