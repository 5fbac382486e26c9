"""A report on retrieval: a page and its numbers."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from medct_core.evaluation.retrieval import RetrievalEvaluation
from medct_core.evaluation.retrieval_gains import RetrievalGains
from medct_core.evaluation.scans.evaluation import NOTICE
from medct_core.inference.safe_write import replacing


@dataclass(frozen=True, slots=True)
class WrittenRetrieval:
    """A report on retrieval.

    Attributes
    ----------
    page
        In Markdown.
    answer
        What stands in the JSON file.
    """

    page: Path
    answer: dict[str, object]


def write_retrieval(
    results: Sequence[RetrievalEvaluation],
    gains: Sequence[RetrievalGains],
    text: str,
    folder: Path,
) -> WrittenRetrieval:
    """Write what was measured of retrieval, the base first; OSError if it cannot be written.

    Parameters
    ----------
    results
        One a model.
    gains
        Of the others over the base.
    text
        The same in words.
    folder
        Made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    answer = {
        "notice": NOTICE,
        "format": 1,
        "models": [one.to_json() for one in results],
        "gains": [one.to_json() for one in gains],
    }
    page = folder / "retrieval.md"
    write_whole(page, f"# Retrieval\n\n**{NOTICE}**\n\n```text\n{text}\n```\n")
    write_whole(folder / "retrieval.json", json.dumps(answer, indent=2, allow_nan=False) + "\n")
    return WrittenRetrieval(page, answer)


def write_whole(path: Path, text: str) -> None:
    """Write a text in UTF-8 so that it is there whole or not at all."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
