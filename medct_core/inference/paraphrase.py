"""How far a score depends on the wording: the same question in other words; no torch."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medct_core.errors import PromptRefusedError
from medct_core.inference.negation import read_wording
from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import Scores
from medct_core.inference.wording import TAUGHT_STYLE, prompt_about


@dataclass(frozen=True, slots=True)
class Spread:
    """The scores of one finding under several wordings.

    Attributes
    ----------
    lowest, highest
        Of the raw scores, in [0, 1].
    wordings
        How many were asked; at least two.
    """

    lowest: float
    highest: float
    wordings: int


def paraphrases(prompt: Prompt) -> tuple[Prompt, ...]:
    """Ask for the same finding in other words, one wording at a time.

    A prompt with several wordings gives each of them. One with a single wording gives the
    sentences that this project teaches its models, about the same finding; a pair stays a pair.

    Returns
    -------
    At least two prompts with the name of `prompt`, or none where its only wording cannot be said
    otherwise.
    """
    if len(prompt.present) > 1:
        return _one_by_one(prompt)
    try:
        reading = read_wording(prompt.present[0])
    except PromptRefusedError:
        return ()
    if reading.is_denied:
        return ()
    taught = prompt_about(reading.finding, TAUGHT_STYLE)
    absent = taught.absent if prompt.absent else ()
    return _one_by_one(replace(taught, name=prompt.name, absent=absent))


def spread_of(scores: Scores) -> Spread | None:
    """Say how far the answers lie apart; None for fewer than two."""
    found = [answer.probability for answer in scores.answers]
    return Spread(min(found), max(found), len(found)) if len(found) > 1 else None


def _one_by_one(prompt: Prompt) -> tuple[Prompt, ...]:
    """Take each wording for present with one for absent, those in turn where they are fewer."""
    pairs = ((text, _nth(prompt.absent, place)) for place, text in enumerate(prompt.present))
    return tuple(Prompt(prompt.name, (present,), absent) for present, absent in pairs)


def _nth(texts: Sequence[str], place: int) -> tuple[str, ...]:
    return (texts[place % len(texts)],) if texts else ()
