"""A wording is understood as affirmed or denied, or refused; never read the wrong way round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import PromptRefusedError
from medct_core.inference.negation import LONGEST_CHARACTERS, Reading, read_wording
from medct_core.vocabulary import ABSENT_TEMPLATES, FINDINGS, PRESENT_TEMPLATES, TERMS, sentence

AFFIRMED = {
    "pleural effusion": "pleural effusion",
    "  Pleural   effusion. ": "Pleural effusion",
    "There is a pleural effusion.": "pleural effusion",
    "Is there a pleural effusion?": "pleural effusion",
    "any nodule?": "nodule",
    "Pleural effusion is present.": "Pleural effusion",
    "nodule is seen on this scan": "nodule",
    "evidence of emphysema": "emphysema",
    "presence of a nodule": "nodule",
    "CT scan showing emphysema": "emphysema",
    "The chest CT shows an enlarged heart": "enlarged heart",
    "the patient has emphysema": "emphysema",
    "Findings consistent with pneumonia": "pneumonia",
    "Impression: nodule": "nodule",
    "the heart is enlarged": "heart is enlarged",
    "The lungs are clear": "lungs are clear",
    "nonspecific nodule": "nonspecific nodule",
    "non-specific nodule": "non-specific nodule",
    "non specific nodule": "non specific nodule",
    "non-calcified nodule": "non-calcified nodule",
    "Noncalcified nodule": "Noncalcified nodule",
    "non-small cell lung cancer": "non-small cell lung cancer",
    "noncontrast CT": "noncontrast CT",
    "nodule on CT without contrast": "nodule on CT without contrast",
    "chest CT with no intravenous contrast": "chest CT with no intravenous contrast",
    "no change in nodule": "unchanged nodule",
    "No significant interval change in the pleural effusion": "unchanged pleural effusion",
    "unchanged nodule": "unchanged nodule",
    "nodule No. 3": "nodule No. 3",
    "0.5 mm nodule": "0.5 mm nodule",
    "node": "node",
    "lymph node enlargement": "lymph node enlargement",
    "knot sign": "knot sign",
    "notched rib": "notched rib",
    "canal stenosis": "canal stenosis",
    "nocardia infection": "nocardia infection",
    "free air": "free air",
    "volume loss": "volume loss",
    "normal heart size": "normal heart size",
    "interstitial pneumonia, not otherwise specified": (
        "interstitial pneumonia, not otherwise specified"
    ),
    "胸腔积液": "胸腔积液",
    "плевральный выпот": "плевральный выпот",
}

DENIED = {
    "no pleural effusion": "pleural effusion",
    "No Pleural Effusion.": "Pleural Effusion",
    "No  pleural\teffusion": "pleural effusion",
    "n\u200bo pleural effusion": "pleural effusion",
    "There is no pleural effusion": "pleural effusion",
    "There's no pleural effusion": "pleural effusion",
    "There isn\u2019t any pleural effusion": "pleural effusion",
    "there is not a pleural effusion": "pleural effusion",
    "there was never an effusion": "effusion",
    "Is there no effusion?": "effusion",
    "no evidence of pleural effusion": "pleural effusion",
    "No CT evidence of emphysema": "emphysema",
    "no obvious signs of emphysema": "emphysema",
    "no definite nodule": "nodule",
    "no focal consolidation": "focal consolidation",
    "no new nodule": "new nodule",
    "no 5 mm nodule": "5 mm nodule",
    "no pneumothorax is identified": "pneumothorax",
    "no effusion is seen on this scan": "effusion",
    "No effusion on the left": "effusion on the left",
    "no nodule or mass": "nodule or mass",
    "no nodule, mass, or consolidation": "nodule, mass, or consolidation",
    "without emphysema": "emphysema",
    "without any evidence of emphysema": "emphysema",
    "w/o effusion": "effusion",
    "CT scan without emphysema": "emphysema",
    "a chest CT with no nodule": "nodule",
    "lungs without nodules": "nodules",
    "absence of pleural effusion": "pleural effusion",
    "complete absence of any nodule": "nodule",
    "absent effusion": "effusion",
    "effusion absent": "effusion",
    "effusion: absent": "effusion",
    "nodules: none": "nodules",
    "effusion - no": "effusion",
    "negative for pulmonary embolism": "pulmonary embolism",
    "lungs are free of nodules": "nodules",
    "the lungs are clear of consolidation": "consolidation",
    "devoid of nodules": "nodules",
    "lack of effusion": "effusion",
    "zero nodules": "nodules",
    "rule out pulmonary embolism": "pulmonary embolism",
    "rule-out pneumonia": "pneumonia",
    "r/o pneumonia": "pneumonia",
    "pneumonia has been ruled out": "pneumonia",
    "pneumothorax excluded": "pneumothorax",
    "pleural effusion not seen": "pleural effusion",
    "Pleural effusion is not present.": "Pleural effusion",
    "effusion isn't visible": "effusion",
    "effusion was not observed": "effusion",
    "effusion cannot be seen": "effusion",
    "effusion no longer seen": "effusion",
    "effusion has resolved": "effusion",
    "effusion is gone": "effusion",
    "non-existent effusion": "effusion",
    "denies effusion": "effusion",
    "not pneumonia": "pneumonia",
    "the scan does not show an effusion": "effusion",
    "we don't see a nodule": "nodule",
    "CT fails to show a nodule": "nodule",
    "I see no nodule": "nodule",
    "Impression: no nodule": "nodule",
    "the heart is not enlarged": "the heart is enlarged",
    "heart size isn't normal": "heart size is normal",
    "effusion is not large": "effusion is large",
}

REFUSED = (
    "neither nodule nor mass",
    "no absence of effusion",
    "not free of effusion",
    "no lack of emphysema",
    "effusion cannot be excluded",
    "cannot rule out effusion",
    "pneumonia not ruled out",
    "without no effusion",
    "no effusion, no nodule",
    "the effusion has not resolved",
    "no nodule, emphysema",
    "no nodule and emphysema",
    "no consolidation with effusion",
    "no nodule but emphysema",
    "emphysema but no nodule",
    "emphysema, no nodule",
    "emphysema; no nodule",
    "emphysema without nodule",
    "pneumonia, not tuberculosis",
    "effusion on the left, none on the right",
    "consolidation rather than atelectasis",
    "anything but pneumonia",
    "everything except a nodule",
    "evidence against pneumonia",
    "it is not true that there is effusion",
    "it is false that effusion is present",
    "pneumonia unlikely",
    "possible pneumonia",
    "may represent pneumonia",
    "equivocal nodule",
    "nodule-free lung",
    "tumor free",
    "COVID-negative",
    "negative scan",
    "no-effusion",
    "effusion (-)",
    "effusion is nowhere to be seen",
    "no",
    "none",
    "not present",
    "kein Pleuraerguss",
    "Lunge ohne Rundherd",
    "pas d'épanchement pleural",
    "aucun épanchement",
    "sin derrame pleural",
    "senza versamento",
    "non si vede versamento",
    "нет плеврального выпота",
    "没有胸腔积液",
    "胸水なし",
)


@pytest.mark.parametrize(("text", "finding"), AFFIRMED.items())
def test_affirmed_finding_is_found(text: str, finding: str) -> None:
    assert read_wording(text) == Reading(finding, is_denied=False)


@pytest.mark.parametrize(("text", "finding"), DENIED.items())
def test_denied_finding_is_found_and_known_to_be_denied(text: str, finding: str) -> None:
    assert read_wording(text) == Reading(finding, is_denied=True)


@pytest.mark.parametrize("text", REFUSED)
def test_unclear_denial_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(PromptRefusedError) as refusal:
        read_wording(text)

    assert text in refusal.value.summary
    assert "Write only the finding" in refusal.value.remedy


@pytest.mark.parametrize("text", ["", "  ", "...", "?", "-", "\u200b", '""'])
def test_empty_prompt_is_refused(text: str) -> None:
    with pytest.raises(PromptRefusedError, match="is empty"):
        read_wording(text)


@pytest.mark.parametrize("text", ["nodule\x00", "nodule \udcff"])
def test_characters_that_cannot_be_shown_are_refused(text: str) -> None:
    with pytest.raises(PromptRefusedError, match="cannot be shown"):
        read_wording(text)


def test_a_prompt_of_a_page_is_refused() -> None:
    with pytest.raises(PromptRefusedError, match="characters"):
        read_wording("nodule " * LONGEST_CHARACTERS)


@given(
    finding=st.sampled_from(FINDINGS), place=st.integers(0, 7), template=st.sampled_from(range(6))
)
def test_every_taught_sentence_is_read_the_right_way_round(
    finding: str, place: int, template: int
) -> None:
    term = TERMS[finding][place]

    affirmed = read_wording(sentence(PRESENT_TEMPLATES[template], term))
    denied = _denial_of(sentence(ABSENT_TEMPLATES[template], term))

    assert not affirmed.is_denied
    assert affirmed.finding.lower() == term.lower()
    # Nobody knows how far a "no" reaches beyond a "with", so such a sentence may be refused.
    assert denied is not None or " with " in term
    assert denied is None or (denied.is_denied and denied.finding.lower() == term.lower())


def _denial_of(text: str) -> Reading | None:
    try:
        return read_wording(text)
    except PromptRefusedError:
        return None


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reading = read_wording(text)
    except PromptRefusedError:
        return

    assert reading.finding.strip()
