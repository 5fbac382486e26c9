"""Scores and Relevance: the model's answer to prompts, and where in the scan it comes from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True, slots=True, eq=False)
class Relevance:
    """Where in a scan the score of one prompt comes from; no outline of anything.

    Attributes
    ----------
    prompt
        What was asked.
    values
        ``(a, b, c)`` float32, signed, read-only: above 0 spoke for the finding, below 0 against.
    affine
        ``(4, 4)`` float64, index (a, b, c, 1) to LPS mm; an index is the middle of its block.
    method
        ``contribution``: the values add up to the similarity, so that ``logit_scale`` times their
        sum is the logit of the score.
    logit_scale
        What a similarity is multiplied by to give a logit.
    stamp
        The model that gave the score.
    volume_sha256
        The scan.
    """

    prompt: Prompt
    values: npt.NDArray[np.float32]
    affine: npt.NDArray[np.float64]
    method: str
    logit_scale: float
    stamp: ModelStamp
    volume_sha256: str

    def __post_init__(self) -> None:
        for name in ("values", "affine"):
            frozen = getattr(self, name).view()
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)

    @property
    def name(self) -> str:
        """What the map is called: the finding."""
        return self.prompt.name

    @property
    def parts(self) -> npt.NDArray[np.float32]:
        """The values in log-odds: parts of the raw score."""
        parts: npt.NDArray[np.float32] = (self.values * self.logit_scale).astype(np.float32)
        return parts

    @property
    def strongest_mm(self) -> tuple[float, float, float]:
        """Middle of the block that spoke most for the finding, LPS mm."""
        index = np.unravel_index(int(np.argmax(self.values)), self.values.shape)
        x, y, z = (self.affine @ [*map(float, index), 1.0])[:3]
        return float(x), float(y), float(z)
