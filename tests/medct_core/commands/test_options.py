"""Options that commands share are said once: nowhere else stands their help."""

from pathlib import Path

from medct_core.commands import options


def test_no_command_says_a_shared_option_again() -> None:
    room = Path(options.__file__).parent
    others = [path for path in room.glob("*.py") if path.name != "options.py"]
    shared = ('"JSON on standard output."', '"auto, cpu, cuda, cuda:1 or mps."')

    assert len(others) > 20
    for path in others:
        assert not any(text in path.read_text(encoding="utf-8") for text in shared), path.name
