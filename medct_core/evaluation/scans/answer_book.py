"""AnswerBook: what a model answered of each scan, kept so that a killed run goes on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.models.stamp import ModelStamp

_DIGITS = 16


class AnswerBook:
    """A file of lines, one a scan; only ever appended to.

    A line that a killed run left unfinished counts as missing and is cut off.

    Parameters
    ----------
    path
        Made with the first answer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._answers: dict[str, tuple[float, ...]] = {}
        if path.is_file():
            self._read()

    def get(self, key: str) -> tuple[float, ...] | None:
        """Give what was answered of a scan; None where nothing was."""
        return self._answers.get(key)

    def put(self, key: str, values: Sequence[float] | npt.NDArray[np.floating]) -> None:
        """Keep an answer.

        Raises
        ------
        ValueError
            If a number is NaN or infinite.
        """
        numbers = tuple(map(float, values))
        line = json.dumps({"scan": key, "values": numbers}, allow_nan=False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self._answers[key] = numbers

    def _read(self) -> None:
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        for line in whole.splitlines():
            try:
                said = json.loads(line)
                self._answers[said["scan"]] = tuple(map(float, said["values"]))
            except (ValueError, KeyError, TypeError):
                continue


def open_book(folder: Path, stamp: ModelStamp, question: object) -> AnswerBook:
    """Open the answers of one model to one question.

    Parameters
    ----------
    folder
        Where the answers of an evaluation are kept.
    stamp
        Of the model; another one has another book.
    question
        Everything asked, as values for JSON.
    """
    asked = json.dumps([asdict(stamp), question], sort_keys=True)
    digest = hashlib.sha256(asked.encode()).hexdigest()[:_DIGITS]
    return AnswerBook(folder / f"{digest}.jsonl")
