"""From files on disk to files on disk, as a user walks it."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema
import pypdfium2
import pytest

from medct_core.analysis import ScanChoice, analyze
from medct_core.commands.console import exit_code_of
from medct_core.commands.main import run
from medct_core.errors import MedctError
from medct_core.export.files import write_report
from medct_core.export.report import SYNTHETIC_HEADLINE, Report
from medct_core.inference import cache
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import open_engine
from medct_core.inference.prompt_file import write_prompts
from medct_core.inference.prompt_sets import default_prompts
from medct_core.models import catalogue
from medct_core.resources_folder import resources_folder
from medct_core.vocabulary import FINDINGS
from tests import small_chest, tiny_model

PROGRAM = "from medct_core.commands.main import main; main()"


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> InferenceEngine:
    """Tiny model of the same kind as medct-mini."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return InferenceEngine(tiny_model.loaded_model(folder, tiny_model.LOCAL))


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tiny model under the name of the one that comes with the program."""
    monkeypatch.setenv(catalogue.FOLDER_VARIABLE, str(tmp_path / "models"))
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    kind = replace(tiny_model.LOCAL, name="medct-mini")
    return tiny_model.write_model(tmp_path / "models" / "medct-mini", kind)


def text_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())


def test_three_files_tell_the_same_story(
    environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")
    out = tmp_path / "out"

    code = run(["analyze", str(scan), "--out", str(out), "--prompt", "心拡大"])

    report = json.loads((out / "chest.json").read_text(encoding="utf-8"))
    schema = json.loads((resources_folder() / "schemas" / "report-2.schema.json").read_text())
    jsonschema.validate(report, schema)
    rows = list(csv.DictReader((out / "chest.csv").read_text(encoding="utf-8-sig").splitlines()))
    written = text_of(out / "chest.pdf")
    names = [*FINDINGS, "心拡大"]
    assert code == 0
    assert [row["finding"] for row in rows] == names
    assert [one["name"] for one in report["findings"]] == names
    for row, one in zip(rows, report["findings"], strict=True):
        assert float(row["probability"]) == pytest.approx(one["probability"], abs=1e-6)
        assert row["calibrated"] == row["threshold"] == row["verdict"] == ""
        assert one["calibrated"] is one["threshold"] is one["verdict"] is None
    assert all(name in written for name in names)
    assert report["model"]["recipe"] in written
    assert capsys.readouterr().out.splitlines()[0] == report["headline"] == SYNTHETIC_HEADLINE
    assert 0 <= written.index(SYNTHETIC_HEADLINE) < written.index(FINDINGS[0])


def test_a_models_own_prompts_survive_the_walk_through_a_file(
    environment: Path, tmp_path: Path
) -> None:
    scan = small_chest.write(tmp_path / "chest.nii.gz")
    engine = open_engine(device="cpu")
    usual = default_prompts(engine.loaded.folder, engine.loaded.manifest)
    write_prompts(usual, tmp_path / "mine.toml")
    options = ["--prompts", str(tmp_path / "mine.toml"), "--formats", "json"]

    code = run(["analyze", str(scan), "--out", str(tmp_path / "out"), *options])

    report = json.loads((tmp_path / "out" / "chest.json").read_text(encoding="utf-8"))
    expected = analyze(scan, model=engine)
    assert code == 0
    assert [one["probability"] for one in report["findings"]] == pytest.approx(
        [finding.probability for finding in expected.findings], abs=1e-6
    )


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_interrupted_analysis_keeps_what_was_finished(environment: Path, tmp_path: Path) -> None:
    scans = [str(small_chest.write(tmp_path / f"{n}.nii.gz", seed=n)) for n in range(12)]
    out = tmp_path / "out"
    command = [sys.executable, "-c", PROGRAM, "analyze", *scans * 20, "--out", str(out)]
    process = subprocess.Popen(
        [*command, "--formats", "csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    _wait_for(out / "1.csv", process)

    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    printed, said = process.communicate(timeout=60)

    # Generous: the promise is a second, the machine of a test may be busy.
    assert time.monotonic() - began < 15
    assert process.returncode == 130
    assert "Interrupted." in said
    assert "Traceback" not in said
    names = {path.name for path in out.iterdir()}
    assert {"0.csv", "1.csv", "all.csv"} <= names
    assert not [name for name in names if ".part" in name]
    assert printed.splitlines()[0] == SYNTHETIC_HEADLINE
    table = list(csv.DictReader((out / "all.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(table) == 18 * (len(names) - 1)


def _wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None, "the program ended before it was interrupted"
        assert time.monotonic() < deadline, f"{path.name} was never written"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def ricord(shared_dir: Path) -> Path:
    """DICOM folder of the COVID-19 scan."""
    return shared_dir / "data" / "ct_chest" / "ricord1a_419639"


@pytest.fixture(scope="session")
def ricord_nifti(
    shared_dir: Path, ricord: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Give the same scan as NIfTI."""
    path = tmp_path_factory.mktemp("nifti") / "ricord.nii.gz"
    subprocess.run([sys.executable, shared_dir / "make_nifti.py", ricord, path], check=True)
    yield path
    path.unlink()


def numbers(report: Report) -> list[float]:
    return [finding.probability for finding in report.findings]


@pytest.mark.slow
@pytest.mark.shared_data
def test_folder_zip_and_nifti_of_one_scan_are_one_scan(
    engine: InferenceEngine, ricord: Path, ricord_nifti: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "ricord.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for path in ricord.iterdir():
            file.write(path, path.name)

    reports = [analyze(path, model=engine) for path in (ricord, archive, ricord_nifti)]

    assert len({report.scan.sha256 for report in reports}) == 1
    assert numbers(reports[0]) == numbers(reports[1]) == numbers(reports[2])


@pytest.mark.slow
@pytest.mark.shared_data
def test_real_scans_get_raw_scores_and_a_warning_in_every_output(
    engine: InferenceEngine, shared_dir: Path, tmp_path: Path
) -> None:
    scan = shared_dir / "data" / "ct_chest" / "lungdx_a0001_5mm_B.zip"

    report = analyze(scan, model=engine)

    written = {path.suffix: path for path in write_report(report, tmp_path)}
    assert all(
        (one.calibrated, one.threshold, one.verdict) == (None, None, None)
        for one in report.findings
    )
    assert SYNTHETIC_HEADLINE in written[".csv"].read_text(encoding="utf-8-sig")
    assert json.loads(written[".json"].read_text(encoding="utf-8"))["headline"] == (
        SYNTHETIC_HEADLINE
    )
    text = text_of(written[".pdf"])
    assert text.index(SYNTHETIC_HEADLINE) < text.index(FINDINGS[0])


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["mri", "odd", "ct_other", "dicom/non_ct"])
def test_what_is_no_chest_ct_is_refused_in_words(
    engine: InferenceEngine, shared_dir: Path, folder: str
) -> None:
    files = [path for path in (shared_dir / "data" / folder).rglob("*") if path.is_file()]
    assert files

    refusals = [_refusal(path, engine) for path in sorted(files)]

    for refusal in refusals:
        assert exit_code_of(refusal) in (2, 3)
        assert refusal.summary.strip().endswith((".", "?"))
        assert refusal.remedy.strip().endswith(".")
        assert "Error" not in f"{refusal}"


def _refusal(path: Path, engine: InferenceEngine) -> MedctError:
    try:
        analyze(path, model=engine, choice=ScanChoice())
    except MedctError as error:
        return error
    raise AssertionError(f"{path.name} was scored")
