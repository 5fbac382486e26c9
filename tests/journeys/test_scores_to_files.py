"""From scores to files: what a reader of PDF, CSV and JSON is told about one scan."""

import csv
import json
import math
import re
from pathlib import Path

import jsonschema
import pypdfium2
import pytest

from medct_core.export.files import write_report
from medct_core.export.key_images import key_images
from medct_core.export.report import SYNTHETIC_HEADLINE, assemble
from medct_core.findings.calibration import Calibration, FindingCalibration, prompt_digest
from medct_core.findings.conclude import conclude
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import PromptScore, Scores
from medct_core.resources_folder import resources_folder
from medct_core.vocabulary import FINDINGS
from medct_core.volume.notice import Notice
from tests import report_samples

PHANTOM = Notice("phantom", "This scan is synthetic.")
PROMPTS = [
    Prompt(name, (f"{name} is present.",), (f"{name} is not present.",)) for name in FINDINGS
]
CUSTOM = Prompt("=2+2 胸腔积液", ("胸腔积液",))
LOGITS = [n / 4 - 2.0 for n in range(len(PROMPTS) + 1)]
CALIBRATION = Calibration(
    report_samples.STAMP,
    "phantoms",
    temperature=1.5,
    undecided_band=0.05,
    findings=tuple(
        FindingCalibration(one.name, prompt_digest(one), 1.2, 0.1, 0.5) for one in PROMPTS
    ),
)


def write(folder: Path, notices: tuple[Notice, ...]) -> dict[str, Path]:
    volume = report_samples.scan("chest.nii.gz", notices=notices)
    answers = tuple(
        PromptScore(prompt, logit, 1 / (1 + math.exp(-logit)))
        for prompt, logit in zip([*PROMPTS, CUSTOM], LOGITS, strict=True)
    )
    scores = Scores(answers, report_samples.STAMP, volume.content_sha256)
    report = assemble(
        volume,
        conclude(scores, CALIBRATION, notices=volume.notices),
        provenance=report_samples.PROVENANCE,
        key_images=key_images(volume),
    )
    return {path.suffix: path for path in write_report(report, folder)}


def pdf_text(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return re.sub(r"\s+", " ", text)


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@pytest.mark.parametrize("notices", [(), (PHANTOM,)], ids=["patient", "phantom"])
def test_all_three_files_tell_the_same(tmp_path: Path, notices: tuple[Notice, ...]) -> None:
    files = write(tmp_path, notices)

    fields = json.loads(files[".json"].read_text(encoding="utf-8"))
    rows, text = csv_rows(files[".csv"]), pdf_text(files[".pdf"])
    schema = resources_folder() / "schemas" / "report-2.schema.json"
    jsonschema.validate(fields, json.loads(schema.read_text(encoding="utf-8")))
    assert fields["headline"] == SYNTHETIC_HEADLINE
    assert SYNTHETIC_HEADLINE in text
    assert all(row["notices"].startswith(SYNTHETIC_HEADLINE) for row in rows)
    for written, row in zip(fields["findings"], rows, strict=True):
        assert written["name"] in text
        assert row["finding"].removeprefix("'") == written["name"]
        assert float(row["probability"]) == pytest.approx(written["probability"], rel=1e-5)
        assert row["verdict"] == (written["verdict"] or "")


def test_a_patient_gets_raw_scores_and_no_colour_word_or_verdict(tmp_path: Path) -> None:
    files = write(tmp_path, ())

    rows = csv_rows(files[".csv"])
    assert {(row["calibrated"], row["threshold"], row["verdict"]) for row in rows} == {("", "", "")}
    assert "Blue" not in pdf_text(files[".pdf"])


def test_a_phantom_gets_verdicts_but_not_for_a_custom_prompt(tmp_path: Path) -> None:
    rows = csv_rows(write(tmp_path, (PHANTOM,))[".csv"])

    assert {row["verdict"] for row in rows[:-1]} == {"absent", "undecided", "present"}
    assert rows[-1]["finding"] == f"'{CUSTOM.name}"
    assert rows[-1]["verdict"] == ""
