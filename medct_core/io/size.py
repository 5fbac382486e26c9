"""How much memory a series will need, by its headers, before anything is read."""

from dataclasses import dataclass

from medct_core.io.dicom import shape_of_dicom
from medct_core.io.memory import bytes_of, free_bytes
from medct_core.io.nifti import shape_of_nifti
from medct_core.io.reduction import FULL, Reduction
from medct_core.io.sniff import FileKind
from medct_core.io.study import Series

LARGE_BYTES = 3 * 1024**3 // 2
"""1.5 GiB, a chest CT of 3,000 slices: beyond it a person is asked before it is read."""

REDUCTIONS = (Reduction(1, 2), Reduction(2, 1), Reduction(2, 2))
"""Ways to read less, the mildest first."""

LAST_RESORT = Reduction(4, 4)
"""For what fits in no other way."""


@dataclass(frozen=True, slots=True)
class ScanSize:
    """What one volume of a series needs, and what there is.

    Attributes
    ----------
    shape
        (i, j, k) voxels.
    free_bytes
        Memory that a scan may take.
    """

    shape: tuple[int, int, int]
    free_bytes: int

    def needed_bytes(self, reduction: Reduction = FULL) -> int:
        """Memory that the voxels need when read so, in bytes."""
        return bytes_of(reduction.shape_of(self.shape))

    def fits(self, reduction: Reduction = FULL) -> bool:
        """Whether there is enough."""
        return self.needed_bytes(reduction) <= self.free_bytes

    @property
    def is_large(self) -> bool:
        """Whether a person should be asked how to read it."""
        return self.needed_bytes() > LARGE_BYTES or not self.fits()

    @property
    def choices(self) -> tuple[Reduction, ...]:
        """Ways to read it that fit: in full first, then the mildest."""
        fitting = tuple(one for one in (FULL, *REDUCTIONS) if self.fits(one))
        return fitting or tuple(one for one in (LAST_RESORT,) if self.fits(one))


def size_of(series: Series) -> ScanSize:
    """Predict what reading one volume of a series needs.

    Raises
    ------
    ScanRefusedError
        If its first file can no longer be read.
    """
    return ScanSize(_shape(series), free_bytes())


def _shape(series: Series) -> tuple[int, int, int]:
    if series.kind is FileKind.DICOM:
        return shape_of_dicom(series)
    if series.kind is FileKind.NIFTI:
        return shape_of_nifti(series.files[0])
    # SimpleITK takes half a second to import, and most scans do not need it.
    from medct_core.io import nrrd_mha  # noqa: PLC0415

    return nrrd_mha.shape_of_itk(series.files[0], series.kind)
