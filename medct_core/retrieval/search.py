"""Search: the cases of a library that are most like a scan or a text, and what they had."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from medct_core.errors import ModelMismatchError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import EVERYTHING, CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.library_case import LibraryCase, case_id_of
from medct_core.retrieval.spread import CaseKey, Spread
from medct_core.retrieval.vector_index import FloatArray, Hit, VectorIndex

EVIDENCE_CASES = 10
"""Independent cases that speak for or against a finding."""


class CaseSource(Protocol):
    """Where the cases of a search are kept: the library."""

    def find(self, case_id: str) -> LibraryCase | None:
        """Read one case; None where it is not kept."""
        ...

    def find_all(self, case_ids: Iterable[str]) -> Mapping[str, LibraryCase]:
        """Read some cases in one go, by their ids; one that is not kept is left out."""
        ...

    def cases(self, wanted: CaseFilter) -> Iterable[LibraryCase]:
        """Read all cases that pass."""
        ...

    def count(self, wanted: CaseFilter) -> int:
        """Count the cases that pass."""
        ...

    def having(self, wanted: CaseFilter, finding: str) -> Iterable[tuple[CaseKey, bool]]:
        """Say of all cases that pass whose they are, and whether they have a finding."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What similar cases are wanted for.

    Attributes
    ----------
    vector
        ``(d,)`` float32 of unit length, in the space shared by scans and texts; as the model
        gives it, not centred.
    stamp
        The model that made it.
    scan_sha256
        Of a scan; empty for a text.
    patient_key, study_key
        Whose it is; empty where unknown.
    own_mean
        ``(d,)``, the mean of its own kind: texts lie elsewhere than scans. None takes the
        library's mean.
    """

    vector: FloatArray
    stamp: ModelStamp
    scan_sha256: str = ""
    patient_key: str = ""
    study_key: str = ""
    own_mean: FloatArray | None = None

    @property
    def key(self) -> CaseKey:
        """The case it is or would be in the library, and whose."""
        case_id = case_id_of(self.scan_sha256, self.stamp) if self.scan_sha256 else ""
        return CaseKey(case_id, self.patient_key, self.study_key)


@dataclass(frozen=True, slots=True, eq=False)
class SimilarCase:
    """One case that was found.

    Attributes
    ----------
    case
        From the library.
    cosine
        Of the centred vectors, in [-1, 1].
    percentile
        Percentage of random pairs of different patients that are less alike, in [0, 100]; None
        for the query itself, for a text, and in a library too small to say.
    rank, out_of
        Place among the cases that could have been found, the query itself not counted; the rank
        of the query itself is 0.
    is_self
        Whether it is the very scan that was asked with.
    is_of_query
        Whether it is that scan, or another of its patient or study.
    group
        Equal for cases of one patient or one study: the place, from 0, of the first of them.
    """

    case: LibraryCase
    cosine: float
    percentile: float | None
    rank: int
    out_of: int
    is_self: bool = False
    is_of_query: bool = False
    group: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the nearest cases say about a finding; every patient counts once.

    Attributes
    ----------
    finding
        Its name.
    counted
        Nearest cases of different patients in which it was verified to be there or not.
    present
        How many of them had it.
    expected
        How many of as many random cases would have it.
    """

    finding: str
    counted: int
    present: int
    expected: float

    @property
    def sentence(self) -> str:
        """Say it to a reader."""
        if self.counted == 0:
            return "No verified case of another patient says whether it had it"
        return (
            f"{self.present} of the {self.counted} nearest verified cases had it; "
            f"{self.expected:.1f} expected"
        )


