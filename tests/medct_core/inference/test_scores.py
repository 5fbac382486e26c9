"""Scores are values: equal where their answers, their model and their scan are."""

from dataclasses import replace

from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import PromptScore, Scores
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")


def test_scores_of_another_model_are_other_scores() -> None:
    answer = PromptScore(Prompt("Nodule", ("a nodule",)), logit=0.0, probability=0.5)
    scores = Scores((answer,), STAMP, "0" * 64)

    assert scores == Scores((answer,), STAMP, "0" * 64)
    assert scores != replace(scores, stamp=replace(STAMP, precision="bfloat16"))
