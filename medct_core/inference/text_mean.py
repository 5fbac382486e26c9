"""Where texts lie in the space they share with scans: elsewhere than scans do."""

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_sets import default_prompts
from medct_core.inference.similarity import FloatArray


def mean_of_wordings(engine: InferenceEngine, *, cancel: CancelToken | None = None) -> FloatArray:
    """Give the mean of the wordings by which a model is asked for the eighteen findings.

    It stands for the mean of texts where there are no reports to take one from.

    Returns
    -------
    ``(d,)`` float32.

    Raises
    ------
    Cancelled
        If `cancel` was raised meanwhile.
    """
    loaded = engine.loaded
    known = [
        Prompt(prompt.name, (wording,))
        for prompt in default_prompts(loaded.folder, loaded.manifest)
        for wording in prompt.present
    ]
    engine.read_prompts(known, cancel=cancel)
    vectors = np.stack([engine.direction(prompt) for prompt in known])
    mean: FloatArray = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean
