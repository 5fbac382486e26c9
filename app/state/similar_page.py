"""SimilarPage, CaseMap: similar cases and a map of their library, as a window shows them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from app.settings import KnownFindingsShown
from medct_core.retrieval.search import Evidence, SimilarCase
from medct_core.vocabulary import FINDINGS

_Number = TypeVar("_Number", bound=np.generic)


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """The cases most like the open scan or a text.

    Attributes
    ----------
    library
        Short name of the library, for people.
    model
        Name of the model that compares.
    count
        Cases of this model in the library.
    of_text
        What was asked in words; empty for the open scan.
    cases
        Best first, ranked as they are to be shown.
    not_similar
        Ids of the cases that the reader marked as not similar.
    evidence
        What the nearest cases say, one a finding.
    is_in_library
        Whether the open scan is one of the library.
    notice
        What a reader must know of the search; empty for nothing.
    """

    library: str = field(repr=False)
    model: str
    count: int
    of_text: str = field(default="", repr=False)
    cases: tuple[SimilarCase, ...] = field(default=(), repr=False)
    not_similar: frozenset[str] = frozenset()
    evidence: tuple[Evidence, ...] = ()
    is_in_library: bool = False
    notice: str = ""

    @property
    def finding_names(self) -> frozenset[str]:
        """Every finding of which the page says something."""
        known = {finding.name for one in self.cases for finding in one.case.findings}
        return frozenset(known | {one.finding for one in self.evidence})


@dataclass(frozen=True, slots=True, eq=False)
class CaseMap:
    """The cases of a library as points: near each other where they are alike.

    Attributes
    ----------
    case_ids
        One a point.
    points
        ``(n, 2)`` float32, read-only.
    labels
        What pointing at a case says of it, known findings left out.
    present, absent
        By finding, ``(n,)`` bool: who is known to have it, and not to have it.
    query
        ``(2,)`` float32, where the open scan or the text lies; None for nowhere.
    note
        How much the two directions show, and whether all cases are drawn.

    Raises
    ------
    ValueError
        If the parts are not of the same cases.
    """

    case_ids: tuple[str, ...]
    points: npt.NDArray[np.float32]
    labels: tuple[str, ...] = field(repr=False)
    present: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    absent: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    query: npt.NDArray[np.float32] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        count = len(self.case_ids)
        named = (*self.present.values(), *self.absent.values())
        lengths = {len(self.labels), len(self.points), *map(len, named)}
        if lengths != {count} or self.points.shape != (count, 2):
            raise ValueError("a map says of each of its cases the same things")
        object.__setattr__(self, "points", _read_only(self.points))
        if self.query is not None:
            object.__setattr__(self, "query", _read_only(self.query))
        for name in ("present", "absent"):
            arrays = {key: _read_only(value) for key, value in getattr(self, name).items()}
            object.__setattr__(self, name, MappingProxyType(arrays))

    @property
    def finding_names(self) -> tuple[str, ...]:
        """Every finding of which something is known, those of the vocabulary first."""
        known = {*self.present, *self.absent}
        return (*(one for one in FINDINGS if one in known), *sorted(known - set(FINDINGS)))


def shown_findings(
    names: Collection[str], judged: Collection[str], setting: KnownFindingsShown
) -> frozenset[str]:
    """Say of which findings the known cases may speak.

    Parameters
    ----------
    names
        All that something is said of: `SimilarPage.finding_names`.
    judged
        The findings of the open scan on which the reader gave a verdict.
    setting
        What the reader chose.

    Returns
    -------
    Those that a verdict was given on; all, the vocabulary's too, where that is chosen or every
    finding of the vocabulary was judged.
    """
    if setting is KnownFindingsShown.ALWAYS or set(FINDINGS) <= set(judged):
        return frozenset({*names, *FINDINGS})
    return frozenset(judged)


def _read_only(array: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    frozen = array.view()
    frozen.flags.writeable = False
    return frozen
