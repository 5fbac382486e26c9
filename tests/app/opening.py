"""One window whose loader reads when told, and scans to open in it."""

from pathlib import Path

import nibabel
import numpy as np
from pydicom.dataset import Dataset

from app.controllers.open_study import OpenStudy
from app.state.session import OpenScan, SessionState
from tests import small_chest
from tests.app.stand_ins import FakeLoader
from tests.medct_core.io import making


class Opening:
    """One window with a loader that answers when told."""

    def __init__(self) -> None:
        self.session, self.loader = SessionState(), FakeLoader()
        self.controller = OpenStudy(self.session, self.loader.as_loader())

    def look(self, path: Path) -> None:
        """Open a scan as far as its headers; reading it and its preview wait in the loader."""
        self.controller.open_path(path)
        self.loader.finish(len(self.loader.works))

    @property
    def reading(self) -> int:
        """Number of the job that reads the newest scan; its preview is the one after it."""
        return len(self.loader.works) - 1

    def open_whole(self, path: Path) -> OpenScan:
        """Open a scan from the first header to the last voxel."""
        self.look(path)
        self.controller.answer_by_default()
        self.loader.finish(self.reading)
        assert self.session.scan is not None
        return self.session.scan


def in_time(folder: Path) -> Path:
    """Write two chests as one scan in time."""
    frames = np.stack([small_chest.voxels(1), small_chest.voxels(2)], axis=3)
    nibabel.save(nibabel.Nifti1Image(frames, np.diag([5.0, 5.0, 6.0, 1.0])), folder / "time.nii.gz")
    return folder / "time.nii.gz"


def three_series(folder: Path) -> None:
    """Write a chest, a shorter one, and a scout between them that is none."""

    def as_series(number: int, modality: str = "CT") -> making.Change:
        def change(k: int, data: Dataset) -> None:
            data.SeriesInstanceUID = f"{making.SERIES}.{number}"
            data.SOPInstanceUID = f"{making.SERIES}.{number}.{k}"
            data.SeriesNumber = number
            data.Modality = modality

        return change

    making.write_series(folder / "1", making.chest_volume(), change=as_series(1))
    making.write_series(folder / "2", making.chest_volume(), change=as_series(2, "RTDOSE"))
    making.write_series(folder / "3", making.chest_volume(), change=as_series(3), slices=range(6))
