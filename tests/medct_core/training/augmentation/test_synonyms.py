"""A synonym changes a word and never what the report says."""

import csv
import inspect
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core import vocabulary
from medct_core.phantom import report_words
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.request import Drawn
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.resources_folder import resources_folder
from medct_core.training.augmentation.synonyms import (
    PROTECTED,
    SynonymTable,
    reworded,
    synonym_table,
)

TABLE = synonym_table()
COARSE = Grid(shape=(32, 32, 24), spacing_mm=(12.0, 12.0, 13.0))
SMALL = SynonymTable.parse(
    '[[group]]\nterms = ["lung nodule", "pulmonary nodule"]\n'
    '[[group]]\nterms = ["oedema", "edema"]\n'
    '[[group]]\nterms = ["lymph node enlargement", "adenopathy"]\n'
)
SEEDS = st.integers(0, 2**32)


@cache
def drawn_in(seed: int) -> Mapping[str, Drawn]:
    """Draw what one of a few phantoms has."""
    return draw_phantom(sample_spec(seed, Draw.BALANCED, "a"), COARSE).drawn


def protected(text: str) -> list[str]:
    """Everything of a text that no synonym may touch, in order."""
    return [found.lower() for found in PROTECTED.findall(text)]


def all_reworded(report: str, table: SynonymTable = TABLE) -> str:
    return reworded(report, 1.0, np.random.default_rng(0), table)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("", ""),
        ("A lung nodule.", "A pulmonary nodule."),
        ("Lung nodule in both lungs", "Pulmonary nodule in both lungs"),
        ("LUNG NODULE", "PULMONARY NODULE"),
        ("No lung nodule of 5 mm", "No pulmonary nodule of 5 mm"),
        ("An adenopathy is seen", "A lymph node enlargement is seen"),
        ("There is a lymph node enlargement", "There is an adenopathy"),
        ("lung nodules", "lung nodules"),
        ("non-edema", "non-edema"),
        ("In the right lung nodule of 3 mm", "In the right lung nodule of 3 mm"),
    ],
)
def test_a_term_is_replaced_whole_with_its_case_and_article(report: str, expected: str) -> None:
    assert all_reworded(report, SMALL) == expected


@given(report=st.text(), seed=SEEDS, share=st.floats(0, 1))
def test_any_text_keeps_what_is_protected(report: str, seed: int, share: float) -> None:
    changed = reworded(report, share, np.random.default_rng(seed), TABLE)

    assert protected(changed) == protected(report)


TERMS = st.sampled_from(sorted(TABLE.others))
AROUND = st.sampled_from(
    [
        "No ",
        "a ",
        "an ",
        "12 mm ",
        "bilateral ",
        "without ",
        "possible ",
        "left-sided ",
        ", ",
        " . ",
    ]
)


@given(st.lists(st.tuples(AROUND, TERMS)), SEEDS)
def test_every_term_of_the_table_keeps_what_stands_around_it(
    parts: list[tuple[str, str]], seed: int
) -> None:
    report = " ".join(before + term for before, term in parts)

    changed = reworded(report, 1.0, np.random.default_rng(seed), TABLE)

    assert protected(changed) == protected(report)


@given(report_seed=SEEDS, seed=st.integers(0, 7))
def test_reports_of_phantoms_keep_what_is_protected(report_seed: int, seed: int) -> None:
    report = write_report(drawn_in(seed), np.random.default_rng(report_seed)).text

    changed = reworded(report, 0.5, np.random.default_rng(report_seed), TABLE)

    assert protected(changed) == protected(report)
    assert len(re.findall(r"[.,;]", changed)) == len(re.findall(r"[.,;]", report))


@pytest.mark.shared_data
def test_real_reports_keep_what_is_protected(shared_dir: Path) -> None:
    path = shared_dir / "data" / "reports" / "ctclip_text_classifier_train.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reports = [row["report_text"] for row in csv.DictReader(file)]

    changed = [reworded(one, 1.0, np.random.default_rng(n), TABLE) for n, one in enumerate(reports)]

    # Nobody is shown which report it is.
    assert not [
        1 for one, two in zip(reports, changed, strict=True) if protected(one) != protected(two)
    ]
    assert sum(one != two for one, two in zip(reports, changed, strict=True)) > len(reports) / 2


def test_a_share_of_nothing_changes_nothing_and_half_changes_half() -> None:
    report = "A lung nodule. " * 2000

    none = reworded(report, 0.0, np.random.default_rng(0), SMALL)
    half = reworded(report, 0.5, np.random.default_rng(0), SMALL)

    assert none == report
    assert half.count("pulmonary") == pytest.approx(1000, abs=110)


@pytest.mark.parametrize(
    "text",
    [
        '[[group]]\nterms = ["edema"]',
        '[[group]]\nterms = ["edema", "edema"]',
        '[[group]]\nterms = ["left lung", "sinister lung"]',
        '[[group]]\nterms = ["no nodule", "nodule absent"]',
        '[[group]]\nterms = ["two nodules", "nodules"]',
        '[[group]]\nterms = ["Edema", "oedema"]',
        '[[group]]\nterms = ["edema", "oedema"]\n[[group]]\nterms = ["edema", "swelling"]',
    ],
)
def test_a_table_that_could_change_what_is_said_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"two terms|may not stand"):
        SynonymTable.parse(text)


def test_the_table_brings_in_no_word_that_only_the_last_measurement_asks_with() -> None:
    def words(text: str) -> set[str]:
        return set(re.findall(r"[a-z]{4,}", text.lower()))

    kept_out = (resources_folder() / "prompts" / "kept-out.toml").read_text(encoding="utf-8")
    trained = inspect.getsource(vocabulary) + inspect.getsource(report_words)

    brought_in = words(" ".join(TABLE.others)) - words(trained)

    assert not brought_in & words(kept_out)
