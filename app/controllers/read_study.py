"""Reading: what a path holds, one slice of it, and all that a window shows; no Qt objects."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from app.state.open_questions import LargeScanQuestion, ReadChoice
from app.state.session import OpenScan, Preview
from app.workers.loader_pool import OnProgress
from medct_core.cancel import CancelToken
from medct_core.io.choose import chest_ct_or_none, largest_chest_ct, other_series
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.study import ONLY_TO_LOOK_AT, Series, Study
from medct_core.preprocess.suitability import unsuitability
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

# In the order in which opening a file needs them.
_READERS = (
    "medct_core.io.open",
    "medct_core.io.mask_sniff",
    "medct_core.io.preview",
    "medct_core.io.size",
    "medct_core.io.deidentify",
    "scipy.ndimage",
)


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """What a path holds, and the series of it that is read first."""

    path: Path
    study: Study
    series: Series


@dataclass(frozen=True, slots=True)
class ReadingWish:
    """What is to be read, as far as a person has said.

    Attributes
    ----------
    found
        The series.
    frame
        Which volume of a 4D scan, from 1; None where nobody has chosen.
    reduction
        Which voxels; None reads all, and asks first where these are very many.
    """

    found: FoundStudy
    frame: int | None = None
    reduction: Reduction | None = None


def find_study(
    path: Path, series_uid: str = "", *, cancel: CancelToken | None = None
) -> FoundStudy:
    """Find out what a path holds and which series is read first; by headers only.

    The series of this name is read first, then a chest CT, then any other volume, then what may
    only be looked at.

    Raises
    ------
    UsageError
        If there is nothing at this path, or several volume files.
    ScanRefusedError
        If it holds nothing that can be shown.
    Cancelled
        If `cancel` was raised.
    """
    # Readers take long to import; this runs on a loader thread, after the window is painted.
    from medct_core.io.open import open_study  # noqa: PLC0415

    study = open_study(path, cancel=cancel)
    visible = [one for one in study.series if one.can_be_shown]
    candidates = (
        next((one for one in visible if one.uid == series_uid), None),
        chest_ct_or_none(study),
        next((one for one in visible if one.is_scan), None),
        max(visible, key=lambda one: one.slice_count, default=None),
    )
    shown = next((one for one in candidates if one is not None), None)
    # Where there is none, this says why.
    return FoundStudy(path, study, shown or largest_chest_ct(study))


def read_preview(found: FoundStudy, cancel: CancelToken, _told: OnProgress) -> Preview | None:
    """Read one slice of a series; None where that would take as long as reading it whole."""
    # As in `find_study`.
    from medct_core.io.preview import read_middle_slice  # noqa: PLC0415

    preview = read_middle_slice(found.series, cancel=cancel)
    return None if preview is None else Preview(found.path, found.series, preview)


def read_or_ask(
    wish: ReadingWish, cancel: CancelToken, on_progress: OnProgress
) -> OpenScan | LargeScanQuestion:
    """Read a series, or ask first where it is very large; nothing is allocated before.

    Errors are those of `read_scan`.
    """
    # As in `find_study`.
    from medct_core.io.size import size_of  # noqa: PLC0415

    series = wish.found.series
    if wish.reduction is None:
        size = size_of(series)
        choices = size.choices
        # Where not even a quarter fits, reading says so with both numbers.
        if size.is_large and choices:
            return LargeScanQuestion(
                name=series.description or wish.found.path.name,
                shape=size.shape,
                needed_bytes=size.needed_bytes(),
                free_bytes=size.free_bytes,
                choices=tuple(
                    ReadChoice(one, one.shape_of(size.shape), size.needed_bytes(one))
                    for one in choices
                ),
            )
    return read_scan(wish.found, wish.frame, cancel, on_progress, reduction=wish.reduction or FULL)


def read_scan(
    found: FoundStudy,
    frame: int | None,
    cancel: CancelToken,
    on_progress: OnProgress,
    *,
    reduction: Reduction = FULL,
) -> OpenScan:
    """Read the voxels of a series, and everything a window shows beside them.

    Parameters
    ----------
    found
        What to read.
    frame
        Which volume of a 4D scan, from 1; None takes the first.
    cancel, on_progress, reduction
        As for `io.open.read_to_look_at`, whose errors are those here.
    """
    # As in `find_study`.
    from medct_core.io.deidentify import read_patient_text  # noqa: PLC0415
    from medct_core.io.open import read_to_look_at  # noqa: PLC0415

    series = found.series
    count = series.frame_count
    shown = (frame or 1) if count > 1 else frame
    volume = read_to_look_at(
        series, frame=shown, reduction=reduction, cancel=cancel, on_progress=on_progress
    )
    # Worked out once, here, where nobody waits; reports and caches go by it.
    _ = volume.content_sha256
    cancel.raise_if_cancelled()
    in_time = (Notice("frame", f"Volume {shown} of {count} is shown."),) if count > 1 else ()
    study_says = (*found.study.notices, *other_series(found.study, series))
    notices = (*volume.notices, *in_time, *study_says)
    return OpenScan(
        path=found.path,
        study=found.study,
        series=series,
        volume=volume,
        patient=read_patient_text(series),
        frame=shown,
        # The refusal says it where it matters.
        notices=tuple(dict.fromkeys(one for one in notices if one.code != ONLY_TO_LOOK_AT)),
        unsuitable=_unsuitability(volume),
    )


def load_readers(cancel: CancelToken, _told: OnProgress) -> None:
    """Load what reads files, so that the first scan opens as fast as those after it.

    Raises
    ------
    Cancelled
        If a stop was asked for, which is looked for between the parts.
    """
    for part in _READERS:
        cancel.raise_if_cancelled()
        import_module(part)


def _unsuitability(volume: Volume) -> tuple[Notice, ...]:
    """Why a scan should not be scored: by its headers, else by its voxels."""
    by_header = tuple(one for one in volume.notices if one.code == ONLY_TO_LOOK_AT)
    return by_header or unsuitability(volume)
