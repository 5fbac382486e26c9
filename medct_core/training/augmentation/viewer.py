"""AugmentedViewer: shows the scans of another viewer augmented."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from medct_core.training.augmentation.augment import Look, Setup, augment
from medct_core.training.augmentation.draw import Key
from medct_core.training.augmentation.recipes import Engine
from medct_core.training.augmentation.synonyms import synonym_table
from medct_core.training.cohort import Cohort, ScanViewer, ScanViews

_VERSION = 1
"""Raised when the same draw begins to give other numbers."""


class AugmentedViewer:
    """Shows scans as a recipe changes them; a `ScanViewer`.

    It draws from no shared random state, so it may be used from threads where `plain` may.

    Parameters
    ----------
    plain
        Shows the scans as they are.
    setup
        What to do.
    seed
        From 0; equal seeds give equal views.
    """

    def __init__(self, plain: ScanViewer, setup: Setup, seed: int) -> None:
        self._plain = plain
        self._setup = setup
        self._seed = seed
        self._identity = _sha256(
            plain.identity,
            setup.augmentation.to_json(),
            repr(setup.frame),
            # TorchIO computes on the processor wherever training is.
            setup.device.type if setup.augmentation.engine is Engine.MONAI else "cpu",
            synonym_table().sha256,
            version(setup.augmentation.engine.value),
            f"{seed} {_VERSION}",
        )

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._plain.cohort

    @property
    def identity(self) -> str:
        """SHA-256 over all that decides a view."""
        return self._identity

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as they look in an epoch: a view depends on seed, row and epoch alone."""
        plain = self._plain.views(rows, epoch)
        looks = [
            augment(Look(values, report), self._setup, Key(self._seed, int(row), epoch))
            for values, report, row in zip(plain.values, plain.reports, rows, strict=True)
        ]
        if not looks:
            return plain
        values = np.stack([look.values for look in looks])
        return ScanViews(values, tuple(look.report for look in looks))


def _sha256(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
