"""The PDF can be read: every finding, every notice, every number of the stamp, in any script."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pypdfium2
import pytest

from medct_core.export.key_images import KeyImage
from medct_core.export.pdf import to_pdf
from medct_core.export.report import SYNTHETIC_HEADLINE, UNSCORED_HEADLINE, Report
from medct_core.findings.finding import Finding
from medct_core.inference.prompt import Prompt
from medct_core.io.study import PatientText
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import Notice
from tests import report_samples


def pages(report: Report) -> list[str]:
    document = pypdfium2.PdfDocument(to_pdf(report))
    texts = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return [re.sub(r"\s+", " ", text) for text in texts]


def colourfulness(report: Report) -> npt.NDArray[np.int16]:
    """Difference between the strongest and weakest channel of every pixel of page 1."""
    document = pypdfium2.PdfDocument(to_pdf(report))
    pixels = np.asarray(document[0].render(scale=1.0).to_pil().convert("RGB"), dtype=np.int16)
    document.close()
    spread: npt.NDArray[np.int16] = pixels.max(axis=2) - pixels.min(axis=2)
    return spread


@pytest.mark.parametrize(
    "findings", [report_samples.raw_findings(), report_samples.calibrated_findings()]
)
def test_every_finding_and_the_whole_stamp_are_written(findings: tuple[Finding, ...]) -> None:
    report = report_samples.report(findings, notices=(report_samples.NOTICE,))

    text = " ".join(pages(report))

    stamp = report_samples.STAMP
    for name in FINDINGS:
        assert name in text
    for part in (stamp.model, stamp.recipe_id, stamp.precision, stamp.adapter):
        assert part is not None
        assert part in text
    for digest in (stamp.checkpoint_sha256, stamp.adapter_sha256, report.scan.sha256):
        assert digest is not None
        assert digest in text
    assert report_samples.NOTICE.text in text
    assert "Lung 1500/-600" in text
    assert "Mediastinum 400/40" in text


@pytest.mark.parametrize("headline", [SYNTHETIC_HEADLINE, "Random weights, no meaning. " * 12])
def test_the_headline_opens_every_page_and_each_says_what_it_is(headline: str) -> None:
    report = report_samples.report()
    provenance = replace(report_samples.PROVENANCE, headline=headline)

    texts = pages(replace(report, provenance=provenance))

    assert len(texts) > 1
    assert all(text.startswith(headline.strip()) for text in texts)
    for number, text in enumerate(texts, start=1):
        assert "Not a medical device" in text
        assert f"{number} of {len(texts)}" in text


def test_raw_scores_are_called_uncalibrated_and_have_no_colour() -> None:
    report = report_samples.report()

    text = " ".join(pages(report))

    assert text.count("uncalibrated") >= len(FINDINGS)
    assert "Verdict" not in text
    assert colourfulness(report).max() < 40


def test_calibrated_scores_are_blue_with_a_verdict_in_words() -> None:
    report = report_samples.report(report_samples.calibrated_findings())

    text = " ".join(pages(report))

    assert "0.95, present" in text
    assert "undecided" in text
    assert (colourfulness(report) > 150).sum() > 500


def test_notices_are_red() -> None:
    plain = report_samples.report()
    warned = report_samples.report(notices=(report_samples.NOTICE,))

    assert (colourfulness(plain) > 100).sum() == 0
    assert (colourfulness(warned) > 100).sum() > 50


def test_a_long_notice_is_never_cut() -> None:
    notice = Notice("other-series", "word " * 600 + "end of the notice")

    text = " ".join(pages(report_samples.report(notices=(notice,))))

    assert "end of the notice" in text


def test_prompts_in_other_scripts_are_readable() -> None:
    texts = ("Πλευριτική συλλογή", "Плевральный выпот", "胸腔积液", "흉수")
    findings = tuple(Finding(Prompt(text, (text,)), 0.5) for text in texts)

    text = " ".join(pages(report_samples.report(findings)))

    for wanted in texts:
        assert wanted in text


def test_a_character_without_a_font_is_explained() -> None:
    finding = Finding(Prompt("फुफ्फुस", ("फुफ्फुस",)), 0.5)

    text = " ".join(pages(report_samples.report((finding,))))

    assert "A square stands for a character" in text


@pytest.mark.parametrize(
    "prompt",
    [
        Prompt("x" * 3000, ("word " * 2000,)),
        Prompt("汉" * 3000, ("字" * 3000,)),
        Prompt("<para>&amp;</font>", ("</b><img src='file:///etc/passwd'/>",)),
        Prompt("انصباب " * 500, ("انصباب " * 500,)),
    ],
    ids=["long", "long cjk", "markup", "long arabic"],
)
def test_no_prompt_breaks_the_page(prompt: Prompt) -> None:
    assert len(pages(report_samples.report((Finding(prompt, 0.5),)))) >= 1


def test_a_hundred_prompts_run_over_pages() -> None:
    findings = tuple(Finding(Prompt(f"prompt {n}", ("a",)), n / 100) for n in range(100))

    text = " ".join(pages(report_samples.report(findings)))

    assert "prompt 99 " in text


def test_the_patient_is_named_only_where_asked_for() -> None:
    patient = PatientText("Doe, Jane", "4711", date(1970, 1, 2), "F")
    report = report_samples.report()

    anonymous, named = (" ".join(pages(one)) for one in (report, replace(report, patient=patient)))

    assert "Patient" not in anonymous
    assert "Doe, Jane, 4711, F, born 1970-01-02" in named


def square_pictures() -> tuple[KeyImage, ...]:
    """Give six pictures of the shape that a chest CT has."""
    return tuple(
        replace(image, grey=np.full((128, 128), 100, dtype=np.uint8))
        for image in report_samples.report().key_images
    )


def blank_share(report: Report, page: int = 0) -> float:
    """Share of a page's height, between its edges, that is white at the foot."""
    document = pypdfium2.PdfDocument(to_pdf(report))
    grey = np.asarray(document[page].render(scale=1.0).to_pil().convert("L"))
    document.close()
    foot = len(grey) - 45  # above the last line, which every page has
    return float(foot - np.flatnonzero((grey[:foot] < 200).any(axis=1))[-1]) / len(grey)


