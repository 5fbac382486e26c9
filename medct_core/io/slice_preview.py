"""SlicePreview: one slice of a scan, shown while the rest is read."""

from dataclasses import dataclass

from medct_core.volume.volume import Volume


@dataclass(frozen=True, slots=True, eq=False)
class SlicePreview:
    """One slice of a scan.

    Attributes
    ----------
    volume
        One slice deep, where it lies in the patient; one notice says which slice it is.
    number
        Place of the slice in the scan, from 1.
    count
        Number of slices of the scan.
    """

    volume: Volume
    number: int
    count: int
