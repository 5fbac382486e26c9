"""open_search: an empty library is refused, a large one is centred by its own mean."""

import numpy as np
import pytest

from medct_core.errors import UsageError
from medct_core.retrieval.centring import Centring, fit_mean
from medct_core.retrieval.library_case import LibraryCase
from medct_core.retrieval.open_search import open_search, uncentred
from medct_core.retrieval.search import Query
from tests import library_samples
from tests.cases_in_memory import CasesInMemory
from tests.library_samples import OTHER_STAMP, STAMP, unit_vector


@pytest.mark.parametrize("cases", [[], [library_samples.case(1, stamp=OTHER_STAMP)]])
def test_a_library_without_a_case_of_the_model_is_refused(cases: list[LibraryCase]) -> None:
    with pytest.raises(UsageError, match="no case embedded by tiny"):
        open_search(CasesInMemory(cases), STAMP)


@pytest.mark.parametrize(("size", "takes_own"), [(49, False), (50, True)])
def test_the_mean_is_the_library_s_own_from_fifty_cases_on(size: int, takes_own: bool) -> None:
    cases = [library_samples.case(number) for number in range(size)]
    of_model = Centring(unit_vector(1), None, 200)
    own = fit_mean(np.stack([case.vector for case in cases]))
    expected = own if takes_own else of_model

    search = open_search(CasesInMemory(cases), STAMP, of_model=of_model)

    found = search.similar(Query(unit_vector(9), STAMP), count=1)[0]
    cosine = expected.unit(found.case.vector) @ expected.unit(unit_vector(9))
    assert found.cosine == pytest.approx(cosine, abs=1e-6)


def test_what_is_not_centred_stays_as_it_is() -> None:
    np.testing.assert_allclose(uncentred(8).unit(unit_vector(3)), unit_vector(3), atol=1e-6)
