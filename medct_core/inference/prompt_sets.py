"""Which prompts are asked: the eighteen findings, and what a person adds."""

from collections.abc import Iterable
from pathlib import Path

from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import read_prompts
from medct_core.inference.wording import (
    CT_CLIP_STYLE,
    MEDCT_VLM_STYLE,
    TAUGHT_STYLE,
    PromptStyle,
    prompt_about,
    prompt_from_text,
    require_upright,
)
from medct_core.models.manifest import PROMPTS_FILE, ModelManifest
from medct_core.vocabulary import FINDINGS


def style_of(manifest: ModelManifest) -> PromptStyle:
    """Give the sentences a model is asked with."""
    if manifest.scoring.prompt_style == "single":
        return MEDCT_VLM_STYLE
    # A model that brings its own prompts was taught by this project, with this project's sentences.
    return TAUGHT_STYLE if PROMPTS_FILE in manifest.files else CT_CLIP_STYLE


def default_prompts(folder: Path, manifest: ModelManifest) -> tuple[Prompt, ...]:
    """Give the prompts for the eighteen findings, in their order.

    Parameters
    ----------
    folder
        The model's folder; wordings in its own prompt file go before the usual ones.
    manifest
        The model's.

    Raises
    ------
    PromptRefusedError
        If the model's prompt file is damaged.
    """
    own = read_prompts(folder / PROMPTS_FILE) if PROMPTS_FILE in manifest.files else ()
    usual = tuple(prompt_about(name, style_of(manifest)) for name in FINDINGS)
    return merged(usual, own)


def asked_prompts(
    defaults: tuple[Prompt, ...],
    *,
    style: PromptStyle,
    texts: Iterable[str] = (),
    written: Iterable[Prompt] = (),
) -> tuple[Prompt, ...]:
    """Complete the default prompts with a person's own.

    Parameters
    ----------
    defaults
        `default_prompts` of the model.
    style
        How the model is asked; for `texts`.
    texts
        What was typed with ``--prompt``; appended in order.
    written
        Prompts of a prompt file. One with the name of a default takes its place.

    Raises
    ------
    PromptRefusedError
        If one of them cannot be scored as worded.
    """
    own = tuple(written)
    for prompt in own:
        require_upright(prompt)
    typed = [prompt_from_text(text, style) for text in texts]
    return tuple(dict.fromkeys([*merged(defaults, own), *typed]))


def merged(prompts: Iterable[Prompt], others: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """Replace prompts by others of the same name, and append the others that are left."""
    by_name = {prompt.name.casefold(): prompt for prompt in prompts}
    by_name.update((prompt.name.casefold(), prompt) for prompt in others)
    return tuple(by_name.values())
