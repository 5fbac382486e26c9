"""Opening scans: find out what a path holds, then read one series of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.errors import NotAnImageError, UnsupportedImageError, UsageError
from medct_core.io.choose import chest_ct_or_none, remedy_for
from medct_core.io.dicom import listed_in, read_dicom, studies_in
from medct_core.io.files import ScanFile, files_below, name_given, require_existing
from medct_core.io.nifti import describe_nifti, header_beside, read_nifti
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.sniff import FileKind, head_of, kind_of, kind_of_head, refusal
from medct_core.io.study import ONLY_TO_LOOK_AT, Series, Study
from medct_core.io.watch import Watch
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

_MOST_NAMED = 3
_MASKS = ".masks"


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Files of a folder or zip by what they are."""

    dicom: tuple[ScanFile, ...]
    volumes: tuple[tuple[ScanFile, FileKind], ...]
    others: tuple[ScanFile, ...]


def open_study(path: Path, *, cancel: CancelToken | None = None) -> Study:
    """Find out what a path holds, by headers only.

    Where a folder holds several studies, the one with the largest chest CT is returned, with
    a notice that names the number of the others; `open_studies` returns all.

    Parameters
    ----------
    path
        A file, folder, zip or DICOMDIR; its name decides nothing.
    cancel
        Checked before every file.

    Raises
    ------
    UsageError
        If there is nothing at this path, or several volume files.
    ScanRefusedError
        If it holds no scan.
    Cancelled
        If `cancel` was raised.
    """
    studies = open_studies(path, cancel=cancel)
    best = max(studies, key=_promise)
    if len(studies) == 1:
        return best
    text = (
        f"{name_given(path)} holds {len(studies)} studies; "
        "the one with the largest chest CT was opened."
    )
    return _with_notice(best, Notice("other-studies", text))


def open_studies(path: Path, *, cancel: CancelToken | None = None) -> tuple[Study, ...]:
    """Return every study that a path holds, by headers only.

    Raises
    ------
    UsageError
        If there is nothing at this path, or several volume files.
    ScanRefusedError
        If it holds no scan.
    Cancelled
        If `cancel` was raised, which is checked before every file.
    """
    require_existing(path)
    watch = Watch(cancel)
    if path.is_dir():
        return _from_files(files_below(path, watch), name_given(path), watch)
    file = ScanFile(path)
    kind = kind_of(file)
    if kind is FileKind.ZIP:
        return _from_files(files_below(path, watch), name_given(path), watch)
    if kind is FileKind.DICOM:
        return _from_dicom_file(file, watch)
    return (_study_of(*_volume_file(file)),)


