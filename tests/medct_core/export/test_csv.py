"""The table is what RFC 4180 says, and no cell runs in a spreadsheet."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.export.csv import COLUMNS, defused, measurements_to_csv, to_csv
from medct_core.export.report import SYNTHETIC_HEADLINE
from medct_core.findings.finding import Finding
from medct_core.findings.review import ReaderReview
from medct_core.inference.prompt import Prompt
from medct_core.vocabulary import FINDINGS
from tests import report_samples


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_columns_and_line_ends_are_as_promised() -> None:
    text = to_csv([report_samples.report()])

    lines = text.split("\r\n")
    assert lines[0] == (
        "scan,finding,probability,calibrated,threshold,verdict,prompt_present,prompt_absent,"
        "model,adapter,recipe,scan_sha256,notices,reader_decision,reader_wording,reader_comment,"
        "reader_threshold,verdict_at_reader_threshold"
    )
    assert len(lines) == 1 + len(FINDINGS) + 1
    assert "\n" not in text.replace("\r\n", "")


def test_a_raw_report_reads_back_with_empty_cells() -> None:
    report = report_samples.report(notices=(report_samples.NOTICE,))

    table = rows(to_csv([report]))

    assert [row["finding"] for row in table] == list(FINDINGS)
    for row, finding in zip(table, report.findings, strict=True):
        assert float(row["probability"]) == pytest.approx(finding.probability, abs=1e-6)
        assert (row["calibrated"], row["threshold"], row["verdict"]) == ("", "", "")
        assert row["notices"] == f"{SYNTHETIC_HEADLINE} | {report_samples.NOTICE.text}"
        assert row["scan_sha256"] == report.scan.sha256
        assert (row["model"], row["adapter"]) == ("medct-mini", "lora")


def test_a_calibrated_report_reads_back() -> None:
    table = rows(to_csv([report_samples.report(report_samples.calibrated_findings())]))

    assert [row["verdict"] for row in table] == ["absent"] * 6 + ["undecided"] * 6 + ["present"] * 6
    assert {row["threshold"] for row in table} == {"0.4"}
    assert float(table[-1]["calibrated"]) == pytest.approx((17.5 / 18) ** 2, abs=1e-6)


def test_several_scans_share_one_header() -> None:
    reports = [report_samples.report(name=name) for name in ("a.nii", "b.nii")]

    table = rows(to_csv(reports))

    assert [row["scan"] for row in table] == ["a.nii"] * 18 + ["b.nii"] * 18


@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip))
def test_any_prompt_reads_back_and_none_is_a_formula(text: str) -> None:
    report = report_samples.report((Finding(Prompt(text, (text,)), 0.5),), name="x")
    report = replace(report, scan=replace(report.scan, name=text))

    row = rows(to_csv([report]))[0]

    for column in ("scan", "finding", "prompt_present"):
        assert row[column] in {text, f"'{text}"}
        assert not row[column].startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


def test_ordinary_text_is_left_alone() -> None:
    assert defused("Pleural effusion - left = right") == "Pleural effusion - left = right"
    assert len(COLUMNS) == 18


def test_what_the_reader_said_stands_in_columns_of_its_own() -> None:
    report = report_samples.read_report(report_samples.calibrated_findings())

    table = {row["finding"]: row for row in rows(to_csv([report]))}

    effusion = table["Pleural effusion"]
    assert effusion["reader_decision"] == "accepted"
    assert effusion["reader_wording"] == "Small left pleural effusion."
    assert effusion["reader_comment"] == "New."
    assert effusion["reader_threshold"] == "0.35"
    above = float(effusion["calibrated"]) >= 0.35
    assert effusion["verdict_at_reader_threshold"] == ("present" if above else "absent")
    assert table["Emphysema"]["reader_decision"] == "rejected"
    assert table["Atelectasis"]["reader_decision"] == ""
    verdicts = {one.prompt.name: one.verdict for one in report.findings}
    for name, row in table.items():
        assert verdicts[name] is not None
        assert row["verdict"] == verdicts[name].value  # type: ignore[union-attr]


def test_a_review_of_a_finding_that_has_no_score_is_not_lost() -> None:
    review = ReaderReview("=Azygos lobe", wording="+Azygos lobe seen.", threshold=0.2)
    report = report_samples.read_report()
    report = replace(report, reader=replace(report.reader, reviews=(review,)))

    last = rows(to_csv([report]))[-1]

    assert (last["finding"], last["probability"]) == ("'=Azygos lobe", "")
    assert last["reader_wording"] == "'+Azygos lobe seen."
    assert last["verdict_at_reader_threshold"] == ""
    assert last["scan_sha256"] == report.scan.sha256


def test_measurements_are_numbers_below_one_header() -> None:
    report = report_samples.read_report()

    table = rows(measurements_to_csv([report]))

    assert [row["kind"] for row in table] == ["Long and short axis", "Ellipse", "Arrow"]
    assert float(table[0]["long_axis_mm"]) == pytest.approx(12.3)
    assert float(table[0]["short_axis_mm"]) == pytest.approx(8.1)
    assert table[0]["label"] == "Nodule, right upper lobe"
    assert float(table[2]["posterior_mm"]) == pytest.approx(-4.0)
    assert table[1]["value_unit"] == "HU"
    assert {row["scan_sha256"] for row in table} == {report.scan.sha256}


def test_a_label_of_a_measurement_is_never_a_formula() -> None:
    report = report_samples.read_report()
    row = replace(report.reader.measurements[0], label="=1+1", text="@x")
    report = replace(report, reader=replace(report.reader, measurements=(row,)))

    (read,) = rows(measurements_to_csv([report]))

    assert (read["label"], read["text"]) == ("'=1+1", "'@x")


def test_a_scan_without_scores_names_no_model() -> None:
    table = rows(to_csv([report_samples.unscored_report()]))

    assert [row["reader_decision"] for row in table] == ["accepted", "accepted", "rejected", ""]
    assert {(row["model"], row["recipe"], row["probability"]) for row in table} == {("", "", "")}
