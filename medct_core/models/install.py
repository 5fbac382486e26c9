"""Models onto this machine: from the hub, from a file, or from a folder."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from medct_core.errors import ModelUnavailableError, OutOfDiskError, UsageError
from medct_core.models.bundle import require_new, staged
from medct_core.models.catalogue import CatalogueEntry, HubSource, find_entry, models_folder
from medct_core.models.convert import Target, convert
from medct_core.models.hub import FileAbsentError, RemoteFile, fetch, find_file
from medct_core.models.manifest import (
    MANIFEST_FILE,
    WEIGHTS_FILE,
    OnProgress,
    file_sha256,
    no_progress,
    part_of,
    read_manifest,
    verify_files,
)

_DOWNLOADS = ".downloads"
_VOCABULARY = "vocab.txt"
# Live tensors are two thirds of the checkpoint; the rest is room for everything else.
_CONVERTED_SHARE = 0.7
_MARGIN_BYTES = 200_000_000
_ARRIVAL_SHARE = 0.8  # of the progress of a download; converting is the rest
_HASH_SHARE = 0.3  # of the progress of a conversion


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation ended with.

    Attributes
    ----------
    name, folder
        The model and where it lies.
    source
        Where its weights came from.
    dropped, unmatched
        Names of tensors left out: known ones, and ones nobody knows.
    notices
        What the user should read.
    """

    name: str
    folder: Path
    source: str
    dropped: tuple[str, ...] = ()
    unmatched: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubOptions:
    """How the hub is asked.

    Attributes
    ----------
    token
        Of the user; None takes what the hub's own login holds.
    revision
        Instead of the catalogue's; None keeps that.
    """

    token: str | None = None
    revision: str | None = None


DEFAULT_OPTIONS = HubOptions()


def install_from_hub(
    name: str,
    options: HubOptions = DEFAULT_OPTIONS,
    on_progress: OnProgress = no_progress,
) -> Installed:
    """Download a model and convert it; a download that stopped goes on the next time.

    Parameters
    ----------
    name
        In the catalogue.
    options
        Token and revision.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    ModelUnavailableError
        If the model is unknown, comes with the program, is installed, or cannot be downloaded.
    OutOfDiskError
        If the disk has no room for it.
    """
    entry = find_entry(name)
    if entry.hub is None:
        raise ModelUnavailableError(
            f"The model {name} comes with the program; there is nothing to install.",
            remedy="Use it by its name.",
        )
    require_new(models_folder() / name)
    downloads = models_folder() / _DOWNLOADS / name
    hub = _at_revision(entry.hub, options.revision)
    checkpoint = find_file(hub.weights, hub.checkpoint, token=options.token)
    require_space(models_folder(), checkpoint.size or hub.checkpoint_bytes, here=_bytes(downloads))
    tokenizer = _fetch_tokenizer(hub, downloads, options)
    arriving = part_of(on_progress, 0.0, _ARRIVAL_SHARE)
    weights = fetch(checkpoint, downloads, token=options.token, on_progress=arriving)
    job = _Job(entry, weights, tokenizer, _source(checkpoint))
    done = _convert(job, part_of(on_progress, _ARRIVAL_SHARE, 1.0))
    shutil.rmtree(downloads)
    return done


def _at_revision(hub: HubSource, revision: str | None) -> HubSource:
    if revision is None:
        return hub
    return replace(hub, weights=replace(hub.weights, revision=revision))


def _fetch_tokenizer(hub: HubSource, downloads: Path, options: HubOptions) -> Path:
    """Fetch the vocabulary, which must be there, and the small files beside it, which may."""
    folder = downloads / "tokenizer"
    for name in hub.tokenizer_files:
        try:
            fetch(find_file(hub.tokenizer, name, token=options.token), folder, token=options.token)
        except FileAbsentError:
            if name == _VOCABULARY:
                raise
    return folder


def _source(file: RemoteFile) -> str:
    return f"{file.repo.page} ({file.path} at {file.commit})"


