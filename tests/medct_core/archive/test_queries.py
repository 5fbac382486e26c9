"""Queries: a scan is asked with as the library would keep it, a text is centred among texts."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.archive.queries import (
    AskedScan,
    centring_of,
    embed_asked,
    scan_query,
    text_query,
)
from medct_core.errors import NotScorableError
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import open_engine
from medct_core.inference.long_text import read_text
from tests import small_chest, tiny_model

SALT = b"s" * 32


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    folder = tmp_path_factory.mktemp("model") / "tiny"
    return InferenceEngine(tiny_model.loaded_model(folder, tiny_model.PAIR))


def test_a_scan_is_asked_with_its_vector_and_its_content(
    engine: InferenceEngine, tmp_path: Path
) -> None:
    small_chest.write(tmp_path / "a.nii.gz")
    told: list[float] = []

    query = scan_query(engine, AskedScan(tmp_path / "a.nii.gz", SALT), on_progress=told.append)

    assert np.linalg.norm(query.vector) == pytest.approx(1.0, abs=1e-3)
    assert len(query.scan_sha256) == 64
    assert query.own_mean is None
    assert told == sorted(told)


def test_an_unsuitable_scan_is_asked_with_by_force_only(
    engine: InferenceEngine, tmp_path: Path
) -> None:
    small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)
    path = tmp_path / "head.nii.gz"

    with pytest.raises(NotScorableError):
        scan_query(engine, AskedScan(path, SALT))

    assert scan_query(engine, AskedScan(path, SALT, force=True)).scan_sha256 != ""


def test_a_text_is_no_scan_and_brings_the_mean_of_texts(engine: InferenceEngine) -> None:
    query = text_query(engine, "pleural effusion")

    assert query.scan_sha256 == ""
    assert query.own_mean is not None
    assert query.own_mean.shape == query.vector.shape
    assert np.linalg.norm(query.own_mean) <= 1.0 + 1e-6


def test_a_model_without_a_mean_has_none(engine: InferenceEngine) -> None:
    assert centring_of(engine) is None


def test_the_bundled_model_brings_its_mean() -> None:
    centring = centring_of(open_engine("medct-mini", device="cpu"))

    assert centring is not None
    assert centring.fitted_on == 200


def test_a_report_longer_than_the_model_reads_is_asked_with_as_a_whole(
    engine: InferenceEngine,
) -> None:
    report = "No lung nodule was seen. " * 30

    query = text_query(engine, report)

    np.testing.assert_array_equal(query.vector, read_text(engine, report).vector)


def test_an_embedded_scan_says_where_what_the_model_sees_lies(
    engine: InferenceEngine, tmp_path: Path
) -> None:
    asked = AskedScan(small_chest.write(tmp_path / "a.nii.gz"), SALT)

    scan = embed_asked(engine, asked)

    middle = scan.input_affine @ [*((np.array(engine.recipe.shape) - 1) / 2), 1]
    assert scan.embedding.codes is not None
    assert scan.query.scan_sha256 == scan.embedding.volume_sha256
    np.testing.assert_allclose(middle[:3], 0, atol=6)
