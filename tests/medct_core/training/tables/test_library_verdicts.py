"""Verdicts of a library become rows that know of every finding whether it is there."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.training.tables.library_verdicts import (
    JudgedScan,
    chosen_findings,
    column_name,
    complete_scans,
    judged_scans,
)
from tests.library_samples import OTHER_STAMP, case

_NAMES = ("Emphysema", "Lung nodule", "Swan sign", "Atelectasis")
_VERDICTS = st.lists(st.dictionaries(st.sampled_from(_NAMES), st.booleans()), max_size=12)


def _case(
    number: int,
    verdicts: Mapping[str, bool],
    *,
    by: str = "Dr A",
    patient_key: str = "",
    study_key: str = "",
) -> LibraryCase:
    findings = tuple(KnownFinding(name, is_there, by=by) for name, is_there in verdicts.items())
    return case(number, findings=findings, patient_key=patient_key, study_key=study_key)


def _scan(verdicts: Mapping[str, bool]) -> JudgedScan:
    return JudgedScan("a" * 64, "a.nii.gz", (), "", verdicts, "")


def test_what_two_models_cases_of_one_scan_say_is_brought_together() -> None:
    one = case(1, findings=(KnownFinding("emphysema", is_present=True, by="Dr A"),))
    two = case(1, stamp=OTHER_STAMP, findings=(KnownFinding("Swan  sign", False),), report=" Two. ")

    (scan,) = judged_scans([one, two]).scans

    assert scan.verdicts == {"Emphysema": True, "Swan sign": False}
    assert scan.names == (one.scan_sha256, one.case_id, two.case_id)
    assert scan.report == "Two."


def test_contrary_verdicts_are_no_verdict_and_are_named() -> None:
    one = case(1, findings=(KnownFinding("Emphysema", is_present=True),))
    two = case(1, stamp=OTHER_STAMP, findings=(KnownFinding("EMPHYSEMA", is_present=False),))

    judged = judged_scans([one, two])

    assert judged.scans == ()
    (not_used,) = judged.not_used
    assert not_used.why == "present and absent are both said of Emphysema"


def test_a_scan_of_which_nobody_said_anything_is_named() -> None:
    (not_used,) = judged_scans([case(3)]).not_used

    assert (not_used.source, not_used.why) == (
        "scan-3.nii.gz",
        "nothing was accepted or rejected on it",
    )


def test_only_the_word_of_the_named_readers_counts() -> None:
    cases = [_case(1, {"Emphysema": True}, by="Dr A"), _case(2, {"Emphysema": True}, by="report")]

    judged = judged_scans(cases, ["Dr A"])

    assert [scan.source for scan in judged.scans] == ["scan-1.nii.gz"]
    assert judged.said_by == {"Dr A": 1}
    assert judged_scans(cases).said_by == {"Dr A": 1, "report": 1}


def test_scans_of_one_patient_share_a_pseudonym_also_by_way_of_a_study() -> None:
    said = {"Emphysema": True}
    one = _case(1, said, patient_key="b" * 32)
    two = _case(2, said, patient_key="b" * 32, study_key="c" * 32)
    three = _case(3, said, study_key="c" * 32)
    four = _case(4, said)

    patients = [scan.patient for scan in judged_scans([one, two, three, four]).scans]

    assert patients == ["b" * 32, "b" * 32, "b" * 32, ""]


def test_known_findings_are_spelled_as_tables_do() -> None:
    assert column_name("lung  NODULE ") == "Lung nodule"
    assert column_name(" Swan sign") == "Swan sign"


@given(_VERDICTS)
def test_rows_know_every_column_and_every_scan_is_somewhere(
    verdicts: list[dict[str, bool]],
) -> None:
    scans = [_scan(one) for one in verdicts]
    if not any(verdicts):
        with pytest.raises(UsageError, match="no accepted or rejected finding"):
            chosen_findings(scans)
        return

    findings = chosen_findings(scans)
    rows, not_used = complete_scans(scans, findings)

    assert findings
    assert all(set(findings) <= row.verdicts.keys() for row in rows)
    assert len(rows) + len(not_used) == len(scans)


@given(_VERDICTS)
def test_no_longer_or_shorter_list_of_the_most_judged_keeps_more_verdicts(
    verdicts: list[dict[str, bool]],
) -> None:
    scans = [_scan(one) for one in verdicts]
    counts = {name: sum(name in one for one in verdicts) for name in _NAMES}
    ranked = sorted((n for n in _NAMES if counts[n]), key=lambda name: (-counts[name], name))
    if not ranked:
        return

    chosen = chosen_findings(scans)

    kept = [k * len(complete_scans(scans, ranked[:k])[0]) for k in range(1, len(ranked) + 1)]
    assert chosen == tuple(ranked[: len(chosen)])
    assert kept[len(chosen) - 1] == max(kept)


def test_wanted_findings_are_the_columns_in_the_order_wished() -> None:
    scans = [_scan({"Emphysema": True, "Swan sign": False}), _scan({"Emphysema": True})]

    assert chosen_findings(scans, ["swan sign", "EMPHYSEMA"]) == ("Swan sign", "Emphysema")
    rows, not_used = complete_scans(scans, ("Swan sign", "Emphysema"))
    assert rows == (scans[0],)
    assert not_used[0].why == "nobody accepted or rejected Swan sign on it"


def test_a_finding_that_nobody_judged_is_refused_with_those_that_were() -> None:
    with pytest.raises(UsageError, match="Nobody accepted or rejected 'Pneumonia'") as caught:
        chosen_findings([_scan({"Emphysema": True})], ["Pneumonia"])

    assert "Emphysema" in caught.value.remedy
