"""Words: what is not defined is said, and never written as a number."""

import pytest

from medct_core.evaluation.multilabel.weighted import METRICS
from medct_core.evaluation.report.words import (
    NOT_DEFINED,
    TITLES,
    between,
    number,
    probability,
    signed,
    stamp_line,
)
from tests.evaluation_samples import ADAPTED, BASE


def test_what_is_not_defined_is_said() -> None:
    words = {number(None), signed(None), between(None, None), between(0.1, None), probability(None)}

    assert words == {NOT_DEFINED}


@pytest.mark.parametrize(("p", "text"), [(0.0, "< 0.001"), (0.0123, "0.012"), (1.0, "1.000")])
def test_a_p_value_is_never_nought(p: float, text: str) -> None:
    assert probability(p) == text


def test_a_difference_has_its_sign() -> None:
    assert [signed(0.05), signed(-0.05), signed(0.0)] == ["+0.050", "-0.050", "+0.000"]
    assert number(0.12345, 4) == "0.1235"
    assert between(0.1, 0.25) == "0.100 to 0.250"


def test_a_stamp_names_weights_adapter_recipe_and_precision() -> None:
    assert stamp_line(BASE) == "medct-mini abababababab, mini-1, float32"
    assert "+ site cdcdcdcdcdcd" in stamp_line(ADAPTED)


def test_every_metric_has_a_title() -> None:
    assert set(TITLES) == set(METRICS)