def install_from_path(
    source: Path,
    *,
    name: str | None = None,
    tokenizer: Path | None = None,
    on_progress: OnProgress = no_progress,
) -> Installed:
    """Install from a local file or folder, without any network.

    Parameters
    ----------
    source
        A model folder, a checkpoint, or a folder with a checkpoint and its tokenizer.
    name
        In the catalogue; needed for a checkpoint. A model folder brings its own.
    tokenizer
        Folder with the tokenizer; None looks beside the checkpoint.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    ModelUnavailableError
        If something is missing, damaged, or installed already.
    OutOfDiskError
        If the disk has no room for it.
    UsageError
        If a checkpoint has no name, or no tokenizer is given or found.
    """
    if (source / MANIFEST_FILE).is_file():
        return _copy_bundle(source, name, on_progress)
    if name is None:
        raise UsageError(
            f"{source} is no model folder, so it does not say which model it is.",
            remedy="Give the name too, as in: medct models install ct-clip --from CT-CLIP_v2.pt",
        )
    entry = find_entry(name)
    require_new(models_folder() / name)
    checkpoint = _checkpoint_in(source, entry)
    vocabulary = tokenizer or _tokenizer_beside(checkpoint)
    require_space(models_folder(), 0, here=0, converted=checkpoint.stat().st_size)
    job = _Job(entry, checkpoint, vocabulary, f"the local file {checkpoint.name}")
    return _convert(job, on_progress)


def _copy_bundle(source: Path, name: str | None, on_progress: OnProgress) -> Installed:
    manifest = read_manifest(source)
    if name is not None and name != manifest.name:
        raise UsageError(
            f"The folder {source} holds the model {manifest.name}, not {name}.",
            remedy=f"Run: medct models install {manifest.name} --from {source}",
        )
    target = models_folder() / manifest.name
    require_new(target)
    require_space(models_folder(), _bytes(source), here=0, converted=0)
    with staged(target) as stage:
        for file in (MANIFEST_FILE, manifest.weights_file, *manifest.files):
            if not (source / file).is_file():
                raise ModelUnavailableError(
                    f"The file {file} of the model is missing.", remedy="Get the folder again."
                )
            shutil.copyfile(source / file, stage / file)
        verify_files(stage, manifest, on_progress)
    return Installed(manifest.name, target, manifest.source)


def _checkpoint_in(source: Path, entry: CatalogueEntry) -> Path:
    if source.is_file():
        return source
    wanted = Path(entry.hub.checkpoint).name if entry.hub is not None else WEIGHTS_FILE
    found = sorted(source.rglob(wanted))
    if not found:
        raise ModelUnavailableError(
            f"There is no {wanted} in {source}.",
            remedy="Give the file itself, or the folder it was downloaded to.",
        )
    return found[0]


def _tokenizer_beside(checkpoint: Path) -> Path:
    for folder in (checkpoint.parent, checkpoint.parent / "tokenizer"):
        if (folder / _VOCABULARY).is_file():
            return folder
    raise UsageError(
        f"No tokenizer lies beside {checkpoint.name}.",
        remedy=f"Name the folder that holds {_VOCABULARY} with --tokenizer.",
    )


@dataclass(frozen=True, slots=True)
class _Job:
    """A checkpoint on this disk that becomes an installed model."""

    entry: CatalogueEntry
    checkpoint: Path
    tokenizer: Path
    source: str


def _convert(job: _Job, on_progress: OnProgress) -> Installed:
    digest = file_sha256(job.checkpoint, part_of(on_progress, 0.0, _HASH_SHARE))
    known = job.entry.hub.checkpoint_sha256 if job.entry.hub is not None else digest
    folder = models_folder() / job.entry.name
    target = Target(entry=job.entry, source=f"{job.source}, sha256 {digest}")
    done = convert(
        job.checkpoint,
        tokenizer=job.tokenizer,
        out=folder,
        target=target,
        on_progress=part_of(on_progress, _HASH_SHARE, 1.0),
    )
    other = f"{job.checkpoint.name} is not the file known to this program (sha256 {digest})."
    notices = () if digest == known else (other,)
    return Installed(job.entry.name, folder, target.source, done.dropped, done.unmatched, notices)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def require_space(folder: Path, download: int, *, here: int, converted: int | None = None) -> None:
    """Refuse to start what the disk cannot finish.

    Parameters
    ----------
    folder
        Where the model will lie; may not exist yet.
    download
        Bytes that will be downloaded or copied.
    here
        Bytes of them that are on the disk already.
    converted
        Bytes of the checkpoint that will be converted; None means `download`.

    Raises
    ------
    OutOfDiskError
        With what is needed and what is free, in GB.
    """
    source = download if converted is None else converted
    needed = max(download - here, 0) + int(_CONVERTED_SHARE * source) + _MARGIN_BYTES
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise OutOfDiskError(
            f"The model needs {needed / 1e9:.1f} GB, and {folder} has {free / 1e9:.1f} GB free.",
            remedy="Free some space, or name a folder on another disk in the variable "
            "MEDCT_MODELS.",
        )
