"""Which library a command means, and opening it; shared by the commands on the library."""

import importlib.util
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer

from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.retrieval.library import CaseLibrary

LIBRARY_VARIABLE = "MEDCT_LIBRARY"
"""Environment variable that names the library where a command does not."""

LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="DIR",
        help=f"Folder or s3://bucket/prefix; {LIBRARY_VARIABLE} or the user's own if left out.",
    ),
]

_PACKAGES = ("lancedb", "pyarrow", "filelock")
_STORE_VARIABLES = {
    "AWS_ACCESS_KEY_ID": "aws_access_key_id",
    "AWS_SECRET_ACCESS_KEY": "aws_secret_access_key",
    "AWS_SESSION_TOKEN": "aws_session_token",
    "AWS_DEFAULT_REGION": "region",
    "AWS_REGION": "region",
    "AWS_ENDPOINT_URL": "endpoint",
}


def address_of(given: str | None) -> str:
    """Say where the library is that a command means."""
    named = given or os.environ.get(LIBRARY_VARIABLE)
    return named or str(platformdirs.user_data_path("medct", appauthor=False) / "library")


def open_library(given: str | None) -> "CaseLibrary":
    """Open the library that a command means.

    Raises
    ------
    UsageError
        If there is none there, or the packages for libraries are not installed.
    """
    require_packages()
    from medct_core.retrieval.library import CaseLibrary

    return CaseLibrary.open(address_of(given), store_options(os.environ))


def create_library(given: str | None) -> "CaseLibrary":
    """Make the library that a command means.

    Raises
    ------
    UsageError
        If there is one already, or the packages for libraries are not installed.
    """
    require_packages()
    from medct_core.retrieval.library import CaseLibrary

    return CaseLibrary.create(address_of(given), store_options(os.environ))


def require_packages() -> None:
    """Say what to install where the packages for libraries are missing.

    Raises
    ------
    UsageError
        If one is.
    """
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(
            f"A library of cases needs {missing[0]}, which is not installed.",
            remedy="Install what it needs with: pip install 'medct[library]'",
        )


def require_teaching() -> None:
    """Say what to install where the package that teaching needs is missing.

    Raises
    ------
    UsageError
        If it is.
    """
    if importlib.util.find_spec("sklearn") is None:
        raise UsageError(
            "Teaching needs scikit-learn, which is not installed.",
            remedy="Install what it needs with: pip install 'medct[library]'",
        )


def store_options(variables: Mapping[str, str]) -> dict[str, str]:
    """Take what an object store asks for from the environment: secrets stand in no command."""
    options = {
        option: variables[name] for name, option in _STORE_VARIABLES.items() if variables.get(name)
    }
    if options.get("endpoint", "").startswith("http://"):
        options["allow_http"] = "true"
    return options
