"""Astra on real scans: what was changed of a scan finds that scan first, and an MR is refused."""

from pathlib import Path

import numpy as np
import pytest

from medct_core.archive.embed_folder import Embedder, State, WantedScan, add_scans
from medct_core.archive.queries import centring_of
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import load_any_model
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.io.write import write_nifti
from medct_core.models.astra import astra_source, install_astra
from medct_core.models.catalogue import FOLDER_VARIABLE
from medct_core.models.package import missing_packages
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.seeds import CALIBRATION
from medct_core.preprocess.prepare import prepare
from medct_core.volume.geometry import Geometry
from medct_core.volume.volume import Volume

lancedb = pytest.importorskip("lancedb")

from medct_core.retrieval.library import CaseLibrary  # noqa: E402
from medct_core.retrieval.library_index import open_library_search  # noqa: E402
from medct_core.retrieval.search import Query, SimilarCase  # noqa: E402

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

SCANS = {
    "ricord": "data/ct_chest/ricord1a_419639",
    "lungdx": "data/ct_chest/lungdx_a0001_5mm_B.zip",
}
PHANTOMS = 2
_COARSE = Grid((96, 96, 64), (4.0, 4.0, 5.0))
_NOISE_HU = 25.0
"""About the noise of a chest CT at a low dose."""

_PADDING_HU = -1024


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    """Install the released weights, and keep what was embedded for this module."""
    if missing_packages(astra_source()):
        pytest.skip("the weights of Astra are not installed (extra 'astra')")
    folder = tmp_path_factory.mktemp("astra")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder / "models"))
        done = install_astra(pytest.fail)
    cache = EmbeddingCache(folder / "cache")
    return InferenceEngine(load_any_model(done.folder), cache=cache)


@pytest.fixture(scope="module")
def library(
    engine: InferenceEngine, shared_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> CaseLibrary:
    """Put the real chest CTs of the shared folder beside phantoms."""
    folder = tmp_path_factory.mktemp("library")
    kept = CaseLibrary.create(str(folder / "library"))
    wanted = [WantedScan(shared_dir / path) for path in SCANS.values()]
    for seed in range(CALIBRATION.first, CALIBRATION.first + PHANTOMS):
        phantom = draw_phantom(sample_spec(seed, Draw.BALANCED, "a"), _COARSE)
        write_nifti(phantom.volume, folder / f"phantom-{seed}.nii.gz")
        wanted.append(WantedScan(folder / f"phantom-{seed}.nii.gz"))
    outcomes = list(add_scans(Embedder(kept, engine), wanted))
    assert [one.state for one in outcomes] == [State.ADDED] * len(wanted)
    return kept


def noisy(volume: Volume) -> Volume:
    """Add noise to what was measured; padding stays padding."""
    noise = np.random.default_rng(1).normal(0, _NOISE_HU, volume.values.shape)
    values = np.clip(volume.values + noise, _PADDING_HU, 3071).astype(np.int16)
    values[volume.values <= _PADDING_HU] = _PADDING_HU
    return Volume(np.asfortranarray(values), volume.unit, volume.geometry, volume.source)


def thinned(volume: Volume) -> Volume:
    """Leave out every second slice."""
    affine = volume.geometry.affine.copy()
    affine[:, 2] *= 2
    values = np.asfortranarray(volume.values[:, :, ::2])
    return Volume(values, volume.unit, Geometry(values.shape, affine), volume.source)


def coarse(volume: Volume) -> Volume:
    """Average two by two pixels."""
    affine = volume.geometry.affine.copy()
    affine[:3, 3] += (affine[:3, 0] + affine[:3, 1]) / 2
    affine[:, :2] *= 2
    halves = [volume.values[i::2, j::2].astype(np.float32) for i in (0, 1) for j in (0, 1)]
    values = np.asfortranarray(np.round(sum(halves) / 4).astype(np.int16))
    return Volume(values, volume.unit, Geometry(values.shape, affine), volume.source)


CHANGES = {"noise": noisy, "every second slice": thinned, "half the resolution": coarse}


def found(engine: InferenceEngine, kept: CaseLibrary, volume: Volume) -> tuple[SimilarCase, ...]:
    """Search with a scan as the command line does."""
    embedding = engine.embed_volume(prepare(volume, engine.recipe))
    query = Query(embedding.vector, embedding.stamp, embedding.volume_sha256)
    search = open_library_search(kept, engine.stamp, of_model=centring_of(engine))
    return search.similar(query)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", SCANS)
def test_a_changed_scan_finds_the_scan_it_was_made_of(
    engine: InferenceEngine, library: CaseLibrary, shared_dir: Path, name: str, change: str
) -> None:
    volume = read_volume(largest_chest_ct(open_study(shared_dir / SCANS[name])))

    first, second, *_ = found(engine, library, CHANGES[change](volume))

    assert first.case.scan_sha256 == volume.content_sha256
    assert not first.is_self
    assert first.cosine > 0.9 > second.cosine


def test_an_mr_is_refused(engine: InferenceEngine, library: CaseLibrary, shared_dir: Path) -> None:
    scans = sorted((shared_dir / "data/mri").rglob("*.nii*"))
    assert scans

    outcomes = list(add_scans(Embedder(library, engine), [WantedScan(path) for path in scans]))

    assert {one.state for one in outcomes} == {State.REFUSED}


def test_half_precision_agrees_with_full_precision(
    engine: InferenceEngine, shared_dir: Path
) -> None:
    volume = read_volume(largest_chest_ct(open_study(shared_dir / SCANS["lungdx"])))
    prepared = prepare(volume, engine.recipe)
    other = {"bfloat16": "float32", "float32": "bfloat16"}[engine.stamp.precision]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEDCT_PRECISION", other)
        again = InferenceEngine(load_any_model(engine.loaded.folder))

    vectors = [one.embed_volume(prepared).vector for one in (engine, again)]

    assert again.stamp.precision == other
    assert float(vectors[0] @ vectors[1]) > 0.999
