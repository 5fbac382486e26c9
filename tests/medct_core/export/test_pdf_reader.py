"""What the reader said can be read, and never looks like what the model said."""

import re
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from medct_core.export.pdf import to_pdf
from medct_core.export.pdf_reader import ReaderPicture, decision_text
from medct_core.export.pdf_text import WIDTH_PT
from medct_core.export.reader_part import ReaderImage, ReaderPart
from medct_core.export.report import Report
from medct_core.findings.review import ReaderDecision, ReaderReview
from tests import report_samples


def pages(report: Report) -> list[str]:
    document = pypdfium2.PdfDocument(to_pdf(report))
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [re.sub(r"\s+", " ", text) for text in texts]


def with_reader(part: ReaderPart) -> Report:
    return replace(report_samples.report(report_samples.calibrated_findings()), reader=part)


def test_decisions_words_and_measurements_are_written() -> None:
    text = " ".join(pages(report_samples.read_report()))

    for wanted in (
        "Reader's review",
        "✓ accepted",
        "✗ rejected",
        "Small left pleural effusion.",
        "Breathing artefact.",
        "0.35, score above",
        "Long axis 12.3 mm x short axis 8.1 mm, mean 10 mm",
        "Nodule, right upper lobe",
        "axial, L 2.5, A 4.0, S 0.0 mm",
        "model attention, not lesion outline",
        "1. The nodule",
        "2. Coronal, slice 3/20, A 2.0 mm. W 1500 L -600 Lung",
    ):
        assert wanted in text


def test_every_finding_of_the_chart_says_whether_it_was_reviewed() -> None:
    text = " ".join(pages(report_samples.read_report()))

    # Three of eighteen were decided; one more row stands in the table of the reader.
    assert text.count("not reviewed") == 15 + 1
    assert "Findings of the model" in text
    assert "Chest CT: a reader's review, and scores of a model" in text


def test_a_verdict_of_the_model_stays_what_it_was_whatever_the_reader_decides() -> None:
    review = ReaderReview("Medical material", ReaderDecision.ACCEPTED, threshold=0.0)

    alone = " ".join(pages(with_reader(ReaderPart())))
    read = " ".join(pages(with_reader(ReaderPart((review,)))))

    assert "0.00, absent" in alone
    assert "0.00, absent ✓ accepted" in read


def test_a_report_that_nobody_read_says_nothing_of_a_reader() -> None:
    text = " ".join(pages(report_samples.report()))

    assert "eader" not in text
    assert "reviewed" not in text


def test_marked_pictures_take_the_place_of_the_usual_ones() -> None:
    text = " ".join(pages(report_samples.read_report()))

    assert "Marked by the reader" in text
    assert "Seen from the feet" not in text


@pytest.mark.parametrize("shape", [(300, 400), (1200, 300), (200, 1600), (1, 1)])
def test_a_picture_keeps_its_proportions_and_fits(shape: tuple[int, int]) -> None:
    image = ReaderImage(np.zeros((*shape, 3), dtype=np.uint8), "Axial", "")

    picture = ReaderPicture(image, tallest_pt=290.0)

    wide, high = picture.wrap(1000.0, 1000.0)
    assert wide / high == pytest.approx(shape[1] / shape[0])
    assert wide <= WIDTH_PT + 1e-9
    assert high <= 290.0 + 1e-9


@pytest.mark.parametrize(
    ("count", "on_pages"), [(1, [1]), (2, [1, 1]), (3, [1, 2]), (4, [1, 2, 1])]
)
def test_the_first_picture_fills_the_page_and_two_each_the_next_ones(
    count: int, on_pages: list[int]
) -> None:
    images = (report_samples.reader_part().images[0],) * count

    texts = pages(with_reader(ReaderPart(images=images)))

    assert [text.count("The nodule") for text in texts if "The nodule" in text] == on_pages
    assert "The nodule" in texts[0]


@pytest.mark.parametrize(("count", "on_pages"), [(1, [1]), (2, [2]), (3, [2, 1])])
def test_a_full_page_sends_the_pictures_to_the_next(count: int, on_pages: list[int]) -> None:
    image = report_samples.reader_part().images[0]
    full = replace(report_samples.reader_part(), images=(image,) * count)

    texts = pages(with_reader(full))

    assert [text.count("The nodule") for text in texts if "The nodule" in text] == on_pages
    assert "Key images" in texts[1]


def test_long_words_of_the_reader_do_not_break_the_page() -> None:
    long = "word " * 3000
    reviews = (ReaderReview("x" * 500, ReaderDecision.ACCEPTED, long, "<b>&" * 500),)
    image = replace(report_samples.reader_part().images[0], caption=long)

    assert len(pages(with_reader(ReaderPart(reviews, images=(image,))))) >= 2


def test_a_finding_that_nobody_looked_at_is_called_so() -> None:
    assert decision_text(None) == "not reviewed"
    assert decision_text(ReaderReview("x")) == "not reviewed"
