"""What a search among very many cases costs and misses, beside faiss, flat and HNSW.

``python -m tests.benchmarks.library_search --rows 1000000 --out FOLDER`` draws the cases, runs
every engine in a process of its own with the same queries, writes a file for each as it goes,
and prints one table at the end. ``--only medct flat`` runs some of them, and what was written
before stays in the table. Vectors are drawn with the covariance spectrum of measured embeddings
(see the golden file), continued to 512 dimensions, and beside them with all directions alike, of
which there are fewer; queries are drawn apart. The promise, for the first: of the ten nearest 99
in 100 are found, 95 in 100 searches take no longer than 20 ms, whatever the filter.
"""

import argparse
import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import Any

import lancedb
import numpy as np
import numpy.typing as npt
import psutil

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import Centring, fit_mean
from medct_core.retrieval.compared_cases import first_directions
from medct_core.retrieval.lance_build import build_index
from medct_core.retrieval.lance_index import LanceIndex, read_probes
from tests.vector_samples import TAGS, ManyCases, draw_cases, draw_vectors

FloatArray = npt.NDArray[np.float32]
Search = Callable[[FloatArray, str | None], list[int]]
Result = dict[str, Any]

SIZE = 512
QUERIES = 200
WARM_UP = 10
NEAREST = 10
AT_ONCE = 50_000
HNSW_LINKS, HNSW_BUILD, HNSW_SEARCH = 16, 80, 128
HNSW_AT_ONCE = 10_000
SPECTRUM = Path(__file__).parents[1] / "golden" / "medct-mini-spectrum.json"
FILTERS: tuple[str | None, ...] = (None, *TAGS)
ENGINES = {
    "medct": "MedCT",
    "lancedb": "MedCT, parted by LanceDB",
    "flat": "faiss flat",
    "hnsw": f"faiss HNSW M {HNSW_LINKS}, efConstruction {HNSW_BUILD}, efSearch {HNSW_SEARCH}",
}
KEPT_ON_DISK = ("medct", "lancedb")


