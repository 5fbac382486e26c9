"""The codebook is what the codes of a scan stand for."""

from pathlib import Path

import numpy as np

from medct_core.inference.codebook import codebook_of
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.relevance import tokens_of
from medct_core.preprocess.prepare import prepare
from tests import small_chest
from tests.tiny_model import LOCAL, PAIR, loaded_model


def test_rows_of_the_codes_are_the_tokens_of_a_scan(tmp_path: Path) -> None:
    engine = InferenceEngine(loaded_model(tmp_path / "model", PAIR))
    prepared = prepare(small_chest.volume(), engine.recipe)
    embedding = engine.embed_volume(prepared)

    codebook = codebook_of(engine)

    assert codebook is not None
    assert embedding.codes is not None
    assert not codebook.flags.writeable
    np.testing.assert_allclose(
        codebook[embedding.codes], tokens_of(engine, embedding, lambda: prepared), atol=1e-6
    )


def test_a_model_that_does_not_quantise_has_none(tmp_path: Path) -> None:
    assert codebook_of(InferenceEngine(loaded_model(tmp_path / "model", LOCAL))) is None
