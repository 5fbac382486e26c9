"""In the mirror image of a report every side is the other one, and nothing else changed."""

import csv
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.request import Drawn
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.training.augmentation.sides import mirrored

COARSE = Grid(shape=(32, 32, 24), spacing_mm=(12.0, 12.0, 13.0))
_SIDE = re.compile(r"\b(right|left)", re.IGNORECASE)


def without_sides(text: str) -> str:
    return _SIDE.sub("side", text)


def sides(text: str) -> Counter[str]:
    return Counter(found.lower() for found in _SIDE.findall(text))


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        ("", ""),
        ("No abnormality.", "No abnormality."),
        ("Left pleural effusion.", "Right pleural effusion."),
        ("RIGHT lung", "LEFT lung"),
        ("Right upper lobe and left lower lobe.", "Left upper lobe and right lower lobe."),
        ("A left-sided pneumothorax", "A right-sided pneumothorax"),
        ("Mediastinum shifted rightwards", "Mediastinum shifted leftwards"),
        ("Left-facing scoliosis", "Right-facing scoliosis"),
        ("Dextroscoliosis; mild levoconvex curve", "Levoscoliosis; mild dextroconvex curve"),
        ("Nodes at 4R and 10L.", "Nodes at 4L and 10R."),
        ("RUL nodule, LLL band", "LUL nodule, RLL band"),
        ("Bilateral, on both sides", "Bilateral, on both sides"),
        ("5 mm nodule on the left in the upper lobe", "5 mm nodule on the right in the upper lobe"),
        ("Contralateral lung normal", "Contralateral lung normal"),
        ("Patient upright; copyright", "Patient upright; copyright"),
        ("Heart size is normal. Left effusion.", "Heart size is normal. Right effusion."),
        ("L1 and L5 vertebrae", "L1 and L5 vertebrae"),
    ],
)
def test_side_words_are_swapped_and_others_are_not(report: str, expected: str) -> None:
    assert mirrored(report) == expected


@pytest.mark.parametrize(
    "report",
    [
        "Nodule in the right middle lobe.",
        "Atelectasis in the middle lobe.",
        "Band in the lingula.",
        "Lingular segment of the left upper lobe.",
        "RML collapse",
        "Right minor fissure thickened",
        "Situs inversus totalis.",
        "Dextrocardia",
        "Levocardia with left isomerism",
        "Enlarged left ventricle.",
        "Right heart failure.",
        "Calcified left anterior descending artery.",
        "LAD calcified",
        "Right aortic arch",
        "Aberrant right subclavian artery",
        "Cyst in the left lobe of the liver.",
        "Right hepatic vein",
        "Persistent left superior vena cava",
        "Left-to-right shunt",
        "Mass at 2 o'clock in the left breast",
        "A drain was left in place.",
        "Catheter left in situ",
        "The patient left against advice.",
        "Lesion left untreated.",
        "The surgeon left a clip.",
        "Seen right away.",
        "At a right angle to the rib",
        "All right.",
        "R lung clear",
        "Rt. effusion",
    ],
)
def test_what_has_no_sure_mirror_image_has_none(report: str) -> None:
    assert mirrored(report) is None


def test_a_lopsided_organ_counts_in_its_own_sentence_only() -> None:
    assert mirrored("Liver is normal. Right kidney is normal.") is not None
    assert mirrored("Liver is normal, right lobe enlarged. Kidneys normal.") is None


SIDED = ["left", "right", "Left", "RIGHT", "leftward", "right-sided", "4R", "RUL"]
UNSIDED = ["lung", "lobe", "no", "12", "5.5", "cm", "upper", "bilateral", "the", ".", ",", ";"]
WORDS = st.sampled_from([*SIDED, *UNSIDED])


@given(st.lists(WORDS).map(" ".join))
def test_a_mirror_image_of_a_mirror_image_is_the_report(report: str) -> None:
    once = mirrored(report)

    if once is not None and mirrored(once) is not None:
        assert mirrored(once) == report


@given(st.text())
def test_any_text_changes_nowhere_but_in_its_sides(report: str) -> None:
    once = mirrored(report)

    if once is not None and "right" not in report.lower() and "left" not in report.lower():
        # Stations, lobes and curves aside, which random text does not name.
        assert len(once) == len(report)


@cache
def drawn_in(seed: int) -> Mapping[str, Drawn]:
    """Draw what one of a few phantoms has."""
    return draw_phantom(sample_spec(seed, Draw.BALANCED, "a"), COARSE).drawn


@given(seed=st.integers(0, 7), report_seed=st.integers(0, 2**32))
def test_reports_of_phantoms_keep_all_but_their_sides(seed: int, report_seed: int) -> None:
    report = write_report(drawn_in(seed), np.random.default_rng(report_seed)).text

    once = mirrored(report)

    if once is None:
        assert re.search(r"middle lobe|lingula|\b(?:right|left)\b", report)
        return
    assert without_sides(once) == without_sides(report)
    assert sides(once) == Counter({"left": sides(report)["right"], "right": sides(report)["left"]})
    assert mirrored(once) == report


@pytest.mark.shared_data
def test_real_reports_keep_all_but_their_sides(shared_dir: Path) -> None:
    path = shared_dir / "data" / "reports" / "ctclip_text_classifier_train.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reports = [row["report_text"] for row in csv.DictReader(file)]

    pairs = [(one, mirrored(one)) for one in reports]

    kept = [(one, other) for one, other in pairs if other is not None]
    assert len(kept) > len(reports) / 4
    for one, other in kept:
        assert sides(other) == Counter({"left": sides(one)["right"], "right": sides(one)["left"]})
        assert len(other) - len(one) == sides(other)["right"] - sides(one)["right"]
    # Nobody is shown which report it is.
    assert not [1 for one, other in kept if without_sides(one) != without_sides(other)]
