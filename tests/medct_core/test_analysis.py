"""From a file to a report in one call."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom.uid import UID

from medct_core.analysis import (
    STAGES,
    ScanChoice,
    analyze,
    calibration_of,
    prompts_for,
    range_doubts,
    read_scan,
    scan_name,
)
from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import NotScorableError, PromptRefusedError, UsageError
from medct_core.findings.calibration import (
    Calibration,
    FindingCalibration,
    prompt_digest,
    write_calibration,
)
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_sets import default_prompts
from medct_core.models import config
from medct_core.models.bundle import load_model
from medct_core.models.config import JointConfig
from medct_core.models.manifest import CALIBRATION_FILE, MANIFEST_FILE, file_sha256, read_manifest
from medct_core.preprocess import recipe
from medct_core.vocabulary import FINDINGS
from tests import small_chest, tiny_model
from tests.medct_core.io import making


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    """Tiny model in memory."""
    return InferenceEngine(tiny_model.loaded_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chest as NIfTI."""
    return small_chest.write(tmp_path_factory.mktemp("scans") / "chest.nii.gz")


def test_report_holds_the_eighteen_findings_and_who_scored_them(
    engine: InferenceEngine, scan: Path
) -> None:
    report = analyze(scan, model=engine)

    assert tuple(finding.prompt.name for finding in report.findings) == FINDINGS
    assert all(0 <= finding.probability <= 1 for finding in report.findings)
    assert report.stamp == engine.stamp
    assert report.scan.name == "chest.nii.gz"
    assert report.patient is None


def test_own_prompts_follow_or_take_a_findings_place(engine: InferenceEngine, scan: Path) -> None:
    nodule = Prompt("Lung nodule", ("a nodule is seen.",), ("no nodule.",))

    report = analyze(str(scan), model=engine, prompts=["no pericardial effusion", nodule])

    assert [finding.prompt.name for finding in report.findings[18:]] == [
        'pericardial effusion (asked as "no pericardial effusion")'
    ]
    assert report.findings[9].prompt == nodule


def test_the_same_scan_gives_the_same_numbers(engine: InferenceEngine, scan: Path) -> None:
    first, again = analyze(scan, model=engine), analyze(scan, model=engine)

    assert first.findings == again.findings


def test_stages_are_told_in_order(engine: InferenceEngine, scan: Path) -> None:
    told: list[tuple[str, float]] = []

    analyze(scan, model=engine, on_progress=lambda *stage: told.append(stage))

    assert list(dict.fromkeys(stage for stage, _ in told)) == list(STAGES)
    assert all(0 <= fraction <= 1 for _, fraction in told)
    assert told[-1] == ("score", 1.0)


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_raised_token_stops_in_every_stage(
    engine: InferenceEngine, scan: Path, stage: str
) -> None:
    token = CancelToken()

    def stop(told: str, _fraction: float) -> None:
        if told == stage:
            token.cancel()

    with pytest.raises(Cancelled):
        analyze(scan, model=engine, cancel=token, on_progress=stop)


def test_unsuitable_scan_is_refused(engine: InferenceEngine, tmp_path: Path) -> None:
    head = small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)

    with pytest.raises(NotScorableError, match="lungs"):
        analyze(head, model=engine)


def test_forced_scan_says_so_in_its_notices(engine: InferenceEngine, tmp_path: Path) -> None:
    head = small_chest.write(tmp_path / "head.nii.gz", lung_hu=50)

    report = analyze(head, model=engine, choice=ScanChoice(force=True))

    codes = [notice.code for notice in report.notices]
    assert codes[-2:] == ["forced", "no-lungs"]


def test_suitable_scan_needs_no_force(engine: InferenceEngine, scan: Path) -> None:
    report = analyze(scan, model=engine, choice=ScanChoice(force=True))

    assert "forced" not in {notice.code for notice in report.notices}


def test_refused_prompt_is_known_before_the_scan_is_touched(engine: InferenceEngine) -> None:
    with pytest.raises(PromptRefusedError):
        analyze("not-there.nii.gz", model=engine, prompts=["effusion but no nodule"])


