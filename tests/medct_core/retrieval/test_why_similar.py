"""The direction towards another scan gives back the cosine of the search, whatever centres it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.centring import Centring, fit_mean, fit_whitening
from medct_core.retrieval.open_search import open_search
from medct_core.retrieval.search import Query
from medct_core.retrieval.why_similar import towards
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import STAMP, unit_vector

VECTORS = np.stack([unit_vector(seed) for seed in range(40)])
CENTRINGS = {"mean": fit_mean(VECTORS), "whitening": fit_whitening(VECTORS)}


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.sampled_from(sorted(CENTRINGS)))
def test_the_direction_gives_the_cosine_of_the_centred_vectors(
    one: int, two: int, name: str
) -> None:
    centring, own, other = CENTRINGS[name], unit_vector(one), unit_vector(two)

    found = towards(own, other, centring, name="other", stamp=STAMP)

    assert found.cosine(own) == pytest.approx(
        float(centring.unit(own) @ centring.unit(other)), abs=1e-5
    )


@pytest.mark.parametrize("size", [5, 60])
def test_the_direction_gives_the_cosine_that_a_search_shows(size: int) -> None:
    search = open_search(CasesInMemory(map(library_samples.case, range(size))), STAMP)
    own = unit_vector(5000)

    for shown in search.similar(Query(own, STAMP, scan_sha256="f" * 64)):
        found = towards(own, shown.case.vector, search.centring, name="", stamp=STAMP)
        assert found.cosine(own) == pytest.approx(shown.cosine, abs=1e-5)


def test_a_scan_that_is_the_mean_is_like_nothing() -> None:
    own = unit_vector(1)
    centring = Centring(own, None, fitted_on=1)

    found = towards(own, unit_vector(2), centring, name="other", stamp=STAMP)

    assert not found.direction.any()
    assert found.cosine(own) == 0


def test_the_direction_names_the_other_scan_and_the_model() -> None:
    found = towards(
        unit_vector(1), unit_vector(2), CENTRINGS["mean"], name="chest.nii.gz", stamp=STAMP
    )

    assert (found.other, found.stamp) == ("chest.nii.gz", STAMP)
