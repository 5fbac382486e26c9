"""What one step of LoRA on the full-size CT-CLIP network costs on a processor.

The test of memory runs with ``pytest tests/benchmarks/test_training_step.py -m slow``; all ways,
with seconds, with ``--benchmark-enable -m ""``. A way runs in a process of its own, on one noise
scan in CT-CLIP's shape and the prompt pairs of its 18 findings: forward through both towers,
binary cross-entropy through prompt logits, backward, AdamW. The weights are random: neither
memory nor seconds depend on them.
"""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import get_peft_model
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor
from torch.nn import functional

from medct_core.models.joint import JointModel, VolumeFeatures
from medct_core.models.lora import ensure_pooler, lora_size, preset_config
from medct_core.models.precision import encode_volume_reduced
from tests.benchmarks.test_encoder import full_size_model, full_size_scan

log = logging.getLogger(__name__)

MOST_GIB = 4.5
FINDINGS, TOKENS = 18, 12
ENCODE: dict[str, Callable[[JointModel, Tensor], VolumeFeatures]] = {
    "float32": JointModel.encode_volume,
    "bfloat16": encode_volume_reduced,
}
Told = dict[str, Any]


def peak_gib() -> float:
    """Most memory this program has held, GiB.

    Not `ru_maxrss`: that begins with the peak of the program that started this one.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(kib) / 2**20


def with_adapter() -> JointModel:
    """Build CT-CLIP with the paper's LoRA, its second thin matrices a little off zero."""
    network = full_size_model().requires_grad_(requires_grad=False)
    config = preset_config(network, "paper")
    ensure_pooler(network, config)
    get_peft_model(network, config, adapter_name="trial")
    generator = torch.Generator().manual_seed(1)
    for name, parameter in network.named_parameters():
        if ".lora_B." in name:
            torch.nn.init.normal_(parameter, std=1e-3, generator=generator)
    return network.train()


def prompt_logits(network: JointModel, precision: str, volume: Tensor) -> Tensor:
    """Compare a scan with 18 prompt pairs, ``(1, 18)``."""
    ids = torch.randint(5, 30_000, (2 * FINDINGS, TOKENS))
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        present, absent = network.encode_text(ids, torch.ones_like(ids)).float().chunk(2)
    latent = ENCODE[precision](network, volume).latent
    return network.logit_scale * latent @ (present - absent).T


def one_step(precision: str, way: str) -> Told:
    """Take one step in this process and tell what it cost and what learned."""
    network, volume = with_adapter(), full_size_scan()
    if way == "recomputed":
        network.recompute_layers()
    adapter = {n: p for n, p in network.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(adapter.values(), lr=5e-4, weight_decay=0.01)
    loaded, clock, processor = peak_gib(), time.perf_counter(), time.process_time()
    logits = prompt_logits(network, precision, volume)
    labels = (torch.arange(FINDINGS) % 3 == 0).float().expand_as(logits)
    functional.binary_cross_entropy_with_logits(logits, labels).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    size = lora_size(network, "trial")
    return {
        "loaded_gib": loaded,
        "peak_gib": peak_gib(),
        "clock_s": time.perf_counter() - clock,
        "processor_s": time.process_time() - processor,
        "layers": size.layers,
        "parameters": size.parameters,
        "live": sum(weight.numel() for weight in network.parameters()) - size.parameters,
        "learned": [n for n, p in adapter.items() if p.grad is not None and p.grad.any()],
        "finite": all(bool(p.isfinite().all()) for p in adapter.values()),
    }


def told_by_a_process(precision: str, way: str) -> Told:
    """Take one step in a fresh process."""
    command = [sys.executable, "-m", "tests.benchmarks.test_training_step", precision, way]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    told: Told = json.loads(run.stdout.splitlines()[-1])
    log.info("%s, %s: %s", precision, way, {k: v for k, v in told.items() if k != "learned"})
    return told


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peaks are counted as on Linux")
def test_a_step_of_the_full_size_network_fits_into_a_small_machine() -> None:
    told = told_by_a_process("float32", "recomputed")

    assert (told["layers"], told["parameters"]) == (97, 1_667_072)
    assert told["peak_gib"] < MOST_GIB
    assert told["finite"]
    # Two thin matrices a layer: 24 layers of the image tower, 72 of the text tower that are read.
    learned = [name.split(".")[0] for name in told["learned"]]
    assert learned.count("visual_transformer") == 48
    assert learned.count("text_transformer") == 144


@pytest.mark.slow
@pytest.mark.parametrize("way", ["recomputed", "kept"])
@pytest.mark.parametrize("precision", ENCODE)
def test_cost_of_a_step(benchmark: BenchmarkFixture, precision: str, way: str) -> None:
    if benchmark.disabled:
        pytest.skip("minutes long; run it with --benchmark-enable")

    # The plugin leaves this method without types.
    told = benchmark.pedantic(  # type: ignore[no-untyped-call]
        told_by_a_process, args=(precision, way), rounds=1
    )

    for part in ("loaded_gib", "peak_gib", "clock_s", "processor_s"):
        benchmark.extra_info[part] = round(told[part], 2)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(one_step(*sys.argv[1:])))
