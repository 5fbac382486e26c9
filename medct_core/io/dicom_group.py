"""DICOM headers sorted into studies and series: what belongs to one volume, and what is none."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from medct_core.io.deidentify import patient_of, scrubbed
from medct_core.io.dicom_header import (
    SliceHeader,
    day,
    frame_count,
    kind_in_words,
    number,
    spelled,
    text,
    words,
)
from medct_core.io.dicom_sort import by_plane, coincident
from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.io.study import HeaderWindow, Series, Study
from medct_core.volume.notice import Notice
from medct_core.volume.window import Window

_MOST_NAMED = 3
# Other kinds of object hold marks, doses or pictures without a place in the patient.
_PICTURED = frozenset(("CT", "MR", "PT"))
# Two runs that meet share a slice or a few; more than that are two volumes.
_LARGEST_DOUBLED_SHARE = 0.1
# What tells acquisitions, phases and reconstructions of one series apart, most telling first.
_SPLIT_KEYWORDS = (
    "AcquisitionNumber",
    "TemporalPositionIdentifier",
    "NominalPercentageOfCardiacPhase",
    "TriggerTime",
    "ConvolutionKernel",
    "ImageType",
    "SeriesTime",
    "AcquisitionTime",
    "ContentTime",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """Slices that form one volume, and what was found while gathering them."""

    slices: tuple[SliceHeader, ...]
    notices: tuple[Notice, ...] = ()
    refusal: str = ""


def studies_of(slices: Iterable[SliceHeader]) -> tuple[Study, ...]:
    """Sort slices into studies, in the order in which they first appear."""
    grouped: dict[str, list[SliceHeader]] = defaultdict(list)
    for item in slices:
        grouped[text(item.dataset, "StudyInstanceUID")].append(item)
    return tuple(_study(uid, group) for uid, group in grouped.items())


def pseudonym_of(study_uid: str) -> str:
    """Return a stable name that says nothing about the patient: ``study-1a2b3c4d``.

    Made from the study's UID alone, which is random or a counter, never from a patient's number,
    which is short enough to be guessed back.
    """
    return f"study-{hashlib.sha256(study_uid.encode()).hexdigest()[:8]}"


def _study(uid: str, slices: Sequence[SliceHeader]) -> Study:
    grouped: dict[str, list[SliceHeader]] = defaultdict(list)
    for item in sorted(slices, key=_acquired):
        grouped[text(item.dataset, "SeriesInstanceUID")].append(item)
    series = [one for series_uid, group in grouped.items() for one in _series(series_uid, group)]
    first = slices[0].dataset
    return Study(
        uid=uid,
        pseudonym=pseudonym_of(uid),
        date=day(first, "StudyDate") or day(first, "SeriesDate"),
        series=tuple(series),
        description=scrubbed(text(first, "StudyDescription"), patient_of(first)),
    )


def _acquired(item: SliceHeader) -> tuple[int, int]:
    """Order of acquisition: decides only which of two slices at one position comes first."""
    return number(item.dataset, "InstanceNumber") or 0, item.frame


def _series(uid: str, slices: Sequence[SliceHeader]) -> list[Series]:
    parts = [
        part
        for parallel in _uniform(slices)
        for part in _volumes(_without_copies(_Part(tuple(parallel))))
    ]
    parts.sort(key=lambda part: -len(part.slices))
    if len(parts) == 1:
        return [_describe(uid, parts[0])]
    return [_describe(f"{uid}.{index}", part) for index, part in enumerate(parts, start=1)]


def _uniform(slices: Sequence[SliceHeader]) -> list[tuple[SliceHeader, ...]]:
    """Apart: other sizes, other kinds of image, other directions."""
    grouped: dict[object, list[SliceHeader]] = defaultdict(list)
    for item in slices:
        data = item.dataset
        key = (
            text(data, "SOPClassUID"),
            number(data, "Rows"),
            number(data, "Columns"),
            "LOCALIZER" in words(data, "ImageType"),
        )
        grouped[key].append(item)
    return [parallel for group in grouped.values() for parallel in by_plane(group)]


def _without_copies(part: _Part) -> _Part:
    """Leave out files that are the same image again, and say so."""
    seen: dict[object, SliceHeader] = {}
    copies: list[SliceHeader] = []
    for item in part.slices:
        uid = text(item.dataset, "SOPInstanceUID")
        key = (uid, item.frame) if uid else (id(item), 0)
        if key in seen:
            copies.append(item)
        else:
            seen[key] = item
    if not copies:
        return part
    names = ", ".join(item.name for item in copies[:_MOST_NAMED])
    more = f" and {len(copies) - _MOST_NAMED} more" if len(copies) > _MOST_NAMED else ""
    text_ = f"{len(copies)} files are copies of others in the series and were left out: {names}"
    notice = Notice("copies-left-out", f"{text_}{more}.")
    return _Part(tuple(seen.values()), (*part.notices, notice))


def _volumes(part: _Part) -> list[_Part]:
    """Split where several slices lie at the same position, if the headers say how."""
    if any(item.plane is None for item in part.slices) or _is_multi_frame(part):
        return [part]
    groups = coincident(part.slices)
    doubled = [group for group in groups if len(group) > 1]
    if len(doubled) <= _LARGEST_DOUBLED_SHARE * len(groups):
        notices = (*part.notices, *_doubled_notice(doubled))
        return [_Part(tuple(group[0] for group in groups), notices)]
    for keyword in _SPLIT_KEYWORDS:
        split = _split(part.slices, keyword)
        if split is not None:
            notice = _split_notice(len(split), keyword)
            return [_Part(slices, (*part.notices, notice)) for slices in split]
    return [part]


def _doubled_notice(doubled: Sequence[Sequence[SliceHeader]]) -> tuple[Notice, ...]:
    """Name slices that lie on top of another, where there are few, as at the seam of two runs."""
    if not doubled:
        return ()
    pairs = "; ".join(
        f"{group[0].name} was used, not {', '.join(item.name for item in group[1:])}"
        for group in doubled[:_MOST_NAMED]
    )
    more = f"; and {len(doubled) - _MOST_NAMED} more" if len(doubled) > _MOST_NAMED else ""
    count = "1 position holds" if len(doubled) == 1 else f"{len(doubled)} positions hold"
    return (Notice("doubled-slices", f"{count} more than one slice: {pairs}{more}."),)


def _is_multi_frame(part: _Part) -> bool:
    return any(frame_count(item.dataset) > 1 for item in part.slices)


def _split(slices: Sequence[SliceHeader], keyword: str) -> list[tuple[SliceHeader, ...]] | None:
    """Group by key; None unless every group has two slices or more, each at its own position."""
    grouped: dict[object, list[SliceHeader]] = defaultdict(list)
    for item in slices:
        grouped[words(item.dataset, keyword)].append(item)
    if not 1 < len(grouped) < len(slices):
        return None
    ordered = []
    for group in grouped.values():
        positions = coincident(group)
        if len(positions) < len(group) or len(group) < 2:
            return None
        ordered.append(tuple(position[0] for position in positions))
    return ordered


def _split_notice(count: int, keyword: str) -> Notice:
    return Notice(
        "series-split",
        f"The series holds {count} volumes at the same positions; they were told apart by "
        f"{keyword} and this is one of them.",
    )


def _describe(uid: str, part: _Part) -> Series:
    data = part.slices[0].dataset
    files = tuple(dict.fromkeys(item.file for item in part.slices))
    return Series(
        uid=uid,
        kind=FileKind.DICOM,
        files=files,
        slice_count=len(part.slices) // _frames_in_time(part),
        frame_count=_frames_in_time(part),
        number=number(data, "SeriesNumber"),
        description=scrubbed(text(data, "SeriesDescription"), patient_of(data)),
        modality=text(data, "Modality").upper(),
        image_type=words(data, "ImageType"),
        refusal=_refusal(part, files),
        is_picture=_is_picture(part),
        windows=_windows(data),
        notices=part.notices,
    )


def _frames_in_time(part: _Part) -> int:
    if not _is_multi_frame(part) or any(item.plane is None for item in part.slices):
        return 1
    sizes = {len(group) for group in coincident(part.slices)}
    return sizes.pop() if len(sizes) == 1 else 1


def _refusal(part: _Part, files: Sequence[ScanFile]) -> str:
    """Say why these slices are no grey volume, or nothing if they may be one."""
    data, name = part.slices[0].dataset, files[0].name
    return _kind_refusal(data, name) or _stack_refusal(part, name)


def _is_picture(part: _Part) -> bool:
    """Whether it is grey, from a scanner, and says where it lies."""
    data = part.slices[0].dataset
    return (
        text(data, "Modality").upper() in _PICTURED
        and bool(number(data, "Rows") and number(data, "Columns"))
        and (number(data, "SamplesPerPixel") or 1) == 1
        and all(item.plane is not None for item in part.slices)
    )


def _kind_refusal(data: Dataset, name: str) -> str:
    modality = text(data, "Modality").upper()
    kind = kind_in_words(data) or "object of unknown kind"
    if not (number(data, "Rows") and number(data, "Columns")):
        return f"{name} is a DICOM {kind}, which holds no image."
    if (number(data, "SamplesPerPixel") or 1) > 1:
        return f"{name} holds a colour picture (DICOM {kind}), not grey CT values."
    if modality != "CT":
        return f"{name} is a DICOM {kind} ({modality or 'no modality'}), not a CT."
    return ""


def _stack_refusal(part: _Part, name: str) -> str:
    if "LOCALIZER" in words(part.slices[0].dataset, "ImageType"):
        return f"{name} is a localizer (scout view), not a CT volume."
    if len(part.slices) < 2:
        return f"{name} is a single CT slice, not a volume."
    if any(item.plane is None for item in part.slices):
        return f"The slices of the series with {name} do not say where they lie in the patient."
    return ""


def _windows(data: Dataset) -> tuple[HeaderWindow, ...]:
    centres, widths = _numbers(data, "WindowCenter"), _numbers(data, "WindowWidth")
    names = [*spelled(data, "WindowCenterWidthExplanation"), *[""] * len(centres)]
    return tuple(
        HeaderWindow(Window(centre, width), name)
        for centre, width, name in zip(centres, widths, names, strict=False)
        if width > 1
    )


def _numbers(data: Dataset, keyword: str) -> list[float]:
    numbers = []
    for word in words(data, keyword):
        try:
            numbers.append(float(word))
        except ValueError:
            return []
    return numbers
