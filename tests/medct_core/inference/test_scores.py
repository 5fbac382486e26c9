"""Scores are values: equal where their answers, their model and their scan are."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.inference.prompt import Prompt
from medct_core.inference.scores import PromptScore, Relevance, Scores
from medct_core.models.stamp import ModelStamp

STAMP = ModelStamp("tiny", "0" * 64, "tiny-1", "float32")


def test_scores_of_another_model_are_other_scores() -> None:
    answer = PromptScore(Prompt("Nodule", ("a nodule",)), logit=0.0, probability=0.5)
    scores = Scores((answer,), STAMP, "0" * 64)

    assert scores == Scores((answer,), STAMP, "0" * 64)
    assert scores != replace(scores, stamp=replace(STAMP, precision="bfloat16"))


def test_the_strongest_block_is_found_in_the_patient() -> None:
    values = np.zeros((2, 3, 4), np.float32)
    values[1, 2, 0] = 0.5
    values[0, 0, 0] = -0.9
    affine = np.diag([10.0, 2.0, 3.0, 1.0])
    affine[:3, 3] = (-5, 0, 1)

    found = Relevance(Prompt("x", ("x",)), values, affine, "contribution", 1.0, STAMP, "0" * 64)

    assert found.strongest_mm == (5.0, 4.0, 1.0)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0, 0] = 1
