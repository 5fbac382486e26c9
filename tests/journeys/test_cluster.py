"""An archive embedded by a real cluster: workers and driver die, and every case is there once."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from medct_core.commands.main import run
from medct_core.inference import cache
from medct_core.models import catalogue
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.patient_key import patient_key
from tests import small_chest, tiny_model
from tests.library_bytes import ROOT, files_holding
from tests.medct_core.io import making
from tests.ray_here import ray_head, reading_worker, short_folder

pytest.importorskip("ray")
pytest.importorskip("lancedb")
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_health import check_library

pytestmark = [pytest.mark.cluster, pytest.mark.slow]

COUNT = 30


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Install a tiny model for this process and for all that it starts."""
    folder = tmp_path_factory.mktemp("home")
    tiny_model.write_model(folder / "models" / "tiny", tiny_model.LOCAL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(catalogue.FOLDER_VARIABLE, str(folder / "models"))
        patch.setenv(cache.FOLDER_VARIABLE, str(folder / "cache"))
        yield folder


@pytest.fixture(scope="module")
def ray_folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def cluster(home: Path, ray_folder: Path) -> Iterator[str]:
    with ray_head(ray_folder, cores=2) as address:
        yield address


@pytest.fixture(scope="module")
def archive(home: Path) -> Path:
    """Write chests, a head, a text, and a patient's DICOM."""
    folder = home / "archive"
    folder.mkdir()
    for number in range(COUNT):
        small_chest.write(folder / f"{number:02d}.nii.gz", seed=number)
    small_chest.write(folder / "head.nii.gz", lung_hu=50)
    (folder / "MUSTERFRAU_text.nii.gz").write_text("no scan", encoding="utf-8")
    making.write_series(folder / f"MUSTERFRAU_{making.PATIENT_ID}", small_chest.volume(99))
    return folder


@pytest.fixture(scope="module")
def alone(home: Path, archive: Path) -> dict[str, LibraryCase]:
    """Embed the archive without a cluster."""
    place = str(home / "alone")
    run(["library", "init", place])
    run(["library", "add", str(archive), "--library", place, "--model", "tiny", "--device", "cpu"])
    return {case.case_id: case for case in CaseLibrary.open(place).cases()}


@pytest.fixture
def library(tmp_path: Path) -> CaseLibrary:
    return CaseLibrary.create(str(tmp_path / "library"))


_ADD_ALL = """
import sys
from pathlib import Path
from medct_core.archive.add_on_cluster import ClusterJob, add_scans_on
from medct_core.archive.embed_folder import WantedScan
from medct_core.archive.embed_worker import WorkerWish
from medct_core.archive.ray_pool import ray_workers
from medct_core.io.open import scans_in
from medct_core.retrieval.library import CaseLibrary

library = CaseLibrary.open(sys.argv[1])
wanted = [WantedScan(path) for path in scans_in(Path(sys.argv[3]))]
with ray_workers(sys.argv[2], WorkerWish("tiny", device="cpu"), count=2) as workers:
    job = ClusterJob(library, workers, kept_every_s=0.1)
    for outcome in add_scans_on(job, wanted):
        sys.stderr.write(f"{outcome.state.value} {outcome.case_id}\\n")
        sys.stderr.flush()
"""


_COMMAND = "from medct_core.commands.main import main; main()"


def adding(library: CaseLibrary, cluster: str, archive: Path) -> subprocess.Popen[str]:
    """Start a driver that tells what became of each scan as soon as it is kept."""
    arguments = [library.address, cluster, str(archive)]
    return subprocess.Popen(
        [sys.executable, "-c", _ADD_ALL, *arguments],
        cwd=ROOT,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def cases_told(lines: Iterable[str]) -> list[str]:
    """Give the cases that are said to be kept, in order."""
    told = [line.rstrip("\n").rpartition(" ") for line in lines]
    return [case_id for state, _, case_id in told if state in {"added", "there already"}]


def assert_like(library: CaseLibrary, alone: dict[str, LibraryCase]) -> None:
    """Compare with the library that was made without a cluster, and look for doubles."""
    ours = list(library.cases())
    assert sorted(case.case_id for case in ours) == sorted(alone)
    for case in ours:
        np.testing.assert_allclose(case.vector, alone[case.case_id].vector, atol=1e-5)
        assert (case.source, case.sex) == (alone[case.case_id].source, alone[case.case_id].sex)
    assert check_library(library).is_whole


def test_a_worker_killed_in_the_middle_loses_nothing(
    library: CaseLibrary,
    cluster: str,
    archive: Path,
    alone: dict[str, LibraryCase],
    ray_folder: Path,
) -> None:
    with adding(library, cluster, archive) as driver:
        assert driver.stderr is not None
        reading_worker(ray_folder).kill()
        lines = list(driver.stderr)

    told = cases_told(lines)
    assert driver.returncode == 0, lines
    assert sorted(told) == sorted(alone)
    assert_like(library, alone)


def test_a_driver_killed_in_the_middle_is_taken_up_without_loss_or_double(
    library: CaseLibrary, cluster: str, archive: Path, alone: dict[str, LibraryCase]
) -> None:
    with adding(library, cluster, archive) as first:
        assert first.stderr is not None
        told = cases_told(islice(first.stderr, 4))
        first.kill()
    kept = {case.case_id for case in library.cases()}

    _, lines = adding(library, cluster, archive).communicate()

    assert set(told) <= kept < set(alone)
    assert sorted(cases_told(lines.splitlines())) == sorted(alone)
    assert lines.count("there already") in range(len(told), len(kept) + 1)
    assert_like(library, alone)


def test_the_command_says_what_became_of_every_scan_and_names_nobody(
    library: CaseLibrary,
    cluster: str,
    archive: Path,
    alone: dict[str, LibraryCase],
    ray_folder: Path,
) -> None:
    options = ["--model", "tiny", "--device", "cpu", "--patient", "AB-4711", "--json"]
    place = ["--library", library.address, "--cluster", cluster, "--workers", "2"]

    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, "library", "add", str(archive), *options, *place],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )

    answer = json.loads(done.stdout)
    refused = {Path(one["path"]).name for one in answer["scans"] if one["error"]}
    assert (done.returncode, answer["added"], answer["exit_code"]) == (3, len(alone), 3)
    assert refused == {"head.nii.gz", "MUSTERFRAU_text.nii.gz"}
    assert answer["cluster"]["workers"] == 2
    assert {case.patient_key for case in library.cases()} == {patient_key("AB-4711", library.salt)}
    for word in (b"MUSTERFRAU", b"Erika", b"AB-4711", making.PATIENT_ID.encode(), library.salt):
        assert files_holding(ray_folder, word) == []
        assert word == library.salt or files_holding(Path(library.address), word) == []
