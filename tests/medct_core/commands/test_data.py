"""`medct data`: its commands are found and explained."""

import pytest

from medct_core.commands.main import run

COMMANDS = ("check", "sample", "from-library", "show-augmentation")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["data", command, "--help"])

    said = capsys.readouterr().out
    assert code == 0
    assert f"Example: medct data {command}" in said


def test_the_group_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    run(["data", "--help"])

    said = capsys.readouterr().out
    assert all(command in said for command in COMMANDS)
