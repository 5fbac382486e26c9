"""Of two records of one scan nothing is lost, and the newer word holds."""

from dataclasses import replace

from hypothesis import given

from app.state.case_merge import merged, rebased
from app.state.case_record import CaseRecord, Decision, FindingReview
from medct_core.inference.prompt import Prompt
from medct_core.measurement.shapes import Length
from tests.case_samples import FULL, RECORDS, SHA
from tests.drawn_samples import AXIAL

EMPTY = CaseRecord(SHA)


def line(name: str, label: str = "") -> Length:
    return Length(name, label, AXIAL, (0.0, 0.0, 0.0), (10.0, 0.0, 0.0))


def drawn(*lines: Length) -> CaseRecord:
    return CaseRecord(SHA, lines)


@given(record=RECORDS)
def test_nothing_added_changes_nothing(record: CaseRecord) -> None:
    assert merged(record, EMPTY) == record


@given(record=RECORDS)
def test_what_is_added_to_nothing_is_whole(record: CaseRecord) -> None:
    assert merged(CaseRecord(record.scan_sha256), record).measurements == record.measurements
    assert merged(CaseRecord(record.scan_sha256), record).reviews == record.reviews


@given(saved=RECORDS, added=RECORDS)
def test_nothing_of_either_is_lost_and_adding_twice_is_adding_once(
    saved: CaseRecord, added: CaseRecord
) -> None:
    both = merged(saved, added)

    assert both.scan_sha256 == saved.scan_sha256
    assert {one.id for one in both.measurements} == {
        one.id for one in (*saved.measurements, *added.measurements)
    }
    assert {one.finding for one in both.reviews} == {
        one.finding for one in (*saved.reviews, *added.reviews)
    }
    assert set(both.marked_images) == {*saved.marked_images, *added.marked_images}
    assert merged(both, added) == both


def test_the_newer_word_holds() -> None:
    older = CaseRecord(
        SHA,
        (line("m", "old"), line("n")),
        (FindingReview("Emphysema", Decision.ACCEPTED, comment="old"),),
        (Prompt("Azygos lobe", ("old",)),),
    )
    newer = CaseRecord(
        SHA,
        (line("m", "new"),),
        (FindingReview("Emphysema", comment="new", threshold=0.0),),
        (Prompt("azygos  LOBE", ("new",)),),
    )

    both = merged(older, newer)

    assert both.measurements == (line("m", "new"), line("n"))
    assert both.reviews == (
        FindingReview("Emphysema", Decision.ACCEPTED, comment="new", threshold=0.0),
    )
    assert both.prompts == newer.prompts


@given(base=RECORDS, ours=RECORDS)
def test_alone_a_window_saves_what_it_holds(base: CaseRecord, ours: CaseRecord) -> None:
    assert rebased(ours, base=base, theirs=base) == ours


@given(record=RECORDS)
def test_a_window_that_changed_nothing_leaves_what_the_other_saved(record: CaseRecord) -> None:
    there = replace(FULL, scan_sha256=record.scan_sha256)

    kept = rebased(record, base=record, theirs=there)

    assert kept == there


def test_both_windows_add_change_and_remove() -> None:
    base = drawn(line("kept"), line("we change"), line("they change"), line("we drop"))
    ours = drawn(line("kept"), line("we change", "us"), line("they change"), line("ours"))
    theirs = drawn(
        line("kept"), line("we change"), line("they change", "them"), line("we drop"), line("new")
    )

    both = rebased(ours, base=base, theirs=theirs)

    assert both == drawn(
        line("kept"),
        line("we change", "us"),
        line("they change", "them"),
        line("new"),
        line("ours"),
    )


def test_what_one_window_removed_and_the_other_changed_stays() -> None:
    base, changed = drawn(line("m")), drawn(line("m", "changed"))

    assert rebased(drawn(), base=base, theirs=changed) == changed
    assert rebased(changed, base=base, theirs=drawn()) == changed
    assert rebased(base, base=base, theirs=drawn()) == drawn()


def test_where_both_changed_the_same_entry_ours_holds() -> None:
    base, theirs = drawn(line("m")), drawn(line("m", "theirs"))
    ours = drawn(line("m", "ours"))

    assert rebased(ours, base=base, theirs=theirs) == ours


def test_a_mark_of_either_window_stays_and_one_that_was_taken_back_goes() -> None:
    base = CaseRecord(SHA, not_similar=("a", "b"))
    ours, theirs = replace(base, not_similar=("b", "c")), replace(base, not_similar=("a", "b", "d"))

    assert set(rebased(ours, base=base, theirs=theirs).not_similar) == {"b", "c", "d"}
    assert merged(base, ours).not_similar == ("a", "b", "c")
