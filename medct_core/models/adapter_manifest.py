"""AdapterManifest: what an adapter folder holds, which model it is for, whether it is whole."""

import json
import math
import re
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from medct_core.errors import ModelUnavailableError
from medct_core.models.manifest import file_sha256

ADAPTER_FILE = "adapter.json"
ADAPTER_WEIGHTS_FILE = "adapter_model.safetensors"
ADAPTER_CONFIG_FILE = "adapter_config.json"
HEAD_FILE = "head.safetensors"
LEARNED_FROM_FILE = "learned_from.json"

FORMAT = 1
"""Version of the layout of `adapter.json`; a file of another one is refused."""

HELD_OUT_AUROC = "held_out_mean_auroc"
HELD_OUT_BASE_AUROC = "held_out_base_mean_auroc"
HELD_OUT_HEAD_AUROC = "held_out_head_mean_auroc"
HELD_OUT_PATIENTS = "held_out_patients"
"""Metrics of a manifest: of adapter and base on the same patients, kept out of the training. Both
are asked by the prompts of the run; an adapter with a head by its head too."""

_NAME = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Adapter and base on patients that the adapter has not learned from.

    Attributes
    ----------
    auroc, base_auroc
        By prompts, means over findings, in [0, 1].
    patients
        How many.
    head_auroc
        Of the adapter by its head, likewise; None without a head, or where it is not defined.
    """

    auroc: float
    base_auroc: float
    patients: int
    head_auroc: float | None = None

    @property
    def gain(self) -> float:
        """Of the adapter over the base, in [-1, 1]."""
        return self.auroc - self.base_auroc


@dataclass(frozen=True, slots=True)
class AdapterManifest:
    """What an adapter is and which model it was made for.

    Attributes
    ----------
    name
        For people.
    base_name, base_sha256
        The model and its weights file that the adapter changes.
    recipe_id
        How scans were prepared while it was trained.
    weights_sha256, config_sha256
        Of the two files peft reads.
    preset
        Which layers it changes, in a word; None for a choice of one's own.
    layers, parameters
        How many linear layers, and numbers, it adds.
    head_sha256
        Of the linear head beside it; None without one.
    metrics
        What was measured after training, by name.
    findings
        What the outputs of the head stand for; empty where nobody said.
    learned_from_sha256
        Of the list of scans it learned from; None without one.
    """

    name: str
    base_name: str
    base_sha256: str
    recipe_id: str
    weights_sha256: str
    config_sha256: str
    preset: str | None = None
    layers: int = 0
    parameters: int = 0
    head_sha256: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    findings: tuple[str, ...] = ()
    learned_from_sha256: str | None = None

    @property
    def held_out(self) -> HeldOut | None:
        """What was measured on held-out patients; None where nothing was, or is not defined."""
        names = (HELD_OUT_AUROC, HELD_OUT_BASE_AUROC, HELD_OUT_PATIENTS)
        auroc, base_auroc, patients = (self.metrics.get(name, math.nan) for name in names)
        if not all(map(math.isfinite, (auroc, base_auroc, patients))):
            return None
        head_auroc = self.metrics.get(HELD_OUT_HEAD_AUROC)
        if self.head_sha256 is not None and head_auroc is None:
            return None  # of a time when the first number of an adapter with a head was its head's
        return HeldOut(auroc, base_auroc, int(patients), head_auroc)

    @property
    def why_not_offered(self) -> str:
        """Why nobody should choose it over its base; empty where it beat the base."""
        held_out = self.held_out
        if held_out is None or held_out.patients < 1:
            return "it was never compared with its base on held-out patients"
        if held_out.gain > 0:
            return ""
        return (
            f"with the adapter the mean AUROC is {held_out.auroc:.3f}, with {self.base_name} alone "
            f"{held_out.base_auroc:.3f}, on {held_out.patients} held-out patients"
        )

    @property
    def files(self) -> Mapping[str, str]:
        """SHA-256 in hex of every file of the folder but the manifest, by name."""
        files = {
            ADAPTER_WEIGHTS_FILE: self.weights_sha256,
            ADAPTER_CONFIG_FILE: self.config_sha256,
        }
        more = {HEAD_FILE: self.head_sha256, LEARNED_FROM_FILE: self.learned_from_sha256}
        return files | {name: sha256 for name, sha256 in more.items() if sha256 is not None}

    def to_json(self) -> str:
        """All fields as JSON, as kept in an adapter folder."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "AdapterManifest":
        """Read what `to_json` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If fields are missing or unknown, or of another format.
        """
        fields = json.loads(text)
        if fields.pop("format") != FORMAT:
            raise ValueError("it is of another format version")
        metrics = fields.get("metrics", {})
        fields["metrics"] = {str(name): float(value) for name, value in metrics.items()}
        fields["findings"] = tuple(map(str, fields.get("findings", ())))
        return cls(**fields)


