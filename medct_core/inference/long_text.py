"""A text of any length as one vector: whole where the model reads it, else in parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.errors import PromptRefusedError
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.similarity import FloatArray

POOLING = (
    "a text longer than the model reads is parted at the ends of sentences into as few parts as "
    "can be, and the mean of their vectors is taken, each weighted by its words"
)
"""What is done, to be said beside a result."""

_END_OF_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\s*\n\s*")


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """A text as the model sees it.

    Attributes
    ----------
    vector
        ``(d,)`` float32 of unit length.
    parts
        1 where the model read it whole.
    """

    vector: FloatArray
    parts: int


def read_text(engine: InferenceEngine, text: str, *, cancel: CancelToken | None = None) -> ReadText:
    """Encode a text, such as a report, however long it is.

    Reports are longer than a text encoder reads now and then: CT-CLIP's limit is 512 word
    pieces. Cutting one off would lose its impression, so it is read in parts; see `POOLING`.

    Parameters
    ----------
    engine
        A model with a text tower.
    text
        At least one word.
    cancel
        Checked between parts.

    Raises
    ------
    PromptRefusedError
        If a single word is longer than the model reads.
    Cancelled
        If `cancel` was raised meanwhile.
    """
    parts = [text] if _fits(engine, text) else list(_parts(engine, text))
    vectors = [engine.direction(Prompt("text", (part,)), cancel=cancel) for part in parts]
    if len(parts) == 1:
        return ReadText(vectors[0], 1)
    weights = [len(part.split()) for part in parts]
    mean = np.average(np.stack(vectors).astype(np.float64), axis=0, weights=weights)
    length = float(np.linalg.norm(mean))
    unit = mean / length if length > 0 else vectors[0]
    return ReadText(unit.astype(np.float32), len(parts))


def _parts(engine: InferenceEngine, text: str) -> Iterator[str]:
    """Put sentences together as long as the model reads them at once."""
    kept = ""
    for sentence in _sentences(engine, text):
        longer = f"{kept} {sentence}".strip()
        if kept and not _fits(engine, longer):
            yield kept
            longer = sentence
        kept = longer
    yield kept


def _sentences(engine: InferenceEngine, text: str) -> Iterator[str]:
    for sentence in filter(None, _END_OF_SENTENCE.split(text.strip())):
        yield from _halved(engine, sentence)


def _halved(engine: InferenceEngine, sentence: str) -> Iterator[str]:
    """Part a sentence that is too long in itself in the middle, again and again."""
    words = sentence.split()
    if len(words) < 2 or _fits(engine, sentence):
        yield sentence
        return
    middle = len(words) // 2
    yield from _halved(engine, " ".join(words[:middle]))
    yield from _halved(engine, " ".join(words[middle:]))


def _fits(engine: InferenceEngine, text: str) -> bool:
    try:
        engine.check_prompts([Prompt("text", (text,))])
    except PromptRefusedError:
        return False
    return True
