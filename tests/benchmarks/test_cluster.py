"""What an archive costs: scans a second with one and with two workers, and ten million computed.

Run with ``python -m tests.benchmarks.test_cluster SCAN`` on a quiet machine of two cores; it takes
about four minutes and 2 GB of disk. SCAN is a chest CT of realistic size; copies of it with other
noise in its last bit are written as ``.nii.gz`` first, since no two scans of an archive are alike.
A worker has one core and one thread. One and two workers take turns, so that what else the machine
does falls on both; the load is told with every round.
"""

import dataclasses
import hashlib
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import psutil
import pytest
from isal import igzip

from medct_core.archive.embed_worker import ScanAnswer, ScanTask, WorkerWish
from medct_core.archive.fingerprint import Fingerprint
from medct_core.archive.known_facts import KnownFacts
from medct_core.archive.ray_connection import connected
from medct_core.archive.ray_pool import RayPool
from medct_core.archive.worker_plan import WorkerPlan
from medct_core.cancel import CancelToken
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.retrieval.library_case import LibraryCase, Thumbnails, case_id_of
from medct_core.volume.volume import Volume

PAGE = Path(__file__).parents[2] / "medct_core" / "archive" / "TEN_MILLION_SCANS.md"
COPIES = 12
ROUNDS = 2
KEPT = 1000
ASKED = 100
MODEL = "medct-mini"
SCANS = 10_000_000
DAY_S = 86_400
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Measured:
    """What one scan costs, and one case.

    Attributes
    ----------
    worker_cpu_s
        Seconds of one core of a worker.
    asking_cpu_ms, keeping_cpu_ms
        Of a core of the one program that asks and writes, milliseconds.
    file_mb
        Read over the network.
    case_kb
        On disk in the library.
    ledger_bytes
        On disk, of one file.
    index_gib
        On disk, of an index of a million cases.
    index_build_s
        For a million cases.
    """

    worker_cpu_s: float
    asking_cpu_ms: float
    keeping_cpu_ms: float
    file_mb: float
    case_kb: float
    ledger_bytes: float
    index_gib: float
    index_build_s: float


@dataclass(frozen=True, slots=True)
class Round:
    """One run of so many workers over all copies."""

    workers: int
    seconds: float
    worker_cpu_s: float
    asking_cpu_s: float
    worker_peak_gib: float
    load: float


def computed(measured: Measured) -> dict[str, str]:
    """Work out ten million scans; every line follows from the numbers above it."""
    core_days = measured.worker_cpu_s * SCANS / DAY_S
    writer_rate = 1000 / (measured.asking_cpu_ms + measured.keeping_cpu_ms)
    return {
        "Work of the processors": f"{core_days:,.0f} days of one core",
        "With 64 cores": f"{core_days / 64:.1f} days",
        "With 256 cores": f"{core_days / 256:.1f} days",
        "Scans a second with 64 cores": f"{64 / measured.worker_cpu_s:.0f}",
        "Read over the network": f"{measured.file_mb * SCANS / 1e6:,.0f} TB",
        "Network with 64 cores": f"{measured.file_mb * 64 / measured.worker_cpu_s:,.0f} MB/s",
        "Cases on disk": f"{measured.case_kb * SCANS / 1e6:,.0f} GB",
        "Ledger on disk": f"{measured.ledger_bytes * SCANS / 1e9:,.1f} GB",
        "Index on disk": f"{measured.index_gib * SCANS / 1e6:,.0f} GiB",
        "Building the index": f"{measured.index_build_s * SCANS / 1e6 / 60:,.0f} minutes",
        "What one writer keeps": f"{writer_rate:,.0f} scans a second",
        "Cores that one writer keeps up with": f"{writer_rate * measured.worker_cpu_s:,.0f}",
        "One writer at its limit": f"{SCANS / writer_rate / 3600:,.1f} hours",
    }


def copies_of(scan: Path, folder: Path) -> list[Path]:
    """Write the scan several times, each with other noise in its last bit."""
    volume = read_volume(largest_chest_ct(open_study(scan)))
    return [_written(volume, folder / f"{number:03d}.nii.gz", number) for number in range(COPIES)]


