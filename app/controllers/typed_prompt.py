"""From what stands in the prompt box to a prompt, or to a plain word on why there is no number."""

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.answers import Explanation
from app.state.prompt_list import name_key
from medct_core.errors import PromptRefusedError
from medct_core.inference.prompt import Prompt

if TYPE_CHECKING:
    from medct_core.inference.wording import PromptStyle


def read_typed(
    typed: str | Prompt, style: "PromptStyle", *, listed: tuple[Prompt, ...] = ()
) -> Prompt | Explanation:
    """Read what a person typed, or the wordings they edited.

    A finding of the list is asked as the list does, however it is spelled: under two spellings
    it would stand in the list and in the report twice.

    Parameters
    ----------
    typed
        A finding or a short sentence, or a prompt whose wordings were edited.
    style
        How the model is asked.
    listed
        What it is asked in any case.

    Returns
    -------
    The prompt to score; or why it gets no number, because it is empty, too long, denied, or
    denies something in a way that leaves open what.
    """
    # What reads wordings takes long to load, and no window needs it to appear.
    from medct_core.inference.negation import read_wording  # noqa: PLC0415
    from medct_core.inference.wording import prompt_from_text, require_upright  # noqa: PLC0415

    try:
        if isinstance(typed, Prompt):
            require_upright(typed)
            return replace(typed, name=_listed(typed, listed).name)
        reading = read_wording(typed)
        if reading.is_denied:
            return _denied(reading.finding)
        return _listed(prompt_from_text(typed, style), listed)
    except PromptRefusedError as error:
        return Explanation(error.summary, error.remedy)


def _listed(prompt: Prompt, listed: tuple[Prompt, ...]) -> Prompt:
    """Give the prompt of the list that has the same name, or the prompt itself."""
    same = (one for one in listed if name_key(one.name) == name_key(prompt.name))
    return next(same, prompt)


def _denied(finding: str) -> Explanation:
    return Explanation(
        "This says that something is absent; a score always says how much speaks for something.",
        f'Ask for "{finding}": a low score speaks against it.',
    )
