"""What a search among very many cases costs and misses, beside faiss, flat and HNSW.

Run with ``pytest tests/benchmarks/test_library_search.py --benchmark-enable -m slow`` on two
cores; it takes an hour and 12 GiB. ``MEDCT_BENCHMARK_CASES=100000`` is done in minutes. Vectors
are drawn with the covariance spectrum of measured embeddings (see the golden file), continued
to 512 dimensions: once at the same ranks, once stretched, which doubles the effective rank; and
with all directions alike. Queries are drawn apart. The promise, for the first: of the ten
nearest 99 in 100 are found, 95 in 100 searches take no longer than 20 ms, whatever the filter.
"""

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Any

import lancedb
import numpy as np
import numpy.typing as npt
import psutil
import pytest

from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.exact_index import ExactIndex
from medct_core.retrieval.lance_build import build_index
from medct_core.retrieval.lance_index import read_probes
from medct_core.retrieval.vector_index import VectorIndex
from tests.vector_samples import TAGS, ManyCases, draw_cases, draw_vectors, name_of, tags_of

FloatArray = npt.NDArray[np.float32]
Search = Callable[[FloatArray, str | None], list[int]]

CASES = int(os.environ.get("MEDCT_BENCHMARK_CASES", "1000000"))
SIZE = 512
QUERIES = 200
WARM_UP = 10
NEAREST = 10
HNSW_LINKS, HNSW_BUILD, HNSW_SEARCH = 32, 40, 128
SPECTRUM = Path(__file__).parents[1] / "golden" / "medct-mini-spectrum.json"
FILTERS: tuple[str | None, ...] = (None, *TAGS)


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Cases, queries that are none of them, and what is nearest, by filter."""

    cases: ManyCases
    queries: FloatArray
    nearest: dict[str | None, list[set[int]]]


def measured(kind: str) -> FloatArray:
    """Give the variances of 512 directions, falling."""
    if kind == "isotropic":
        return np.ones(SIZE, dtype=np.float32)
    values = np.array(json.loads(SPECTRUM.read_text(encoding="utf-8"))["eigenvalues"])
    ranks = np.arange(len(values))
    wanted = np.linspace(0, len(values) - 1, SIZE) if kind == "stretched" else np.arange(SIZE)
    # Beyond the last measured rank `interp` repeats its value: the tail does not fall to nothing.
    variances: FloatArray = np.exp(np.interp(wanted, ranks, np.log(values))).astype(np.float32)
    return variances


@cache
def task(kind: str) -> Task:
    """Draw the cases and queries of a spectrum, and compare all with all."""
    rng = np.random.default_rng(0)
    variances = measured(kind)
    cases = draw_cases(rng, CASES, variances)
    centring = fit_mean(cases.vectors)
    for part in np.array_split(cases.vectors, max(1, CASES // 50_000)):
        part[:] = centring.unit(part)
    queries = centring.unit(draw_vectors(rng, QUERIES, variances))
    nearest = {tag: nearest_passing(cases, queries, tag) for tag in FILTERS}
    return Task(cases, queries, nearest)


def nearest_passing(cases: ManyCases, queries: FloatArray, tag: str | None) -> list[set[int]]:
    """Give the rows of the nearest cases that have a tag, one set a query."""
    rows = np.flatnonzero(cases.luck < (TAGS[tag] if tag else 2.0))
    found = np.empty((len(queries), 0), dtype=np.int64)
    cosines = np.empty((len(queries), 0), dtype=np.float32)
    for part in np.array_split(rows, max(1, len(rows) // 50_000)):
        cosines = np.hstack([cosines, queries @ cases.vectors[part].T])
        found = np.hstack([found, np.broadcast_to(part, (len(queries), len(part)))])
        best = np.argpartition(-cosines, NEAREST - 1, axis=1)[:, :NEAREST]
        cosines = np.take_along_axis(cosines, best, axis=1)
        found = np.take_along_axis(found, best, axis=1)
    return [set(row.tolist()) for row in found]


def of_index(index: VectorIndex) -> Search:
    """Search one of our indices."""

    def search(query: FloatArray, tag: str | None) -> list[int]:
        wanted = CaseFilter(tags=frozenset({tag}) if tag else frozenset())
        hits = index.nearest(query, count=NEAREST, wanted=wanted)
        return [int(hit.case_id, 16) for hit in hits]

    return search


def build_exact(cases: ManyCases, _folder: Path) -> Search:
    """Compare with every case in memory."""
    return of_index(
        ExactIndex(
            cases.vectors,
            case_ids=[name_of(row) for row in range(len(cases.vectors))],
            facts=[[f"tag {tag}" for tag in tags_of(luck)] for luck in cases.luck],
            centring_version="",
        )
    )


def build_lance(cases: ManyCases, folder: Path) -> Search:
    """Build the index on disk."""
    connection = lancedb.connect(folder)
    index = build_index(connection, "index", cases.batches)
    table = connection.open_table("index")
    leading = table.schema.field("leading").type.list_size
    tell(f"  {leading} leading directions; partitions probed: {read_probes(table)}")
    return of_index(index)


def build_faiss(kind: str) -> Callable[[ManyCases, Path], Search]:
    """Give what builds one of the indices of faiss."""

    def build(cases: ManyCases, _folder: Path) -> Search:
        faiss: Any = pytest.importorskip("faiss")
        faiss.omp_set_num_threads(2)
        inner = faiss.METRIC_INNER_PRODUCT
        flat, hnsw = faiss.IndexFlatIP, faiss.IndexHNSWFlat
        index = flat(SIZE) if kind == "flat" else hnsw(SIZE, HNSW_LINKS, inner)
        if kind == "hnsw":
            faiss.ParameterSpace().set_index_parameter(index, "efConstruction", HNSW_BUILD)
        index.add(cases.vectors)
        bits = {
            tag: np.packbits(cases.luck < share, bitorder="little") for tag, share in TAGS.items()
        }

        def search(query: FloatArray, tag: str | None) -> list[int]:
            chosen = faiss.IDSelectorBitmap(bits[tag]) if tag else None
            if kind == "flat":
                how = faiss.SearchParameters(sel=chosen)
            else:
                how = faiss.SearchParametersHNSW(sel=chosen, efSearch=HNSW_SEARCH)
            rows: list[int] = index.search(query[None], NEAREST, params=how)[1][0].tolist()
            return rows

        return search

    return build


ENGINES: dict[str, Callable[[ManyCases, Path], Search]] = {
    "lance": build_lance,
    "exact": build_exact,
    "faiss flat": build_faiss("flat"),
    "faiss hnsw": build_faiss("hnsw"),
}


@contextmanager
def watched_memory() -> Iterator[Callable[[], tuple[float, float]]]:
    """Measure how much memory a block takes: (at its end, at its peak), GiB above its start."""
    gc.collect()
    process, done = psutil.Process(), Event()
    start = process.memory_info().rss
    peak = start

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.05):
            peak = max(peak, process.memory_info().rss)

    def told() -> tuple[float, float]:
        now = process.memory_info().rss
        return (now - start) / 2**30, (max(peak, now) - start) / 2**30

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield told
    finally:
        done.set()
        watcher.join()


def tell(line: str) -> None:
    """Write a line of the table."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def measure(name: str, asked: Task, folder: Path) -> None:
    """Build one index, search it with every filter, and tell what that took."""
    with watched_memory() as memory:
        begin = time.perf_counter()
        search = ENGINES[name](asked.cases, folder)
        built_s = time.perf_counter() - begin
        held, peak = memory()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**30
    tell(
        f"  {name:11s} built in {built_s:.0f} s, holds {held:.2f} GiB, peak {peak:.2f} GiB,"
        f" on disk {size:.2f} GiB"
    )
    for tag in FILTERS:
        share = TAGS[tag] if tag else 1.0
        for query in asked.queries[:WARM_UP]:
            search(query, tag)
        recalls, times = [], []
        for query, nearest in zip(asked.queries, asked.nearest[tag], strict=True):
            begin = time.perf_counter()
            found = search(query, tag)
            times.append(1000 * (time.perf_counter() - begin))
            recalls.append(len(nearest.intersection(found)) / len(nearest))
        tell(
            f"  {name:11s} {100 * share:5.1f} % pass: recall@10 {np.mean(recalls):.4f},"
            f" p50 {np.percentile(times, 50):6.1f} ms, p95 {np.percentile(times, 95):6.1f} ms"
        )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["measured", "stretched", "isotropic"])
def test_search(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    if not request.config.getoption("benchmark_enable"):
        pytest.skip("takes an hour: give --benchmark-enable")
    asked = task(kind)
    with capsys.disabled():
        tell(f"\n{CASES:,} x {SIZE}, {kind}, {os.cpu_count()} cores")
        for name in ENGINES:
            measure(name, asked, tmp_path / name)
    task.cache_clear()
