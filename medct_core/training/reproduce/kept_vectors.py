"""KeptVectors: what an untouched base says of scans, encoded once for all runs that leave it so."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.inference.safe_write import replacing
from medct_core.models.bundle import LoadedModel
from medct_core.training.cohort import ScanViewer
from medct_core.training.reproduce.measure import Encoded, encode_scans

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class KeptVectors:
    """Encodes scans; those of an untouched base are kept as files, for several programs alike.

    Attributes
    ----------
    folder
        Made with the first file.
    """

    folder: Path

    def __call__(self, model: LoadedModel, viewer: ScanViewer, cancel: CancelToken) -> Encoded:
        """Encode all scans of a viewer, see `encode_scans`."""
        if model.stamp.adapter is not None:
            return encode_scans(model, viewer, cancel)
        base, scans = model.stamp.checkpoint_sha256[:_DIGITS], viewer.identity[:_DIGITS]
        path = self.folder / f"{base}-{scans}.npy"
        if path.is_file():
            return Encoded(np.load(path), viewer.cohort)
        encoded = encode_scans(model, viewer, cancel)
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as whole:
            np.save(whole, encoded.vectors)
        return encoded
