"""Protocols: the same wordings for every model, and each says what it does."""

import pytest

from medct_core.evaluation.scans.protocols import MEANINGS, Protocol, protocol_prompts
from medct_core.vocabulary import FINDINGS, PRESENT_TEMPLATES


@pytest.mark.parametrize(
    ("protocol", "present", "absent"),
    [
        (Protocol.CT_CLIP, ("Emphysema is present.",), ("Emphysema is not present.",)),
        (Protocol.MEDCT_VLM, ("CT scan showing Emphysema",), ()),
    ],
)
def test_a_finding_is_asked_for_as_published(
    protocol: Protocol, present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    (prompt,) = protocol_prompts(protocol, ["Emphysema"])

    assert prompt.present == present
    assert prompt.absent == absent


def test_an_ensemble_has_as_many_sentences_on_either_side() -> None:
    prompts = protocol_prompts(Protocol.ENSEMBLE, FINDINGS)

    assert tuple(prompt.name for prompt in prompts) == FINDINGS
    assert all(len(one.present) == len(one.absent) == len(PRESENT_TEMPLATES) for one in prompts)


def test_every_protocol_says_what_it_does() -> None:
    assert set(MEANINGS) == set(Protocol)
