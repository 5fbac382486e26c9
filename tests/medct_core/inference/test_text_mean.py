"""The mean of wordings is that of the model's own prompts."""

from pathlib import Path

import numpy as np

from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.text_mean import mean_of_wordings
from medct_core.models.manifest import Scoring
from medct_core.vocabulary import FINDINGS
from tests.tiny_model import HEADLINE, LIKE_CT_CLIP, Kind, loaded_model


def test_the_mean_is_taken_over_every_wording_of_presence(tmp_path: Path) -> None:
    prompts = tuple(
        Prompt(name, (f"{name} is present.", f"{name}."), (f"no {name}.",)) for name in FINDINGS
    )
    kind = Kind(LIKE_CT_CLIP, Scoring(), headline=HEADLINE, prompts=prompts)
    engine = InferenceEngine(loaded_model(tmp_path / "model", kind))
    each = [
        engine.direction(Prompt(prompt.name, (wording,)))
        for prompt in prompts
        for wording in prompt.present
    ]

    mean = mean_of_wordings(engine)

    np.testing.assert_allclose(mean, np.mean(each, axis=0), atol=1e-6)
