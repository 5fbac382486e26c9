"""Files from the Hugging Face hub: resumed where they stopped, checked when they are whole."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import urlsplit

from huggingface_hub import get_hf_file_metadata, hf_hub_url
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    FileMetadataError,
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import HfFileMetadata, http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

from medct_core.errors import ModelUnavailableError
from medct_core.models.catalogue import HubRepo
from medct_core.models.manifest import OnProgress, file_sha256, no_progress, part_of

ENDPOINT_VARIABLE = "HF_ENDPOINT"
"""Environment variable that names another server with the hub's protocol."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FORBIDDEN = 403
_DOWNLOAD_SHARE = 0.9  # of the progress; the rest is the check of what arrived


class FileAbsentError(ModelUnavailableError):
    """The repository is there, the file is not in it."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file as the hub describes it.

    Attributes
    ----------
    repo
        Where it lies.
    path
        Within the repository.
    commit
        The revision it was found at, resolved.
    etag
        Changes with the content; SHA-256 in hex for large files.
    size
        Bytes; None if the hub does not say.
    location
        Where its bytes come from; often another host.
    """

    repo: HubRepo
    path: str
    commit: str
    etag: str
    size: int | None
    location: str

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rsplit("/", 1)[-1]


def find_file(repo: HubRepo, path: str, *, token: str | None = None) -> RemoteFile:
    """Ask the hub about a file, without its content.

    Parameters
    ----------
    repo, path
        The file.
    token
        Of the user; None takes what ``HF_TOKEN`` or the hub's own login holds.

    Raises
    ------
    FileAbsentError
        If the file is not there.
    ModelUnavailableError
        If the hub cannot be reached or does not let the user in.
    """
    endpoint = os.environ.get(ENDPOINT_VARIABLE) or None
    url = hf_hub_url(
        repo.repo_id, path, repo_type=repo.repo_type, revision=repo.revision, endpoint=endpoint
    )
    with _in_words(repo, path):
        found = get_hf_file_metadata(url, token=token, endpoint=endpoint)
    return _remote_file(repo, path, url, found)


def _remote_file(repo: HubRepo, path: str, url: str, found: HfFileMetadata) -> RemoteFile:
    if found.commit_hash is None or found.etag is None:
        raise ModelUnavailableError(
            f"The server at {urlsplit(url).netloc} does not answer as the Hugging Face hub does.",
            remedy=f"Check the variable {ENDPOINT_VARIABLE} and your proxy.",
        )
    return RemoteFile(repo, path, found.commit_hash, found.etag, found.size, found.location)


def partial_path(file: RemoteFile, folder: Path) -> Path:
    """Where the bytes of an unfinished download wait, one place for each content."""
    return folder / f"{file.name}.{re.sub(r'[^0-9A-Za-z]', '', file.etag)[:16]}.part"


def fetch(
    file: RemoteFile,
    folder: Path,
    *,
    token: str | None = None,
    on_progress: OnProgress = no_progress,
) -> Path:
    """Download a file, going on where an earlier try of the same content stopped.

    Parameters
    ----------
    file
        As `find_file` describes it.
    folder
        Where it is put, under its plain name.
    token
        As for `find_file`.
    on_progress
        Takes the fraction in [0, 1] that is here and checked.

    Raises
    ------
    ModelUnavailableError
        If the hub cannot be reached, or what arrived is not what it announced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    partial = partial_path(file, folder)
    with _in_words(file.repo, file.path), partial.open("ab") as stream:
        http_get(
            file.location,
            stream,
            resume_size=stream.tell(),
            headers=_headers(file, token),
            expected_size=file.size,
            tqdm_class=cast("Any", _bar_for(part_of(on_progress, 0.0, _DOWNLOAD_SHARE))),
        )
    _require_whole(file, partial, part_of(on_progress, _DOWNLOAD_SHARE, 1.0))
    return partial.replace(folder / file.name)


def _headers(file: RemoteFile, token: str | None) -> dict[str, str]:
    """Say who asks, but only to the hub: where large files lie, the address itself is the key."""
    headers: dict[str, str] = build_hf_headers(token=token)
    endpoint = os.environ.get(ENDPOINT_VARIABLE) or "https://huggingface.co"
    if urlsplit(file.location).netloc != urlsplit(endpoint).netloc:
        headers.pop("authorization", None)
    # A compressed answer has other offsets than the file, and could not be resumed.
    return headers | {"Accept-Encoding": "identity"}


def _require_whole(file: RemoteFile, partial: Path, on_progress: OnProgress) -> None:
    if not _SHA256.fullmatch(file.etag) or file_sha256(partial, on_progress) == file.etag:
        return
    partial.unlink()
    raise ModelUnavailableError(
        f"{file.name} was damaged on its way: its SHA-256 is not the one the hub announced.",
        remedy="Run the command again; the file starts anew.",
    )


def _bar_for(on_progress: OnProgress) -> type:
    """Make what the hub's client takes for a progress bar, and pass the fraction on."""

    class Bar:
        def __init__(self, *, total: int | None = None, initial: int = 0, **_: object) -> None:
            self._total = total
            self._done = initial

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            """Leave nothing behind."""

        def update(self, count: float | None = 1) -> None:
            self._done += int(count or 0)
            if self._total:
                on_progress(min(self._done / self._total, 1.0))

    return Bar


@contextmanager
def _in_words(repo: HubRepo, path: str) -> Iterator[None]:
    """Turn what the hub's client raises into words for a person."""
    try:
        yield
    except RemoteEntryNotFoundError as error:
        raise FileAbsentError(
            f"{repo.repo_id} holds no {path} at revision {repo.revision}.",
            remedy=f"See {repo.page} for where it went, and install from a local file.",
        ) from error
    except RevisionNotFoundError as error:
        raise ModelUnavailableError(
            f"{repo.repo_id} has no revision {repo.revision}.",
            remedy="Name another one with --revision.",
        ) from error
    except (GatedRepoError, RepositoryNotFoundError) as error:
        raise _no_entry(repo, error) from error
    except HfHubHTTPError as error:
        raise _http_error(repo, error) from error
    except (HTTPError, OfflineModeIsEnabled, FileMetadataError, ConnectionError) as error:
        raise ModelUnavailableError(
            f"The Hugging Face hub cannot be reached ({str(error).splitlines()[0]}).",
            remedy="Check the network and run the command again, or install from a local file "
            "with --from.",
        ) from error


def _http_error(repo: HubRepo, error: HfHubHTTPError) -> ModelUnavailableError:
    if error.response.status_code in (401, _FORBIDDEN):
        return _no_entry(repo, error)
    return ModelUnavailableError(
        f"The Hugging Face hub answered with an error ({error.response.status_code}).",
        remedy="Run the command again later; the download goes on where it stopped.",
    )


def _no_entry(repo: HubRepo, error: HfHubHTTPError) -> ModelUnavailableError:
    if error.response.status_code == _FORBIDDEN:
        return ModelUnavailableError(
            f"Your account has no access to {repo.repo_id} yet (403).",
            remedy=f"Accept its conditions at {repo.page}, or give a token that may read it.",
        )
    return ModelUnavailableError(
        f"{repo.repo_id} is open only to users who are logged in and accepted its conditions "
        f"({error.response.status_code}).",
        remedy=f"Accept them at {repo.page}, make an access token in your account's settings, and "
        "pass it with --token or in the variable HF_TOKEN.",
    )
