"""What the commands of `medct data` share: the same options mean the same."""

from pathlib import Path

import pytest

from medct_core.commands.data_tables import SHOWN, first_lines, grace_of, require_training, share
from medct_core.commands.main import run
from medct_core.errors import UsageError


@pytest.mark.parametrize("command", ["check", "sample"])
def test_a_folder_of_scans_that_is_not_there_is_wrong_usage(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("VolumeName,Emphysema\na,1\n", encoding="utf-8")
    more = ["--n", "1", "--out", str(tmp_path / "out.csv")] if command == "sample" else []

    code = run(["data", command, str(tmp_path / "t.csv"), "--scans", str(tmp_path / "no"), *more])

    assert code == 2
    assert "no folder" in capsys.readouterr().err


def test_a_long_list_says_how_much_is_left() -> None:
    assert first_lines("ab") == ["a", "b"]
    assert first_lines(map(str, range(SHOWN + 3)))[SHOWN:] == ["  and 3 more; --json lists all"]


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert (share(1, 8), share(0, 0)) == ("1 (12.50 %)", "0")


def test_a_package_that_is_missing_is_named_with_what_to_install() -> None:
    require_training("json")

    with pytest.raises(UsageError, match=r"medct\[train\]"):
        require_training("no_such_package_anywhere")


def test_several_processes_get_longer_to_stop_than_one() -> None:
    assert 0 < grace_of(1) < grace_of(2) == grace_of(9)
