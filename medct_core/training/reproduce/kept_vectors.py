"""KeptVectors: what an untouched base says of scans, encoded once for all runs that leave it so."""

import json
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from medct_core.cancel import CancelToken
from medct_core.inference.safe_write import replacing
from medct_core.models.bundle import LoadedModel
from medct_core.training.cohort import ScanViewer
from medct_core.training.reproduce.measure import Encoded, encode_scans

_VERSION = 1
"""Whoever changes what an encoder computes counts this up; vectors made before are none then."""

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
        path = self.folder / f"{_key(model, viewer)}.npy"
        if path.is_file():
            return Encoded(np.load(path), viewer.cohort)
        encoded = encode_scans(model, viewer, cancel)
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(path) as whole:
            np.save(whole, encoded.vectors)
        return encoded


def _key(model: LoadedModel, viewer: ScanViewer) -> str:
    said = [_VERSION, asdict(model.stamp), str(model.network.temperature.device), viewer.identity]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:_DIGITS]
