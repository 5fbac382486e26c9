"""Many phantoms in one archive."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import UsageError
from medct_core.phantom.generate import PHANTOM_VERSION, draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec, severity_of
from medct_core.training.corpus import GRID, quantised
from medct_core.training.phantom_export import PhantomSet, export_phantoms
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

WANTED = PhantomSet(60, 63, Draw.BALANCED, "b")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """Every array of one export, by name."""
    path = tmp_path_factory.mktemp("export") / "many.npz"
    export_phantoms(WANTED, path, cancel=CancelToken(), on_progress=lambda _fraction: None)
    with np.load(path) as loaded:
        return {name: loaded[name] for name in loaded.files}


def test_arrays_have_one_row_a_seed(archive: dict[str, np.ndarray]) -> None:
    assert archive["seeds"].tolist() == [60, 61, 62]
    assert archive["volumes"].shape == (3, 64, 96, 96)
    assert archive["volumes"].dtype == np.uint8
    assert archive["token_masks"].shape == (3, 18, 16, 12, 12)
    assert archive["findings"].tolist() == list(FINDINGS)
    assert int(archive["phantom_version"]) == PHANTOM_VERSION


def test_a_row_is_the_phantom_of_its_seed(archive: dict[str, np.ndarray]) -> None:
    spec = sample_spec(61, Draw.BALANCED, "b")

    phantom = draw_phantom(spec, GRID)

    expected = [name in spec.findings for name in FINDINGS]
    np.testing.assert_array_equal(archive["volumes"][1], quantised(phantom))
    assert archive["labels"][1].tolist() == expected


def test_labels_severities_and_masks_agree(archive: dict[str, np.ndarray]) -> None:
    labels, severities = archive["labels"], archive["severities"]

    np.testing.assert_array_equal(labels, severities > 0)
    np.testing.assert_array_equal(labels, archive["token_masks"].any(axis=(2, 3, 4)))
    row, column = np.argwhere(labels)[0]
    degree = ("mild", "moderate", "severe")[severities[row, column] - 1]
    assert degree == severity_of(60 + int(row), FINDINGS[column])


def test_never_labelled_findings_are_no_columns(archive: dict[str, np.ndarray]) -> None:
    assert not set(archive["findings"].tolist()) & set(UNLABELLED_FINDINGS)
    assert archive["labels"].shape == (3, 18)


@pytest.mark.parametrize(("first", "stop"), [(4_999_990, 5_000_001), (5, 5), (6, 2)])
def test_evaluation_seeds_and_empty_ranges_are_refused(
    tmp_path: Path, first: int, stop: int
) -> None:
    wanted = PhantomSet(first, stop, Draw.BALANCED, "a")

    with pytest.raises(UsageError, match=f"{first}:{stop}"):
        export_phantoms(
            wanted, tmp_path / "x.npz", cancel=CancelToken(), on_progress=lambda _fraction: None
        )


def test_export_stops_between_two_phantoms(tmp_path: Path) -> None:
    cancel = CancelToken()

    with pytest.raises(Cancelled):
        export_phantoms(
            PhantomSet(0, 10_000, Draw.NATURAL, "a"),
            tmp_path / "x.npz",
            cancel=cancel,
            on_progress=lambda _fraction: cancel.cancel(),
        )
