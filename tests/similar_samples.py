"""Similar cases that need no library, for the widgets that show them."""

from collections.abc import Mapping
from typing import Any

from app.state.similar_page import SimilarPage
from medct_core.retrieval.library_case import KnownFinding
from medct_core.retrieval.search import SimilarCase
from tests import library_samples

HAS = KnownFinding("Emphysema", is_present=True, is_verified=True)
REPORTED = KnownFinding("Lung nodule", is_present=True)
HAS_NOT = KnownFinding("Cardiomegaly", is_present=False, is_verified=True)


def found(number: int = 1, *, facts: Mapping[str, Any] | None = None, **said: Any) -> SimilarCase:  # noqa: ANN401 - any field
    """Find the case of a number; `facts` are the case's, the rest is the search's."""
    given: dict[str, Any] = {
        "case": library_samples.case(number, **(facts or {})),
        "cosine": 0.5,
        "percentile": None,
        "rank": number,
        "out_of": 9,
        "group": number,
    }
    return SimilarCase(**{**given, **said})


def page(listed: int = 3, **said: Any) -> SimilarPage:  # noqa: ANN401 - any field
    """Give a page of so many cases, each with three known findings."""
    cases = tuple(
        found(number, facts={"findings": (HAS, REPORTED, HAS_NOT)})
        for number in range(1, listed + 1)
    )
    return SimilarPage(**{"library": "lungs", "model": "tiny", "count": 9, "cases": cases, **said})
