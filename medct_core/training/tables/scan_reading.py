"""A scan of a table as a volume, brought to Hounsfield units and millimetres if need be.

CT-RATE's first release keeps stored values and no geometry in its files: slope, intercept and
spacing stand in a table beside them. Its second release has both right, and giving it slope and
intercept again is a known error. Which of the two a file is, no table says: its values do.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.errors import UsageError
from medct_core.io.choose import largest_chest_ct
from medct_core.io.intensity import PADDING_HU, looks_like_hu
from medct_core.io.open import open_study, read_volume
from medct_core.training.tables.scan_table import ScanRow
from medct_core.training.tables.side_table import ScanMetadata
from medct_core.volume.geometry import Geometry
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Unit, Volume

SCALED = "scaled-by-metadata"
"""Code of the notice on stored values to which slope and intercept of a table were given."""
SCALED_BEFORE = "scaled-already"
"""Code of the notice on values that were Hounsfield units before a table offered a slope."""
PLACED = "placed-by-metadata"
"""Code of the notice on a spacing that came from a table, as the file says none."""
PLACED_APART = "metadata-differ"
"""Code of the notice on a file whose own spacing was kept although a table says another."""

_GEOMETRY_UNKNOWN = "geometry-unknown"
_SAMPLE_SIZE = 1_000_000
_LARGEST_DISAGREEMENT = 0.02
"""Share of a spacing; rounding in tables stays far below."""
_LARGEST_INT16 = np.iinfo(np.int16).max


def read_row(row: ScanRow, *, cancel: CancelToken | None = None) -> Volume:
    """Read the scan of a line, ready to be prepared for a model.

    Slope and intercept of its metadata are applied only where the stored values are no Hounsfield
    units and become such by it; its spacing is taken only where the file gives none. A notice
    says which it was. Where a study holds several series, the largest chest CT is read.

    Parameters
    ----------
    row
        Of a table that was read with the folder of its scans, or has paths.
    cancel
        Checked between chunks and slices.

    Raises
    ------
    UsageError
        If nobody said where the scan lies.
    ScanRefusedError
        If it cannot be read.
    Cancelled
        If `cancel` was raised.
    """
    series = largest_chest_ct(open_study(file_of(row), cancel=cancel))
    volume = replace(read_volume(series, cancel=cancel), source=Path(row.scan).name)
    return volume if row.metadata is None else with_metadata(volume, row.metadata)


def file_of(row: ScanRow) -> Path:
    """Give where the scan of a line lies.

    Raises
    ------
    UsageError
        If nobody said where to look.
    """
    if row.file is None:
        raise UsageError(
            f"The table does not say where {row.scan!r} lies.",
            remedy="Name the folder of the scans: --scans, or 'scans' in the file of a run.",
        )
    return row.file


def with_metadata(volume: Volume, metadata: ScanMetadata) -> Volume:
    """Complete what a file did not say by what a table says of it.

    Parameters
    ----------
    volume
        As read from the file.
    metadata
        Its line.

    Returns
    -------
    With notices on what was taken from the table and what was not.
    """
    return _placed(_scaled(volume, metadata), metadata)


def _scaled(volume: Volume, metadata: ScanMetadata) -> Volume:
    slope, intercept = metadata.slope, metadata.intercept
    if volume.unit is Unit.HU:
        if (slope, intercept) == (1, 0):
            return volume
        text = (
            f"Its values are Hounsfield units already; slope {slope:g} and intercept "
            f"{intercept:g} of the metadata were not applied again."
        )
        return replace(volume, notices=(*volume.notices, Notice(SCALED_BEFORE, text)))
    if not looks_like_hu(_hounsfield(_sample(volume.values), metadata).astype(np.int32)):
        return volume
    text = f"Slope {slope:g} and intercept {intercept:g} of the metadata were applied."
    return replace(
        volume,
        values=_hounsfield(volume.values, metadata),
        unit=Unit.HU,
        # What was said of the stored values holds no longer.
        notices=(*_said_of_place(volume.notices), Notice(SCALED, text)),
    )


def _said_of_place(notices: tuple[Notice, ...]) -> tuple[Notice, ...]:
    return tuple(one for one in notices if one.code not in {"raw-values", "not-hu"})


def _hounsfield(values: npt.NDArray[np.int16], metadata: ScanMetadata) -> npt.NDArray[np.int16]:
    """Scale and round; what is below -1024 HU is padding, as for every scan that is read."""
    # A thousand units of slope 1 and an intercept of -8192 are exact in float32.
    scaled = values * np.float32(metadata.slope)
    scaled += np.float32(metadata.intercept)
    np.clip(np.rint(scaled, out=scaled), PADDING_HU, _LARGEST_INT16, out=scaled)
    return scaled.astype(np.int16)


def _sample(values: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    flat = values.reshape(-1, order="A")
    # An odd step does not fall into the rhythm of rows and slices.
    return flat[:: max(1, flat.size // _SAMPLE_SIZE) | 1]


def _placed(volume: Volume, metadata: ScanMetadata) -> Volume:
    said = np.array(volume.geometry.spacing_mm)
    table = np.array(metadata.spacing_mm)
    is_silent = any(one.code == _GEOMETRY_UNKNOWN for one in volume.notices)
    if not is_silent and (np.abs(said - table) <= _LARGEST_DISAGREEMENT * table).all():
        return volume
    # Written without a geometry, a file says one millimetre in every direction.
    if is_silent or (said == 1.0).all():
        return _with_spacing(volume, metadata)
    text = (
        f"The file says voxels of {_millimetres(volume.geometry.spacing_mm)}, the metadata "
        f"{_millimetres(metadata.spacing_mm)}; the file was believed."
    )
    return replace(volume, notices=(*volume.notices, Notice(PLACED_APART, text)))


def _with_spacing(volume: Volume, metadata: ScanMetadata) -> Volume:
    """Lay the stored array along left, posterior and superior, as CT-CLIP's own code reads it."""
    geometry = Geometry(volume.geometry.shape, np.diag([*metadata.spacing_mm, 1.0]))
    text = f"Voxels of {_millimetres(metadata.spacing_mm)} were taken from the metadata."
    kept = tuple(one for one in volume.notices if one.code != _GEOMETRY_UNKNOWN)
    return replace(volume, geometry=geometry, notices=(*kept, Notice(PLACED, text)))


def _millimetres(spacing_mm: tuple[float, float, float]) -> str:
    return " x ".join(f"{one:.3g}" for one in spacing_mm) + " mm"