def _written(volume: Volume, path: Path, seed: int) -> Path:
    noise = np.random.default_rng(seed).integers(0, 2, volume.values.shape[:2], dtype=np.int16)
    values = volume.values ^ noise[:, :, None]
    image = nibabel.Nifti1Image(values, _LPS_TO_RAS @ volume.geometry.affine)
    path.write_bytes(igzip.compress(image.to_bytes(), compresslevel=1))
    return path


def run_round(paths: list[Path], workers: int, folder: Path) -> Round:
    """Embed all copies into a new library; the clock starts when all workers are ready."""
    from medct_core.archive.add_on_cluster import ClusterJob, add_scans_on  # noqa: PLC0415
    from medct_core.archive.embed_folder import State, WantedScan  # noqa: PLC0415
    from medct_core.retrieval.library import CaseLibrary  # noqa: PLC0415

    library = CaseLibrary.create(str(folder))
    wish = WorkerWish(MODEL, device="cpu")
    with connected("local") as ray:
        pool = RayPool(ray, "local", WorkerPlan(workers, cores=1, gpus=0), wish)
        pool.await_first(CancelToken())
        while pool.free < workers:
            pool.wait(0.1)
        with _watched() as told:
            outcomes = list(
                add_scans_on(ClusterJob(library, pool), [WantedScan(path) for path in paths])
            )
        peak = max(_peak_gib(process) for process in _workers())
        asking_s = measure_asking(pool)
        pool.close()
    assert [one.state for one in outcomes] == [State.ADDED] * len(paths)
    seconds, worker_s = told
    return Round(
        workers=workers,
        seconds=seconds,
        worker_cpu_s=worker_s / len(paths),
        asking_cpu_s=asking_s,
        worker_peak_gib=peak,
        load=os.getloadavg()[0],
    )


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the one program that writes needs for a case."""

    cpu_s: float
    case_kb: float
    ledger_bytes: float


def measure_keeping(case: LibraryCase, folder: Path) -> Keeping:
    """Keep many cases like one, as many at a time as the writer does; what Ray needs is apart."""
    from medct_core.archive.case_writer import Arrived, CaseWriter  # noqa: PLC0415
    from medct_core.archive.embed_folder import WantedScan  # noqa: PLC0415
    from medct_core.archive.ledger import Asked, Ledger  # noqa: PLC0415
    from medct_core.retrieval.library import CaseLibrary  # noqa: PLC0415

    library = CaseLibrary.create(str(folder))
    writer = CaseWriter(library, Ledger(library, case.stamp, program="1.0"))
    spent = 0.0
    for number in range(KEPT):
        path, like = Path(f"/archive/{number}.nii.gz"), _like(case, number)
        asked = Asked(path, Fingerprint(number, number), KnownFacts())
        answer = ScanAnswer(number, like.case_id, like)
        writer.take(Arrived(WantedScan(path), asked, answer))
        if number % 500 == 499:
            begin = time.process_time()
            writer.keep()
            spent += time.process_time() - begin
    cases, ledger = _sizes(folder)
    return Keeping(spent / KEPT, cases / KEPT / 1000, ledger / KEPT)


def _like(case: LibraryCase, number: int) -> LibraryCase:
    """Make another case; its pictures differ by noise, or they would be stored as one."""
    source = np.random.default_rng(number)
    drawn = source.standard_normal(case.vector.size).astype(np.float32)
    pictures = (getattr(case.thumbnails, name) for name in ("axial", "coronal", "sagittal"))
    noisy = [one ^ source.integers(0, 8, one.shape, dtype=np.uint8) for one in pictures]
    scan_sha256 = hashlib.sha256(str(number).encode()).hexdigest()
    return dataclasses.replace(
        case,
        case_id=case_id_of(scan_sha256, case.stamp),
        scan_sha256=scan_sha256,
        vector=drawn / np.linalg.norm(drawn),
        thumbnails=Thumbnails(*noisy),
    )


def _sizes(folder: Path) -> tuple[int, int]:
    """Bytes of cases and of the ledger."""
    bytes_of = {one: one.stat().st_size for one in folder.rglob("*") if one.is_file()}
    ledger = sum(size for one, size in bytes_of.items() if "ledger_" in str(one))
    return sum(bytes_of.values()) - ledger, ledger


def measure_asking(pool: RayPool) -> float:
    """Measure what asking and answering costs the one program: seconds of a core a scan."""
    begin, left = time.process_time(), ASKED
    while left:
        pool.give(ScanTask(left, "/nothing/is/here.nii.gz"))
        while not pool.wait(1.0):
            pass
        left -= 1
    return (time.process_time() - begin) / ASKED


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Measure a block: seconds, and seconds of a core of all workers."""
    told: list[float] = []
    workers = _workers()
    begin, before = time.perf_counter(), sum(map(_cpu_s, workers))
    yield told
    seconds = time.perf_counter() - begin
    told += [seconds, sum(map(_cpu_s, workers)) - before]


