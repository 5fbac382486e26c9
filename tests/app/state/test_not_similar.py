"""The cases a reader called not similar: each once, and taken back without a trace."""

from app.state.not_similar import NotSimilarCases


class Listener(NotSimilarCases):
    """Counts the changes of another list."""

    count = 0

    def told(self) -> None:
        """Count once more."""
        self.count += 1


def listened() -> tuple[NotSimilarCases, Listener]:
    marks, listener = NotSimilarCases(), Listener()
    marks.changed.connect(listener.told)
    return marks, listener


def test_a_case_is_marked_once_and_in_the_order_of_marking() -> None:
    marks, listener = listened()

    for name in ("b", "a", "b"):
        marks.mark(name)

    assert (marks.items, listener.count) == (("b", "a"), 2)


def test_taking_a_mark_back_leaves_what_was_there_before() -> None:
    marks, listener = listened()
    marks.load(("a", "b"))

    marks.mark("c")
    marks.unmark("c")
    marks.unmark("never marked")

    assert (marks.items, listener.count) == (("a", "b"), 3)


def test_what_is_loaded_twice_is_there_once() -> None:
    marks, _listener = listened()

    marks.load(("a", "b", "a"))

    assert marks.items == ("a", "b")
