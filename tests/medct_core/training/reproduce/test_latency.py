"""Latency: two things timed in turns, and an adapter that is merged."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from medct_core.cancel import CancelToken
from medct_core.models.adapters import AdapterHost
from medct_core.models.lora import preset_config
from medct_core.training.reproduce.latency import merged_latency, ratios
from tests.reproduce_samples import NoisyScans, TinyMaterials


def test_each_gets_its_own_time_whichever_comes_first() -> None:
    now = [0.0]
    calls: list[str] = []

    def take(name: str, seconds: float) -> None:
        calls.append(name)
        now[0] += seconds

    pairs = ratios(lambda: take("one", 2.0), lambda: take("other", 3.0), lambda: now[0])

    assert set(pairs) == {(2.0, 3.0)}
    assert calls.count("one") == calls.count("other")
    assert calls[6:10] == ["one", "other", "other", "one"]


def test_a_machine_that_grows_slower_slows_both() -> None:
    ticks: Iterator[int] = count()

    pairs = ratios(lambda: None, lambda: None, lambda: float(next(ticks)) ** 2)

    slower = [two > one for one, two in pairs]
    assert sum(slower) == len(pairs) / 2


def test_a_merged_adapter_gives_the_same_vector(tmp_path: Path) -> None:
    materials = TinyMaterials(tmp_path)
    model = materials.base("M")
    host = AdapterHost(model)
    host.attach("fresh", preset_config(model.network, "paper"))

    found = merged_latency(
        materials.base("M"), host, NoisyScans("b", 2).views([0], 0).values, CancelToken()
    )

    assert found["merged_difference"] == pytest.approx(0, abs=1e-5)
    assert np.isfinite(list(found.values())).all()
    assert found["merged_ms"] > 0
