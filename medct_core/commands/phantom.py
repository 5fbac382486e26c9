"""`medct phantom`: synthetic chest CTs whose findings are known."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_text, progress_bar
from medct_core.commands.interrupt import interruptible
from medct_core.commands.phantom_choices import DomainChoice, DrawChoice
from medct_core.errors import OutOfDiskError, UsageError
from medct_core.vocabulary import FINDINGS

if TYPE_CHECKING:
    from medct_core.phantom.canvas import Grid
    from medct_core.phantom.generate import Phantom
    from medct_core.training.phantom_export import PhantomSet

_SUFFIXES = (".nii.gz", ".nii")
_VOXELS, _USUAL_SHAPE = (32.0, 1024.0), "320,320,200"
_MILLIMETRES, _USUAL_SPACING = (0.3, 10.0), "1.2,1.2,1.6"
_PERCENT = 100


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = (
        "Draw synthetic chest CTs whose findings are known.\n\n"
        "Example: medct phantom make --seed 7 --out phantom.nii.gz"
    )
    phantom = typer.Typer(help=help_text)
    phantom.command("make")(make)
    phantom.command("export")(export)
    app.add_typer(phantom, name="phantom", no_args_is_help=True)


def make(
    seed: Annotated[int, typer.Option(help="Number of the patient.")],
    out: Annotated[Path, typer.Option(help="NIfTI file to write (.nii.gz or .nii).")],
    findings: Annotated[
        str, typer.Option(help="Names parted by commas; 'lung nodule:severe' sets the severity.")
    ] = "",
    shape: Annotated[str, typer.Option(help="Voxels to the left, back and top.")] = _USUAL_SHAPE,
    spacing: Annotated[str, typer.Option(help="Millimetres between them.")] = _USUAL_SPACING,
    domain: Annotated[DomainChoice, typer.Option(help="Scanner.")] = DomainChoice.A,
) -> None:
    """Draw one synthetic scan, and beside it its report, its findings and a mask of each.

    Without findings the chest is healthy. The same seed is the same patient, whatever is found.

    Example: medct phantom make --seed 7 --findings "pleural effusion,cardiomegaly" --out p.nii.gz
    """
    from medct_core.phantom.wish import wished_spec

    _check_name(out)
    spec = wished_spec(seed, domain.value, findings)
    grid = _grid(shape, spacing)

    def work(cancel: CancelToken) -> list[Path]:
        from medct_core.phantom.generate import draw_phantom

        phantom = draw_phantom(spec, grid)
        cancel.raise_if_cancelled()
        return _write(phantom, out)

    with progress_bar("Drawing the phantom"):
        written = interruptible(work)
    for path in written:
        print_text(str(path))


def export(
    seeds: Annotated[str, typer.Option(help="Half-open range A:B, below 5000000.")],
    out: Annotated[Path, typer.Option(help="NumPy archive to write (.npz).")],
    draw: Annotated[DrawChoice, typer.Option()] = DrawChoice.BALANCED,
    domain: Annotated[DomainChoice, typer.Option(help="Scanner.")] = DomainChoice.A,
) -> None:
    """Draw many phantoms as the small model trains from them, into one archive.

    Example: medct phantom export --seeds 0:100 --out phantoms.npz
    """
    from medct_core.phantom.sampling import Draw
    from medct_core.phantom.seeds import parse_seeds
    from medct_core.training.phantom_export import PhantomSet

    wanted = PhantomSet(*parse_seeds(seeds), Draw(draw.value), domain.value)
    with progress_bar("Drawing phantoms") as report:
        interruptible(lambda cancel: _export(wanted, out, cancel, report))
    print_text(str(out))


def _export(
    wanted: "PhantomSet", out: Path, cancel: CancelToken, report: Callable[[float], None]
) -> None:
    from medct_core.inference.safe_write import replacing
    from medct_core.training.phantom_export import export_phantoms

    try:
        with replacing(out) as temporary:
            export_phantoms(wanted, temporary, cancel=cancel, on_progress=report)
    except OSError as error:
        raise _unwritable(out, error) from error


def _check_name(out: Path) -> None:
    if not out.name.endswith(_SUFFIXES) or out.name in _SUFFIXES:
        raise UsageError(
            f"{out.name!r} is not the name of a NIfTI file.", remedy="Let it end in .nii.gz."
        )


def _grid(shape: str, spacing: str) -> "Grid":
    from medct_core.phantom.canvas import Grid

    i, j, k = _three(shape, _VOXELS, _USUAL_SHAPE)
    if any(n != int(n) for n in (i, j, k)):
        raise UsageError(
            f"{shape!r} is no number of voxels.", remedy=f"Write whole numbers: {_USUAL_SHAPE}."
        )
    return Grid((int(i), int(j), int(k)), _three(spacing, _MILLIMETRES, _USUAL_SPACING))


def _three(text: str, limits: tuple[float, float], usual: str) -> tuple[float, float, float]:
    low, high = limits
    try:
        a, b, c = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(
            f"{text!r} is not three numbers.", remedy=f"Write them as {usual}."
        ) from error
    if not all(low <= number <= high for number in (a, b, c)):
        raise UsageError(
            f"{text!r} is out of range.", remedy=f"Choose numbers from {low:g} to {high:g}."
        )
    return a, b, c


def _write(phantom: "Phantom", out: Path) -> list[Path]:
    from medct_core.archive.phantom_files import description_of, write_beside
    from medct_core.io.write import write_nifti

    stem = out.name.removesuffix(".gz").removesuffix(".nii")
    write_nifti(phantom.volume, out, description=description_of(phantom))
    try:
        masks = _write_masks(phantom, out.with_name(f"{stem}.masks"))
        beside = write_beside(phantom, out, masks=masks)
    except OSError as error:
        raise _unwritable(out, error) from error
    return [out, *beside, *masks.values()]


def _write_masks(phantom: "Phantom", folder: Path) -> dict[str, Path]:
    """Write one file per finding, in percent of each voxel; findings may overlap."""
    import numpy as np

    from medct_core.archive.phantom_files import description_of
    from medct_core.io.open_mask import PERCENT_DESCRIPTION
    from medct_core.io.write import write_nifti
    from medct_core.volume.volume import Unit, Volume

    for stale in (folder / _mask_file(name) for name in FINDINGS):
        stale.unlink(missing_ok=True)
    paths = {}
    for name, mask in phantom.masks.items():
        folder.mkdir(exist_ok=True)
        percent = np.asfortranarray(np.rint(mask * _PERCENT).astype(np.int16))
        path = folder / _mask_file(name)
        volume = Volume(percent, Unit.ARBITRARY, phantom.volume.geometry, path.name)
        write_nifti(volume, path, description=f"{description_of(phantom)} {PERCENT_DESCRIPTION}")
        paths[name] = path
    return paths


def _mask_file(finding: str) -> str:
    return f"{finding.lower().replace(' ', '-')}.nii.gz"


def _unwritable(out: Path, error: OSError) -> OutOfDiskError:
    return OutOfDiskError(
        f"The file {str(out)!r} cannot be written: {error.strerror}.",
        remedy="Choose another folder with --out, or make room on the disk.",
    )
