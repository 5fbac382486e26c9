"""What a reader adds is a value of its own."""

import numpy as np
import pytest

from medct_core.export.reader_part import ReaderImage
from tests import report_samples


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 4), (0, 4, 3)])
def test_what_is_no_picture_in_colour_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="no picture in colour"):
        ReaderImage(np.zeros(shape, dtype=np.uint8), "Axial", "")


def test_a_picture_cannot_be_changed() -> None:
    image = ReaderImage(np.zeros((2, 2, 3), dtype=np.uint8), "Axial", "")

    with pytest.raises(ValueError, match="read-only"):
        image.rgb[0, 0, 0] = 1


def test_a_heatmap_is_never_called_an_outline() -> None:
    with_heatmap, without = report_samples.reader_part().images

    assert with_heatmap.heatmap_line == (
        "Heatmap of Lung nodule: model attention, not lesion outline"
    )
    assert without.heatmap_line == ""


def test_a_review_is_found_by_the_name_of_its_finding() -> None:
    part = report_samples.reader_part()

    assert part.review_of("Lung nodule") == part.reviews[1]
    assert part.review_of("Atelectasis") is None
