"""LabelledCases: the cases of a library that are known to have a finding, or known not to."""

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.lance_index import vectors_of
from medct_core.retrieval.library import CaseLibrary
from medct_core.retrieval.library_store import explained
from medct_core.retrieval.search import groups_of
from medct_core.retrieval.spread import CaseKey
from medct_core.retrieval.taught_finding import NameCount, TeachableName
from medct_core.retrieval.vector_index import FloatArray

ACQUISITION = ("site_key", "scanner", "kernel", "slice_thickness_mm", "contrast")
"""How a scan was made, as far as a library knows it."""

_KEYS = ("case_id", "patient_key", "study_key")
_LABELS = ("present", "verified_present", "verified_absent")
_EITHER = ("present", "absent")
_UNKNOWN = ""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCases:
    """What can be learned of a finding; one row a case, by case id.

    Attributes
    ----------
    finding
        Its name.
    stamp
        The model of the vectors.
    case_ids
        Sorted.
    vectors
        ``(n, d)`` float32 of unit length, as the model made them.
    has_it
        ``(n,)`` bool.
    is_verified
        ``(n,)`` bool: whether that is verified.
    patients
        ``(n,)`` int64: equal for cases of one patient or one study, from 0 without gaps.
    knows_patient
        ``(n,)`` bool: whether the patient is known.
    acquisition
        How each was made, in words, in the order of `ACQUISITION`; empty where unknown. Slice
        thickness is to half a millimetre.
    """

    finding: str
    stamp: ModelStamp
    case_ids: tuple[str, ...]
    vectors: FloatArray
    has_it: npt.NDArray[np.bool_]
    is_verified: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.int64]
    knows_patient: npt.NDArray[np.bool_]
    acquisition: tuple[tuple[str, ...], ...]

    @property
    def sites(self) -> tuple[str, ...]:
        """Where each was made; empty where unknown."""
        return tuple(made[ACQUISITION.index("site_key")] for made in self.acquisition)


def labelled_cases(library: CaseLibrary, stamp: ModelStamp, finding: str) -> LabelledCases:
    """Read the cases about which a finding is known, without pictures and reports.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    """
    wanted = CaseFilter(judged=frozenset({finding}))
    table = library.table(stamp)
    there = [name for name in ACQUISITION if name in table.schema.names]
    with explained(library.address):
        columns = [*_KEYS, *_LABELS, *there, "vector"]
        rows = table.search().where(wanted.where).select(columns).to_arrow().sort_by("case_id")
    facts = rows.select([*_KEYS, *_LABELS, *there]).to_pylist()
    keys = [CaseKey(*(row[name] for name in _KEYS)) for row in facts]
    return LabelledCases(
        finding=finding,
        stamp=stamp,
        case_ids=tuple(key.case_id for key in keys),
        vectors=vectors_of(rows) if facts else np.zeros((0, 0), np.float32),
        has_it=np.array([finding in row["present"] for row in facts], dtype=np.bool_),
        is_verified=np.array(
            [finding in (*row["verified_present"], *row["verified_absent"]) for row in facts],
            dtype=np.bool_,
        ),
        patients=_numbered(keys),
        knows_patient=np.array([bool(key.patient_key) for key in keys], dtype=np.bool_),
        acquisition=tuple(tuple(_word(row.get(name)) for name in ACQUISITION) for row in facts),
    )


def known_names(library: CaseLibrary, stamp: ModelStamp) -> tuple[NameCount, ...]:
    """Count the cases of a model by finding, those of most cases first.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    """
    table = library.table(stamp)
    with explained(library.address):
        rows = table.search().select(list(_EITHER)).to_arrow()
    present, absent = (_counted(rows.column(one)) for one in _EITHER)
    counts = [NameCount(name, present[name], absent[name]) for name in {*present, *absent}]
    return tuple(sorted(counts, key=_most_cases))


def teachable_names(library: CaseLibrary, stamp: ModelStamp) -> tuple[TeachableName, ...]:
    """Count cases and patients of a model by finding, in the order of `known_names`.

    Raises
    ------
    UsageError
        If the library holds no case of the model.
    """
    table = library.table(stamp)
    with explained(library.address):
        rows = table.search().select([*_KEYS, *_EITHER]).to_arrow()
    keys = [CaseKey(*(row[name] for name in _KEYS)) for row in rows.select(_KEYS).to_pylist()]
    patients = _numbered(keys).tolist()
    having, lacking = (_patients_by_name(rows.column(one), patients) for one in _EITHER)
    counts = []
    for name in {*having, *lacking}:
        one, two = having[name], lacking[name]
        counts.append(TeachableName(name, one.total(), two.total(), len(one), len(two)))
    return tuple(sorted(counts, key=_most_cases))


def _most_cases(one: NameCount) -> tuple[int, int, str]:
    return -one.present, -one.absent, one.name


def _patients_by_name(
    column: pa.ChunkedArray, patients: list[int]
) -> defaultdict[str, Counter[int]]:
    """Count, by finding, the cases of every patient."""
    counted: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for names, patient in zip(column.to_pylist(), patients, strict=True):
        for name in names:
            counted[name][patient] += 1
    return counted


def _counted(column: pa.ChunkedArray) -> Counter[str]:
    return Counter(name for names in column.to_pylist() for name in names)


def _numbered(keys: list[CaseKey]) -> npt.NDArray[np.int64]:
    _, numbers = np.unique(np.array(groups_of(keys), dtype=np.int64), return_inverse=True)
    return numbers.astype(np.int64)


def _word(value: object) -> str:
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{round(2 * value) / 2:.1f}" if isinstance(value, float) else str(value)
