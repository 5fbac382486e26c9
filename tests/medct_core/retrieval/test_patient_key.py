"""Patient keys: equal for one patient of one library, and telling nothing else."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medct_core.retrieval.patient_key import new_salt, patient_key, site_key, study_key

SALT = bytes(range(32))
NUMBERS = st.text(min_size=1, max_size=16).filter(lambda text: text.strip() != "")


def test_it_is_hmac_sha256_of_the_number() -> None:
    expected = hmac.new(SALT, b"patient\0ab-123", hashlib.sha256).hexdigest()[:32]

    assert patient_key("AB-123", SALT) == expected


@given(NUMBERS, NUMBERS)
def test_two_patients_share_a_key_only_if_they_share_a_number(one: str, other: str) -> None:
    same = patient_key(one, SALT) == patient_key(other, SALT)

    assert same == (one.strip().casefold() == other.strip().casefold())


@given(NUMBERS)
def test_spaces_around_a_number_do_not_count(number: str) -> None:
    assert patient_key(f"  {number}\n", SALT) == patient_key(number, SALT)


@given(NUMBERS)
def test_another_library_gives_another_key(number: str) -> None:
    assert patient_key(number, SALT) != patient_key(number, new_salt())


@given(NUMBERS)
def test_a_study_is_no_patient(number: str) -> None:
    assert study_key(number, SALT) != patient_key(number, SALT)


@pytest.mark.parametrize("unknown", ["", "  ", "\n"])
def test_an_unknown_patient_has_no_key(unknown: str) -> None:
    assert patient_key(unknown, SALT) == ""
    assert study_key(unknown, SALT) == ""


def test_bytes_of_a_number_that_are_no_text_have_a_key_too() -> None:
    assert len(patient_key("M\udcfcller", SALT)) == 32


def test_a_salt_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        patient_key("1", b"")


@given(st.text(min_size=1).filter(str.strip))
def test_a_hospital_is_neither_patient_nor_study(name: str) -> None:
    salt = bytes(32)

    assert site_key(name, salt) not in {patient_key(name, salt), study_key(name, salt)}
