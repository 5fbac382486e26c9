"""Findings named by a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import severity_of
from medct_core.phantom.wish import wished_spec
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

NAMES = st.lists(st.sampled_from((*FINDINGS, *UNLABELLED_FINDINGS)), unique=True)


@given(NAMES, st.integers(0, 10**6))
def test_names_are_understood_in_any_case(names: list[str], seed: int) -> None:
    spec = wished_spec(seed, "a", " ,".join(name.upper() for name in names))

    assert spec.findings == tuple(names)
    assert dict(spec.severities) == {name: severity_of(seed, name) for name in names}


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_severity_may_follow_the_name(severity: str) -> None:
    spec = wished_spec(7, "b", f"lung nodule : {severity}, Cardiomegaly")

    assert spec.severities[0] == ("Lung nodule", severity)


def test_no_names_are_a_healthy_chest() -> None:
    assert wished_spec(7, "a", " ").severities == ()


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ("plural effusion", "Did you mean 'Pleural effusion'"),
        ("broken heart strings", "Choose from: Medical material"),
        ("lung nodule:awful", "mild, moderate, severe"),
        ("lung nodule, Lung Nodule:mild", "named twice"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_what_can(findings: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        wished_spec(7, "a", findings)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(UsageError, match="-1"):
        wished_spec(-1, "a", "")
