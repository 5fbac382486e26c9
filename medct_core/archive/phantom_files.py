"""Phantoms as files: a scan, and beside it its report and what was drawn."""

import json
from collections.abc import Mapping
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.errors import OutOfDiskError
from medct_core.io.write import write_nifti
from medct_core.phantom.canvas import Grid
from medct_core.phantom.generate import PHANTOM_VERSION, Phantom, draw_phantom
from medct_core.phantom.report import write_report
from medct_core.phantom.sampling import Draw, sample_spec
from medct_core.phantom.streams import stream
from medct_core.volume.notice import PHANTOM_DESCRIPTION

_GRID = Grid((192, 192, 96), (1.9, 1.9, 3.4))
_ENDINGS = (".gz", ".nii")


def phantom_path(folder: Path, seed: int) -> Path:
    """Name the file of a phantom of the library."""
    return folder / f"phantom-{seed}-v{PHANTOM_VERSION}.nii.gz"


def write_library_phantom(seed: int, folder: Path, *, cancel: CancelToken | None = None) -> Path:
    """Draw a phantom of the library, where it is not there whole already.

    Returns
    -------
    The scan; its report and its findings lie beside it.

    Raises
    ------
    OutOfDiskError
        If it cannot be written.
    Cancelled
        If `cancel` was raised before anything was written.
    """
    scan, token = phantom_path(folder, seed), cancel or CancelToken()
    if scan.is_file():
        return scan
    phantom = draw_phantom(sample_spec(seed, Draw.RAISED, "a"), _GRID)
    token.raise_if_cancelled()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The scan comes last, whole or not at all: where it is, everything beside it is.
        write_beside(phantom, scan, masks={})
    except OSError as error:
        raise OutOfDiskError(
            f"Phantoms cannot be written to {str(folder)!r}: {error.strerror}.",
            remedy="Make room on the disk, or check whether you may write there.",
        ) from error
    write_nifti(phantom.volume, scan, description=description_of(phantom))
    return scan


def write_beside(phantom: Phantom, scan: Path, *, masks: Mapping[str, Path]) -> tuple[Path, Path]:
    """Write a phantom's report and findings beside its scan.

    Parameters
    ----------
    phantom
        Drawn.
    scan
        Its file, ``.nii.gz`` or ``.nii``.
    masks
        By finding, where its mask lies, in a folder beside the scan.

    Returns
    -------
    The report's file and that of the findings.

    Raises
    ------
    OSError
        If they cannot be written.
    """
    stem = scan.name
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    text, facts = scan.with_name(f"{stem}.report.txt"), scan.with_name(f"{stem}.findings.json")
    report = write_report(phantom.drawn, stream(phantom.spec.seed, "report"))
    text.write_text(
        f"FINDINGS: {report.findings}\n\nIMPRESSION: {report.impression}\n", encoding="utf-8"
    )
    facts.write_text(json.dumps(_facts(phantom, masks), indent=2) + "\n", encoding="utf-8")
    return text, facts


def description_of(phantom: Phantom) -> str:
    """Say in a header that this is a phantom, and which."""
    spec = phantom.spec
    return f"{PHANTOM_DESCRIPTION} {PHANTOM_VERSION} seed {spec.seed} domain {spec.domain}"


def _facts(phantom: Phantom, masks: Mapping[str, Path]) -> dict[str, object]:
    return {
        "phantom_version": PHANTOM_VERSION,
        "seed": phantom.spec.seed,
        "domain": phantom.spec.domain,
        "findings": [
            {
                "name": name,
                "severity": drawn.severity,
                "side": drawn.side,
                "location": drawn.location,
                "size_mm": drawn.size_mm,
                "mask": f"{masks[name].parent.name}/{masks[name].name}" if name in masks else None,
            }
            for name, drawn in phantom.drawn.items()
        ],
    }
