"""Materials: drawn once, shared by programs, and made only where they are missing."""

from pathlib import Path

import pytest
from filelock import FileLock

from medct_core.cancel import Cancelled
from medct_core.training.reproduce import materials
from medct_core.training.reproduce.bases import Base
from medct_core.training.reproduce.corpora import (
    TEST_A,
    TEST_B,
    TRAIN_B,
    VALIDATION_B,
    Part,
    Report,
)
from medct_core.training.reproduce.materials import PhantomMaterials
from tests import tiny_model
from tests.reproduce_samples import NoisyScans


def _quiet(_stage: str, _share: float) -> None:
    return


def test_the_bases_that_are_there_are_opened_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Base] = []

    def make(_work: Path, bases: Path, base: Base, _report: Report) -> None:
        made.append(base)
        tiny_model.write_model(bases / base.value, tiny_model.PAIR)

    monkeypatch.setattr(materials, "make_base", make)
    stock = PhantomMaterials(tmp_path / "work", tmp_path / "bases", _quiet)

    one, two = stock.base("M"), stock.base("M")

    assert made == [Base.MASKS]
    assert one.stamp == two.stamp
    assert one.network is not two.network


def test_each_set_of_scans_is_its_own_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(materials, "part_corpus", lambda _work, part, _workers, _report: part)
    monkeypatch.setattr(materials, "PlainPhantoms", lambda part, _corpus: NoisyScans(part.name, 3))
    stock = PhantomMaterials(tmp_path, tmp_path, _quiet)

    shown = (stock.training, stock.tests.validation_b, stock.tests.test_b, stock.tests.test_a)

    parts: tuple[Part, ...] = (TRAIN_B, VALIDATION_B, TEST_B, TEST_A)
    assert [viewer.cohort.scans[0] for viewer in shown] == [f"{part.name} 0" for part in parts]


def test_waiting_for_another_program_can_be_stopped(tmp_path: Path) -> None:
    said: list[str] = []

    def report(stage: str, _share: float) -> None:
        said.append(stage)
        raise Cancelled

    with FileLock(tmp_path / ".materials.lock"), pytest.raises(Cancelled):
        PhantomMaterials(tmp_path, tmp_path / "bases", report).base("M")

    assert said == ["waiting for another program to make what this one needs"]
