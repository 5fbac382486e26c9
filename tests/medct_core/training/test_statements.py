"""Statements say of every finding that it is there or not, each in words of its own."""

from medct_core.training.statements import STATEMENTS
from medct_core.vocabulary import FINDINGS


def test_every_finding_is_affirmed_and_denied_in_three_ways_or_more() -> None:
    assert tuple(STATEMENTS) == FINDINGS
    assert all(len(set(texts)) >= 3 for pair in STATEMENTS.values() for texts in pair)


def test_no_statement_stands_for_two_findings_or_both_polarities() -> None:
    texts = [text for pair in STATEMENTS.values() for group in pair for text in group]

    assert len(texts) == len(set(texts))


def test_statements_are_whole_sentences() -> None:
    texts = [text for pair in STATEMENTS.values() for group in pair for text in group]

    assert all(text[0].isupper() and text.endswith(".") and "  " not in text for text in texts)
