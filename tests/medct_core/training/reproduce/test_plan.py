"""The plan: what stands first, and that a name means one run."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.reproduce.plan import (
    FEW_SCANS,
    MAIN_SEEDS,
    SCANS,
    Method,
    Ranks,
    base_run,
    main_group,
    meaning_of,
    planned_runs,
    runs_named,
)

PLAN = planned_runs()


def test_no_two_runs_share_a_name() -> None:
    names = Counter(run.id for run in PLAN)

    assert {name for name, count in names.items() if count > 1} == set()


def test_names_stay_as_results_are_stored_under_them() -> None:
    names = [run.id for run in PLAN]

    assert names[:3] == ["M-base", "M-lora-paper-s0", "M-lora-prompt-s0"]
    assert {"R-base", "M-full-paper-s2", "M-lora-paper-small-s0", "M-lora-prompt-text-s1"} < {
        *names
    }
    assert {"M-head-s0", "M-lora-paper-300-s2", "M-full-prompt-s1"} < {*names}
    assert {"M-clip-adapter-s0", "M-tip-adapter-s0", "M-tip-adapter-f-s2"} < {*names}


def test_the_main_comparison_of_m_comes_first_then_that_of_r_then_the_others() -> None:
    main = {main_group(base, head) for base in ("M", "R") for head in ("paper", "prompt")}

    kinds = [(run.group in main or run == base_run(run.base), run.base) for run in PLAN]

    assert kinds == sorted(kinds, key=lambda kind: (not kind[0], kind[1]))


@pytest.mark.parametrize("base", ["M", "R"])
@pytest.mark.parametrize("head", ["paper", "prompt"])
def test_each_main_comparison_has_five_seeds_and_the_ranks_of_the_paper(
    base: str, head: str
) -> None:
    group = [run for run in PLAN if run.group == f"{base}-lora-{head}"]

    assert [run.seed for run in group] == [0, 1, 2, 3, 4]
    assert {(run.ranks, run.towers, run.scans) for run in group} == {(Ranks.PAPER, "both", SCANS)}


def test_everything_else_has_three_seeds_unless_nothing_is_random() -> None:
    groups = Counter(run.group for run in PLAN if run.method is not Method.BASE)

    others = {name: n for name, n in groups.items() if "-lora-" not in name or n != MAIN_SEEDS}

    assert others.pop("M-tip-adapter") == 1
    assert set(others.values()) == {3}
    assert len(others) >= 7


def test_prompts_answer_as_before_where_both_towers_stay_as_they_are() -> None:
    groups = {run.group for run in PLAN if run.base == "M" and run.leaves_weights}

    assert groups == {"M-base", "M-head", "M-clip-adapter", "M-tip-adapter", "M-tip-adapter-f"}


def test_few_scans_differ_from_the_main_runs_in_nothing_else() -> None:
    few = next(run for run in PLAN if run.scans == FEW_SCANS)

    main = next(run for run in PLAN if run.id == f"M-lora-paper-s{few.seed}")

    assert (few.base, few.head, few.ranks, few.towers) == (
        main.base,
        main.head,
        main.ranks,
        main.towers,
    )


def test_without_names_all_runs_are_meant() -> None:
    assert runs_named(()) == PLAN


@given(st.sets(st.sampled_from([run.id for run in PLAN]), min_size=1))
def test_named_runs_come_in_the_order_of_the_plan(names: set[str]) -> None:
    picked = runs_named(tuple(names))

    assert [run.id for run in picked] == [run.id for run in PLAN if run.id in names]


def test_a_group_means_all_its_seeds() -> None:
    assert [run.seed for run in runs_named(("M-full-paper",))] == [0, 1, 2]


def test_a_run_that_is_not_planned_is_refused() -> None:
    with pytest.raises(UsageError, match="No run is called 'M-lora'"):
        runs_named(("M-base", "M-lora"))


def test_groups_that_differ_have_different_meanings() -> None:
    groups = {run.group for run in PLAN if run.base == "M"}

    meanings = {meaning_of(group) for group in groups}

    assert len(meanings) == len(groups)
    assert meaning_of("M-lora-prompt-text") == "LoRA, through prompts, text tower alone"
    assert meaning_of("M-lora-paper-small") == "LoRA, linear head, a quarter of the ranks"
