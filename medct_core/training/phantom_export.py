"""Many phantoms in one file, in the numbers a small model trains from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.phantom.generate import PHANTOM_VERSION, Phantom, draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.seeds import EVALUATION, SeedRange
from medct_core.phantom.streams import stream
from medct_core.phantom.token_masks import token_coverage
from medct_core.training.corpus import GRID, TOKEN_VOXELS, quantised
from medct_core.vocabulary import FINDINGS

EXPORTABLE = SeedRange("export", 0, EVALUATION.first)
"""Seeds kept for evaluation stay out of files that somebody may train from."""


@dataclass(frozen=True, slots=True)
class PhantomSet:
    """Which phantoms are exported: every seed from `first` up to, not with, `stop`."""

    first: int
    stop: int
    draw: Draw
    domain: str


def export_phantoms(
    wanted: PhantomSet,
    path: Path,
    *,
    cancel: CancelToken,
    on_progress: Callable[[float], None],
) -> None:
    """Draw phantoms and keep them in a compressed NumPy archive.

    It holds ``volumes`` ``(n, d, h, w)`` uint8 (0 is -1000 HU, 255 is 1000 HU), ``labels``
    ``(n, findings)`` bool, ``severities`` ``(n, findings)`` uint8 (0 absent, 1 mild to 3
    severe), ``token_masks`` ``(n, findings, d, h, w)`` uint8 (255 is a full token), ``reports``,
    ``seeds``, the names of the ``findings``, ``draw``, ``domain`` and ``phantom_version``.

    Raises
    ------
    UsageError
        If the range is empty or holds seeds kept for evaluation.
    Cancelled
        Between two phantoms.
    """
    EXPORTABLE.check(wanted.first, wanted.stop)
    phantoms = []
    for seed in range(wanted.first, wanted.stop):
        cancel.raise_if_cancelled()
        phantom = draw_phantom(sample_spec(seed, wanted.draw, wanted.domain), GRID)
        phantoms.append(_row(phantom))
        on_progress((seed + 1 - wanted.first) / (wanted.stop - wanted.first))
    columns = {name: np.stack([row[name] for row in phantoms]) for name in phantoms[0]}
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            **columns,
            findings=np.array(FINDINGS),
            draw=np.array(wanted.draw.value),
            domain=np.array(wanted.domain),
            phantom_version=np.array(PHANTOM_VERSION),
        )


def _row(phantom: Phantom) -> dict[str, npt.NDArray[np.generic]]:
    seed = phantom.spec.seed
    degrees = {name: SEVERITIES.index(drawn.severity) + 1 for name, drawn in phantom.drawn.items()}
    severities = np.array([degrees.get(name, 0) for name in FINDINGS], np.uint8)
    return {
        "volumes": quantised(phantom),
        "labels": severities > 0,
        "severities": severities,
        "token_masks": token_coverage(phantom, TOKEN_VOXELS),
        "reports": np.array(write_report(phantom.drawn, stream(seed, "report")).text),
        "seeds": np.array(seed),
    }
