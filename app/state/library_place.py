"""Where a person's library of cases lies, and where phantoms for it do."""

import os
from pathlib import Path, PurePath

from platformdirs import user_data_path

from medct_core.commands.library_place import LIBRARY_VARIABLE

PHANTOMS_VARIABLE = "MEDCT_PHANTOMS"
"""Environment variable that names another folder for phantoms."""


def library_address(chosen: str) -> str:
    """Say which library a window means.

    Parameters
    ----------
    chosen
        As settings have it; empty for the usual place.

    Returns
    -------
    A folder or an address of an object store: that of `LIBRARY_VARIABLE` where it is set, else
    the chosen one, else a folder of the user.
    """
    usual = user_data_path("medct", appauthor=False) / "library"
    named = os.environ.get(LIBRARY_VARIABLE) or chosen or str(usual)
    return named if "://" in named else str(Path(named).expanduser())


def is_fixed() -> bool:
    """Whether the environment names the library, so that settings are not asked."""
    return bool(os.environ.get(LIBRARY_VARIABLE))


def library_name(address: str) -> str:
    """Name a library shortly, for people: its folder, without those above; an address whole."""
    if "://" in address:
        return address
    return PurePath(address).name or address


def phantom_folder() -> Path:
    """Say where phantoms are drawn to: this user's folder, or that of `PHANTOMS_VARIABLE`."""
    named = os.environ.get(PHANTOMS_VARIABLE)
    return Path(named) if named else user_data_path("medct", appauthor=False) / "phantoms"
