"""The list of measurements: every step can be taken back, and nothing is told twice."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.state import measurements
from app.state.measurements import MeasurementList
from medct_core.measurement.edit import relabelled
from medct_core.measurement.shapes import Length, new_id
from tests.drawn_samples import AXIAL, nodule


def line(identity: str) -> Length:
    return Length(identity, "", AXIAL, (0.0, 0.0, 0.0), (3.0, 4.0, 0.0))


def told(drawn: MeasurementList) -> list[object]:
    heard: list[object] = []
    drawn.changed.connect(heard.append)
    return heard


def edited(drawn: MeasurementList) -> None:
    drawn.edit(relabelled(drawn.items[-1], drawn.items[-1].label + "x"))


STEPS: dict[str, Callable[[MeasurementList], None]] = {
    "add": lambda drawn: drawn.add(line(new_id())),
    "edit": edited,
    "move": lambda drawn: drawn.move(drawn.items[0].id, (1.0, 2.0, 3.0)),
    "delete": lambda drawn: drawn.delete(drawn.items[0].id),
    "clear": MeasurementList.clear,
}


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=8))
def test_undo_leads_back_through_every_step_and_redo_forth(steps: list[str]) -> None:
    drawn = MeasurementList()
    seen = [drawn.items]
    drawn.changed.connect(seen.append)
    for step in steps:
        if step == "add" or drawn.items:
            STEPS[step](drawn)
    drawn.changed.disconnect(seen.append)

    back = [drawn.items]
    while drawn.can_undo:
        drawn.undo()
        back.append(drawn.items)
    forth = [drawn.items]
    while drawn.can_redo:
        drawn.redo()
        forth.append(drawn.items)

    assert back == seen[::-1]
    assert forth == seen


def test_every_change_is_told_once_with_the_new_list() -> None:
    drawn = MeasurementList()
    heard = told(drawn)

    drawn.add(line("a"))
    drawn.move("a", (1.0, 0.0, 0.0))
    drawn.delete("a")

    assert [len(items) for items in heard if isinstance(items, tuple)] == [1, 1, 0]


def test_a_change_that_changes_nothing_is_no_step() -> None:
    drawn = MeasurementList()
    drawn.load([line("a")])
    heard = told(drawn)

    drawn.edit(line("a"))

    assert heard == []
    assert not drawn.can_undo


def test_a_new_step_forgets_what_was_taken_back() -> None:
    drawn = MeasurementList()
    drawn.add(line("a"))
    drawn.undo()

    drawn.add(line("b"))

    assert not drawn.can_redo
    assert drawn.items == (line("b"),)


def test_another_scan_brings_its_own_measurements_and_no_steps() -> None:
    drawn = MeasurementList()
    drawn.add(line("a"))
    heard = told(drawn)

    drawn.load([nodule(10.0, 5.0)])

    assert drawn.items == (nodule(10.0, 5.0),)
    assert heard == [drawn.items]
    assert not drawn.can_undo
    assert not drawn.can_redo


def test_an_edit_keeps_the_place_in_the_list() -> None:
    drawn = MeasurementList()
    drawn.load([line("a"), line("b"), line("c")])

    drawn.edit(relabelled(line("b"), "middle"))

    assert [one.label for one in drawn.items] == ["", "middle", ""]
    assert drawn.find("b").label == "middle"


def test_only_so_many_steps_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measurements, "_UNDO_STEPS", 3)
    drawn = MeasurementList()
    for number in range(5):
        drawn.add(line(str(number)))

    while drawn.can_undo:
        drawn.undo()

    assert len(drawn.items) == 2


def test_nothing_to_take_back_is_no_fault() -> None:
    drawn = MeasurementList()
    heard = told(drawn)

    drawn.undo()
    drawn.redo()

    assert heard == []


def test_two_measurements_never_share_an_id() -> None:
    drawn = MeasurementList()
    drawn.add(line("a"))

    with pytest.raises(ValueError, match="there already"):
        drawn.add(line("a"))
    with pytest.raises(ValueError, match="same id"):
        drawn.load([line("a"), line("a")])


def test_what_is_not_there_cannot_be_changed() -> None:
    drawn = MeasurementList()

    with pytest.raises(KeyError):
        drawn.edit(line("a"))
    with pytest.raises(KeyError):
        drawn.delete("a")
