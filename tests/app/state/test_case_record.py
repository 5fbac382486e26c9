"""What a reader adds to a scan: one review a finding, no word about the patient."""

import pytest

from app.state.case_record import CaseRecord, Decision, FindingReview, MarkedImage
from app.state.view import Overlay, PlaneKind, standard_plane
from medct_core.volume.window import LUNG
from tests.case_samples import FULL, SHA
from tests.drawn_samples import nodule

PLANE = standard_plane(PlaneKind.AXIAL, (0.0, 0.0, 0.0))


def test_a_new_record_is_empty_and_a_full_one_is_not() -> None:
    assert CaseRecord(SHA).is_empty
    assert not FULL.is_empty


def test_a_review_takes_the_place_of_the_one_before() -> None:
    changed = FULL.with_review(FindingReview("Pleural effusion", Decision.REJECTED))

    assert [one.finding for one in changed.reviews] == ["Pleural effusion", "Emphysema"]
    assert changed.review_of("Pleural effusion").decision is Decision.REJECTED


def test_a_first_review_is_added_and_an_empty_one_removes_it() -> None:
    record = CaseRecord(SHA).with_review(FindingReview("Nodule", comment="stable"))

    assert record.review_of("Nodule").comment == "stable"
    assert record.with_review(FindingReview("Nodule")) == CaseRecord(SHA)
    assert record.review_of("Emphysema").is_empty


def test_the_text_of_the_patient_never_stays_in_a_marked_image() -> None:
    overlays = frozenset({Overlay.PATIENT_TEXT, Overlay.TEXT})

    image = MarkedImage(PLANE, 300.0, LUNG, overlays=overlays)

    assert image.overlays == {Overlay.TEXT}


@pytest.mark.parametrize("sha", ["", "5f" * 31, "5F" * 32, "../" + "5f" * 32, "5f" * 32 + "\n"])
def test_a_scan_is_named_by_its_hash_and_nothing_else(sha: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        CaseRecord(sha)


def test_nothing_is_in_a_record_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        CaseRecord(SHA, measurements=(nodule(9.0, 4.0), nodule(8.0, 4.0)))
    with pytest.raises(ValueError, match="twice"):
        CaseRecord(SHA, reviews=(FindingReview("Nodule"), FindingReview("Nodule")))


def test_numbers_beyond_their_range_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        FindingReview("Nodule", threshold=1.5)
    with pytest.raises(ValueError, match="name of a finding"):
        FindingReview(" ")
    with pytest.raises(ValueError, match="wide"):
        MarkedImage(PLANE, 0.0, LUNG)
    with pytest.raises(ValueError, match="opacity"):
        MarkedImage(PLANE, 300.0, LUNG, heatmap_opacity=-0.1)
