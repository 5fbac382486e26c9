"""Twenty phantoms as they were drawn when their version was fixed.

`python -m tests.medct_core.phantom.pinned`, run in the checkout, writes the file anew: only
together with a new `PHANTOM_VERSION`.
"""

import json
from pathlib import Path
from typing import TypedDict

import numpy as np

from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import PHANTOM_VERSION, draw_phantom
from medct_core.phantom.sampling import Draw, sample_spec

GRID = Grid((96, 96, 64), (4.0, 4.0, 5.0))
FILE = Path(__file__).parents[2] / "golden" / f"phantoms-{PHANTOM_VERSION}.json"

_BLOCKS = 4


class Pin(TypedDict):
    """What is kept of one phantom: `blocks` are 64 mean densities in HU."""

    seed: int
    domain: str
    sha256: str
    blocks: list[float]


class Pins(TypedDict):
    """The file: `arithmetic` names the instruction sets its hashes hold for."""

    version: int
    made_by: str
    arithmetic: list[str]
    phantoms: list[Pin]


def arithmetic() -> list[str]:
    """Instruction sets NumPy uses here; others round a few voxels in a million differently."""
    config = np.show_config(mode="dicts")
    assert config is not None
    found = config["SIMD Extensions"]
    return sorted({*found["baseline"], *found.get("found", ())})


def pin(seed: int) -> Pin:
    """Draw one phantom and keep what tells it from every other."""
    domain = "b" if seed % 3 == 2 else "a"
    phantom = draw_phantom(sample_spec(seed, Draw.BALANCED, domain), GRID)
    i, j, k = (n // _BLOCKS for n in GRID.shape)
    values = phantom.volume.values.astype(np.float64)
    blocks = values.reshape(_BLOCKS, i, _BLOCKS, j, _BLOCKS, k).mean(axis=(1, 3, 5))
    return Pin(
        seed=seed,
        domain=domain,
        sha256=phantom.volume.content_sha256,
        blocks=np.round(blocks, 4).ravel().tolist(),
    )


def write() -> None:
    """Write the file."""
    pins = Pins(
        version=PHANTOM_VERSION,
        made_by="python -m tests.medct_core.phantom.pinned",
        arithmetic=arithmetic(),
        phantoms=[pin(seed) for seed in range(20)],
    )
    FILE.write_text(json.dumps(pins, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