def _workers() -> list[psutil.Process]:
    below = psutil.Process().children(recursive=True)
    return [one for one in below if " ".join(one.cmdline()).startswith("ray::EmbedWorker")]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _peak_gib(process: psutil.Process) -> float:
    mark = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    return int(mark[1]) / 2**20 if mark else 0.0


def tell(line: str) -> None:
    """Write a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def measure(scan: Path, folder: Path) -> None:
    """Tell every round, then what they have in common."""
    from medct_core.retrieval.library import CaseLibrary  # noqa: PLC0415

    paths = copies_of(scan, folder)
    mb = sum(path.stat().st_size for path in paths) / len(paths) / 1e6
    tell(f"{COPIES} copies of {mb:.1f} MB, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    rounds: list[Round] = []
    for number in range(ROUNDS):
        for workers in (1, 2) if number % 2 == 0 else (2, 1):
            done = run_round(paths, workers, folder / f"library-{number}-{workers}")
            rounds.append(done)
            tell(
                f"  {workers} workers: {COPIES / done.seconds:.3f} scans a second,"
                f" {done.worker_cpu_s:.2f} s of a core a scan, asking"
                f" {1000 * done.asking_cpu_s:.1f} ms, worker peak {done.worker_peak_gib:.2f} GiB,"
                f" load {done.load:.1f}"
            )
    _tell_efficiency(rounds)
    case = next(CaseLibrary.open(str(folder / "library-0-1")).cases())
    kept = measure_keeping(case, folder / "kept")
    tell(
        f"keeping: {1000 * kept.cpu_s:.2f} ms of a core a case, {kept.case_kb:.1f} kB a case,"
        f" ledger {kept.ledger_bytes:.0f} B a file"
    )


def _tell_efficiency(rounds: list[Round]) -> None:
    one, two = (
        statistics.median(done.seconds for done in rounds if done.workers == count)
        for count in (1, 2)
    )
    best_one, best_two = (
        min(done.seconds for done in rounds if done.workers == count) for count in (1, 2)
    )
    tell(
        f"two workers instead of one: {one / two:.2f} times the scans, efficiency"
        f" {one / two / 2:.2f} (medians; quickest {best_one / best_two / 2:.2f})"
    )


def read_page() -> tuple[Measured, dict[str, str]]:
    """Read the two tables of the page: what was measured, and what follows."""
    rows = dict(
        re.findall(r"^\| ([^|]+?) +\| ([^|]+?) +\|", PAGE.read_text(encoding="utf-8"), re.M)
    )
    numbers = {
        name: float(rows[f"`{name}`"].split()[0])
        for name in (field.name for field in dataclasses.fields(Measured))
    }
    return Measured(**numbers), rows


def test_the_page_says_what_its_numbers_give() -> None:
    measured, rows = read_page()

    told = {name: rows.get(name) for name in computed(measured)}

    assert told == computed(measured)


@pytest.mark.slow
def test_throughput(
    tmp_path: Path,
    shared_dir: Path,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("takes four minutes: give --benchmark-enable")
    with capsys.disabled():
        measure(shared_dir / "data" / "ct_chest" / "ricord1a_419639", tmp_path)


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(prefix="medct-benchmark-"))
    try:
        measure(Path(sys.argv[1]), place)
    finally:
        shutil.rmtree(place)
