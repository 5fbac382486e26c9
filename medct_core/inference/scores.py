"""Scores: the model's answer to a list of prompts."""

from dataclasses import dataclass

from medct_core.inference.prompt import Prompt
from medct_core.models.stamp import ModelStamp


@dataclass(frozen=True, slots=True)
class PromptScore:
    """The answer to one prompt.

    Attributes
    ----------
    prompt
        What was asked.
    logit
        Pair: scale * (similarity to present - similarity to absent). Single: scale * similarity.
    probability
        sigmoid(logit), in [0, 1]; uncalibrated.
    """

    prompt: Prompt
    logit: float
    probability: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Answers about one scan, all from one model.

    Attributes
    ----------
    answers
        One per prompt, in the order asked.
    stamp
        The model that gave every one of them.
    volume_sha256
        The scan they are about.
    """

    answers: tuple[PromptScore, ...]
    stamp: ModelStamp
    volume_sha256: str
