"""Keys: cases of one patient or hospital are known as such, and nobody learns whose they are."""

import hashlib
import hmac
import secrets

_SALT_BYTES = 32
_KEY_DIGITS = 32


def new_salt() -> bytes:
    """Draw the secret of a library; it stays there."""
    return secrets.token_bytes(_SALT_BYTES)


def patient_key(patient_id: str, salt: bytes) -> str:
    """Give the key of a patient in one library: HMAC-SHA256 of the number, 32 hex digits.

    Without the salt a number cannot be found by trying all numbers, and the keys of two
    libraries have nothing in common.

    Parameters
    ----------
    patient_id
        The hospital's number; spaces around it and upper or lower case do not count.
    salt
        From `new_salt`.

    Returns
    -------
    Empty where the number is: an unknown patient is grouped with nobody.

    References
    ----------
    RFC 2104, HMAC.
    """
    return _keyed("patient", patient_id, salt)


def study_key(study_uid: str, salt: bytes) -> str:
    """Give the key of an examination in one library, as `patient_key` does for a patient."""
    return _keyed("study", study_uid, salt)


def site_key(site: str, salt: bytes) -> str:
    """Give the key of a hospital in one library, as `patient_key` does for a patient."""
    return _keyed("site", site, salt)


def _keyed(kind: str, number: str, salt: bytes) -> str:
    if len(salt) < _SALT_BYTES:
        raise ValueError(f"a salt has {_SALT_BYTES} bytes")
    plain = number.strip().casefold()
    if not plain:
        return ""
    # The kind keeps a patient's number apart from an equal study number.
    message = f"{kind}\0{plain}".encode(errors="surrogateescape")
    return hmac.new(salt, message, hashlib.sha256).hexdigest()[:_KEY_DIGITS]
