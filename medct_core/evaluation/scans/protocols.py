"""How findings are asked for in a zero-shot evaluation, the same for every model."""

from collections.abc import Sequence
from enum import Enum

from medct_core.inference.prompt import Prompt
from medct_core.inference.wording import (
    CT_CLIP_STYLE,
    MEDCT_VLM_STYLE,
    TAUGHT_STYLE,
    prompt_about,
)


class Protocol(Enum):
    """Which wordings ask for a finding, and how a probability is made of cosines."""

    CT_CLIP = "ct-clip"
    MEDCT_VLM = "medct-vlm"
    ENSEMBLE = "ensemble"


_STYLES = {
    Protocol.CT_CLIP: CT_CLIP_STYLE,
    Protocol.MEDCT_VLM: MEDCT_VLM_STYLE,
    Protocol.ENSEMBLE: TAUGHT_STYLE,
}

MEANINGS = {
    Protocol.CT_CLIP: "a pair of sentences a finding, as CT-CLIP's released code asks; softmax "
    "over the two, which is sigmoid(scale * (cosine present - cosine absent))",
    Protocol.MEDCT_VLM: "one sentence a finding, as the MedCT-VLM paper asks; "
    "sigmoid(scale * cosine)",
    Protocol.ENSEMBLE: f"{len(TAUGHT_STYLE.present)} pairs of sentences a finding, the mean of "
    "the unit vectors of each side; sigmoid(scale * (cosine present - cosine absent))",
}
"""In words, for a report."""


def protocol_prompts(protocol: Protocol, findings: Sequence[str]) -> tuple[Prompt, ...]:
    """Put findings into words."""
    return tuple(prompt_about(name, _STYLES[protocol]) for name in findings)
