"""A wish is for a scan or for a text, and says which where only one will do."""

from pathlib import Path

import pytest

from medct_core.cancel import CancelToken
from medct_core.commands.library_wish import Wish, engine_of, query_of, standing_of
from medct_core.errors import UsageError
from medct_core.retrieval.search import SimilarCase
from tests import library_samples, small_chest

pytestmark = pytest.mark.usefixtures("models_dir")


def wish(scan: Path | None = None, text: str = "") -> Wish:
    return Wish(scan, text, "tiny", None, "cpu", force=False)


def test_a_scan_and_a_text_are_asked_with_by_the_same_model(tmp_path: Path) -> None:
    scan = small_chest.write(tmp_path / "a.nii.gz")
    engine = engine_of(wish())

    of_scan = query_of(engine, wish(scan), b"s" * 32, CancelToken())
    of_text = query_of(engine, wish(text="effusion"), b"s" * 32, CancelToken())

    assert of_scan.stamp == of_text.stamp
    assert of_scan.scan_sha256
    assert not of_text.scan_sha256


def test_what_needs_a_scan_refuses_a_text(tmp_path: Path) -> None:
    assert wish(tmp_path).require_scan("A region is searched") == tmp_path
    with pytest.raises(UsageError, match="A region is searched for a scan"):
        wish(text="effusion").require_scan("A region is searched")


def test_a_found_case_says_whether_it_is_the_scan_itself() -> None:
    case = library_samples.case(3)

    standing = standing_of(SimilarCase(case, 1.0, None, 0, 5, is_self=True, is_of_query=True))

    assert standing == {
        "case_id": case.case_id,
        "source": case.source,
        "self": True,
        "same_patient": True,
    }
