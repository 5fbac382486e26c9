"""Values between threads and the window."""

from app.state.answers import Problem
from medct_core.errors import UsageError


def test_a_problem_holds_the_two_lines_of_an_error() -> None:
    problem = Problem.of(UsageError("No such device.", remedy="Choose auto."))

    assert problem == Problem("No such device.", "Choose auto.")