def variances_of(kind: str) -> FloatArray:
    """Give the variances of 512 directions, falling."""
    if kind == "isotropic":
        return np.ones(SIZE, dtype=np.float32)
    values = np.array(json.loads(SPECTRUM.read_text(encoding="utf-8"))["eigenvalues"])
    # Beyond the last measured rank `interp` repeats its value: the tail does not fall to nothing.
    logs = np.interp(np.arange(SIZE), np.arange(len(values)), np.log(values))
    variances: FloatArray = np.exp(logs).astype(np.float32)
    return variances


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Cases as a model gives them, in a file, and centred queries that are none of them."""

    cases: ManyCases
    centring: Centring
    queries: FloatArray

    def centred(self) -> Iterator[FloatArray]:
        """Give the vectors centred, some at a time."""
        for first in range(0, len(self.cases.vectors), AT_ONCE):
            yield self.centring.unit(self.cases.vectors[first : first + AT_ONCE])

    def first(self, rows: int) -> "Task":
        """Leave the first cases only."""
        cases = ManyCases(self.cases.vectors[:rows], self.cases.luck[:rows])
        return Task(cases, self.centring, self.queries)


def draw(kind: str, rows: int, folder: Path) -> None:
    """Draw cases and queries into files, and compare all with all."""
    rng = np.random.default_rng(0)
    variances = variances_of(kind)
    cases = draw_cases(rng, rows, variances)
    centring = fit_mean(cases.vectors)
    queries = centring.unit(draw_vectors(rng, QUERIES, variances))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", cases.vectors)
    np.save(folder / "luck.npy", cases.luck)
    np.save(folder / "mean.npy", centring.mean)
    np.save(folder / "queries.npy", queries)
    np.save(folder / "nearest.npy", nearest_of(Task(cases, centring, queries)))


def drawn(folder: Path) -> Task:
    """Read what was drawn; the vectors stay in their file."""
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    centring = Centring(np.load(folder / "mean.npy"), None, fitted_on=len(vectors))
    cases = ManyCases(vectors, np.load(folder / "luck.npy"))
    return Task(cases, centring, np.load(folder / "queries.npy"))


def nearest_of(task: Task) -> npt.NDArray[np.int64]:
    """Compare queries with every case: ``(filters, queries, NEAREST)`` rows of those that pass."""
    shape = (len(FILTERS), len(task.queries), 0)
    cosines, rows = np.empty(shape, np.float32), np.empty(shape, np.int64)
    first = 0
    for part in task.centred():
        of_part = task.queries @ part.T
        luck = task.cases.luck[first : first + len(part)]
        passing = np.stack([luck < (TAGS[tag] if tag else 2.0) for tag in FILTERS])
        asked = np.where(passing[:, None], of_part, -2.0)
        best = np.argpartition(-asked, NEAREST - 1, axis=2)[..., :NEAREST]
        cosines = np.concatenate([cosines, np.take_along_axis(asked, best, axis=2)], axis=2)
        rows = np.concatenate([rows, first + best], axis=2)
        first += len(part)
    best = np.argsort(-cosines, axis=2)[..., :NEAREST]
    return np.take_along_axis(rows, best, axis=2)


def build_on_disk(engine: str, cases: ManyCases, folder: Path) -> None:
    """Build an index of ours, as it chooses or parted by LanceDB."""
    way = first_directions if engine == "medct" else lambda _variances, _count: 0
    build_index(lancedb.connect(folder), "index", cases.batches, first=way)


def opened(folder: Path) -> tuple[Search, str]:
    """Open an index of ours, and say how it compares."""
    table = lancedb.connect(folder).open_table("index")
    index = LanceIndex(table)

    def search(query: FloatArray, tag: str | None) -> list[int]:
        wanted = CaseFilter(tags=frozenset({tag}) if tag else frozenset())
        hits = index.nearest(query, count=NEAREST, wanted=wanted)
        return [int(hit.case_id, 16) for hit in hits]

    probes = read_probes(table)
    return search, f"partitions probed {probes}" if probes else "all compared in memory"


def build_faiss(engine: str, task: Task, stop_s: float) -> tuple[Search, int]:
    """Build an index of faiss in memory, as far as the time allows; with the rows it holds."""
    faiss: Any = import_module("faiss")
    faiss.omp_set_num_threads(2)
    if engine == "flat":
        index = faiss.IndexFlatIP(SIZE)
    else:
        index = faiss.IndexHNSWFlat(SIZE, HNSW_LINKS, faiss.METRIC_INNER_PRODUCT)
        faiss.ParameterSpace().set_index_parameter(index, "efConstruction", HNSW_BUILD)
    begin = time.perf_counter()
    for part in task.centred():
        for few in np.array_split(part, max(1, len(part) // HNSW_AT_ONCE)):
            if time.perf_counter() - begin < stop_s:
                index.add(few)
    rows = int(index.ntotal)
    bits = {
        tag: np.packbits(task.cases.luck[:rows] < share, bitorder="little")
        for tag, share in TAGS.items()
    }

    def search(query: FloatArray, tag: str | None) -> list[int]:
        chosen = faiss.IDSelectorBitmap(bits[tag]) if tag else None
        if engine == "flat":
            how = faiss.SearchParameters(sel=chosen)
        else:
            how = faiss.SearchParametersHNSW(sel=chosen, efSearch=HNSW_SEARCH)
        found: list[int] = index.search(query[None], NEAREST, params=how)[1][0].tolist()
        return found

    return search, rows


def private_bytes() -> int:
    """How much memory this process holds; files it has mapped do not count."""
    memory = psutil.Process().memory_info()
    return int(memory.rss - memory.shared)


@contextmanager
def watched_memory() -> Iterator[Callable[[], float]]:
    """Measure the highest memory of a block, GiB above its start."""
    gc.collect()
    start, done = private_bytes(), Event()
    peak = start

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, private_bytes())

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield lambda: (max(peak, private_bytes()) - start) / 2**30
    finally:
        done.set()
        watcher.join()


def measure(
    search: Search, queries: FloatArray, nearest: npt.NDArray[np.int64]
) -> dict[str, Result]:
    """Search with every filter; recall, and milliseconds at the median and the 95th percentile."""
    told = {}
    for tag, of_filter in zip(FILTERS, nearest, strict=True):
        for query in queries[:WARM_UP]:
            search(query, tag)
        recalls, times = [], []
        for query, wanted in zip(queries, of_filter, strict=True):
            begin = time.perf_counter()
            found = search(query, tag)
            times.append(1000 * (time.perf_counter() - begin))
            recalls.append(np.isin(wanted, found).mean())
        told[f"{100 * (TAGS[tag] if tag else 1.0):g}"] = {
            "recall": float(np.mean(recalls)),
            "p50_ms": float(np.percentile(times, 50)),
            "p95_ms": float(np.percentile(times, 95)),
        }
    return told


def run_build(engine: str, folder: Path) -> Result:
    """Build on disk, in this process; seconds, peak memory and size."""
    cases = drawn(folder).cases
    index = folder / engine
    shutil.rmtree(index, ignore_errors=True)
    with watched_memory() as peak:
        begin = time.perf_counter()
        build_on_disk(engine, cases, index)
        built_s, build_gib = time.perf_counter() - begin, peak()
    disk = sum(path.stat().st_size for path in index.rglob("*") if path.is_file())
    return {"build_s": built_s, "build_gib": build_gib, "disk_gib": disk / 2**30}


def run_search(engine: str, folder: Path, hnsw_minutes: float) -> Result:
    """Search, in this process; faiss builds what it searches."""
    task = drawn(folder)
    result: Result = {}
    with watched_memory() as peak:
        begin, rows = time.perf_counter(), len(task.cases.vectors)
        if engine in KEPT_ON_DISK:
            search, result["how"] = opened(folder / engine)
            search(task.queries[0], next(iter(TAGS)))
            result["ready_s"] = time.perf_counter() - begin
        else:
            stop_s = 60 * hnsw_minutes if engine == "hnsw" else float("inf")
            search, rows = build_faiss(engine, task, stop_s)
            result |= {"build_s": time.perf_counter() - begin, "build_gib": peak()}
        result["search_gib"] = peak()
    is_whole = rows == len(task.cases.vectors)
    nearest = np.load(folder / "nearest.npy") if is_whole else nearest_of(task.first(rows))
    return result | {"rows": rows, "filters": measure(search, task.queries, nearest)}


def child(asked: argparse.Namespace, *further: str) -> Result:
    """Run one step in a process of its own, and read what it tells last."""
    command = [sys.executable, "-m", "tests.benchmarks.library_search", "--out", str(asked.out)]
    given = [*command, "--hnsw-minutes", str(asked.hnsw_minutes), *further]
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "2")
    done = subprocess.run(
        given, env=os.environ | threads, stdout=subprocess.PIPE, text=True, check=True
    )
    result: Result = json.loads(done.stdout.splitlines()[-1])
    return result


def run_all(asked: argparse.Namespace) -> None:
    """Draw the cases of each kind, and run the engines one after the other."""
    counts = {"measured": asked.rows, "isotropic": asked.isotropic_rows}
    for kind in asked.kinds:
        folder = asked.out / kind
        if not (folder / "queries.npy").exists() or _rows_in(folder) != counts[kind]:
            child(asked, "--step", "draw", "--kinds", kind, "--rows", str(counts[kind]))
        # Where all directions are alike, LanceDB parts the cases in any case.
        for engine in (one for one in asked.only if (kind, one) != ("isotropic", "lancedb")):
            result: Result = {"kind": kind, "engine": ENGINES[engine], "cores": os.cpu_count()}
            if engine in KEPT_ON_DISK:
                result |= child(asked, "--step", "build", "--kinds", kind, "--only", engine)
            result |= child(asked, "--step", "search", "--kinds", kind, "--only", engine)
            (asked.out / f"{kind}-{engine}.json").write_text(json.dumps(result, indent=1))
            shutil.rmtree(folder / engine, ignore_errors=True)
            tell(row_of(result))
        if not asked.keep:
            shutil.rmtree(folder)
    tell(table(asked.out))


def _rows_in(folder: Path) -> int:
    return len(np.load(folder / "vectors.npy", mmap_mode="r"))


def table(folder: Path) -> str:
    """Set what was measured, now and before, in one table."""
    shares = [f"{100 * share:g}" for share in (1.0, *TAGS.values())]
    passing = " | ".join(f"{share} % pass" for share in shares)
    head = f"| vectors | engine | rows | {passing} | build | memory: build, search | disk |"
    lines = [head, "|" + "---|" * (head.count("|") - 1)]
    for kind in ("measured", "isotropic"):
        for engine in ENGINES:
            path = folder / f"{kind}-{engine}.json"
            if path.exists():
                lines.append(row_of(json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join([*lines, "recall@10, p50 / p95 in ms; memory in GiB, mapped files left out"])


def row_of(result: Result) -> str:
    """Set one engine's figures in a row."""
    cells = [
        f"{one['recall']:.4f}, {one['p50_ms']:.1f} / {one['p95_ms']:.1f}"
        for one in result["filters"].values()
    ]
    disk = f"{result['disk_gib']:.2f} GiB" if "disk_gib" in result else "none"
    memory = f"{result['build_gib']:.2f}, {result['search_gib']:.2f}"
    return (
        f"| {result['kind']} | {result['engine']} | {result['rows']:,} | {' | '.join(cells)} "
        f"| {result['build_s']:.0f} s | {memory} | {disk} |"
    )


def tell(line: str) -> None:
    """Write a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description="Measure a search among very many cases.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--isotropic-rows", type=int, default=100_000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--kinds", nargs="+", default=["measured", "isotropic"])
    parser.add_argument("--hnsw-minutes", type=float, default=15.0)
    parser.add_argument("--keep", action="store_true", help="keep the drawn vectors")
    parser.add_argument("--step", choices=["all", "draw", "build", "search"], default="all")
    asked = parser.parse_args()
    folder = asked.out / asked.kinds[0]
    if asked.step == "draw":
        draw(asked.kinds[0], asked.rows, folder)
        tell("{}")
    elif asked.step == "build":
        tell(json.dumps(run_build(asked.only[0], folder)))
    elif asked.step == "search":
        tell(json.dumps(run_search(asked.only[0], folder, asked.hnsw_minutes)))
    else:
        run_all(asked)


if __name__ == "__main__":
    main()
