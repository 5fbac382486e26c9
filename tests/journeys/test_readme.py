"""What the front page says about Python works as it stands there."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from medct_core.export.report import SYNTHETIC_HEADLINE
from medct_core.inference import cache
from medct_core.models import catalogue
from medct_core.vocabulary import FINDINGS
from tests import small_chest, tiny_model

README = Path(__file__).resolve().parents[2] / "README.md"


def test_python_example_runs_as_printed(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    small_chest.write(tmp_path / "demo.nii.gz")
    tiny_model.write_model(
        tmp_path / "models" / "medct-mini", replace(tiny_model.LOCAL, name="medct-mini")
    )
    folders = {
        catalogue.FOLDER_VARIABLE: str(tmp_path / "models"),
        cache.FOLDER_VARIABLE: str(tmp_path / "cache"),
    }

    finished = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env={**os.environ, **folders},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    lines = finished.stdout.splitlines()
    assert lines[0] == SYNTHETIC_HEADLINE
    assert [line.split(":")[0] for line in lines[1:]] == [*FINDINGS, "cavitating nodule"]