def test_series_that_is_not_there_is_refused(engine: InferenceEngine, scan: Path) -> None:
    with pytest.raises(UsageError, match="'9'"):
        analyze(scan, model=engine, choice=ScanChoice(series="9"))


def test_a_dicom_scan_is_named_after_its_folder_and_not_after_its_headers(tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "case 12", making.chest_volume())
    (tmp_path / "link").symlink_to(folder, target_is_directory=True)

    assert read_scan(folder).volume.source == "case 12"
    assert read_scan(tmp_path / "link").volume.source == "link"


def test_one_of_several_series_carries_its_number(tmp_path: Path) -> None:
    folder = making.write_series(tmp_path / "case", making.chest_volume())
    alone = read_scan(folder, choice=ScanChoice(series="3")).volume.source
    for k in range(4):
        other = making.ct_slice(making.chest_volume(), k)
        other.SeriesInstanceUID, other.SeriesNumber = UID(f"{making.SERIES}.77"), 8
        other.SOPInstanceUID = UID(f"{making.SERIES}.77.{k}")
        other.file_meta.MediaStorageSOPInstanceUID = other.SOPInstanceUID
        making.save(other, folder / f"other{k}.dcm")

    names = [
        read_scan(folder, choice=choice).volume.source
        for choice in (ScanChoice(), ScanChoice(series="8"))
    ]

    assert alone == "case-series-3"
    assert names == ["case-series-3", "case-series-8"]


def test_a_path_without_a_name_is_named_after_where_it_leads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "case" / "inner").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "case" / "inner")

    assert scan_name(Path()) == "inner"
    assert scan_name(Path("..")) == "case"
    assert scan_name(Path("/any/scan.zip"), 4) == "scan-series-4"


@pytest.mark.parametrize(
    ("network", "prepared", "codes"),
    [
        (config.CT_CLIP, recipe.MEDCT_VLM_PAPER, ["intensity-range"]),
        (config.CT_CLIP, recipe.CT_CLIP, []),
        (config.MINI, recipe.MEDCT_VLM_PAPER, []),
    ],
)
def test_ct_clips_weights_in_another_intensity_range_are_pointed_out(
    engine: InferenceEngine, network: JointConfig, prepared: recipe.Recipe, codes: list[str]
) -> None:
    loaded = replace(engine.with_text, config=network, recipe=prepared)

    assert [notice.code for notice in range_doubts(loaded)] == codes


def test_calibration_holds_on_phantoms_only(tmp_path: Path) -> None:
    engine = _calibrated_engine(tmp_path / "tiny")
    real = small_chest.write(tmp_path / "real.nii.gz")
    phantom = small_chest.write(tmp_path / "phantom.nii.gz", is_phantom=True)

    on_real = analyze(real, model=engine)
    on_phantom = analyze(phantom, model=engine)

    for finding in on_real.findings:
        assert (finding.calibrated, finding.threshold, finding.verdict) == (None, None, None)
    assert on_phantom.findings[0].calibrated is not None
    assert on_phantom.findings[0].verdict is not None
    assert on_phantom.findings[1].calibrated is None


def test_model_without_calibration_has_none(engine: InferenceEngine) -> None:
    assert calibration_of(engine) is None


def test_prompts_are_those_of_the_model(engine: InferenceEngine) -> None:
    loaded = engine.loaded

    assert prompts_for(engine) == default_prompts(loaded.folder, loaded.manifest)


def _calibrated_engine(folder: Path) -> InferenceEngine:
    """Give the tiny model a calibration for its first finding, made on phantoms."""
    tiny_model.write_model(folder)
    loaded = load_model(folder)
    first = default_prompts(folder, loaded.manifest)[0]
    entry = FindingCalibration(first.name, prompt_digest(first), 1.0, 0.0, 0.5)
    calibration = Calibration(loaded.stamp, "phantoms", 1.0, 0.0, (entry,))
    write_calibration(calibration, folder / CALIBRATION_FILE)
    manifest = read_manifest(folder)
    files = {**manifest.files, CALIBRATION_FILE: file_sha256(folder / CALIBRATION_FILE)}
    text = replace(manifest, files=files).to_json()
    (folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
    return InferenceEngine(load_model(folder))