def read_adapter_manifest(folder: Path) -> AdapterManifest:
    """Read the manifest of an adapter folder; hashes are not checked here.

    Raises
    ------
    ModelUnavailableError
        If there is none, or one that cannot be used.
    """
    if not folder.is_dir():
        raise ModelUnavailableError(
            f"There is no folder {folder}.", remedy="Check the path of the adapter."
        )
    try:
        return AdapterManifest.from_json((folder / ADAPTER_FILE).read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelUnavailableError(
            f"The folder {folder} holds no adapter: it has no {ADAPTER_FILE}.",
            remedy="Give the folder of an adapter that this program trained.",
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ModelUnavailableError(
            f"The {ADAPTER_FILE} in {folder} cannot be used ({why}).",
            remedy="Get the adapter again.",
        ) from error


def write_learned_from(keys: Collection[str], folder: Path) -> str | None:
    """List the scans that an adapter learned from beside its weights.

    Parameters
    ----------
    keys
        One a scan, which say neither where it lies nor whose it is; none writes nothing.
    folder
        Of the adapter.

    Returns
    -------
    SHA-256 of the list in hex; None without one.
    """
    if not keys:
        return None
    path = folder / LEARNED_FROM_FILE
    path.write_text(json.dumps(sorted(keys), indent=0) + "\n", encoding="utf-8")
    return file_sha256(path)


def read_learned_from(folder: Path, manifest: AdapterManifest) -> frozenset[str]:
    """Read what `write_learned_from` wrote; nothing where an adapter has no list.

    Raises
    ------
    ModelUnavailableError
        If the list cannot be read.
    """
    if manifest.learned_from_sha256 is None:
        return frozenset()
    try:
        return frozenset(json.loads((folder / LEARNED_FROM_FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelUnavailableError(
            f"The file {LEARNED_FROM_FILE} of the adapter {manifest.name!r} cannot be read.",
            remedy="Get the adapter again.",
        ) from error


def is_usable_name(name: str) -> bool:
    """Whether an adapter may be called so: letters, digits, dashes, and nothing that has a meaning.

    peft confuses an adapter whose name is part of ``lora_`` with its own tensors.
    """
    return _NAME.fullmatch(name) is not None and name not in "lora_" and name != "none"


def verify_adapter(folder: Path, manifest: AdapterManifest) -> None:
    """Hash every file of an adapter folder again.

    Raises
    ------
    ModelUnavailableError
        Naming the first file that is missing or damaged.
    """
    for name, expected in manifest.files.items():
        if not (folder / name).is_file():
            raise ModelUnavailableError(
                f"The file {name} of the adapter {manifest.name!r} is missing.",
                remedy="Get the adapter again.",
            )
        found = file_sha256(folder / name)
        if found != expected:
            raise ModelUnavailableError(
                f"The file {name} of the adapter {manifest.name!r} is damaged: its SHA-256 is "
                f"{found[:12]}..., its {ADAPTER_FILE} says {expected[:12]}....",
                remedy="Get the adapter again.",
            )