class Search:
    """Finds similar cases among those of one model.

    Parameters
    ----------
    source
        The library.
    index
        Its vectors, centred.
    stamp
        The model that made them.
    centring
        What they were centred with.
    spread
        How alike any two patients are; None in a library too small to say.

    Raises
    ------
    ValueError
        If the parts are not of one centring.
    """

    def __init__(
        self,
        source: CaseSource,
        index: VectorIndex,
        *,
        stamp: ModelStamp,
        centring: Centring,
        spread: Spread | None,
    ) -> None:
        versions = {index.centring_version, centring.version}
        if spread is not None:
            versions.add(spread.centring_version)
        if len(versions) > 1:
            raise ValueError("a search uses one version of a centring")
        self._source = source
        self._index = index
        self._stamp = stamp
        self._centring = centring
        self._spread = spread

    @property
    def centring(self) -> Centring:
        """What vectors go through before they are compared."""
        return self._centring

    def similar(
        self, query: Query, *, count: int = 10, wanted: CaseFilter = EVERYTHING
    ) -> tuple[SimilarCase, ...]:
        """Find the cases most like a query, best first.

        The query itself comes before all others where it is in the library and passes; it is
        one more than `count`.

        Raises
        ------
        ModelMismatchError
            If the query is of another model.
        """
        wanted = self._of_this_model(query, wanted)
        itself = self._itself(query, wanted)
        out_of = self._source.count(wanted) - (itself is not None)
        own = query.key if itself is None else key_of(itself, query)
        found = [*self._first(query, itself, out_of), *self._ranked(query, count, wanted, out_of)]
        return _grouped(found, own)

    def evidence(self, query: Query, finding: str, *, count: int = EVIDENCE_CASES) -> Evidence:
        """Say how many of the nearest verified cases had a finding, and how many would by chance.

        Cases of the query's own patient or study do not count.

        Raises
        ------
        ModelMismatchError
            If the query is of another model.
        """
        judged = CaseFilter(judged=frozenset({finding}), is_verified=True)
        wanted = self._of_this_model(query, judged)
        itself = self._itself(query, self._of_this_model(query, EVERYTHING))
        own = query.key if itself is None else key_of(itself, query)
        nearest = self._independent(query, own, wanted, count)
        base = _base_rate(self._source.having(wanted, finding), own)
        present = sum(_has(case, finding) for case in nearest)
        return Evidence(finding, len(nearest), present, base * len(nearest))

    def _of_this_model(self, query: Query, wanted: CaseFilter) -> CaseFilter:
        if query.stamp != self._stamp:
            raise ModelMismatchError(
                f"The library's cases were embedded by {self._stamp.model}, this was asked with "
                f"{query.stamp.model} or other settings of it.",
                remedy="Search with the model of the cases, or embed them again with this one.",
            )
        return replace(wanted, stamp=self._stamp)

    def _itself(self, query: Query, wanted: CaseFilter) -> LibraryCase | None:
        case = self._source.find(query.key.case_id) if query.scan_sha256 else None
        return case if case is not None and wanted.accepts(case) else None

    def _first(
        self, query: Query, itself: LibraryCase | None, out_of: int
    ) -> tuple[SimilarCase, ...]:
        if itself is None:
            return ()
        cosine = self._centring.unit(itself.vector) @ self._centred(query)

        return (SimilarCase(itself, float(cosine.clip(-1.0, 1.0)), None, 0, out_of, is_self=True),)

    def _ranked(
        self, query: Query, count: int, wanted: CaseFilter, out_of: int
    ) -> list[SimilarCase]:
        hits = self._others(query, count, wanted)
        return [
            SimilarCase(case, hit.cosine, self._percentile(hit.cosine, query), rank, out_of)
            for rank, (hit, case) in enumerate(self._read(hits), start=1)
        ]

    def _others(self, query: Query, count: int, wanted: CaseFilter) -> tuple[Hit, ...]:
        hits = self._index.nearest(self._centred(query), count=count + 1, wanted=wanted)
        own = query.key.case_id
        return tuple(hit for hit in hits if hit.case_id != own)[:count]

    def _read(self, hits: Sequence[Hit]) -> list[tuple[Hit, LibraryCase]]:
        """Read the cases of hits; one that was removed meanwhile is left out."""
        kept = self._source.find_all([hit.case_id for hit in hits])
        return [(hit, kept[hit.case_id]) for hit in hits if hit.case_id in kept]

    def _independent(
        self, query: Query, own: CaseKey, wanted: CaseFilter, count: int
    ) -> list[LibraryCase]:
        """Find the nearest cases of different patients, none of them the query's."""
        asked = 2 * count
        while True:
            hits = self._others(query, asked, wanted)
            first = _first_of_each([case for _hit, case in self._read(hits)], own)
            if len(first) >= count or len(hits) < asked:
                return first[:count]
            asked *= 4

    def _centred(self, query: Query) -> FloatArray:
        if query.own_mean is None:
            return self._centring.unit(query.vector)
        return replace(self._centring, mean=query.own_mean).unit(query.vector)

    def _percentile(self, cosine: float, query: Query) -> float | None:
        if self._spread is None or not query.scan_sha256:
            return None
        return self._spread.percentile(cosine, without={query.key.case_id})


