"""From what stands in the prompt box to a prompt, or to a plain word on why there is no number."""

from app.state.answers import Explanation
from medct_core.errors import PromptRefusedError
from medct_core.inference.negation import read_wording
from medct_core.inference.prompt import Prompt
from medct_core.inference.wording import PromptStyle, prompt_from_text, require_upright


def read_typed(typed: str | Prompt, style: PromptStyle) -> Prompt | Explanation:
    """Read what a person typed, or the wordings they edited.

    Parameters
    ----------
    typed
        A finding or a short sentence, or a prompt whose wordings were edited.
    style
        How the model is asked.

    Returns
    -------
    The prompt to score; or why it gets no number, because it is empty, too long, denied, or
    denies something in a way that leaves open what.
    """
    try:
        if isinstance(typed, Prompt):
            require_upright(typed)
            return typed
        reading = read_wording(typed)
        if reading.is_denied:
            return _denied(reading.finding)
        return prompt_from_text(typed, style)
    except PromptRefusedError as error:
        return Explanation(error.summary, error.remedy)


def _denied(finding: str) -> Explanation:
    return Explanation(
        "This says that something is absent; a score always says how much speaks for something.",
        f'Ask for "{finding}": a low score speaks against it.',
    )
