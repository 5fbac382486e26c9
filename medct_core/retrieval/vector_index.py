"""VectorIndex: what a search asks for the nearest cases, whichever way they are kept."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from medct_core.retrieval.case_filter import CaseFilter

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """One case that was found.

    Attributes
    ----------
    case_id
        The case.
    cosine
        Of the two centred vectors, in [-1, 1].
    """

    case_id: str
    cosine: float


class VectorIndex(Protocol):
    """Centred vectors of unit length, of one model and one centring, each with what is known."""

    @property
    def centring_version(self) -> str:
        """Version of the `Centring` its vectors went through."""
        ...

    def __len__(self) -> int:
        """Count the cases."""
        ...

    def nearest(self, query: FloatArray, *, count: int, wanted: CaseFilter) -> tuple[Hit, ...]:
        """Find the cases of highest cosine that a filter lets pass, best first.

        Parameters
        ----------
        query
            ``(d,)``, centred the same way, of unit length.
        count
            How many at most, at least 1.
        wanted
            Which cases may be found.
        """
        ...
