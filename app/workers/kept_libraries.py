"""KeptLibraries: the library and its search, open between jobs as long as nothing changed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from medct_core.cancel import CancelToken
from medct_core.commands.library_place import require_packages, store_options
from medct_core.errors import ResourceError, UsageError
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.case_filter import CaseFilter
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.search import Search

if TYPE_CHECKING:
    from medct_core.retrieval.library import CaseLibrary

_ABOUT = "about.lance"
"""Folder in which a library says what it is."""

_IMPATIENT = {"connect_timeout": "10s", "timeout": "30s", "client_max_retries": "2"}
"""For an object store: a window says sooner than a command that nobody answers."""

_Identity = tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """A library, and by what a folder made anew at its place is told from it."""

    address: str
    identity: _Identity
    library: "CaseLibrary"


@dataclass(frozen=True, slots=True, eq=False)
class _Searched:
    """A search, and what it was made of."""

    made_of: tuple[object, ...]
    search: Search


class KeptLibraries:
    """Opens the library a job needs, once; belongs to the thread of the library.

    Other programs may add cases at any time: a search is made anew where they did.
    """

    def __init__(self) -> None:
        self._opened: _Opened | None = None
        self._searched: _Searched | None = None

    def is_there(self, address: str) -> bool:
        """Whether there is a library; loads nothing where a folder holds none.

        Raises
        ------
        UsageError
            If the packages for libraries are not installed.
        ResourceError
            If an object store does not answer.
        """
        if is_folder(address):
            return (Path(address) / _ABOUT).is_dir()
        try:
            self.library(address)
        except UsageError:
            require_packages()
            return False
        return True

    def library(self, address: str) -> "CaseLibrary":
        """Open a library, or give it where it is open.

        Raises
        ------
        UsageError
            If there is none, a newer program made it, or packages are missing.
        ResourceError
            If it cannot be read.
        """
        opened, identity = self._opened, _identity_of(address)
        if opened is not None and (opened.address, opened.identity) == (address, identity):
            return opened.library
        self.close()
        require_packages()
        # Loading it takes seconds, and many people keep no library.
        from medct_core.retrieval.library import CaseLibrary  # noqa: PLC0415

        with _explained(address):
            library = CaseLibrary.open(address, _options(address))
        self._opened = _Opened(address, identity, library)
        return library

    def open_or_create(self, address: str) -> "CaseLibrary":
        """Open a library, making it where it is not there; errors as in `library`.

        Raises
        ------
        UsageError
            Also if the folder holds something else.
        """
        if self.is_there(address):
            return self.library(address)
        self.close()
        require_packages()
        from medct_core.retrieval.library import CaseLibrary  # noqa: PLC0415

        with _explained(address):
            CaseLibrary.create(address, _options(address))
        return self.library(address)

    def search(
        self, address: str, stamp: ModelStamp, *, of_model: Centring | None, cancel: CancelToken
    ) -> Search:
        """Make the cases of a model ready to be searched, or give the search that is.

        Parameters
        ----------
        address
            Of the library.
        stamp
            The model.
        of_model
            The centring that comes with it.
        cancel
            Stops the building of an index.

        Raises
        ------
        UsageError
            If the library holds no case of the model; and as in `library`.
        ResourceError
            If it cannot be read, or the index not be written.
        Cancelled
            If `cancel` was raised.
        """
        library = self.library(address)
        centred = "" if of_model is None else of_model.version
        made_of = (library, stamp, centred, library.table(stamp).version)
        kept = self._searched
        if kept is None or kept.made_of != made_of:
            # The one before goes first: both at once may be too much.
            self._searched = None
            kept = _Searched(made_of, _opened_search(library, stamp, of_model, cancel))
            self._searched = kept
        return kept.search

    def close(self) -> None:
        """Let go of what is open."""
        self._opened = self._searched = None


def is_folder(address: str) -> bool:
    """Whether a library lies in a folder of this machine rather than on an object store."""
    return "://" not in address


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """Put into words that nobody answers where an object store should be.

    Raises
    ------
    ResourceError
        If so.
    """
    try:
        yield
    except ValueError as error:
        # What LanceDB raises where it cannot connect.
        raise ResourceError(
            f"The library {address!r} does not answer.",
            remedy="Check the network and what you sign in with, or choose another library.",
        ) from error


def _opened_search(
    library: "CaseLibrary", stamp: ModelStamp, of_model: Centring | None, cancel: CancelToken
) -> Search:
    from medct_core.retrieval.library_index import (  # noqa: PLC0415
        EXACT_CASES,
        open_library_search,
        refresh_index,
    )

    if library.count(CaseFilter(stamp=stamp)) > EXACT_CASES:
        # Here it can be stopped; afterwards it is up to date and costs nothing.
        refresh_index(library, stamp, cancel=cancel)
    return open_library_search(library, stamp, of_model=of_model)


def _identity_of(address: str) -> _Identity:
    if not is_folder(address):
        return None
    try:
        about = (Path(address) / _ABOUT).stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _options(address: str) -> dict[str, str]:
    return {} if is_folder(address) else {**_IMPATIENT, **store_options(os.environ)}
