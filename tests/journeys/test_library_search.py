"""The library with real scans and phantoms beside each other, and with filters that correlate."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import numpy.typing as npt
import pytest

from medct_core.commands.main import run
from medct_core.inference import cache
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.io.write import write_nifti
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_index import open_library_search
from medct_core.retrieval.search import Query
from tests import library_samples
from tests.library_samples import STAMP

Json = dict[str, Any]
Call = Callable[..., tuple[int, Json]]
MODEL = ("--model", "medct-mini", "--device", "cpu")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path) -> tuple[str, ...]:
    """Keep two real patients and three phantoms in a library."""
    folder = tmp_path_factory.mktemp("real")
    chests = shared_dir / "data" / "ct_chest"
    library = ("--library", str(folder / "library"))
    seeds = (11, 12, 13)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(cache.FOLDER_VARIABLE, str(folder / "cache"))
        run(["library", "init", library[1]])
        for seed in seeds:
            size = ("--shape", "96,96,64", "--spacing", "4,4,5")
            out = folder / f"phantom-{seed}.nii.gz"
            run(["phantom", "make", "--out", str(out), "--seed", str(seed), *size])
        scans = [chests / "ricord1a_419639", chests / "lungdx_a0001_5mm_B.zip"]
        scans += [folder / f"phantom-{seed}.nii.gz" for seed in seeds]
        assert run(["library", "add", *map(str, scans), *MODEL, *library]) == 0
    return library


@pytest.fixture
def search(
    place: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Call:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "cache"))

    def called(*arguments: str | Path) -> tuple[int, Json]:
        capsys.readouterr()
        code = run(["library", "search", *map(str, arguments), *MODEL, *place, "--json"])
        return code, json.loads(capsys.readouterr().out or "{}")

    return called


@pytest.mark.shared_data
@pytest.mark.slow
def test_a_real_scan_finds_itself_first_and_a_copy_of_it_its_patient(
    search: Call, shared_dir: Path, tmp_path: Path
) -> None:
    chests = shared_dir / "data" / "ct_chest"
    with ZipFile(chests / "lungdx_a0001_5mm_B.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    fewer = tmp_path / "fewer"
    fewer.mkdir()
    slices = sorted((chests / "ricord1a_419639").glob("*.dcm"))
    for path in slices[8:]:
        shutil.copyfile(path, fewer / path.name)

    unpacked = search(tmp_path / "unpacked")[1]["cases"]
    shorter = search(fewer)[1]["cases"]

    # Sources are not compared: what in a file's name is the patient's number is taken out of it.
    assert [one["self"] for one in unpacked] == [True, False, False, False, False]
    assert [one["same_patient"] for one in unpacked] == [True, False, False, False, False]
    # Other voxels are another scan, but the number of the patient says whose it is.
    assert not any(one["self"] for one in shorter)
    assert [one["same_patient"] for one in shorter] == [True, False, False, False, False]
    assert shorter[0]["case_id"] != unpacked[0]["case_id"]


@pytest.mark.shared_data
@pytest.mark.slow
def test_the_same_scan_as_nifti_is_beside_its_dicom(
    search: Call, shared_dir: Path, tmp_path: Path
) -> None:
    nifti = tmp_path / "same.nii.gz"
    write_as_nifti(shared_dir / "data" / "ct_chest" / "ricord1a_419639", nifti)

    code, answer = search(nifti)

    first, second = answer["cases"][:2]
    assert code == 0
    assert first["self"]
    assert not second["self"]


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize("name", ["MR_Gd.nii.gz", "totalseg_example_mr_sm.nii.gz"])
def test_a_magnetic_resonance_image_is_refused(search: Call, shared_dir: Path, name: str) -> None:
    assert search(shared_dir / "data" / "mri" / name)[0] == 3


def write_as_nifti(folder: Path, out: Path) -> None:
    volume = read_volume(largest_chest_ct(open_study(folder)))
    write_nifti(volume, out, description="the same scan")


def clustered(count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Draw unit vectors in 20 clusters; the first cluster has a quarter of them."""
    centres = rng.standard_normal((20, 64)) * 3
    of = np.where(np.arange(count) % 4 == 0, 0, rng.integers(1, 20, count))
    drawn = centres[of] + rng.standard_normal((count, 64))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.asarray(drawn, dtype=np.float32)


@pytest.mark.slow
def test_a_filter_that_lets_only_distant_cases_pass_finds_the_nearest_of_them(
    tmp_path: Path,
) -> None:
    count = 4000
    vectors = clustered(count, np.random.default_rng(5))
    to_first = vectors @ vectors[0]
    far = to_first < np.quantile(to_first, 0.05)
    cases = [
        library_samples.case(row, vector=vectors[row], tags=("far",) if far[row] else ("near",))
        for row in range(count)
    ]
    library = CaseLibrary.create(str(tmp_path / "library"))
    library.add(cases)
    query = Query(vectors[0], STAMP, scan_sha256="e" * 64)
    wanted = CaseFilter(tags=frozenset({"far"}))

    exact = open_library_search(library, STAMP)
    indexed = open_library_search(library, STAMP, exact_cases=100)

    truth, found = (
        [one.case.case_id for one in each.similar(query, count=10, wanted=wanted)]
        for each in (exact, indexed)
    )
    assert len(truth) == 10
    assert len(set(truth) & set(found)) >= 9
