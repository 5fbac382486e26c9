"""The mean of a model: read back, given for that model only, and there for the bundled one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import CENTRING_FILE, read_manifest
from medct_core.models.stamp import ModelStamp
from medct_core.resources_folder import resources_folder
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.model_centring import ModelCentring, read_model_centring
from tests.library_samples import OTHER_STAMP, STAMP, unit_vector

VECTORS = np.stack([unit_vector(number) for number in range(20)])
KNOWN = ModelCentring(STAMP, "phantoms", fit_mean(VECTORS))


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    (tmp_path / CENTRING_FILE).write_text(KNOWN.to_json(), encoding="utf-8")

    back = read_model_centring(tmp_path / CENTRING_FILE)

    np.testing.assert_allclose(back.centring.mean, KNOWN.centring.mean, atol=1e-6)
    assert (back.stamp, back.population, back.centring.fitted_on) == (STAMP, "phantoms", 20)


def test_it_holds_for_its_own_model_in_any_precision() -> None:
    assert KNOWN.of(STAMP) is KNOWN.centring
    assert KNOWN.of(replace(STAMP, precision="bfloat16")) is KNOWN.centring


@pytest.mark.parametrize(
    "stamp",
    [
        OTHER_STAMP,
        replace(STAMP, checkpoint_sha256="ef" * 32),
        replace(STAMP, recipe_id="another"),
    ],
    ids=["adapter", "weights", "recipe"],
)
def test_it_holds_for_nothing_else(stamp: ModelStamp) -> None:
    assert KNOWN.of(stamp) is None


@pytest.mark.parametrize(
    "change",
    [{"format": 99}, {"mean": []}, {"mean": ["x"]}, {"stamp": {}}, {"fitted_on": None}],
    ids=["newer", "empty", "words", "no stamp", "no number"],
)
def test_a_damaged_file_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / CENTRING_FILE
    path.write_text(json.dumps({**json.loads(KNOWN.to_json()), **change}), encoding="utf-8")

    with pytest.raises(ModelUnavailableError, match="cannot be read"):
        read_model_centring(path)


def test_the_bundled_model_brings_the_mean_of_two_hundred_phantoms() -> None:
    folder = resources_folder() / "models" / "medct-mini"
    manifest = read_manifest(folder)

    known = read_model_centring(folder / CENTRING_FILE)

    assert known.centring.fitted_on == 200
    assert known.population == manifest.population
    assert known.stamp.checkpoint_sha256 == manifest.weights_sha256
    assert CENTRING_FILE in manifest.files