@pytest.mark.parametrize(
    "findings",
    [
        report_samples.raw_findings(),
        report_samples.calibrated_findings(),
        (*report_samples.raw_findings(), *report_samples.raw_findings()[:8]),
        report_samples.raw_findings() * 2,
    ],
    ids=["raw", "calibrated", "own prompts", "two lists"],
)
def test_the_first_page_is_filled(findings: tuple[Finding, ...]) -> None:
    report = replace(report_samples.report(findings), key_images=square_pictures())

    assert blank_share(report) < 0.2


def test_the_usual_report_has_scores_and_pictures_on_one_page_and_the_rest_on_the_next() -> None:
    for findings in (report_samples.raw_findings(), report_samples.calibrated_findings()):
        report = report_samples.report(findings, notices=(report_samples.NOTICE,))

        first, second = pages(replace(report, key_images=square_pictures()))

        assert "Lung 1500/-600" in first
        assert "Mediastinum 400/40" in first
        assert "Asked as" in second
        assert report_samples.STAMP.checkpoint_sha256 in second


def test_pictures_of_any_shape_are_laid_out() -> None:
    images = report_samples.report().key_images

    for shape in ((2000, 3), (3, 2000), (1, 1)):
        tall = tuple(replace(image, grey=np.zeros(shape, dtype=np.uint8)) for image in images)
        text = " ".join(pages(replace(report_samples.report(), key_images=tall)))

        assert text.count("slice ") == len(images)


def test_a_report_without_pictures_has_no_empty_section() -> None:
    text = " ".join(pages(replace(report_samples.report(), key_images=())))

    assert "Key images" not in text


def test_a_scan_without_scores_has_no_empty_tables() -> None:
    text = " ".join(pages(report_samples.unscored_report()))

    assert text.startswith(UNSCORED_HEADLINE)
    assert "Long axis 12.3 mm" in text
    for title in ("Scores", "Findings of the model", "Checkpoint", "cpu"):
        assert title not in text
