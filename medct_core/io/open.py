"""Opening scans: find out what a path holds, then read one series of it."""

from collections.abc import Callable
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.io.files import ScanFile, require_existing
from medct_core.io.nifti import describe_nifti, header_beside, read_nifti
from medct_core.io.sniff import FileKind, head_of, kind_of_head, refusal
from medct_core.io.study import Series, Study
from medct_core.io.watch import Watch
from medct_core.volume.volume import Volume


def open_study(path: Path) -> Study:
    """Find out what a path holds, by headers only.

    Parameters
    ----------
    path
        A file, folder, zip or DICOMDIR; its name decides nothing.

    Raises
    ------
    UsageError
        If there is nothing at this path.
    ScanRefusedError
        If it holds no scan.
    """
    require_existing(path)
    file = ScanFile(path)
    head = head_of(file)
    kind = kind_of_head(head)
    if kind is None and (header := header_beside(file)) is not None:
        file, kind = header, FileKind.NIFTI
    if kind is FileKind.NIFTI:
        series = describe_nifti(file)
        return Study(file.name, series.description, None, (series,))
    raise refusal(file.name, head)


def read_volume(
    series: Series,
    *,
    frame: int | None = None,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Volume:
    """Read the voxels of a series.

    Parameters
    ----------
    series
        From `open_study`.
    frame
        Which volume of a 4D scan, counted from 1; None for a 3D scan.
    cancel
        Checked between chunks and slices.
    on_progress
        Called with the fraction done, in [0, 1].

    Raises
    ------
    ScanRefusedError
        If it is no grey 3D image, is damaged, or does not fit into memory.
    UsageError
        If there is no such frame.
    Cancelled
        If `cancel` was raised.
    """
    watch = Watch(cancel, on_progress)
    return read_nifti(series.files[0], frame=frame, watch=watch)


def largest_chest_ct(study: Study) -> Series:
    """Return the CT with most slices that a chest model can read."""
    return study.series[0]
