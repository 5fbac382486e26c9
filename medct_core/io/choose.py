"""Choosing one series of a study."""

from collections.abc import Iterable

from medct_core.errors import NotAnImageError, UnsupportedImageError, UsageError
from medct_core.io.study import Series, Study
from medct_core.volume.notice import Notice

# Image types of pictures computed from a scan: fine to look at, not what a model was made for.
_COMPUTED = frozenset(
    ("MIP", "MINIP", "MAX_IP", "MIN_IP", "PROJECTION IMAGE", "AVERAGE", "SCREEN SAVE", "DOSE_INFO")
)

_MOST_REASONS = 3


def largest_chest_ct(study: Study) -> Series:
    """Return the CT volume with most slices; projections and secondary pictures come last.

    Raises
    ------
    UnsupportedImageError
        If no series of the study is a CT volume; the message says what they are.
    """
    chosen = chest_ct_or_none(study)
    if chosen is not None:
        return chosen
    if not study.series:
        raise NotAnImageError("The study holds no series.", remedy="Open another study.")
    reasons = list(dict.fromkeys(series.refusal for series in study.series))
    hidden = len(reasons) - _MOST_REASONS
    more = f" {hidden} more series are no CT volumes either." if hidden > 0 else ""
    raise UnsupportedImageError(
        " ".join(reasons[:_MOST_REASONS]) + more,
        remedy=remedy_for(study.series),
    )


def remedy_for(refused: Iterable[Series]) -> str:
    """Return what to do about series that are no CT volume."""
    if any(series.modality == "CT" for series in refused):
        return "Open the folder that holds the whole CT series."
    return "Open a chest CT: a folder of DICOM slices, a NIfTI, NRRD or MetaImage file."


def chest_ct_or_none(study: Study) -> Series | None:
    """Return the same as `largest_chest_ct`, or None where the study has none."""
    candidates = [series for series in study.series if series.is_scan and series.is_ct]
    return max(candidates, key=lambda s: (is_original(s), s.slice_count), default=None)


def is_original(series: Series) -> bool:
    """Whether a series was reconstructed from the scan itself, not computed from pictures."""
    return _COMPUTED.isdisjoint(series.image_type) and "SECONDARY" not in series.image_type[1:2]


def other_series(study: Study, chosen: Series) -> tuple[Notice, ...]:
    """Name the series that were not scored; pictures that are no scans are not worth a word."""
    others = [one for one in study.series if one is not chosen and one.is_scan and is_original(one)]
    if not others:
        return ()
    listed = "; ".join(
        f"{'-' if one.number is None else one.number} {one.description or one.uid} "
        f"({one.slice_count} slices)"
        for one in others
    )
    name = chosen.description or chosen.uid
    text = f"Of {len(others) + 1} series, {name!r} was scored. Others: {listed}."
    return (Notice("other-series", text),)


def choose_series(study: Study, wanted: str) -> Series:
    """Return the series a person names by its number, or by its UID or the beginning of it.

    Raises
    ------
    UsageError
        If none or several fit; the message lists those that there are.
    """
    found = [series for series in study.series if wanted == str(series.number)]
    found = found or [series for series in study.series if series.uid == wanted]
    found = found or [series for series in study.series if wanted and series.uid.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    several = "More than one series fits" if found else "There is no series"
    raise UsageError(
        f"{several} {wanted!r}. The study holds: {describe_series(study)}.",
        remedy="Choose one of them by its number, or by its UID if numbers repeat.",
    )


def describe_series(study: Study) -> str:
    """List the series of a study in one line, for messages."""
    return "; ".join(
        f"{'-' if one.number is None else one.number} {one.description or one.uid} "
        f"({one.modality or one.kind.value}, {one.slice_count} slices)"
        for one in study.series
    )
