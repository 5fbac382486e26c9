"""The page on retrieval: the notice, the words and the numbers."""

import json
from pathlib import Path

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.evaluation.report.retrieval_page import write_retrieval, write_whole
from medct_core.evaluation.retrieval import RAW, evaluate_retrieval
from medct_core.evaluation.retrieval_cases import RetrievalCases
from medct_core.evaluation.retrieval_gains import retrieval_gains
from medct_core.evaluation.scans.evaluation import NOTICE
from tests.evaluation_samples import BASE


def test_retrieval_is_written_with_the_notice(tmp_path: Path) -> None:
    vectors = np.eye(3, dtype=np.float32)
    cases = RetrievalCases(vectors, ("a", "b", ""), vectors, np.eye(3, dtype=bool), ("1", "2", ""))
    result = evaluate_retrieval(
        cases, [RAW], stamp=BASE, source="x", cancel=CancelToken(), on_progress=lambda _: None
    )

    gains = retrieval_gains([result, result])
    written = write_retrieval([result, result], gains, "Recall@1 1.000", tmp_path / "report")

    assert NOTICE in written.page.read_text()
    assert "Recall@1 1.000" in written.page.read_text()
    said = json.loads((tmp_path / "report" / "retrieval.json").read_text())
    assert said == json.loads(json.dumps(written.answer))
    assert said["models"][0]["stamp"]["model"] == "medct-mini"
    assert said["gains"][0]["gains"]["report_to_volume"]["Recall@1"]["gain"] == 0.0
    assert "less the base" in said["gains"][0]["rule"]


def test_a_text_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "page.md"

    write_whole(path, "one")
    write_whole(path, "two \u00b5")

    assert path.read_text(encoding="utf-8") == "two \u00b5"
    assert [one.name for one in tmp_path.iterdir()] == ["page.md"]
