"""The model card: a minute's reading that promises nothing that was not measured."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.controllers.model_card import Auroc, Evaluation, ModelCard, card_of
from app.windows.model_card_dialog import ModelCardDialog, abilities, limits, measured, shown
from medct_core.models.catalogue import CT_CLIP, find_model
from tests.app.stand_ins import facts

FACTS_ONLY = ModelCard("A model")
CLINICAL = ModelCard(
    CT_CLIP.title, "", CT_CLIP.population, CT_CLIP.licence_note, is_synthetic=False
)
TESTED = ModelCard(
    "Tiny",
    "Means nothing.",
    "phantoms",
    "Free.",
    is_synthetic=True,
    finding_count=18,
    evaluations=(
        Evaluation(
            "400 phantoms",
            0.93,
            (Auroc("Lung nodule", 0.7, 0.65, 0.76, 130), Auroc("Emphysema", 0.99, 0.98, 1.0, 9)),
            (Auroc("Rib fracture", 0.54, 0.46, 0.62, 54), Auroc("Stent", 0.9, 0.8, 0.95, 30)),
        ),
        Evaluation("400 phantoms, other words", 0.86, (Auroc("Emphysema", 0.8, 0.7, 0.9, 9),)),
    ),
)


def texts(dialog: ModelCardDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


@pytest.mark.parametrize("card", [FACTS_ONLY, CLINICAL, TESTED])
def test_no_model_replaces_a_reader(card: ModelCard) -> None:
    assert "Replace a reader. It is not a medical device." in limits(card)


def test_a_model_trained_on_synthetic_scans_says_nothing_about_patients() -> None:
    assert any("only seen synthetic scans" in one for one in limits(TESTED))


def test_a_clinical_model_names_whom_it_knows() -> None:
    assert any("21,304 patients of one hospital" in one for one in limits(CLINICAL))


def test_a_model_without_a_text_side_promises_similar_cases_and_no_score() -> None:
    card = ModelCard("Astra", is_synthetic=False, reads_text=False)

    assert any("like the open scan" in one for one in abilities(card))
    assert not any("Score" in one or "score" in one for one in abilities(card))
    assert "Score a finding or read a word: it has no text side." in limits(card)


def test_a_model_without_tests_says_so_and_names_no_number() -> None:
    assert any("no test of it came with it" in one for one in limits(CLINICAL))
    assert not any("AUROC" in one for one in abilities(CLINICAL))


def test_the_best_and_the_hardest_test_are_both_told() -> None:
    said = abilities(TESTED)

    assert "Tell findings apart with a mean AUROC of 0.93 in its own test." in said
    assert "Keep 0.86 in its hardest test: 400 phantoms, other words." in said


def test_guesses_are_called_guesses_and_nothing_else_is() -> None:
    (said,) = [one for one in limits(TESTED) if "guessing" in one]

    assert "rib fracture 0.54" in said
    assert "stent" not in said


def test_the_weakest_findings_come_first() -> None:
    (said,) = [one for one in limits(TESTED) if "weakest" in one]

    assert said == "See everything: weakest for lung nodule 0.70, emphysema 0.99."


def test_numbers_do_not_hold_for_an_adapter() -> None:
    said = limits(replace(TESTED, adapter="ours"))

    assert any("without the adapter ours" in one for one in said)


def test_the_bundled_model_is_told_in_two_hundred_words() -> None:
    model = find_model("medct-mini")
    known = replace(facts(), title=model.manifest().title, headline=model.manifest().headline or "")
    card = card_of(known, model.folder)

    said = [*abilities(card), *limits(card), measured(card.evaluations[0])]
    said += [card.title, card.headline, card.licence_note]

    assert 80 < sum(len(one.split()) for one in said) <= 200


def test_what_is_not_perfect_is_not_shown_as_perfect() -> None:
    assert [shown(value) for value in (0.704, 0.994, 0.995, 0.9999, 1.0)] == [
        "0.70",
        "0.99",
        ">0.99",
        ">0.99",
        "1.00",
    ]


@pytest.mark.gui
def test_headline_lists_and_table_are_shown(qtbot: QtBot) -> None:
    dialog = ModelCardDialog(TESTED)
    qtbot.addWidget(dialog)

    seen = texts(dialog)

    assert {"Tiny", "Means nothing.", "It can", "It cannot", "Free."} <= set(seen)
    assert {"Lung nodule", "0.70", "0.65 to 0.76"} <= set(seen)
    assert "Rib fracture (not trained on)" in seen


@pytest.mark.gui
def test_without_tests_there_is_no_table(qtbot: QtBot) -> None:
    dialog = ModelCardDialog(FACTS_ONLY)
    qtbot.addWidget(dialog)

    assert not any(" to " in text and "0." in text for text in texts(dialog))


@pytest.mark.gui
def test_it_fits_on_a_small_screen(qtbot: QtBot) -> None:
    model = find_model("medct-mini")
    dialog = ModelCardDialog(card_of(facts(), model.folder))
    qtbot.addWidget(dialog)

    dialog.show()

    assert dialog.height() < 760
    assert dialog.width() < 1000
