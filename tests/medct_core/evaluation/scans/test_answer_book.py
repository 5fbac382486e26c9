"""AnswerBook: nothing answered is lost, and nothing half written is believed."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.evaluation.scans.answer_book import AnswerBook, open_book
from tests.evaluation_samples import BASE

NUMBERS = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4)


@given(st.dictionaries(st.text(max_size=5), NUMBERS, max_size=5))
def test_what_was_kept_is_read_again_to_the_last_bit(answers: dict[str, list[float]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "book.jsonl"
        book = AnswerBook(path)
        for key, values in answers.items():
            book.put(key, values)

        again = AnswerBook(path)

        assert all(again.get(key) == tuple(values) for key, values in answers.items())
        assert again.get("never asked") is None


def test_a_line_cut_by_a_kill_counts_as_missing_and_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "book.jsonl"
    book = AnswerBook(path)
    book.put("a", [1.0])
    book.put("b", [2.0])
    path.write_bytes(path.read_bytes()[:-5])

    again = AnswerBook(path)
    again.put("c", [3.0])

    last = AnswerBook(path)
    assert [last.get(key) for key in "abc"] == [(1.0,), None, (3.0,)]


def test_a_line_of_something_else_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "book.jsonl"
    path.write_text('nonsense\n{"scan": "a"}\n{"scan": "b", "values": [1]}\n', encoding="utf-8")

    book = AnswerBook(path)

    assert book.get("a") is None
    assert book.get("b") == (1.0,)


def test_what_is_no_number_is_not_kept(tmp_path: Path) -> None:
    book = AnswerBook(tmp_path / "book.jsonl")

    with pytest.raises(ValueError, match="JSON"):
        book.put("a", [float("nan")])

    assert book.get("a") is None


def test_another_model_and_another_question_have_another_book(tmp_path: Path) -> None:
    open_book(tmp_path, BASE, ["vector"]).put("a", [1.0])

    assert open_book(tmp_path, BASE, ["vector"]).get("a") == (1.0,)
    assert open_book(tmp_path, BASE, ["text"]).get("a") is None
    other = replace(BASE, precision="bfloat16")
    assert open_book(tmp_path, other, ["vector"]).get("a") is None
