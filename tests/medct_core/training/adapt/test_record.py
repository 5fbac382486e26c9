"""The folder of a run says what it is, is never half written, and takes no other run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from medct_core.errors import UsageError
from medct_core.models.bundle import load_model
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.record import (
    CHECKPOINT_FILE,
    RUN_FILE,
    alone_in,
    describe_run,
    differences,
    load_checkpoint,
    open_run,
    save_checkpoint,
)
from tests.adapt_samples import viewer


def test_a_run_says_what_it_is_made_of(tiny: Path, tmp_path: Path) -> None:
    model, seen = load_model(tiny), viewer()

    open_run(tmp_path, describe_run(model, seen, AdaptConfig(seed=4)))

    said = json.loads((tmp_path / RUN_FILE).read_text(encoding="utf-8"))
    assert said["base"]["sha256"] == model.stamp.checkpoint_sha256
    assert said["data"]["sha256"] == seen.identity
    assert said["config"]["seed"] == 4
    assert said["versions"]["torch"].startswith(torch.__version__.split("+", maxsplit=1)[0])


def test_two_programs_do_not_work_in_one_folder(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    other = (
        "import sys; from pathlib import Path\n"
        "from medct_core.training.adapt.record import alone_in\n"
        "with alone_in(Path(sys.argv[1])): print('at work', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", other, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == b"at work\n"
        with pytest.raises(UsageError, match="Another program is at work"), alone_in(folder):
            pytest.fail("it should not get in")
        program.kill()  # as a crash does: nothing is cleaned up

    with alone_in(folder):
        pass


def test_another_run_is_refused_with_all_that_differs(tiny: Path, tmp_path: Path) -> None:
    model = load_model(tiny)
    open_run(tmp_path, describe_run(model, viewer(), AdaptConfig()))

    with pytest.raises(UsageError) as caught:
        open_run(tmp_path, describe_run(model, viewer(10), AdaptConfig(rate=1e-3)))

    assert "setting 'rate' was 0.0005, is 0.001" in caught.value.summary
    assert "of the data 'scans' was 12, is 10" in caught.value.summary


def test_the_same_run_may_go_on_and_save_more_often(tiny: Path, tmp_path: Path) -> None:
    model = load_model(tiny)
    open_run(tmp_path, describe_run(model, viewer(), AdaptConfig()))
    before = (tmp_path / RUN_FILE).read_bytes()

    open_run(tmp_path, describe_run(model, viewer(), AdaptConfig(checkpoint_minutes=1)))

    assert (tmp_path / RUN_FILE).read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", '{"base": 1}', "\x00"])
def test_a_folder_of_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / RUN_FILE).write_text(content, encoding="utf-8")

    with pytest.raises(UsageError, match="no record"):
        open_run(tmp_path, {"base": {}, "data": {}, "config": {}})


def test_a_write_that_fails_leaves_the_last_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path, {"step": 1})

    def half(_state: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError

    monkeypatch.setattr(torch, "save", half)
    with pytest.raises(OSError):  # noqa: PT011 - the very one raised above
        save_checkpoint(tmp_path, {"step": 2})

    assert load_checkpoint(tmp_path) == {"step": 1}
    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_FILE]


def test_what_a_killed_writer_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".0123.part.pt").write_bytes(b"half")

    save_checkpoint(tmp_path, {"step": 1})

    assert [path.name for path in tmp_path.iterdir()] == [CHECKPOINT_FILE]


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / CHECKPOINT_FILE).write_bytes(b"no checkpoint")

    with pytest.raises(UsageError, match=CHECKPOINT_FILE):
        load_checkpoint(tmp_path)


PARTS = st.dictionaries(
    st.sampled_from(["base", "data"]), st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))
)


@given(there=PARTS, here=PARTS)
def test_descriptions_differ_in_exactly_what_is_not_equal(
    there: dict[str, dict[str, int]], here: dict[str, dict[str, int]]
) -> None:
    found = differences(there, here)

    flat = [
        {(part, key, value) for part, keys in one.items() for key, value in keys.items()}
        for one in (there, here)
    ]
    assert len(found) == len({(part, key) for part, key, _ in flat[0] ^ flat[1]})
