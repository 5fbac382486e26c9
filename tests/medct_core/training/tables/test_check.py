"""What tables hold, and what is wrong with them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.training.tables.check import in_several_tables, table_facts
from medct_core.training.tables.scan_table import ScanRow, ScanTable, TextOrder, read_scan_table

FINDINGS_FIRST, IMPRESSION_FIRST = TextOrder


def row(
    line: int, patient: str = "", scan: str = "", report: tuple[str, str] = ("", "")
) -> ScanRow:
    return ScanRow(line, scan or f"scan {line}", patient, (line % 2 == 0,), *report, ())


def table(*rows: ScanRow) -> ScanTable:
    return ScanTable("t.csv", (), ("Emphysema",), rows, (), (), has_paths=False, has_reports=True)


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) + 2 for text in texts]


@given(st.lists(st.booleans(), max_size=30))
def test_positives_are_those_of_the_rows(present: list[bool]) -> None:
    rows = [row(2 * number + (not one)) for number, one in enumerate(present)]

    facts = table_facts(table(*rows), FINDINGS_FIRST)

    assert facts.positives == {"Emphysema": sum(present)}


def test_without_a_usable_row_a_prevalence_is_not_defined() -> None:
    facts = table_facts(table(), FINDINGS_FIRST, count_words)

    assert facts.to_json()["prevalence"] == {"Emphysema": None}


def test_a_scan_named_twice_is_listed_with_its_lines() -> None:
    facts = table_facts(table(row(2, scan="a"), row(3, scan="b"), row(4, scan="a")), FINDINGS_FIRST)

    assert facts.duplicate_scans == ((2, 4),)


def test_a_text_of_two_patients_is_told_from_one_of_two_reconstructions() -> None:
    normal, nodule = ("Normal.", ""), ("A nodule.", "")
    rows = (
        *(row(2, "P1", report=normal), row(3, "P1", report=normal)),
        *(row(4, "P2", report=nodule), row(5, "P3", report=nodule)),
        *(row(6, "P4", report=("Alone.", "")), row(7), row(8)),
    )

    facts = table_facts(table(*rows), FINDINGS_FIRST)

    assert (facts.reports, facts.shared_reports, facts.shared_between_patients) == (5, 2, 1)
    assert (facts.patients, facts.without_patient) == (4, 2)


@pytest.mark.parametrize(
    ("words", "reports"), [(254, (0, 0)), (255, (1, 0)), (510, (1, 0)), (511, (1, 1))]
)
def test_a_limit_is_the_most_tokens_a_report_may_have(words: int, reports: tuple[int, int]) -> None:
    facts = table_facts(table(row(2, report=("w " * words, ""))), FINDINGS_FIRST, count_words)

    assert tuple(cut.reports for cut in facts.cuts) == reports
    assert [cut.limit for cut in facts.cuts] == [256, 512]


def test_with_the_impression_first_it_is_lost_only_if_it_is_too_long_itself() -> None:
    long, short = "w " * 300, "w " * 10
    rows = table(row(2, report=(long, short)), row(3, report=(short, long)))

    last, first = (table_facts(rows, order, count_words).cuts[0] for order in TextOrder)

    assert (last.reports, last.impressions) == (2, 2)
    assert (first.reports, first.impressions) == (2, 1)


@given(
    first=st.lists(st.sampled_from("ABCD")),
    second=st.lists(st.sampled_from("ABCD")),
)
def test_a_patient_is_in_two_tables_exactly_if_both_have_a_row_of_theirs(
    first: list[str], second: list[str]
) -> None:
    one = table(*(row(n, patient, f"one {n}") for n, patient in enumerate(first, 2)))
    two = table(*(row(n, patient, f"two {n}") for n, patient in enumerate(second, 2)))

    found = in_several_tables([one, two])

    patients = {one.rows[shared.lines[0][0] - 2].patient for shared in found}
    assert patients == set(first) & set(second)
    assert len(found) == len(patients)


def test_a_scan_in_two_tables_is_found_though_only_one_says_whose_it_is() -> None:
    known, unknown = table(row(2, "P1", scan="a"), row(3, "P1")), table(row(2, scan="a"))

    found = in_several_tables([known, unknown])

    assert [one.lines for one in found] == [{0: (2,), 1: (2,)}]


def test_without_a_column_for_it_nothing_is_said_of_the_impression() -> None:
    facts = table_facts(table(row(2, report=("w " * 600, ""))), FINDINGS_FIRST, count_words)

    assert [(cut.reports, cut.impressions) for cut in facts.cuts] == [(1, None), (1, None)]


def test_rows_of_nobody_known_are_not_taken_for_one_patient() -> None:
    found = in_several_tables([table(row(2, scan="a")), table(row(2, scan="b"))])

    assert found == ()


@pytest.mark.shared_data
def test_real_reports_of_one_text_are_counted(shared_dir: Path) -> None:
    file = shared_dir / "data" / "reports" / "ctclip_text_classifier_train.csv"

    facts = table_facts(read_scan_table(file), IMPRESSION_FIRST)

    assert facts.reports == 800
    assert facts.without_patient == 800
    assert facts.shared_reports > 0
