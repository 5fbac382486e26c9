"""What a reader says about findings and pictures is kept once, and told when it changes."""

from dataclasses import replace

import pytest

from app.state.case_record import Decision, FindingReview
from app.state.reviews import MarkedImages, ReviewList
from tests.case_samples import FULL

IMAGE = FULL.marked_images[0]


def test_words_about_a_finding_come_together_in_one_review() -> None:
    reviews = ReviewList()

    reviews.decide("Emphysema", Decision.REJECTED)
    reviews.word("Emphysema", "No emphysema.")
    reviews.comment("Emphysema", "motion")
    reviews.set_threshold("Emphysema", 0.7)

    whole = FindingReview("Emphysema", Decision.REJECTED, "No emphysema.", "motion", 0.7)
    assert reviews.items == (whole,)
    assert reviews.of("Emphysema") == whole
    assert reviews.of("Cardiomegaly") == FindingReview("Cardiomegaly")


def test_a_review_that_says_nothing_any_more_is_gone() -> None:
    reviews = ReviewList()
    reviews.load(FULL.reviews)

    reviews.decide("Emphysema", None)

    assert [one.finding for one in reviews.items] == ["Pleural effusion"]


def test_a_change_is_told_once_and_no_change_is_not_told() -> None:
    reviews, told = ReviewList(), list[object]()
    reviews.changed.connect(told.append)

    reviews.comment("Emphysema", "motion")
    reviews.comment("Emphysema", "motion")
    reviews.comment("Cardiomegaly", "")

    assert told == [(FindingReview("Emphysema", comment="motion"),)]


def test_a_finding_is_not_reviewed_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        ReviewList().load((*FULL.reviews, FULL.reviews[0]))


def test_pictures_are_marked_worded_and_removed_in_order() -> None:
    images, told = MarkedImages(), list[object]()
    images.changed.connect(told.append)
    other = replace(IMAGE, caption="other")

    images.add(IMAGE)
    images.add(other)
    images.word(0, "first")
    images.remove(1)
    images.load(images.items)

    first = replace(IMAGE, caption="first")
    assert images.items == (first,)
    assert told == [(IMAGE,), (IMAGE, other), (first, other), (first,)]


def test_a_picture_that_is_not_there_is_not_removed() -> None:
    images = MarkedImages()

    with pytest.raises(IndexError):
        images.remove(0)
    with pytest.raises(IndexError):
        images.word(0, "none")
