"""Settings are read back as they were written, and a wrong line is named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import (
    MouseProfile,
    Settings,
    Theme,
    format_settings,
    parse_settings,
    read_settings,
    settings_path,
    write_settings,
)
from medct_core.errors import OutOfDiskError, UsageError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(
    st.builds(
        Settings,
        theme=st.sampled_from(Theme),
        mouse=st.sampled_from(MouseProfile),
        model=texts,
        adapter=texts,
        device=st.sampled_from(["auto", "cpu", "mps", "cuda", "cuda:1"]),
        score_on_open=st.booleans(),
        patient_text=st.booleans(),
        export_folder=texts,
        shortcuts=st.dictionaries(texts, texts, max_size=4),
    )
)
def test_what_is_written_is_read_back(settings: Settings) -> None:
    assert parse_settings(format_settings(settings), name="settings.toml") == settings


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    settings = Settings(theme=Theme.LIGHT, shortcuts={"open": "Ctrl+O"})

    write_settings(settings, path)

    assert read_settings(path) == settings
    assert [one.name for one in path.parent.iterdir()] == ["settings.toml"]


def test_without_a_file_everything_is_as_usual(tmp_path: Path) -> None:
    assert read_settings(tmp_path / "none.toml") == Settings()
    assert settings_path().name == "settings.toml"


def test_what_a_file_leaves_out_is_as_usual() -> None:
    assert parse_settings('theme = "light"', name="s.toml") == Settings(theme=Theme.LIGHT)


@pytest.mark.parametrize(
    ("text", "summary", "remedy"),
    [
        (
            '# mine\n\ncolour = "red"',
            "Line 3 of s.toml holds the unknown setting 'colour'",
            "theme",
        ),
        ('device = "cpu"\ntheme = "blue"', "Line 2 of s.toml: theme is dark or light", "line"),
        ("mouse = 3", "Line 1 of s.toml: mouse is radiology or research, not 3", "line"),
        ('score_on_open = "yes"', "score_on_open is true or false", "line"),
        ("model = true", "model is a text in double quotes", "line"),
        ('device = "gpu"', "device is auto, cpu, mps, cuda", "line"),
        ("\n[shortcuts]\nopen = 3", "Line 2 of s.toml: shortcuts is a table", "line"),
        ('shortcuts = "x"', "Line 1 of s.toml: shortcuts is a table", "line"),
        ("theme = dark", "is no TOML", "quotes"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line_and_what_is_allowed(
    text: str, summary: str, remedy: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(text, name="s.toml")

    assert summary in caught.value.summary
    assert remedy in caught.value.remedy


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(UsageError, match="cannot be read"):
        read_settings(path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(OutOfDiskError, match="cannot be kept"):
        write_settings(Settings(), tmp_path / "file" / "settings.toml")


def test_settings_are_fixed_once_made() -> None:
    keys = {"open": "Ctrl+O"}
    settings = Settings(shortcuts=keys)

    keys["open"] = "Ctrl+P"

    assert settings.shortcuts == {"open": "Ctrl+O"}
