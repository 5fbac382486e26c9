"""The file of a run is read whole, and every wrong entry is named with its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.training.adapt import run_file
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.run_file import read_run_file

LEAST = """[base]
model = "medct-mini"

[data]
train = "train.csv"
split = [0.6, 0.2, 0.2]
cache = "prepared"

[run]
folder = "runs/one"
"""

WHOLE = """
base.model = "medct-mini"  # a section may be written in dots
[data]
train = ["a.csv", "sub/b.csv"]
validation = "v.csv"
test = "t.csv"
scans = "ct"
reports = "r.csv"
metadata = "m.csv"
cache = "prepared"
workers = 2
text_order = "impression-first"
[augmentation]
recipe = "laterality-safe"
[lora]
preset = "effective"
towers = "text"
text_rank = 4
text_alpha = 8
vision_rank = 2
vision_alpha = 4
vision_dropout = 0
[head]
kind = "prompt"
dropout = 0.1
prompts = "single"
[loss]
kind = "sum"
contrast = "siglip"
contrast_weight = 0.5
[run]
folder = "runs/one"
name = "site-1"
epochs = 3
batch = 4
accumulation = 2
rate = 1e-3
weight_decay = 0
text_tokens = 512
bf16 = true
checkpointing = true
seed = 5
device = "cpu"
checkpoint_minutes = 1.5
readers = 4
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_is_left_out_is_as_in_the_paper(tmp_path: Path) -> None:
    run = read_run_file(_written(tmp_path, LEAST))

    assert run.config == AdaptConfig()
    assert run.model == "medct-mini"
    assert run.data.train == (tmp_path / "train.csv",)
    assert run.data.split == (0.6, 0.2, 0.2)
    assert run.folder == tmp_path / "runs" / "one"


def test_every_entry_arrives_where_it_belongs(tmp_path: Path) -> None:
    run = read_run_file(_written(tmp_path, WHOLE))

    assert run.config == AdaptConfig(
        name="site-1",
        towers="text",
        preset="effective",
        vision_rank=2,
        vision_alpha=4,
        vision_dropout=0,
        text_rank=4,
        text_alpha=8,
        head="prompt",
        head_dropout=0.1,
        prompts="single",
        loss="sum",
        contrast="siglip",
        contrast_weight=0.5,
        epochs=3,
        batch=4,
        accumulation=2,
        rate=1e-3,
        weight_decay=0,
        bf16=True,
        checkpointing=True,
        augmentation="laterality-safe",
        text_order="impression-first",
        text_tokens=512,
        seed=5,
        device="cpu",
        checkpoint_minutes=1.5,
        readers=4,
    )
    assert run.data.train == (tmp_path / "a.csv", tmp_path / "sub" / "b.csv")
    assert (run.data.validation, run.data.test) == (tmp_path / "v.csv", tmp_path / "t.csv")
    assert (run.data.split, run.data.workers) == (None, 2)


def test_a_model_folder_beside_the_file_is_the_base(tmp_path: Path) -> None:
    (tmp_path / "medct-mini").mkdir()

    assert read_run_file(_written(tmp_path, LEAST)).model == str(tmp_path / "medct-mini")


