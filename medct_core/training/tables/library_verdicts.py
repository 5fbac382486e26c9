"""What readers said of the scans of a library, as rows that a model can learn from.

A training table knows present and absent only. What nobody judged is unknown, and an unknown
finding must be neither: so a scan is a row only if every finding of the table was judged on it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from medct_core.errors import UsageError
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.search import groups_of
from medct_core.retrieval.spread import CaseKey
from medct_core.vocabulary import FINDINGS

_CANONICAL = {name.casefold(): name for name in FINDINGS}


@dataclass(frozen=True, slots=True)
class JudgedScan:
    """One scan, and what was said of it.

    Attributes
    ----------
    scan_sha256
        Of its voxels.
    source
        Name of the file or folder it was read from.
    names
        Under which its place may be known: its hash and the ids of its cases.
    patient
        Pseudonym of whose it is; empty where unknown.
    verdicts
        Findings that were judged, and whether each is present.
    report
        Empty where there is none.
    """

    scan_sha256: str
    source: str
    names: tuple[str, ...]
    patient: str
    verdicts: Mapping[str, bool]
    report: str


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A scan of the library that is no row of the table, and why."""

    scan_sha256: str
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The scans of a library of which something was said.

    Attributes
    ----------
    scans
        In the order in which they came.
    not_used
        Scans of which nobody said anything, and those of which two contrary things are said.
    said_by
        How many verdicts are whose; empty for nobody who gave a name.
    """

    scans: tuple[JudgedScan, ...]
    not_used: tuple[NotUsed, ...]
    said_by: Mapping[str, int]


@dataclass(slots=True)
class _Gathered:
    """What the cases of one scan say, as each model's is a case of its own."""

    source: str
    names: list[str]
    keys: list[CaseKey] = field(default_factory=list)
    verdicts: dict[str, bool] = field(default_factory=dict)
    contrary: set[str] = field(default_factory=set)
    report: str = ""


def judged_scans(cases: Iterable[LibraryCase], readers: Sequence[str] = ()) -> Judged:
    """Bring together what is known of every scan, whatever models embedded it.

    Parameters
    ----------
    cases
        Of a library; one scan may be several cases.
    readers
        Whose word counts, as the library names them; everybody's if empty.
    """
    gathered: dict[str, _Gathered] = {}
    said_by: Counter[str] = Counter()
    for case in cases:
        one = gathered.setdefault(case.scan_sha256, _Gathered(case.source, [case.scan_sha256]))
        one.names.append(case.case_id)
        one.keys.append(CaseKey(case.case_id, case.patient_key, case.study_key))
        one.report = one.report or case.report.strip()
        for finding in _counted(case.findings, readers):
            said_by[finding.by] += 1
            _take(one, column_name(finding.name), is_present=finding.is_present)
    return _judged(gathered, said_by)


def column_name(finding: str) -> str:
    """Spell a finding as tables do: known ones alike, whatever the case of their letters."""
    plain = " ".join(finding.split())
    return _CANONICAL.get(plain.casefold(), plain)


def _counted(findings: Iterable[KnownFinding], readers: Sequence[str]) -> Iterable[KnownFinding]:
    return (one for one in findings if not readers or one.by in readers)


def _take(one: _Gathered, name: str, *, is_present: bool) -> None:
    if one.verdicts.setdefault(name, is_present) != is_present:
        one.contrary.add(name)


def _judged(gathered: Mapping[str, _Gathered], said_by: Mapping[str, int]) -> Judged:
    patients = _pseudonyms([key for one in gathered.values() for key in one.keys])
    scans, not_used = [], []
    for sha256, one in gathered.items():
        if one.contrary:
            why = f"present and absent are both said of {', '.join(sorted(one.contrary))}"
            not_used.append(NotUsed(sha256, one.source, why))
        elif not one.verdicts:
            not_used.append(NotUsed(sha256, one.source, "nothing was accepted or rejected on it"))
        else:
            patient = next(filter(None, (patients[key.case_id] for key in one.keys)), "")
            names = tuple(one.names)
            scan = JudgedScan(sha256, one.source, names, patient, one.verdicts, one.report)
            scans.append(scan)
    return Judged(tuple(scans), tuple(not_used), dict(sorted(said_by.items())))


def _pseudonyms(keys: Sequence[CaseKey]) -> dict[str, str]:
    """Name the patient of every case by the first key that leads to them; empty if none does."""
    named: dict[int, list[str]] = {}
    groups = groups_of(keys)
    for key, group in zip(keys, groups, strict=True):
        named.setdefault(group, []).extend(filter(None, (key.patient_key, key.study_key)))
    return {
        key.case_id: min(named[group], default="") for key, group in zip(keys, groups, strict=True)
    }


def chosen_findings(scans: Sequence[JudgedScan], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Choose the columns of the table.

    Parameters
    ----------
    scans
        With their verdicts.
    wanted
        Findings by name, in any case of letters. If empty, findings are taken in the order of how
        often they were judged, as many as keep the most verdicts in rows that lack none.

    Raises
    ------
    UsageError
        If a wanted finding was judged nowhere, or there is no verdict at all.
    """
    counts = Counter(name for scan in scans for name in scan.verdicts)
    if not counts:
        raise UsageError(
            "The library holds no accepted or rejected finding.",
            remedy="Accept or reject findings in the viewer and keep the case in the library; "
            "or mark cases: medct library mark CASE --finding NAME",
        )
    if wanted:
        return tuple(_judged_name(name, counts) for name in dict.fromkeys(wanted))
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    best = max(range(1, len(ranked) + 1), key=lambda k: (k * _complete(scans, ranked[:k]), k))
    return tuple(ranked[:best])


def _judged_name(wanted: str, counts: Mapping[str, int]) -> str:
    by_letters = {name.casefold(): name for name in counts}
    found = by_letters.get(column_name(wanted).casefold())
    if found is None:
        raise UsageError(
            f"Nobody accepted or rejected {wanted!r} in this library.",
            remedy=f"Name one of: {', '.join(sorted(counts))}.",
        )
    return found


def _complete(scans: Sequence[JudgedScan], findings: Sequence[str]) -> int:
    return sum(all(name in scan.verdicts for name in findings) for scan in scans)


def complete_scans(
    scans: Sequence[JudgedScan], findings: Sequence[str]
) -> tuple[tuple[JudgedScan, ...], tuple[NotUsed, ...]]:
    """Part scans into those on which every finding was judged, and the others with what lacks."""
    rows, not_used = [], []
    for scan in scans:
        lacking = [name for name in findings if name not in scan.verdicts]
        if lacking:
            why = f"nobody accepted or rejected {', '.join(lacking)} on it"
            not_used.append(NotUsed(scan.scan_sha256, scan.source, why))
        else:
            rows.append(scan)
    return tuple(rows), tuple(not_used)
