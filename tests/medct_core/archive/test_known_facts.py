"""KnownFacts: what a case is told, and what it is never told."""

from hypothesis import given
from hypothesis import strategies as st

from medct_core.archive.known_facts import KnownFacts, with_facts, without_names
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.retrieval.patient_key import patient_key, site_key, study_key
from tests import library_samples
from tests.library_samples import assert_same

SALT = bytes(32)
FACTS = st.builds(
    KnownFacts,
    patient=st.sampled_from(["", "AB-12345"]),
    study=st.sampled_from(["", "1.2.3"]),
    report=st.sampled_from(["", "Small effusion."]),
    findings=st.lists(
        st.builds(KnownFinding, st.sampled_from(["Nodule", "Effusion"]), st.booleans()),
        unique_by=lambda finding: finding.name,
    ).map(tuple),
    tags=st.sets(st.sampled_from(["a", "b", "c"])).map(lambda tags: tuple(sorted(tags))),
    age_band=st.sampled_from(["", "40-49", "50-59"]),
    sex=st.sampled_from(["", "F", "M"]),
    contrast=st.none() | st.booleans(),
    slice_thickness_mm=st.none() | st.sampled_from([1.0, 2.5]),
    site=st.sampled_from(["", "North"]),
    scanner=st.sampled_from(["", "ACME One", "ACME Two"]),
    kernel=st.sampled_from(["", "B30f", "B70f"]),
)


@given(FACTS, FACTS)
def test_what_is_said_counts_more_than_what_was(newer: KnownFacts, older: KnownFacts) -> None:
    both = newer.over(older)

    texts = ("patient", "study", "report", "age_band", "sex", "site", "scanner", "kernel")
    for name in texts:
        assert getattr(both, name) == (getattr(newer, name) or getattr(older, name))
    assert both.contrast == (older.contrast if newer.contrast is None else newer.contrast)
    assert set(newer.findings) <= set(both.findings)
    assert {one.name for one in both.findings} == {
        one.name for one in (*newer.findings, *older.findings)
    }
    assert set(both.tags) == {*newer.tags, *older.tags}


@given(library_samples.cases())
def test_saying_nothing_changes_nothing(case: LibraryCase) -> None:
    assert_same(with_facts(case, KnownFacts(), SALT), case)


@given(library_samples.cases(), FACTS)
def test_saying_it_twice_is_saying_it_once(case: LibraryCase, facts: KnownFacts) -> None:
    once = with_facts(case, facts, SALT)

    assert_same(with_facts(once, facts, SALT), once)


def test_numbers_become_keys() -> None:
    facts = KnownFacts(patient="AB-12345", study="1.2.3", site="North")

    case = with_facts(library_samples.case(), facts, SALT)

    assert case.site_key == site_key("North", SALT)

    assert case.patient_key == patient_key("AB-12345", SALT)
    assert case.study_key == study_key("1.2.3", SALT)


def test_names_and_numbers_stand_in_no_text_of_a_case() -> None:
    facts = KnownFacts(
        patient="AB-12345", names=("Muster", "Erika"), report="Fr. MUSTER, ab-12345: effusion."
    )
    named = library_samples.case(source="CT_Muster_Erika_AB-12345.nii.gz", tags=("erika's",))

    case = with_facts(named, facts, SALT)

    said = " ".join([case.source, case.report, *case.tags]).casefold()
    assert not any(word in said for word in ("muster", "erika", "ab-12345"))
    assert case.report.endswith("effusion.")
    assert case.source.endswith(".nii.gz")


def test_short_words_riddle_no_text() -> None:
    facts = KnownFacts(patient="7", names=("Le", ""))

    assert without_names("The left 7th rib", facts) == "The left 7th rib"


def test_facts_show_nobody_when_printed() -> None:
    facts = KnownFacts(patient="AB-12345", study="1.2.3", names=("Muster",))

    assert not any(word in repr(facts) for word in ("AB-12345", "1.2.3", "Muster"))
