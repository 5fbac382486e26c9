"""Options that were left out do not limit a search; each of the others limits what it names."""

from medct_core.commands.library_filter import Limits
from medct_core.retrieval.case_filter import CaseFilter


def test_nothing_said_limits_nothing() -> None:
    assert Limits().to_filter() == CaseFilter()
    assert Limits(age=[], tag=[]).to_filter() == CaseFilter()


def test_every_option_reaches_its_own_place() -> None:
    limits = Limits(["60-69"], ["F"], False, ["Emphysema"], ["Cardiomegaly"], True, ["odd"])

    assert limits.to_filter() == CaseFilter(
        age_bands=frozenset({"60-69"}),
        sexes=frozenset({"F"}),
        contrast=False,
        present=frozenset({"Emphysema"}),
        absent=frozenset({"Cardiomegaly"}),
        is_verified=True,
        tags=frozenset({"odd"}),
    )
