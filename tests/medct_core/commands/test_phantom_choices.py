"""What commands offer is what phantoms know."""

from medct_core.commands.phantom_choices import DomainChoice, DrawChoice
from medct_core.phantom.sampling import Draw
from medct_core.phantom.scanner import SCANNERS


def test_every_choice_is_known_to_the_phantoms() -> None:
    assert {choice.value for choice in DrawChoice} < {draw.value for draw in Draw}
    assert {choice.value for choice in DomainChoice} == set(SCANNERS)


def test_the_farthest_scanner_can_be_chosen_by_name() -> None:
    assert DomainChoice("far") is DomainChoice.FAR
