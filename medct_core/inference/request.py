"""What can be asked of the engine; no torch, so that any thread may hold a request."""

from collections.abc import Callable
from dataclasses import dataclass

from medct_core.inference.embedding import Embedding
from medct_core.inference.prompt import Prompt
from medct_core.preprocess.model_input import ModelInput

OnProgress = Callable[[float], None]
"""Takes the fraction done, in [0, 1]."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbedRequest:
    """Encode a prepared scan; the answer is an `Embedding`."""

    model_input: ModelInput


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRequest:
    """Score prompts on an encoded scan; the answer is `Scores`.

    Attributes
    ----------
    embedding
        Made by the same model.
    prompts
        In the order of the answers.
    """

    embedding: Embedding
    prompts: tuple[Prompt, ...]


Request = EmbedRequest | ScoreRequest
