"""The measuring of a search among very many cases: that it measures what it says.

The measuring itself: ``python -m tests.benchmarks.library_search --rows 1000000 --out FOLDER``.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.library_search import (
    ENGINES,
    build_faiss,
    draw,
    drawn,
    measure,
    run_build,
    run_search,
    table,
)

ROWS = 3000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    draw("measured", ROWS, tmp_path)
    return tmp_path


def test_comparing_with_every_case_in_memory_finds_all_there_is(folder: Path) -> None:
    run_build("medct", folder)

    result = run_search("medct", folder, hnsw_minutes=1)

    assert result["rows"] == ROWS
    assert [one["recall"] for one in result["filters"].values()] == [1.0] * 4


def test_a_flat_index_of_faiss_agrees_on_what_is_nearest(folder: Path) -> None:
    pytest.importorskip("faiss")
    task = drawn(folder)

    search, rows = build_faiss("flat", task, stop_s=60)

    told = measure(search, task.queries, np.load(folder / "nearest.npy"))
    recalls = [one["recall"] for one in told.values()]
    assert rows == ROWS
    assert min(recalls) >= 0.999


def test_every_engine_that_was_measured_has_a_row(tmp_path: Path) -> None:
    one = {"recall": 0.991, "p50_ms": 1.5, "p95_ms": 2.25}
    for kind in ("measured", "isotropic"):
        for engine, name in ENGINES.items():
            result = {
                **{"kind": kind, "engine": name, "rows": 1000, "build_s": 3.0},
                **{"build_gib": 0.5, "search_gib": 0.25},
                "filters": dict.fromkeys(("100", "50", "5", "0.5"), one),
            }
            (tmp_path / f"{kind}-{engine}.json").write_text(json.dumps(result))

    lines = table(tmp_path).splitlines()

    assert len(lines) == 2 + 8 + 1
    assert all(line.count("|") == lines[0].count("|") for line in lines[1:-1])
    assert "0.9910, 1.5 / 2.2" in lines[2]
