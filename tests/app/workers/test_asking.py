"""The real worker with a real, tiny model: from a scan to findings and a map that adds up."""

import math
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.state.answers import (
    Explanation,
    FindingsScored,
    ModelChoice,
    ScanEncoded,
    TypedAnswer,
)
from app.workers.inference_worker import Desk, InferenceWorker, OnStage, open_real_desk
from app.workers.questions import (
    EncodeScan,
    ExplainScore,
    ScoreFindings,
    ScoreTyped,
    SimilarScan,
)
from medct_core.cancel import CancelToken
from medct_core.errors import (
    ModelMismatchError,
    ModelUnavailableError,
    NoTextSideError,
    NotScorableError,
)
from medct_core.inference.scores import Relevance
from medct_core.inference.wording import CT_CLIP_STYLE, prompt_from_text
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.library_case import case_id_of
from medct_core.vocabulary import FINDINGS
from medct_core.volume.volume import Volume
from tests import library_samples, report_samples, small_chest, tiny_image_model, tiny_model
from tests.adapter_samples import write_adapter
from tests.app.stand_ins import PATIENCE_MS
from tests.app.workers.test_inference_worker import Heard

pytestmark = pytest.mark.gui


class Common(TypedDict):
    """What every question takes."""

    cancel: CancelToken
    on_stage: OnStage


EFFUSION = prompt_from_text("pleural effusion", CT_CLIP_STYLE)
PIE = prompt_from_text("an apple pie", CT_CLIP_STYLE)


