"""The parts of a window follow its scan in an order in which nothing of two scans is mixed."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.connections.case_parts import CaseStates, Controllers
from app.settings import Settings
from app.state.session import OpenScan
from app.workers.questions import EncodeScan
from medct_core.measurement.shapes import Length
from tests.app.case_windows import Case, Workplace
from tests.app.stand_ins import FakeWorker
from tests.drawn_samples import AXIAL

pytestmark = pytest.mark.gui


def line(name: str) -> Length:
    return Length(name, "", AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def test_whoever_follows_the_scan_finds_no_drawing_of_the_one_before(
    case: Case, chests: tuple[Path, Path]
) -> None:
    lists, found = case.shown.states.lists, list[int]()
    case.session.scan_changed.connect(lambda _: found.append(len(lists.measurements.items)))
    case.open(chests[0])
    lists.measurements.add(line("of the first"))

    case.open(chests[1])

    assert found == [0, 0]


def test_what_was_drawn_is_there_when_the_scan_is_opened_again(
    workplace: Workplace, case: Case, chests: tuple[Path, Path]
) -> None:
    case.open(chests[0])
    case.shown.states.lists.measurements.add(line("kept"))
    case.open(chests[1])
    other = workplace.open_window()
    items = other.shown.states.lists.measurements

    other.open(chests[0])

    other.wait(lambda: [one.id for one in items.items] == ["kept"])


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_scan_is_scored_when_opened_only_if_that_is_wanted(
    workplace: Workplace, case: Case, chests: tuple[Path, Path], is_wanted: bool
) -> None:
    scan: OpenScan = case.open(chests[0])
    worker = FakeWorker()
    faked = replace(workplace.services, worker=worker.as_worker())
    states = CaseStates(case.shown)
    controllers = Controllers("other", states, faked, Settings(score_on_open=is_wanted))

    states.session.set_scan(scan)

    asked = [one.volume for one in worker.of(EncodeScan) if isinstance(one, EncodeScan)]
    assert asked == [scan.volume] * is_wanted
    controllers.keep_case.close()
