"""The adapters on this machine, and which of them is used by default with a base."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from medct_core.errors import ModelUnavailableError, OutOfDiskError, UsageError
from medct_core.models.adapter_manifest import (
    ADAPTER_FILE,
    AdapterManifest,
    read_adapter_manifest,
)
from medct_core.models.catalogue import (
    InstalledModel,
    default_model,
    find_model,
    folders_with,
    installed_models,
)

FOLDER_VARIABLE = "MEDCT_ADAPTERS"
"""Environment variable that names another folder for installed adapters."""

NO_ADAPTER = Path("none")
"""Stands where an adapter is chosen for the base alone, also where one is used by default."""

_DEFAULTS = ".default"


@dataclass(frozen=True, slots=True)
class InstalledAdapter:
    """An adapter folder on this machine.

    Attributes
    ----------
    name
        By which it is asked for.
    folder
        Where it lies.
    """

    name: str
    folder: Path

    def manifest(self) -> AdapterManifest:
        """Read what the adapter says about itself.

        Raises
        ------
        ModelUnavailableError
            If its manifest cannot be used.
        """
        return read_adapter_manifest(self.folder)

    @property
    def size_bytes(self) -> int:
        """Of all its files."""
        return sum(path.stat().st_size for path in self.folder.iterdir() if path.is_file())


def adapters_folder() -> Path:
    """Folder for the adapters a user installs; it may not exist yet."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("medct", appauthor=False) / "adapters"


def installed_adapters() -> tuple[InstalledAdapter, ...]:
    """Every adapter on this machine, by name."""
    seen = folders_with(ADAPTER_FILE, adapters_folder())
    return tuple(InstalledAdapter(folder.name, folder) for folder in seen)


def find_adapter(named: str) -> InstalledAdapter:
    """Find an adapter by name, or by the path of its folder.

    Raises
    ------
    ModelUnavailableError
        If it is not on this machine.
    """
    installed = {one.name: one for one in installed_adapters()}
    if named in installed:
        return installed[named]
    if Path(named).is_dir():
        return InstalledAdapter(read_adapter_manifest(Path(named)).name, Path(named))
    raise ModelUnavailableError(
        f"There is no adapter {named!r}; installed are: {', '.join(installed) or 'none'}.",
        remedy="Name one of them, or give the folder of an adapter.",
    )


def find_installed(name: str) -> InstalledAdapter:
    """Find an adapter among the installed ones.

    Raises
    ------
    ModelUnavailableError
        If none of this name is installed.
    """
    for adapter in installed_adapters():
        if adapter.name == name:
            return adapter
    known = ", ".join(one.name for one in installed_adapters()) or "none"
    raise ModelUnavailableError(
        f"No adapter {name!r} is installed; installed are: {known}.",
        remedy="Name one of those, or install it: medct adapters add FOLDER",
    )


def models_by_weights() -> Mapping[str, InstalledModel]:
    """Give the models on this machine by the SHA-256 of their weights; damaged ones are left out.

    Where one lies here twice, the one that comes first by name stands for both.
    """
    found: dict[str, InstalledModel] = {}
    for model in installed_models():
        with suppress(ModelUnavailableError):
            found.setdefault(model.manifest().weights_sha256, model)
    return found


def default_adapter(base_sha256: str) -> InstalledAdapter | None:
    """Give the adapter that is used by default with a base; None where it is used alone.

    Raises
    ------
    ModelUnavailableError
        If the adapter is no longer there: a base alone would give other numbers unasked.
    """
    try:
        name = _default_file(base_sha256).read_text(encoding="utf-8").strip()
    except OSError:
        return None
    if (adapters_folder() / name / ADAPTER_FILE).is_file():
        return InstalledAdapter(name, adapters_folder() / name)
    raise ModelUnavailableError(
        f"The adapter {name!r}, which is used by default with this model, is no longer there.",
        remedy="Add it again; or use the model alone by default: medct adapters swap none",
    )


def use_by_default(adapter: InstalledAdapter) -> None:
    """Use an installed adapter with its base wherever none is named.

    Raises
    ------
    ModelUnavailableError
        If its manifest cannot be used.
    OutOfDiskError
        If that cannot be written down.
    """
    base_sha256 = adapter.manifest().base_sha256
    try:
        _default_file(base_sha256).parent.mkdir(parents=True, exist_ok=True)
        _write_whole(_default_file(base_sha256), adapter.name)
    except OSError as error:
        raise OutOfDiskError(
            f"The choice of an adapter cannot be kept in {adapters_folder()}: {error.strerror}.",
            remedy="Free some space there, or make the folder writable.",
        ) from error


def use_none_by_default(base_sha256: str) -> str:
    """Use a base alone wherever no adapter is named.

    Returns
    -------
    Name of the adapter that was used so far; empty where none was.
    """
    file = _default_file(base_sha256)
    before = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    file.unlink(missing_ok=True)
    return before


def remove_adapter(name: str) -> InstalledAdapter:
    """Remove an installed adapter.

    Raises
    ------
    ModelUnavailableError
        If none of this name is installed.
    UsageError
        If it is in use by default; nothing is removed then.
    """
    adapter = find_installed(name)
    bases = [file.name for file in _default_files() if file.read_text("utf-8").strip() == name]
    if bases:
        known = models_by_weights()
        used = ", ".join(known[base].name if base in known else base[:12] for base in bases)
        raise UsageError(
            f"The adapter {name!r} is in use: it is the one used by default with {used}.",
            remedy="Choose another one with 'medct adapters swap' first, or none.",
        )
    # Gone at once for whoever looks, however long its files take to go.
    going = Path(tempfile.mkdtemp(prefix=".removed-", dir=adapters_folder()))
    adapter.folder.rename(going / name)
    shutil.rmtree(going)
    return adapter


def chosen_adapter(model: str | None, wish: Path | None) -> Path | None:
    """Say which adapter folder is put on a model.

    Parameters
    ----------
    model
        Name or folder; None means the usual model.
    wish
        Folder or name of an adapter, or `NO_ADAPTER`; None takes what is used by default.

    Raises
    ------
    ModelUnavailableError
        If model or adapter is not on this machine.
    """
    if wish == NO_ADAPTER:
        return None
    if wish is not None:
        return find_adapter(str(wish)).folder
    if not any(_default_files()):
        return None
    found = default_model() if model is None else find_model(model)
    chosen = default_adapter(found.manifest().weights_sha256)
    return None if chosen is None else chosen.folder


def _default_file(base_sha256: str) -> Path:
    return adapters_folder() / _DEFAULTS / base_sha256


def _default_files() -> tuple[Path, ...]:
    return tuple(sorted((adapters_folder() / _DEFAULTS).glob("[!.]*")))


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that nobody ever reads half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)