def key_of(case: LibraryCase, query: Query | None = None) -> CaseKey:
    """Say whose a case is; what the library does not know, a query of the same scan may."""
    patient_key, study_key = case.patient_key, case.study_key
    if query is not None:
        patient_key, study_key = patient_key or query.patient_key, study_key or query.study_key
    return CaseKey(case.case_id, patient_key, study_key)


def groups_of(keys: Sequence[CaseKey]) -> tuple[int, ...]:
    """Give every case the place of the first one of its patient or study.

    Cases belong together where a chain of others joins them: one study with the second, one
    patient with the third.
    """
    first_with: dict[tuple[str, str], int] = {}
    parents = list(range(len(keys)))
    for place, key in enumerate(keys):
        for kind in _names_of(key):
            other = first_with.setdefault(kind, place)
            one, two = sorted((_root(parents, place), _root(parents, other)))
            parents[two] = one
    return tuple(_root(parents, place) for place in range(len(keys)))


def _names_of(key: CaseKey) -> tuple[tuple[str, str], ...]:
    named = (("case", key.case_id), ("patient", key.patient_key), ("study", key.study_key))
    return tuple(pair for pair in named if pair[1])


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place


def _grouped(cases: Sequence[SimilarCase], own: CaseKey) -> tuple[SimilarCase, ...]:
    """Join cases of one patient or study, and mark those that are joined with the query."""
    groups = groups_of([own, *(key_of(case.case) for case in cases)])
    of_query = [group == groups[0] for group in groups[1:]]
    first: dict[int, int] = {}
    for place, group in enumerate(groups[1:]):
        first.setdefault(group, place)
    return tuple(
        replace(case, is_of_query=is_own, group=first[group])
        for case, group, is_own in zip(cases, groups[1:], of_query, strict=True)
    )


def _first_of_each(cases: Sequence[LibraryCase], own: CaseKey) -> list[LibraryCase]:
    """Keep the first case of every patient and study but the query's."""
    groups = groups_of([own, *(key_of(case) for case in cases)])[1:]
    return [case for place, case in enumerate(cases, start=1) if groups[place - 1] == place]


def _base_rate(cases: Iterable[tuple[CaseKey, bool]], own: CaseKey) -> float:
    """Give the share of patients with a finding, one of several scans counting in part."""
    keys, present = [own], [False]
    for key, has_it in cases:
        keys.append(key)
        present.append(has_it)
    of_group: dict[int, list[bool]] = {}
    for group, has_it in zip(groups_of(keys), present, strict=True):
        of_group.setdefault(group, []).append(has_it)
    del of_group[0]
    shares = [sum(each) / len(each) for each in of_group.values()]
    return sum(shares) / len(shares) if shares else 0.0


def _has(case: LibraryCase, finding: str) -> int:
    return int(any(each.name == finding and each.is_present for each in case.findings))