@pytest.mark.parametrize(
    ("old", "new", "line", "near"),
    [
        ('cache = "prepared"', 'cache_folder = "prepared"', 7, "'cache'"),
        ('folder = "runs/one"', 'folder = "x"\nlerning_rate = 1', 11, "'rate'"),
        ("[run]", "[rnu]", 9, "'[run]'"),
        ("[data]", "epochs = 3\n[data]", 4, "belongs into [run]"),
    ],
)
def test_an_unknown_entry_is_named_with_its_line_and_the_nearest(
    tmp_path: Path, old: str, new: str, line: int, near: str
) -> None:
    path = _written(tmp_path, LEAST.replace(old, new))

    with pytest.raises(UsageError) as caught:
        read_run_file(path)

    assert f"line {line}:" in caught.value.summary
    assert near in caught.value.remedy


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('epochs = "three"', "a whole number"),
        ("epochs = 2.5", "a whole number"),
        ("epochs = true", "a whole number"),
        ("bf16 = 1", "true or false"),
        ("rate = [1]", "a number"),
        ("epochs = 0", "1 or more"),
        ("rate = -1.0", "above 0"),
        ("rate = nan", "above 0"),
        ('device = "gpu"', "one of auto, cpu"),
        ('name = "two words"', "letters, digits"),
    ],
)
def test_a_value_of_another_kind_or_range_is_named_with_its_line(
    tmp_path: Path, entry: str, said: str
) -> None:
    path = _written(tmp_path, LEAST + "\n" + entry)

    with pytest.raises(UsageError, match="line 12") as caught:
        read_run_file(path)

    assert said in caught.value.remedy


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('folder = "runs/one"', "", "'folder' in \\[run\\]"),
        ('model = "medct-mini"', "", "'model' in \\[base\\]"),
        ("split = [0.6, 0.2, 0.2]", "", "held out"),
        ("split = [0.6, 0.2, 0.2]", 'validation = "v.csv"', "held out"),
        ('cache = "prepared"', 'cache = "prepared"\ntest = "t.csv"', "'split'"),
        ("[0.6, 0.2, 0.2]", "[0.6, 0.4]", "'split'"),
        ("[0.6, 0.2, 0.2]", '[0.6, 0.2, "x"]', "'split'"),
        ('"train.csv"', "[1]", "'train'"),
        ('"train.csv"', "[]", "'train'"),
        ('cache = "prepared"', 'cache = "c"\nworkers = 0', "'workers'"),
        ('cache = "prepared"', 'cache = "c"\ntext_order = "any"', "'text_order'"),
        ("[run]", "[run", "no TOML"),
        ("[run]", '[augmentation]\nrecipe = "papre"\n[run]', "papre"),
    ],
)
def test_what_is_missing_or_contradicts_is_said(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        read_run_file(_written(tmp_path, LEAST.replace(old, new)))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")

    for name in ("nothing.toml", "binary.toml"):
        with pytest.raises(UsageError, match=name):
            read_run_file(tmp_path / name)


def test_a_file_may_begin_with_the_mark_of_an_editor(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text(LEAST, encoding="utf-8-sig")

    assert read_run_file(path).config.epochs == 15


@pytest.mark.parametrize("written", [r"C:\ct\train.csv", r"C:\users\train.csv"])
def test_a_path_of_windows_gets_single_quotes_as_advice(tmp_path: Path, written: str) -> None:
    with pytest.raises(UsageError, match="no TOML") as caught:
        read_run_file(_written(tmp_path, LEAST.replace("train.csv", written)))

    assert "single quotes" in caught.value.remedy


def test_paths_are_told_without_detours(tmp_path: Path) -> None:
    run = read_run_file(_written(tmp_path, LEAST.replace("runs/one", "../runs")))

    assert run.folder == tmp_path.resolve().parent / "runs"


@given(key=st.text(st.sampled_from("abcdefghij_"), min_size=1, max_size=12))
def test_any_unknown_key_is_refused_and_never_ends_badly(
    key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = _written(tmp_path_factory.mktemp("run"), LEAST + f"{key}_unknown = 1\n")

    with pytest.raises(UsageError, match="line 11"):
        read_run_file(path)


def test_the_page_on_the_file_names_every_entry_and_no_other() -> None:
    page = Path(run_file.__file__).with_name("README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("|")][2:]

    told: dict[str, set[str]] = {}
    for section, entries in rows:
        if section.strip():
            current = told.setdefault(section.strip(" `"), set())
        current |= set(re.findall(r"`(\w+)`", entries))

    assert told == {section: set(entries) for section, entries in run_file.SECTIONS.items()}
