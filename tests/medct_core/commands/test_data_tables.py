"""What the commands of `medct data` share: the same options mean the same."""

from pathlib import Path

import pytest

from medct_core.commands.main import run


@pytest.mark.parametrize("command", ["check", "sample"])
def test_a_folder_of_scans_that_is_not_there_is_wrong_usage(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("VolumeName,Emphysema\na,1\n", encoding="utf-8")
    more = ["--n", "1", "--out", str(tmp_path / "out.csv")] if command == "sample" else []

    code = run(["data", command, str(tmp_path / "t.csv"), "--scans", str(tmp_path / "no"), *more])

    assert code == 2
    assert "no folder" in capsys.readouterr().err
