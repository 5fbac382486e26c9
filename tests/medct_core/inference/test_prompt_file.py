"""Prompt files come back as they were written; mistakes are named with their place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import OutOfDiskError, PromptRefusedError
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import (
    format_prompts,
    parse_prompts,
    read_prompts,
    write_prompts,
)

texts = st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip)
prompts = st.builds(
    Prompt,
    name=texts,
    present=st.lists(texts, min_size=1, max_size=4).map(tuple),
    absent=st.lists(texts, max_size=4).map(tuple),
)
prompt_lists = st.lists(
    prompts, min_size=1, max_size=5, unique_by=lambda prompt: prompt.name.strip().casefold()
).map(tuple)


@given(written=prompt_lists)
def test_what_is_written_reads_back_the_same(written: tuple[Prompt, ...]) -> None:
    assert parse_prompts(format_prompts(written), name="mine.toml") == written


def test_a_file_is_replaced_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "préféré.toml"
    path.write_text("old", encoding="utf-8")
    written = (Prompt("Nodule", ('a "solid" nodule',), ("no\tnodule", "胸水")),)

    write_prompts(written, path)

    assert read_prompts(path) == written
    assert list(tmp_path.iterdir()) == [path]


def test_one_text_may_stand_without_brackets_and_absent_may_be_left_out() -> None:
    text = '\ufeff# mine\n[[prompt]]\nname = "A"\npresent = "a nodule"\n'

    assert parse_prompts(text.lstrip("\ufeff"), name="x") == (Prompt("A", ("a nodule",)),)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_text('[[prompt]]\r\nname = "A"\r\npresent = ["a"]\r\n', encoding="utf-8-sig")

    assert read_prompts(path) == (Prompt("A", ("a",)),)


GOOD = '[[prompt]]\nname = "A"\npresent = ["a"]\n\n'


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ('name = "B"\n', r"Entry 2 of x.toml \(line 5\), 'B', has no wording for present"),
        ('present = ["b"]\n', r"Entry 2 of x.toml \(line 5\) has no name"),
        ('name = "B"\npresent = [1]\n', r"line 5.*needs a list of texts under present"),
        ('name = "B"\npresent = ["b", " "]\n', r"line 5.*blank wording under present"),
        ('name = "B"\npresent = ["b"]\nabsent = {}\n', r"line 5.*list of texts under absent"),
        ('name = "B"\npresent = ["b"]\nabsence = ["c"]\n', r"line 5.*unknown key 'absence'"),
        ('name = "a "\npresent = ["b"]\n', r"line 5.*second time; Entry 1 of x.toml \(line 1\)"),
        ('name = "B\n', r"x.toml cannot be read: .*at line 6"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(second: str, complaint: str) -> None:
    with pytest.raises(PromptRefusedError, match=complaint):
        parse_prompts(f"{GOOD}[[prompt]]\n{second}", name="x.toml")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", r"holds no \[\[prompt\]\] entry"),
        ("prompt = 3\n", r"holds no \[\[prompt\]\] entry"),
        ("prompt = [3]\n", "Entry 1 of x.toml is no table"),
        (f"{GOOD}[[prompts]]\nname = 'B'\n", "unknown entry 'prompts'"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(PromptRefusedError, match=complaint):
        parse_prompts(text, name="x.toml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * (5 * 2**20)])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "scan.nii"
    path.write_bytes(content)

    with pytest.raises(PromptRefusedError, match=r"scan\.nii"):
        read_prompts(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PromptRefusedError, match=r"gone\.toml cannot be opened"):
        read_prompts(tmp_path / "gone.toml")


def test_a_folder_that_is_not_there_cannot_be_written_to(tmp_path: Path) -> None:
    with pytest.raises(OutOfDiskError, match=r"mine\.toml"):
        write_prompts([Prompt("A", ("a",))], tmp_path / "gone" / "mine.toml")
