"""Prompt: how one finding is asked for in words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question to the model.

    Attributes
    ----------
    name
        What is asked for, as shown: ``Pleural effusion``.
    present
        Wordings that say it is there; several form an ensemble (mean of their unit vectors).
    absent
        Wordings that say it is not. Empty for a single prompt, whose score is
        sigmoid(scale * cosine) instead of a softmax over the pair.

    Raises
    ------
    ValueError
        If there is no name or no wording, or one of them is blank.
    """

    name: str
    present: tuple[str, ...]
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        wordings = (self.name, *self.present, *self.absent)
        if not self.present or not all(text.strip() for text in wordings):
            raise ValueError("a prompt needs a name and at least one wording, none of them blank")
