"""Kept vectors: an untouched base sees scans once, whatever else sees them every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.bundle import LoadedModel
from medct_core.training.cohort import ScanViews
from medct_core.training.reproduce.kept_vectors import KeptVectors
from medct_core.training.reproduce.measure import encode_scans
from tests.reproduce_samples import NoisyScans, TinyMaterials


class _CountedScans(NoisyScans):
    """Counts how often it is looked at."""

    looks = 0

    def views(self, rows: object, epoch: int) -> ScanViews:
        self.looks += 1
        return super().views(rows, epoch)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return TinyMaterials(tmp_path_factory.mktemp("bases")).base("M")


def test_an_untouched_base_looks_at_scans_once(model: LoadedModel, tmp_path: Path) -> None:
    scans = _CountedScans("b", 5)
    expected = encode_scans(model, NoisyScans("b", 5), CancelToken()).vectors

    first = KeptVectors(tmp_path)(model, scans, CancelToken())
    again = KeptVectors(tmp_path)(model, scans, CancelToken())

    assert scans.looks == 1
    assert again.cohort is scans.cohort
    np.testing.assert_array_equal(first.vectors, expected)
    np.testing.assert_array_equal(again.vectors, expected)


def test_other_scans_and_changed_models_are_looked_at_anew(
    model: LoadedModel, tmp_path: Path
) -> None:
    kept = KeptVectors(tmp_path)
    kept(model, _CountedScans("b", 5), CancelToken())
    other, changed = _CountedScans("c", 5), _CountedScans("b", 5)

    kept(model, other, CancelToken())
    kept(
        replace(model, stamp=replace(model.stamp, adapter="mine", adapter_sha256="a" * 64)),
        changed,
        CancelToken(),
    )

    assert (other.looks, changed.looks) == (1, 1)


def test_what_was_stopped_is_not_kept(model: LoadedModel, tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()

    with pytest.raises(Cancelled):
        KeptVectors(tmp_path / "new")(model, NoisyScans("b", 5), token)

    assert not (tmp_path / "new").exists()
