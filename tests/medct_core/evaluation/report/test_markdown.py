"""The page: every number of an evaluation, what it stands on, and what it is not."""

from dataclasses import replace
from itertools import pairwise

from medct_core.evaluation.report.markdown import markdown
from medct_core.evaluation.scans.evaluation import NOTICE
from tests.evaluation_samples import evaluation


def test_a_page_says_labels_prompts_splits_numbers_and_stamps() -> None:
    result = evaluation(60)

    page = markdown(result, ["bars.png"])

    for part in (
        NOTICE,
        "18 columns of valid_labels.csv",
        "60 scans of 60 patients",
        "`valid_labels.csv`: valid_3_a_1: there is no such file",
        "medct-mini abababababab + site cdcdcdcdcdcd",
        'present: "Emphysema is present."',
        "![bars.png](bars.png)",
        "17 of 18 findings",
        "p by DeLong",
    ):
        assert part in page
    assert all(text in page for text in result.rules.values())
    gain = result.comparisons["site"].metrics["mean_auroc"].gain
    assert f"{gain:+.3f}" in page


def test_cautions_stand_before_the_numbers() -> None:
    judged = evaluation()
    weak = replace(judged, contest=replace(judged.contest, cautions=("Only 3 patients.",)))

    page = markdown(weak, [])

    assert page.index("**Caution: Only 3 patients.**") < page.index("## Overall")
    assert "Caution" not in markdown(judged, [])


def test_every_table_has_as_many_cells_in_every_row() -> None:
    lines = markdown(evaluation(60), []).splitlines()

    for line, following in pairwise(lines):
        if line.startswith("|") and following.startswith("|"):
            assert line.replace("\\|", "").count("|") == following.replace("\\|", "").count("|")


def test_a_finding_without_positives_is_not_defined() -> None:
    page = markdown(evaluation(60), [])

    (row,) = [line for line in page.splitlines() if line.startswith("| Hiatal hernia | 0 (0.0 %)")][
        :1
    ]
    assert row.count("not defined") >= 3


def test_a_table_measured_whole_says_so() -> None:
    result = evaluation(20)
    whole = replace(result.contest, test=replace(result.contest.test, left_out=()))

    assert "every scan of both tables was measured" in markdown(replace(result, contest=whole), [])
    assert "no sentence is read" in markdown(
        replace(result, models=tuple(replace(one, wordings={}) for one in result.models)), []
    )
