"""Contenders: the base stays what it is, however many adapters are loaded beside it."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ModelMismatchError, UsageError
from medct_core.evaluation.scans.contenders import BASE, Contender, open_contenders
from medct_core.inference.loading import open_engine
from medct_core.inference.similarity import FloatArray
from medct_core.preprocess.prepare import prepare
from tests import adapter_samples, small_chest, tiny_model


def vector(one: Contender) -> FloatArray:
    one.use()
    engine = one.engine
    return engine.embed_volume(prepare(small_chest.volume(), engine.recipe)).vector


def test_the_base_answers_as_it_does_alone(
    contenders: tuple[Contender, ...], model_folder: Path
) -> None:
    alone = open_engine(str(model_folder), device="cpu")
    expected = alone.embed_volume(prepare(small_chest.volume(), alone.recipe)).vector

    before, adapted, after = (vector(contenders[place]) for place in (0, 1, 0))

    assert np.array_equal(before, expected)
    assert np.array_equal(after, expected)
    assert not np.array_equal(adapted, expected)


def test_each_says_who_it_is(contenders: tuple[Contender, ...]) -> None:
    base, adapter = contenders

    assert base.name == BASE
    assert base.engine.stamp.adapter is None
    assert base.head is None
    assert adapter.name == adapter.engine.stamp.adapter == "site"
    assert adapter.head is not None


def test_an_adapter_of_another_base_is_refused(model_folder: Path, tmp_path: Path) -> None:
    other = tiny_model.write_model(tmp_path / "models" / "other", tiny_model.PAIR)
    folder = adapter_samples.write_adapter(other, tmp_path / "stranger")

    with pytest.raises(ModelMismatchError, match="was made for"):
        open_contenders(str(model_folder), [folder], device="cpu", on_progress=lambda _: None)


def test_an_adapter_may_not_pass_for_the_base(model_folder: Path, tmp_path: Path) -> None:
    folder = adapter_samples.write_adapter(model_folder, tmp_path / BASE)

    with pytest.raises(UsageError, match="is called 'base'"):
        open_contenders(str(model_folder), [folder], device="cpu", on_progress=lambda _: None)


def test_a_base_alone_can_be_asked(model_folder: Path) -> None:
    (base,) = open_contenders(str(model_folder), [], device="cpu", on_progress=lambda _: None)

    assert np.linalg.norm(vector(base)) == pytest.approx(1.0, abs=1e-5)
