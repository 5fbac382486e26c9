"""From what a person typed to a prompt the model is asked, in the wordings it knows."""

import re
from dataclasses import dataclass

from medct_core.errors import PromptRefusedError
from medct_core.inference.negation import Reading, read_wording
from medct_core.inference.prompt import Prompt
from medct_core.vocabulary import ABSENT_TEMPLATES, PRESENT_TEMPLATES, sentence


@dataclass(frozen=True, slots=True)
class PromptStyle:
    """The sentences a model is asked with.

    Attributes
    ----------
    present, absent
        Templates with ``{term}``; several form an ensemble. No `absent` makes single prompts.
    """

    present: tuple[str, ...]
    absent: tuple[str, ...]


CT_CLIP_STYLE = PromptStyle(("{term} is present.",), ("{term} is not present.",))
"""As CT-CLIP's released zero-shot code asks (Hamamci et al., 2024)."""

MEDCT_VLM_STYLE = PromptStyle(("CT scan showing {term}",), ())
"""As the MedCT-VLM paper asks: one wording, no counterpart."""

TAUGHT_STYLE = PromptStyle(PRESENT_TEMPLATES, ABSENT_TEMPLATES)
"""The sentences this project teaches its own models."""

_VERB = re.compile(r"\s(?:is|are|was|were)\s", re.IGNORECASE)


def prompt_about(name: str, style: PromptStyle) -> Prompt:
    """Ask for a finding by its name, such as those of `vocabulary.FINDINGS`."""
    return Prompt(
        name=name,
        present=tuple(sentence(template, name) for template in style.present),
        absent=tuple(sentence(template, name) for template in style.absent),
    )


def prompt_from_text(text: str, style: PromptStyle) -> Prompt:
    """Ask for what a person typed, so that a higher score always means that it is there.

    ``no pleural effusion`` is understood as the absent wording of ``pleural effusion``: the
    prompt asks for the effusion, and its name says how it was typed.

    Parameters
    ----------
    text
        A finding (``cavitating nodule``) or a short sentence (``The heart is enlarged.``).
    style
        How the model is asked.

    Raises
    ------
    PromptRefusedError
        If the text is blank or far too long, or denies something in a way that leaves open what.
    """
    reading = read_wording(text)
    name = _name(reading, " ".join(text.split()))
    if _VERB.search(reading.finding):
        return _statement(name, reading.finding, style)
    asked = prompt_about(reading.finding, style)
    return Prompt(name=name, present=asked.present, absent=asked.absent)


def require_upright(prompt: Prompt) -> None:
    """Refuse a prompt that a person wrote in full and whose score would be upside down.

    Raises
    ------
    PromptRefusedError
        If a wording for present denies the finding, or stands under absent as well.
    """
    affirmed = {_key(reading.finding) for reading in map(_read, prompt.present) if reading}
    for wording in prompt.present:
        reading = _read(wording)
        if reading and reading.is_denied:
            raise PromptRefusedError(
                f'The prompt {prompt.name!r} has "{wording}" as a wording for present, which says '
                "that the finding is absent.",
                remedy="Put that wording under absent, and one that affirms it under present.",
            )
    for wording in prompt.absent:
        reading = _read(wording)
        if reading and not reading.is_denied and _key(reading.finding) in affirmed:
            raise PromptRefusedError(
                f'The prompt {prompt.name!r} has "{wording}" as a wording for absent, which says '
                "that the finding is present.",
                remedy="Put a wording under absent that denies the finding.",
            )


def _read(wording: str) -> Reading | None:
    """Read a wording; None where it is too intricate to judge and its writer must know."""
    try:
        return read_wording(wording)
    except PromptRefusedError:
        return None


def _key(finding: str) -> str:
    return finding.casefold().removeprefix("the ")


def _name(reading: Reading, typed: str) -> str:
    if not reading.is_denied:
        return typed.rstrip(".!?").strip()
    return f'{reading.finding} (asked as "{typed}")'


def _statement(name: str, text: str, style: PromptStyle) -> Prompt:
    """Ask with a sentence that has its own verb, and with the same sentence denied."""
    start = text[:1].upper() + text[1:]
    denied = _VERB.sub(lambda verb: f"{verb.group()}not ", start, count=1)
    absent = (f"{denied}.",) if style.absent else ()
    return Prompt(name=name, present=(f"{start}.",), absent=absent)
