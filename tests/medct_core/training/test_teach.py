"""Teaching: what is there is found, what is not is not, and what explains it away is said."""

from dataclasses import replace

import numpy as np
import pytest

from medct_core.cancel import Cancelled, CancelToken
from medct_core.retrieval.labelled_cases import LabelledCases
from medct_core.retrieval.taught_finding import CHANCE_WARNING, SCANNER_WARNING
from medct_core.training import teach as module
from medct_core.training.teach import TooFewCasesError, labelled_of, teach
from tests import taught_samples


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHUFFLES", 6)
    monkeypatch.setattr(module, "_REPEATS", 3)


def alternating(*names: str, count: int = 40) -> list[str]:
    return [names[n % len(names)] for n in range(count)]


def test_what_is_there_is_found() -> None:
    cases = taught_samples.labelled(signal=9.0)

    taught = teach(cases, by="Dr A")

    trust = taught.trust
    assert trust.auroc.value > 0.97
    assert trust.auroc.low <= trust.auroc.value <= trust.auroc.high
    assert trust.acquisition.value == 0.5
    assert trust.shuffled.low <= 0.5 <= trust.shuffled.high
    assert (trust.parts, trust.sites, trust.other_site) == (40, 0, None)
    assert taught.warnings == ()
    assert (taught.name, taught.by, taught.labelled.cases) == ("Swan sign", "Dr A", 40)


def test_what_is_not_there_is_not_found() -> None:
    trust = teach(taught_samples.labelled(seed=5)).trust

    assert trust.auroc.low <= 0.5 <= trust.auroc.high
    assert trust.may_be_chance


def test_new_scans_are_placed_by_what_was_learned() -> None:
    taught = teach(taught_samples.labelled(signal=9.0))
    others = taught_samples.labelled(signal=9.0, seed=1)

    standings = [taught.standing(vector) for vector in others.vectors]

    above = np.array([one.above_without for one in standings])
    assert above[others.has_it].min() > 80
    assert above[~others.has_it].mean() < 65
    assert not any(one.took_part for one in standings)


def test_learning_the_scanner_is_found_out() -> None:
    has_it = taught_samples.labelled().has_it
    scanners = ["ACME One" if one else "ACME Two" for one in has_it]
    cases = taught_samples.made_by(taught_samples.labelled(signal=9.0), scanners, alternating(""))

    taught = teach(cases)

    assert taught.trust.acquisition.value > 0.97
    assert SCANNER_WARNING in taught.warnings


def test_a_missing_value_tells_as_much_as_a_name() -> None:
    cases = taught_samples.labelled(signal=9.0)
    kinds = ["" if one else "ACME" for one in cases.has_it]

    taught = teach(taught_samples.made_by(cases, kinds, alternating("")))

    assert taught.trust.acquisition.value > 0.97


def test_a_scanner_that_tells_a_little_is_measured_as_that() -> None:
    has_it = taught_samples.labelled().has_it
    # Sixty of a hundred with the finding and forty without come from the first scanner.
    scanners = [
        f"ACME {'One' if (n % 5 < 3 if one else n % 5 < 2) else 'Two'}"
        for n, one in enumerate(has_it)
    ]
    kernels = alternating("B30f", "B50f", "B70f")
    cases = taught_samples.labelled(signal=9.0)
    made = tuple(
        ("", scanner, kernel, "1.0", "") for scanner, kernel in zip(scanners, kernels, strict=True)
    )

    value = teach(replace(cases, acquisition=made)).trust.acquisition.value

    assert 0.45 < value < 0.7


def test_another_site_is_asked_where_there_are_two() -> None:
    cases = taught_samples.labelled(signal=9.0)
    scanners = alternating("ACME")

    two = teach(taught_samples.made_by(cases, scanners, alternating("north", "south"))).trust
    one = teach(taught_samples.made_by(cases, scanners, alternating("north", ""))).trust

    assert two.other_site is not None
    assert (two.sites, two.other_site.value > 0.9) == (2, True)
    assert (one.sites, one.other_site) == (0, None)


def test_sites_that_have_one_kind_only_say_nothing() -> None:
    cases = taught_samples.labelled(signal=9.0)
    sites = ["north" if one else "south" for one in cases.has_it]

    trust = teach(taught_samples.made_by(cases, alternating("ACME"), sites)).trust

    assert (trust.sites, trust.other_site) == (0, None)
    assert trust.may_be_scanner


def test_the_same_cases_teach_the_same() -> None:
    cases = taught_samples.labelled(24, signal=2.0)

    first, second = teach(cases), teach(cases)

    assert first.trust == second.trust
    assert first.probe is not None
    assert second.probe is not None
    np.testing.assert_array_equal(first.probe.direction, second.probe.direction)
    np.testing.assert_array_equal(first.probe.held_out, second.probe.held_out)


def of_few_patients(cases: LabelledCases) -> LabelledCases:
    return replace(cases, patients=np.arange(len(cases.case_ids)) // 3)


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        (
            taught_samples.labelled(40, share=0.1),
            r"4 are marked .* 36 as not .* 6 more as having it\.",
        ),
        (taught_samples.labelled(12, share=0.1), r"1 is marked as .* and 11 as not"),
        (taught_samples.labelled(12, share=0.9), r"11 are .* 1 as not .* 9 more as not having it"),
        (taught_samples.labelled(10), r"5 more as having it and 5 more as not having it"),
        (of_few_patients(taught_samples.labelled(40)), r"7 are marked .* 8 as not .* 10 of each"),
    ],
)
def test_too_few_patients_are_refused_with_what_is_missing(
    cases: LabelledCases, message: str
) -> None:
    with pytest.raises(TooFewCasesError, match=message):
        teach(cases)


def test_cases_and_patients_are_counted() -> None:
    cases = of_few_patients(taught_samples.labelled(40))
    knows = np.arange(40) != 7

    counts = labelled_of(replace(cases, knows_patient=knows, is_verified=~knows))

    assert (counts.cases_with, counts.cases_without) == (20, 20)
    assert (counts.patients_with, counts.patients_without) == (7, 8)
    assert (counts.unknown_patients, counts.verified) == (1, 1)


def test_of_very_many_cases_a_fair_share_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_CASES_EACH", 12)

    taught = teach(taught_samples.labelled(60, signal=9.0))

    assert (taught.labelled.cases_with, taught.labelled.cases_without) == (12, 12)
    assert taught.probe is not None
    assert len(taught.probe.case_ids) == 24
    assert CHANCE_WARNING not in taught.warnings


def test_progress_never_goes_back_and_ends_at_one() -> None:
    told: list[float] = []

    teach(taught_samples.labelled(20), on_progress=told.append)

    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def test_stopping_ends_it() -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        teach(taught_samples.labelled(20), cancel=cancel)
