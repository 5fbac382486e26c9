"""The mailbox hands out the newest of each topic, in order, and stops what it replaces."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from app.workers.mailbox import MODEL, Job, Kind, LatestWinsMailbox, Topic
from medct_core.cancel import Cancelled

WINDOWS = ("left", "right")
QUESTIONS = (Kind.SCORE_LIST, Kind.SCORE_TYPED, Kind.RELEVANCE, Kind.SIMILAR)
TOPICS = [MODEL, *(Topic(w, k) for w in WINDOWS for k in Kind if k is not Kind.LOAD_MODEL)]
EMBED = Topic("left", Kind.EMBED)
TYPED = Topic("left", Kind.SCORE_TYPED)
ARCHIVE = Topic("left", Kind.ARCHIVE)

topics = st.sampled_from(TOPICS)


def drained(mailbox: LatestWinsMailbox[str], count: int) -> list[Job[str]]:
    jobs = [mailbox.take() for _ in range(count)]
    return [job for job in jobs if job is not None]


def test_jobs_of_different_topics_come_in_order_of_arrival() -> None:
    mailbox = LatestWinsMailbox[str]()
    asked = [Topic(window, kind) for window in WINDOWS for kind in (Kind.EMBED, *QUESTIONS)]
    numbers = [mailbox.post(topic, "?") for topic in asked]

    taken = drained(mailbox, len(asked))

    assert [job.topic for job in taken] == asked
    assert [job.number for job in taken] == numbers == sorted(numbers)


def test_a_newer_request_takes_the_place_of_the_waiting_one() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(TYPED, "nod")
    newest = mailbox.post(TYPED, "nodule")
    mailbox.post(Topic("right", Kind.SCORE_TYPED), "heart")

    first, second = drained(mailbox, 2)

    assert (first.number, first.request) == (newest, "nodule")
    assert second.topic.window == "right"


def test_a_newer_request_stops_the_one_that_runs() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(TYPED, "old prompt")
    running = mailbox.take()

    mailbox.post(TYPED, "new prompt")

    assert running is not None
    with pytest.raises(Cancelled):
        running.cancel.raise_if_cancelled()


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_question_leaves_the_encoding_it_waits_for_alone(kind: Kind) -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(EMBED, "scan")
    running = mailbox.take()

    number = mailbox.post(Topic("left", kind), "?")

    assert running is not None
    assert not running.cancel.is_cancelled
    following = mailbox.take()
    assert following is not None
    assert following.number == number


@pytest.mark.parametrize("kind", QUESTIONS)
def test_another_scan_drops_what_was_asked_about_the_one_before(kind: Kind) -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(EMBED, "scan A")
    mailbox.post(Topic("left", kind), "about A")
    mailbox.post(Topic("right", kind), "about C")
    mailbox.post(EMBED, "scan B")

    taken = drained(mailbox, 2)

    assert [job.request for job in taken] == ["about C", "scan B"]


@pytest.mark.parametrize("kind", [Kind.EMBED, *QUESTIONS])
def test_another_model_goes_first_and_stops_whatever_runs(kind: Kind) -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(Topic("right", kind), "asked of the old model")
    running = mailbox.take()
    mailbox.post(EMBED, "scan")

    mailbox.post(MODEL, "ct-clip")

    assert running is not None
    assert running.cancel.is_cancelled
    assert [job.request for job in drained(mailbox, 2)] == ["ct-clip", "scan"]


def test_a_window_that_is_forgotten_asks_nothing_more() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(EMBED, "scan")
    running = mailbox.take()
    mailbox.post(TYPED, "nodule")
    mailbox.post(Topic("right", Kind.EMBED), "other scan")

    mailbox.post(Topic("left", Kind.FORGET), "closed")

    assert running is not None
    assert running.cancel.is_cancelled
    assert [job.request for job in drained(mailbox, 2)] == ["other scan", "closed"]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ARCHIVE])
def test_work_in_the_background_gives_way_to_everything_else(kind: Kind) -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(ARCHIVE, "first of a folder")
    running = mailbox.take()
    mailbox.post(Topic("other folder", Kind.ARCHIVE), "second of a folder")
    assert running is not None
    assert not running.cancel.is_cancelled

    mailbox.post(Topic("right", kind), "somebody waits for this")

    assert running.cancel.is_cancelled
    works = [job.request for job in drained(mailbox, 2)]
    assert works == ["somebody waits for this", "second of a folder"]


def test_a_closed_scan_leaves_the_background_alone() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(ARCHIVE, "scan of a folder")

    mailbox.post(Topic("left", Kind.FORGET), "closed")

    assert [job.request for job in drained(mailbox, 2)] == ["closed", "scan of a folder"]


def test_a_job_is_stopped_by_its_number_wherever_it_is() -> None:
    mailbox = LatestWinsMailbox[str]()
    embedding = mailbox.post(EMBED, "scan")
    running = mailbox.take()
    waiting = mailbox.post(TYPED, "nodule")

    answers = mailbox.cancel(embedding), mailbox.cancel(waiting), mailbox.cancel(99)

    assert answers == (False, True, False)
    assert running is not None
    assert running.cancel.is_cancelled


def test_a_finished_job_is_not_stopped_by_the_next_one() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(TYPED, "nodule")
    finished = mailbox.take()
    mailbox.post(Topic("right", Kind.EMBED), "scan")
    mailbox.take()

    mailbox.post(TYPED, "heart")

    assert finished is not None
    assert not finished.cancel.is_cancelled


def test_a_closed_mailbox_is_empty_and_takes_nothing_more() -> None:
    mailbox = LatestWinsMailbox[str]()
    mailbox.post(EMBED, "scan")
    running = mailbox.take()
    mailbox.post(TYPED, "nodule")

    mailbox.close()
    mailbox.post(TYPED, "too late")

    assert running is not None
    assert running.cancel.is_cancelled
    assert mailbox.take() is None
    assert mailbox.take() is None


def test_closing_wakes_the_thread_that_waits() -> None:
    mailbox = LatestWinsMailbox[str]()
    taken: list[Job[str] | None] = []
    thread = threading.Thread(target=lambda: taken.append(mailbox.take()))
    thread.start()

    mailbox.close()
    thread.join(timeout=30)

    assert not thread.is_alive()
    assert taken == [None]


@given(st.lists(st.lists(topics, max_size=30), min_size=1, max_size=4))
def test_whatever_threads_post_every_job_is_taken_once_or_replaced_by_a_newer_one(
    posts: list[list[Topic]],
) -> None:
    mailbox = LatestWinsMailbox[str]()
    taken: list[Job[str]] = []
    done = Topic("done", Kind.SIMILAR)

    def take_all() -> None:
        while (job := mailbox.take()) is not None and job.topic != done:
            taken.append(job)

    threads = [
        threading.Thread(target=lambda own=own: [mailbox.post(one, "?") for one in own])
        for own in posts
    ]
    taker = threading.Thread(target=take_all)
    for thread in (taker, *threads):
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    mailbox.post(done, "?")
    taker.join(timeout=30)

    assert not taker.is_alive()
    numbers = [job.number for job in taken]
    assert len(set(numbers)) == len(numbers)
    for topic in {topic for own in posts for topic in own}:
        of_topic = [job.number for job in taken if job.topic == topic]
        assert of_topic == sorted(of_topic)


class Mailbox(RuleBasedStateMachine):
    """Every order of wishes, against a plain list that follows the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.mailbox = LatestWinsMailbox[int]()
        self.waiting: list[tuple[int, Topic]] = []
        self.running: Job[int] | None = None
        self.stopped = False

    @rule(topic=topics)
    def post(self, topic: Topic) -> None:
        """Ask for something."""
        number = self.mailbox.post(topic, 0)
        self.waiting = [one for one in self.waiting if not replaces(topic, one[1])]
        place = 0 if topic == MODEL else len(self.waiting)
        self.waiting.insert(place, (number, topic))
        self.waiting.sort(key=lambda one: one[1].kind is Kind.ARCHIVE)
        if self.running is not None:
            older = self.running.topic
            gives_way = older.kind is Kind.ARCHIVE is not topic.kind
            self.stopped |= topic == MODEL or gives_way or replaces(topic, older)

    @precondition(lambda self: self.waiting)
    @rule()
    def take(self) -> None:
        """Begin with the next job."""
        self.running, self.stopped = self.mailbox.take(), False
        assert self.running is not None
        assert (self.running.number, self.running.topic) == self.waiting.pop(0)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Take a wish back."""
        number, topic = data.draw(st.sampled_from(self.waiting))
        assert self.mailbox.cancel(number)
        self.waiting.remove((number, topic))

    @invariant()
    def only_what_was_replaced_is_stopped(self) -> None:
        """Compare the running job's token with the rule."""
        if self.running is not None:
            assert self.running.cancel.is_cancelled == self.stopped


def replaces(newer: Topic, older: Topic) -> bool:
    """Repeat the rule of the page on threads, written differently."""
    if newer.window != older.window:
        return False
    if newer.kind is Kind.FORGET:
        return older.kind is not Kind.ARCHIVE
    if newer.kind is Kind.EMBED:
        return older.kind not in {Kind.FORGET, Kind.ARCHIVE}
    return newer.kind is older.kind


TestMailbox = Mailbox.TestCase