@pytest.mark.parametrize("kind", [tiny_model.PAIR, tiny_model.LOCAL])
def test_a_scan_is_encoded_scored_and_explained(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: tiny_model.Kind
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_model.write_model(tmp_path / "tiny", kind)
    worker = InferenceWorker(open_real_desk, ModelChoice(str(folder), device="cpu"))
    heard = Heard(worker)
    worker.start()

    scan = worker.ask("w", EncodeScan(small_chest.volume()))
    listed = worker.ask("w", ScoreFindings(scan))
    typed = worker.ask("w", ScoreTyped(scan, EFFUSION))
    qtbot.waitUntil(lambda: typed in heard.ended, timeout=PATIENCE_MS)
    far = worker.ask("w", ScoreTyped(scan, PIE))
    explained = worker.ask("w", ExplainScore(scan, EFFUSION))
    qtbot.waitUntil(lambda: explained in heard.ended, timeout=PATIENCE_MS)
    again = worker.ask("w", ExplainScore(scan, EFFUSION))
    noise = worker.ask("x", EncodeScan(report_samples.scan()))
    qtbot.waitUntil(lambda: noise in heard.ended, timeout=PATIENCE_MS)
    worker.stop()

    assert heard.errors.keys() == {noise}
    assert isinstance(heard.errors[noise], NotScorableError)
    assert [one.stage for one in heard.times[scan]] == ["prepare", "encode"]
    assert [one.stage for one in heard.times[listed]] == ["text", "score"]
    check_findings(heard, listed)
    assert isinstance(heard.answers[far], Explanation)
    check_map(heard, typed, (explained, again))


def check_findings(heard: Heard, listed: int) -> None:
    scored = heard.answers[listed]
    assert isinstance(scored, FindingsScored)
    assert tuple(one.prompt.name for one in scored.findings) == FINDINGS
    assert [one.prompt for one in scored.findings] == list(heard.models[0].prompts)


def check_map(heard: Heard, typed: int, explained: tuple[int, int]) -> None:
    answer = heard.answers[typed]
    first, second = (heard.answers[job] for job in explained)
    assert isinstance(answer, TypedAnswer)
    assert isinstance(first, Relevance)
    assert isinstance(second, Relevance)
    assert answer.spread is not None
    assert 0 < answer.spread.lowest <= answer.spread.highest < 1
    logit = first.logit_scale * float(first.values.sum())
    assert 1 / (1 + math.exp(-logit)) == pytest.approx(answer.finding.probability, abs=1e-4)
    np.testing.assert_array_equal(first.values, second.values)


def test_a_scan_that_was_just_encoded_is_not_encoded_again_for_its_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_model.write_model(tmp_path / "tiny", tiny_model.LOCAL)
    desk = open_real_desk(ModelChoice(str(folder), device="cpu"), lambda _share: None)
    stages: list[str] = []
    common: Common = {"cancel": CancelToken(), "on_stage": lambda stage, _: stages.append(stage)}
    volume = small_chest.volume()

    fresh = desk.encode(volume, forced=False, **common)
    stages.clear()
    at_once = desk.relevance(volume, fresh, EFFUSION, **common)
    without = list(stages)
    desk = open_real_desk(ModelChoice(str(folder), device="cpu"), lambda _share: None)
    kept = desk.encode(volume, forced=False, **common)
    stages.clear()
    again = desk.relevance(volume, kept, EFFUSION, **common)

    assert without == ["score"]
    assert "encode" in stages
    np.testing.assert_array_equal(at_once.values, again.values)


def similar_to(desk: Desk, volume: Volume, **common: Unpack[Common]) -> SimilarScan:
    """Make a case of a scan, and centre it on something that is no scan."""
    embedding = desk.encode(volume, forced=True, **common).embedding
    mean = np.full_like(embedding.vector, 0.01)
    case = library_samples.case(
        stamp=embedding.stamp,
        case_id=case_id_of(embedding.volume_sha256, embedding.stamp),
        scan_sha256=embedding.volume_sha256,
        vector=embedding.vector,
        codes=embedding.codes,
    )
    return SimilarScan(case, Centring(mean, None, 1))


@pytest.mark.parametrize("kind", [tiny_model.PAIR, tiny_model.LOCAL])
def test_the_likeness_of_two_scans_adds_up_in_either_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: tiny_model.Kind
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_model.write_model(tmp_path / "tiny", kind)
    desk = open_real_desk(ModelChoice(str(folder), device="cpu"), lambda _share: None)
    common: Common = {"cancel": CancelToken(), "on_stage": lambda _stage, _share: None}
    volume, other = small_chest.volume(1), small_chest.volume(2)
    similar = similar_to(desk, other, **common)
    scan = desk.encode(volume, forced=False, **common)

    here = desk.likeness(volume, scan, similar, **common)
    there = desk.likeness_beside(other, scan, similar, **common)

    units = similar.centring.unit(np.stack([scan.embedding.vector, similar.case.vector]))
    assert here.cosine == pytest.approx(float(units[0] @ units[1]), abs=1e-4)
    assert there.cosine == pytest.approx(here.cosine, abs=1e-4)
    assert (here.other, there.other) == (similar.case.source, "the open scan")
    assert there.volume_sha256 == other.content_sha256


def test_a_region_of_a_quantised_scan_has_tokens_and_of_another_it_is_said_why_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    common: Common = {"cancel": CancelToken(), "on_stage": lambda _stage, _share: None}
    volume, corners = small_chest.volume(), ((0.0, 0.0, 0.0), (10.0, 10.0, 0.0))
    desks = [
        open_real_desk(
            ModelChoice(str(tiny_model.write_model(tmp_path / name, kind)), device="cpu"),
            lambda _share: None,
        )
        for name, kind in (("pair", tiny_model.PAIR), ("local", tiny_model.LOCAL))
    ]
    scans = [desk.encode(volume, forced=False, **common) for desk in desks]

    asked = desks[0].region(scans[0], corners)

    assert asked.codes is not None
    assert min(asked.region.size) >= 1
    assert asked.query.scan_sha256 == volume.content_sha256
    with pytest.raises(ModelUnavailableError, match="parts of a scan"):
        desks[1].region(scans[1], corners)


def test_a_case_of_another_model_is_refused_before_anything_is_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_model.write_model(tmp_path / "tiny", tiny_model.LOCAL)
    desk = open_real_desk(ModelChoice(str(folder), device="cpu"), lambda _share: None)
    stages: list[str] = []
    common: Common = {"cancel": CancelToken(), "on_stage": lambda stage, _: stages.append(stage)}
    volume = small_chest.volume()
    scan = desk.encode(volume, forced=False, **common)
    similar = SimilarScan(library_samples.case(), Centring(np.zeros(8, "f4"), None, 1))
    stages.clear()

    for asked in (desk.likeness, desk.likeness_beside):
        with pytest.raises(ModelMismatchError, match="tiny"):
            asked(volume, scan, similar, **common)

    assert stages == []


def test_a_model_without_a_text_side_encodes_scans_and_refuses_words(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    folder = tiny_image_model.write_image_model(tmp_path / "tiny-image")
    worker = InferenceWorker(open_real_desk, ModelChoice(str(folder), device="cpu"))
    heard = Heard(worker)
    worker.start()

    scan = worker.ask("w", EncodeScan(small_chest.volume()))
    listed = worker.ask("w", ScoreFindings(scan))
    typed = worker.ask("w", ScoreTyped(scan, EFFUSION))
    explained = worker.ask("w", ExplainScore(scan, EFFUSION))
    asked = {listed, typed, explained}
    qtbot.waitUntil(lambda: asked <= set(heard.ended), timeout=PATIENCE_MS)
    worker.stop()

    assert isinstance(heard.answers[scan], ScanEncoded)
    assert heard.errors.keys() == asked
    for error in heard.errors.values():
        assert isinstance(error, NoTextSideError)
        assert "it cannot score findings or search by text" in error.summary


def test_the_likeness_of_two_scans_needs_no_text_side(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MEDCT_PRECISION", "float32")
    folder = tiny_image_model.write_image_model(tmp_path / "tiny-image")
    desk = open_real_desk(ModelChoice(str(folder), device="cpu"), lambda _share: None)
    common: Common = {"cancel": CancelToken(), "on_stage": lambda _stage, _share: None}
    volume, other = small_chest.volume(1), small_chest.volume(2)
    similar = similar_to(desk, other, **common)
    scan = desk.encode(volume, forced=False, **common)

    here = desk.likeness(volume, scan, similar, **common)

    units = similar.centring.unit(np.stack([scan.embedding.vector, similar.case.vector]))
    assert here.cosine == pytest.approx(float(units[0] @ units[1]), abs=1e-4)
    assert here.values.shape == tiny_image_model.CONFIG.grid
    assert desk.facts.prompts == ()


def test_a_model_that_is_not_there_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    worker = InferenceWorker(open_real_desk, ModelChoice(str(tmp_path / "nowhere"), device="cpu"))
    heard = Heard(worker)
    worker.start()

    qtbot.waitUntil(lambda: len(heard.unavailable) == 1, timeout=PATIENCE_MS)
    worker.stop()

    assert isinstance(heard.unavailable[0], ModelUnavailableError)


def test_the_bundled_model_says_how_it_scores_known_cases() -> None:
    facts = open_real_desk(ModelChoice("medct-mini", device="cpu"), lambda _share: None).facts

    assert facts.known_population == "phantoms"
    assert set(facts.known) == set(FINDINGS)
    for known in facts.known.values():
        assert known.calibrated is not None
        for spread in (known.raw, known.calibrated):
            assert 0 <= spread.present[0] <= spread.present[4] <= 1
            assert spread.absent[2] < spread.present[2]


def test_adapters_are_swapped_on_a_real_model_and_a_stranger_is_refused(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDCT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MEDCT_MODELS", str(tmp_path / "models"))
    folder = tiny_model.write_model(tmp_path / "models" / "tiny", tiny_model.LOCAL)
    other = tiny_model.write_model(tmp_path / "models" / "other")
    adapter, stranger = (
        write_adapter(model, tmp_path / name)
        for model, name in ((folder, "site"), (other, "stranger"))
    )
    worker = InferenceWorker(open_real_desk, ModelChoice("tiny", device="cpu"))
    heard = Heard(worker)
    worker.start()

    scans = [worker.ask("w", EncodeScan(small_chest.volume()))]
    qtbot.waitUntil(lambda: scans[-1] in heard.ended, timeout=PATIENCE_MS)
    for chosen in (adapter, stranger, None):
        worker.load_model(ModelChoice("tiny", chosen, "cpu"))
        scans.append(worker.ask("w", EncodeScan(small_chest.volume())))
        qtbot.waitUntil(partial(_has_ended, heard, scans[-1]), timeout=PATIENCE_MS)
    worker.stop()

    stamps = [_encoded(heard, scan).embedding.stamp.adapter for scan in scans]
    vectors = [_encoded(heard, scan).embedding.vector for scan in scans]
    assert stamps == [None, "site", "site", None]
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3)
    np.testing.assert_array_equal(vectors[1], vectors[2])
    np.testing.assert_array_equal(vectors[0], vectors[3])
    (refused,) = heard.unavailable
    assert "'stranger' was made for tiny (" in refused.summary


def _has_ended(heard: Heard, job: int) -> bool:
    return job in heard.ended


def _encoded(heard: Heard, job: int) -> ScanEncoded:
    answer = heard.answers[job]
    assert isinstance(answer, ScanEncoded)
    return answer
