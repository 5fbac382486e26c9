"""From phantoms on disk to an adapter that scores a scan under its own name."""

import json
from pathlib import Path

import pytest

from medct_core.commands.main import run
from tests.phantom_tables import write_phantom_table

FILE = """
[base]
model = "medct-mini"
[data]
train = "train.csv"
validation = "validation.csv"
test = "test.csv"
cache = "prepared"
[augmentation]
recipe = "laterality-safe"
[head]
kind = "prompt"
[run]
folder = "run"
name = "our-site"
epochs = 1
batch = 2
bf16 = true
"""


@pytest.mark.slow
def test_a_site_trains_an_adapter_and_scores_a_scan_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seeds in (("train", range(2)), ("validation", range(2, 4)), ("test", range(4, 6))):
        write_phantom_table(tmp_path, f"{name}.csv", seeds)
    file = tmp_path / "run.toml"
    file.write_text(FILE, encoding="utf-8")

    trained = run(["train", "lora", "--config", str(file), "--json"])
    made = json.loads(capsys.readouterr().out)
    model = ["--model", "medct-mini", "--adapter", made["adapter"]]
    out = ["--out", str(tmp_path / "results")]
    scored = run(["analyze", str(tmp_path / "4.nii.gz"), *model, *out, "--json"])

    said = capsys.readouterr().out
    assert (trained, scored) == (0, 0)
    assert made["metrics"]["held_out_patients"] == 2
    assert '"our-site"' in said
