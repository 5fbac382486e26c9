"""What an adapter costs when a scan is encoded: beside the weights, and merged into them.

Run with ``pytest tests/benchmarks/test_adapter_latency.py --benchmark-enable -m ""``. The ratios to
the base, timed in turns with it, are in the extra information and in the log; merged is one. The
network has the size of medct-mini and random weights, on which speed does not depend.
"""

import logging
from pathlib import Path

import numpy as np
import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from transformers import BertTokenizer

from medct_core.cancel import CancelToken
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import LoadedModel
from medct_core.models.config import MINI
from medct_core.models.joint import JointModel
from medct_core.models.lora import preset_config
from medct_core.models.manifest import ModelManifest
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess.recipe import MEDCT_MINI
from medct_core.training.reproduce.latency import merged_latency

log = logging.getLogger(__name__)


def _model(folder: Path) -> LoadedModel:
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n", encoding="utf-8")
    torch.manual_seed(0)
    manifest = ModelManifest(
        name="random",
        title="Random",
        version="1",
        licence="Apache-2.0",
        licence_note="",
        trained_on="synthetic",
        population="none",
        headline=None,
    )
    return LoadedModel(
        folder=folder,
        manifest=manifest,
        recipe=MEDCT_MINI,
        config=MINI,
        network=JointModel(MINI).eval().requires_grad_(requires_grad=False),
        tokenizer=BertTokenizer.from_pretrained(folder),
        stamp=ModelStamp("random", "0" * 64, MEDCT_MINI.id, "float32"),
    )


@pytest.mark.slow
def test_latency_of_an_adapter(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    if benchmark.disabled:
        pytest.skip("half a minute long; run it with --benchmark-enable")
    base, host = _model(tmp_path), AdapterHost(_model(tmp_path))
    host.attach("trial", preset_config(host.network, "paper"))
    for name, weight in host.network.named_parameters():
        if ".lora_B." in name:
            torch.nn.init.normal_(weight, std=0.01)
    scan = np.random.default_rng(0).uniform(-1, 1, (1, *MINI.vision.input_shape))

    # The plugin leaves this method without types.
    told = benchmark.pedantic(  # type: ignore[no-untyped-call]
        merged_latency, args=(base, host, scan.astype(np.float32), CancelToken()), rounds=1
    )

    benchmark.extra_info.update({name: round(value, 4) for name, value in told.items()})
    log.info("%s", told)
    assert told["merged_difference"] < 1e-4
