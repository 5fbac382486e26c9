"""NIfTI out: int16, as it lies in the patient, and never half a file."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

import nibabel as nib
import numpy as np
from isal import igzip

from medct_core.errors import OutOfDiskError
from medct_core.volume.geometry import Geometry
from medct_core.volume.resample import straighten
from medct_core.volume.volume import Volume

_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_SCANNER_CODE = 1
_VOXEL_OFFSET = 352
_LONGEST_DESCRIPTION = 79


def write_nifti(volume: Volume, path: Path, *, description: str = "") -> None:
    """Write a volume as NIfTI-1, gzipped if the name ends in ``.gz``.

    Voxels, axis order and position are kept; the same volume gives the same bytes. Unevenly
    spaced slices, which NIfTI cannot express, are resampled first. The file appears under its
    name only when it is complete; an existing one is replaced.

    Parameters
    ----------
    volume
        Any geometry and unit.
    path
        Its folder exists.
    description
        ASCII, at most 79 characters; for `PHANTOM_DESCRIPTION` on synthetic scans.

    Raises
    ------
    OutOfDiskError
        If the disk is full or the folder cannot be written.
    ValueError
        If the description does not fit.
    """
    if volume.geometry.slice_offsets_mm is not None:
        volume = straighten(volume)
    header = _header(volume.geometry, description)
    with _replaced_when_done(path) as stream:
        if path.suffix.lower() == ".gz":
            with igzip.IGzipFile(fileobj=stream, mode="wb", mtime=0, filename="") as packed:
                _write(volume, header, cast("BinaryIO", packed))
        else:
            _write(volume, header, stream)


def _header(geometry: Geometry, description: str) -> nib.Nifti1Header:
    if not description.isascii() or len(description) > _LONGEST_DESCRIPTION:
        raise ValueError(f"the description must be ASCII of at most {_LONGEST_DESCRIPTION}")
    affine = _LPS_TO_RAS @ geometry.affine
    header = nib.Nifti1Header()
    header.set_data_shape(geometry.shape)
    header.set_data_dtype(np.dtype("<i2"))
    header.set_xyzt_units("mm")
    header.set_sform(affine, code=_SCANNER_CODE)
    # A quaternion cannot hold shear; a reader that prefers it must not be misled.
    header.set_qform(affine, code=0 if geometry.is_sheared else _SCANNER_CODE)
    header.set_slope_inter(1.0, 0.0)
    header["descrip"] = description.encode("ascii")
    header["vox_offset"] = _VOXEL_OFFSET
    return header


def _write(volume: Volume, header: nib.Nifti1Header, stream: BinaryIO) -> None:
    block = header.binaryblock
    stream.write(block.ljust(_VOXEL_OFFSET, b"\0"))
    for k in range(volume.values.shape[2]):
        stream.write(volume.values[:, :, k].T.astype("<i2").tobytes())


@contextlib.contextmanager
def _replaced_when_done(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside `path` that takes its name only if nothing went wrong."""
    unfinished = path.with_name(f".medct-{uuid4().hex}.part")
    try:
        with unfinished.open("xb") as stream:
            yield stream
        unfinished.replace(path)
    except OSError as error:
        raise _disk_error(path) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _disk_error(path: Path) -> OutOfDiskError:
    return OutOfDiskError(
        f"{path.name} could not be written into the folder {path.parent.name!r}.",
        remedy="Free some space, or choose a folder you may write to.",
    )
