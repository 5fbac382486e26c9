"""A hospital's scans and labels, a base and its adapter: measured, stopped, gone on with, read."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from medct_core.inference import cache
from medct_core.models.catalogue import find_model
from tests import adapter_samples
from tests.phantom_tables import write_phantom_table

pytestmark = pytest.mark.slow


def test_scans_of_a_table_become_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(tmp_path / "cache"))
    scans = tmp_path / "scans"
    test = write_phantom_table(scans, "test.csv", range(5_300_000, 5_300_008))
    tuning = write_phantom_table(scans, "tuning.csv", range(5_310_000, 5_310_006))
    mini = find_model("medct-mini").folder
    site = adapter_samples.write_adapter(mini, tmp_path / "site", text_rank=2)
    out = tmp_path / "report"
    model = ["--model", "medct-mini", "--adapter", str(site), "--out", str(out), "--json"]

    code = run(["evaluate", "zero-shot", str(test), "--validation", str(tuning), *model])
    answer = json.loads(capsys.readouterr().out)
    (scans / "5300000.nii.gz").write_bytes(b"no longer a scan")
    again = run(["evaluate", "retrieval", "--table", str(test), *model])
    found = json.loads(capsys.readouterr().out)

    assert [code, again] == [0, 0]
    base, adapted = answer["models"]
    # Random numbers on the text side leave the base as it is and the adapter worse.
    assert base["overall"]["mean_auroc"] > 0.8
    assert adapted["stamp"]["adapter"] == "site"
    assert answer["comparisons"]["site"]["metrics"]["mean_auroc"]["gain"] is not None
    page = (out / "zero-shot-ct-clip.md").read_text(encoding="utf-8")
    assert base["stamp"]["checkpoint_sha256"][:12] in page
    assert '"Emphysema is not present."' in page
    assert len(list(out.glob("*.png"))) == len(list(out.glob("*.pdf"))) == 3
    assert found["models"][0]["n"] == 7
    assert "1 left out" in found["models"][0]["source"]
    assert found["models"][0]["results"][0]["report_to_volume"]["candidates"] == 7
