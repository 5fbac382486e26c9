"""KnownFacts: what is known of a scan beside its picture, and which of it names nobody."""

import re
from dataclasses import dataclass, field, replace

from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.patient_key import patient_key, site_key, study_key

_SHORTEST_WORD = 3
_REMOVED = "[removed]"


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What a header, a table or a person says of a scan; empty or None where nothing.

    Attributes
    ----------
    patient
        The hospital's number of the patient; only its keyed hash reaches the library.
    study
        Number of the examination; only its keyed hash reaches the library.
    names
        Words that name the patient, kept out of the library's texts.
    site
        Name of the hospital; only its keyed hash reaches the library.
    report, findings, tags, age_band, sex, contrast, slice_thickness_mm, scanner, kernel
        As in `LibraryCase`.
    """

    patient: str = field(default="", repr=False)
    study: str = field(default="", repr=False)
    names: tuple[str, ...] = field(default=(), repr=False)
    report: str = ""
    findings: tuple[KnownFinding, ...] = ()
    tags: tuple[str, ...] = ()
    age_band: str = ""
    sex: str = ""
    contrast: bool | None = None
    slice_thickness_mm: float | None = None
    site: str = field(default="", repr=False)
    scanner: str = ""
    kernel: str = ""

    def over(self, other: "KnownFacts") -> "KnownFacts":
        """Put these facts in the place of others, which stay where these say nothing."""
        contrast, thickness = self.contrast, self.slice_thickness_mm
        return KnownFacts(
            patient=self.patient or other.patient,
            study=self.study or other.study,
            names=tuple(dict.fromkeys((*self.names, *other.names))),
            report=self.report or other.report,
            findings=_newest((*other.findings, *self.findings)),
            tags=tuple(sorted({*self.tags, *other.tags})),
            age_band=self.age_band or other.age_band,
            sex=self.sex or other.sex,
            contrast=other.contrast if contrast is None else contrast,
            slice_thickness_mm=other.slice_thickness_mm if thickness is None else thickness,
            site=self.site or other.site,
            scanner=self.scanner or other.scanner,
            kernel=self.kernel or other.kernel,
        )


def with_facts(case: LibraryCase, facts: KnownFacts, salt: bytes) -> LibraryCase:
    """Give a case what is known, in the place of what it said before.

    Parameters
    ----------
    case
        Stays as it is where the facts say nothing.
    facts
        Names and numbers in them go no further than this.
    salt
        Of the library.
    """
    before = KnownFacts(
        report=case.report,
        findings=case.findings,
        tags=case.tags,
        age_band=case.age_band,
        sex=case.sex,
        contrast=case.contrast,
        slice_thickness_mm=case.slice_thickness_mm,
        scanner=case.scanner,
        kernel=case.kernel,
    )
    known = facts.over(before)
    return replace(
        case,
        source=without_names(case.source, facts),
        report=without_names(known.report, facts),
        findings=known.findings,
        tags=tuple(sorted({without_names(tag, facts) for tag in known.tags})),
        age_band=known.age_band,
        sex=known.sex,
        contrast=known.contrast,
        slice_thickness_mm=known.slice_thickness_mm,
        patient_key=patient_key(facts.patient, salt) or case.patient_key,
        study_key=study_key(facts.study, salt) or case.study_key,
        site_key=site_key(facts.site, salt) or case.site_key,
        scanner=without_names(known.scanner, facts),
        kernel=without_names(known.kernel, facts),
    )


def without_names(text: str, facts: KnownFacts) -> str:
    """Take the patient's number and names out of a text, also from inside of words.

    Words of fewer than three letters stay, since removing them would riddle every text.
    """
    # Names end where a file name puts an underscore, which counts as a letter in a pattern.
    words = sorted((*facts.names, facts.patient.strip()), key=len, reverse=True)
    long = [re.escape(word) for word in words if len(word) >= _SHORTEST_WORD]
    return re.sub("|".join(long), _REMOVED, text, flags=re.IGNORECASE) if long else text


def _newest(findings: tuple[KnownFinding, ...]) -> tuple[KnownFinding, ...]:
    """Keep what was said last of each finding."""
    return tuple({finding.name: finding for finding in findings}.values())