def read_volume(
    series: Series,
    *,
    frame: int | None = None,
    reduction: Reduction = FULL,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Volume:
    """Read the voxels of a series that may be scored.

    Parameters
    ----------
    series
        From `open_study`.
    frame
        Which volume of a 4D scan, counted from 1; None for a 3D scan.
    reduction
        Which voxels of it; the volume's notices say so where it is not all.
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
    if series.refusal:
        raise UnsupportedImageError(series.refusal, remedy=remedy_for((series,)))
    return _read(series, frame, reduction, Watch(cancel, on_progress))


def read_to_look_at(
    series: Series,
    *,
    frame: int | None = None,
    reduction: Reduction = FULL,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Volume:
    """Read as `read_volume`, and also what no model is made for: a single slice, an MRI.

    The notices of the volume say why it is no chest CT.
    """
    if not series.can_be_shown:
        raise UnsupportedImageError(series.refusal, remedy=remedy_for((series,)))
    volume = _read(series, frame, reduction, Watch(cancel, on_progress))
    if not series.refusal:
        return volume
    notice = Notice(ONLY_TO_LOOK_AT, series.refusal)
    return Volume(
        values=volume.values,
        unit=volume.unit,
        geometry=volume.geometry,
        source=volume.source,
        notices=(notice, *volume.notices),
    )


def _read(series: Series, frame: int | None, reduction: Reduction, watch: Watch) -> Volume:
    file = series.files[0]
    if series.kind is FileKind.DICOM:
        return read_dicom(series, frame=frame, reduction=reduction, watch=watch)
    if series.kind is FileKind.NIFTI:
        return read_nifti(file, frame=frame, reduction=reduction, watch=watch)
    # SimpleITK takes half a second to import, and most scans do not need it.
    from medct_core.io import nrrd_mha  # noqa: PLC0415

    return nrrd_mha.read_itk(file, series.kind, frame=frame, reduction=reduction, watch=watch)


def scans_in(path: Path) -> tuple[Path, ...]:
    """Return the inputs that a path stands for, sorted.

    A file is one input. A folder whose DICOM files belong to one study is one input; otherwise
    each folder below is looked at on its own, and every volume file is an input. Files that
    are named like a scan but are none are inputs too, so that opening them says what they are.
    Folders of masks (`mask_folders_in`) are passed over.

    Raises
    ------
    UsageError
        If there is nothing at this path, or no scan in the folder.
    """
    require_existing(path)
    if not path.is_dir():
        return (path,)
    inputs = tuple(sorted(_inputs(path)))
    if not inputs:
        raise UsageError(
            f"The folder {name_given(path)!r} holds no scan.",
            remedy="Choose a folder with DICOM, NIfTI, NRRD or MetaImage files.",
        )
    return inputs


def mask_folders_in(path: Path) -> tuple[Path, ...]:
    """Return the folders below `path` that hold masks of the scan beside them: ``*.masks``."""
    return tuple(sorted(found for found in path.rglob(f"*{_MASKS}") if found.is_dir()))


def _promise(study: Study) -> tuple[int, int]:
    chest = chest_ct_or_none(study)
    return (chest.slice_count if chest else 0, len(study.series))


def _from_files(files: Iterable[ScanFile], name: str, watch: Watch) -> tuple[Study, ...]:
    found = _sort(files, watch)
    if found.dicom:
        studies = _from_dicom(found.dicom, name, watch)
        return tuple(_with_left_out(study, found) for study in studies)
    if len(found.volumes) > 1:
        raise UsageError(
            f"{name} holds {len(found.volumes)} separate scans.", remedy="Choose one of them."
        )
    if found.volumes:
        return (_study_of(*found.volumes[0]),)
    if len(found.others) == 1:
        raise refusal(found.others[0].name, head_of(found.others[0]))
    raise NotAnImageError(
        f"{name} holds no scan: none of its {len(found.others)} files is an image known here.",
        remedy="Open a DICOM series, NIfTI, NRRD or MetaImage file.",
    )


def _from_dicom_file(file: ScanFile, watch: Watch) -> tuple[Study, ...]:
    listed = listed_in(file)
    if not listed:
        return _from_dicom((file,), file.name, watch)
    present = tuple(item for item in listed if item.exists())
    if not present:
        raise NotAnImageError(
            f"None of the {len(listed)} files that {file.name} lists is there.",
            remedy="Open it from the disc or folder it belongs to.",
        )
    studies = _from_dicom(present, file.name, watch)
    if len(present) == len(listed):
        return studies
    text = f"{len(listed) - len(present)} of {len(listed)} files listed in {file.name} are missing."
    return tuple(_with_notice(study, Notice("files-missing", text)) for study in studies)


def _from_dicom(files: tuple[ScanFile, ...], name: str, watch: Watch) -> tuple[Study, ...]:
    reading = studies_in(files, watch)
    if not reading.studies:
        raise NotAnImageError(
            f"{name} lists or holds no readable DICOM image.",
            remedy="Open the folder that holds the CT series.",
        )
    if not reading.unreadable:
        return reading.studies
    notice = _left_out(reading.unreadable, "could not be read")
    return tuple(_with_notice(study, notice) for study in reading.studies)


def _with_left_out(study: Study, found: _Sorted) -> Study:
    broken = tuple(file for file in found.others if _is_named_like_dicom(file))
    return _with_notice(study, _left_out(broken, "are no DICOM images")) if broken else study


def _left_out(files: tuple[ScanFile, ...], why: str) -> Notice:
    names = ", ".join(file.name for file in files[:_MOST_NAMED])
    more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
    return Notice("files-left-out", f"{len(files)} files {why} and were left out: {names}{more}.")


def _with_notice(study: Study, notice: Notice) -> Study:
    """Put a notice on the study and on each series, so that it reaches every output."""
    series = tuple(replace(one, notices=(*one.notices, notice)) for one in study.series)
    return replace(study, series=series, notices=(*study.notices, notice))


def _sort(files: Iterable[ScanFile], watch: Watch) -> _Sorted:
    dicom: list[ScanFile] = []
    volumes: list[tuple[ScanFile, FileKind]] = []
    others: list[ScanFile] = []
    for file in files:
        watch.check()
        kind = kind_of(file)
        if kind is FileKind.DICOM:
            dicom.append(file)
        elif kind is not None and kind is not FileKind.ZIP:
            volumes.append((file, kind))
        elif header_beside(file) is None:
            others.append(file)
    return _Sorted(tuple(dicom), tuple(volumes), tuple(others))


def _volume_file(file: ScanFile) -> tuple[ScanFile, FileKind]:
    head = head_of(file)
    kind = kind_of_head(head)
    if kind is not None:
        return file, kind
    header = header_beside(file)
    if header is None:
        raise refusal(file.name, head)
    return header, FileKind.NIFTI


def _study_of(file: ScanFile, kind: FileKind) -> Study:
    if kind is FileKind.NIFTI:
        series = describe_nifti(file)
    else:
        # As in read_volume: SimpleITK is slow to import.
        from medct_core.io import nrrd_mha  # noqa: PLC0415

        series = nrrd_mha.describe_itk(file, kind)
    return Study(uid=file.name, pseudonym=series.description, date=None, series=(series,))


def _inputs(folder: Path) -> list[Path]:
    found = _sort(files_below(folder), Watch())
    is_direct = any(file.path.parent == folder for file in found.dicom)
    if found.dicom and (is_direct or _is_one_study(found)):
        beside = [file.path for file, _ in found.volumes if is_direct]
        return [folder, *beside]
    here = [file.path for file, _ in found.volumes if file.path.parent == folder]
    broken = [
        file.path
        for file in found.others
        if file.path.parent == folder and _is_named_like_scan(file)
    ]
    children = sorted(child for child in folder.iterdir() if child.is_dir())
    below = [inner for child in children if child.suffix != _MASKS for inner in _inputs(child)]
    return [*here, *broken, *below]


def _is_one_study(found: _Sorted) -> bool:
    return not found.volumes and len(studies_in(found.dicom).studies) <= 1


def _is_named_like_dicom(file: ScanFile) -> bool:
    return file.name.lower().endswith((".dcm", ".ima", ".dicom"))


def _is_named_like_scan(file: ScanFile) -> bool:
    endings = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".hdr", ".zip")
    return file.name.lower().endswith(endings) or _is_named_like_dicom(file)
