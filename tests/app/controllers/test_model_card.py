"""What is known of a model, read from its folder; never more than is written there."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.controllers.model_card import Auroc, ModelCard, card_of, read_evaluations
from medct_core.models.catalogue import find_model
from tests.app.stand_ins import facts

CARD = """# tiny

Words.

## 400 phantoms, own wordings

Mean AUROC **0.931**; trivial baseline 0.717.

| finding | AUROC | 95 % interval | positive |
|---|---|---|---|
| Lung nodule | 0.704 | 0.648 to 0.760 | 130 |
| Pleural effusion | 1.000 | 1.000 to 1.000 | 117 |

Zero-shot:

| finding | AUROC | 95 % interval | positive |
|---|---|---|---|
| Pneumothorax | 0.516 | 0.435 to 0.596 | 53 |

## Something else

No table.
"""


def test_tables_are_read_as_they_stand() -> None:
    (evaluation,) = read_evaluations(CARD)

    assert evaluation.title == "400 phantoms, own wordings"
    assert evaluation.mean == 0.931
    assert evaluation.trained[0] == Auroc("Lung nodule", 0.704, 0.648, 0.76, 130)
    assert [one.finding for one in evaluation.zero_shot] == ["Pneumothorax"]


def test_what_may_be_guessing_is_told_from_what_is_not() -> None:
    (evaluation,) = read_evaluations(CARD)

    assert evaluation.zero_shot[0].may_be_guessing
    assert not evaluation.trained[0].may_be_guessing


@given(st.text(max_size=300))
def test_any_other_text_holds_no_evaluation(text: str) -> None:
    assert read_evaluations(text) == ()


def test_the_card_of_the_bundled_model_is_understood() -> None:
    model = find_model("medct-mini")

    card = card_of(facts(), model.folder)

    assert card.is_synthetic
    assert card.population == "phantoms"
    assert len(card.evaluations) == 4
    first = card.evaluations[0]
    assert len(first.trained) == 18
    assert len(first.zero_shot) == 3
    assert first.mean == pytest.approx(sum(one.value for one in first.trained) / 18, abs=6e-4)


def test_without_a_folder_there_are_the_facts() -> None:
    known = facts()

    assert card_of(known, None) == ModelCard(
        known.title, known.headline, finding_count=len(known.prompts)
    )


def test_a_folder_that_cannot_be_read_adds_nothing(tmp_path: Path) -> None:
    assert card_of(facts(), tmp_path) == card_of(facts(), None)


def test_a_model_without_a_card_says_on_whom_it_was_trained(tmp_path: Path) -> None:
    bundled = find_model("medct-mini").folder
    (tmp_path / "manifest.json").write_bytes((bundled / "manifest.json").read_bytes())

    card = card_of(facts(), tmp_path)

    assert card.population == "phantoms"
    assert card.evaluations == ()


def test_a_card_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    bundled = find_model("medct-mini").folder
    (tmp_path / "manifest.json").write_bytes((bundled / "manifest.json").read_bytes())
    (tmp_path / "MODEL_CARD.md").write_bytes(b"\xff\xfe\x00")

    assert card_of(facts(), tmp_path).evaluations == ()


def test_an_adapter_is_named() -> None:
    known = facts()
    adapted = replace(known, stamp=replace(known.stamp, adapter="ours", adapter_sha256="1" * 64))

    assert card_of(adapted, None).adapter == "ours"
