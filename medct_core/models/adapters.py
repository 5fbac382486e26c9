"""LoRA adapters through peft: attach, save, load, swap, switch off, merge."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from peft import (
    LoraConfig,
    LoraModel,
    PeftConfig,
    PeftModel,
    get_peft_model,
    get_peft_model_state_dict,
    set_peft_model_state_dict,
)
from peft.tuners.lora import LoraLayer
from safetensors.torch import load_file
from torch import nn

from medct_core.errors import ModelMismatchError, ModelUnavailableError, UsageError
from medct_core.models.adapter_manifest import (
    ADAPTER_CONFIG_FILE,
    ADAPTER_FILE,
    ADAPTER_WEIGHTS_FILE,
    HEAD_FILE,
    AdapterManifest,
    is_usable_name,
    read_adapter_manifest,
    verify_adapter,
    write_learned_from,
)
from medct_core.models.bundle import LoadedModel, require_new, staged
from medct_core.models.checkpoint import open_tensors, write_tensors
from medct_core.models.joint import JointModel
from medct_core.models.lora import LoraSize, ensure_pooler, lora_size, target_names
from medct_core.models.manifest import file_sha256
from medct_core.models.stamp import ModelStamp


@dataclass(frozen=True, slots=True, eq=False)
class AdapterNotes:
    """What training knows about an adapter and its weights do not say.

    Attributes
    ----------
    preset
        Which layers it changes, in a word.
    metrics
        What was measured, by name.
    head
        Linear layer from the image latent to the logits of the findings; None without one.
    findings
        What the outputs of the head stand for; empty without a head.
    learned_from
        A key of each scan it learned from, see `write_learned_from`.
    """

    preset: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    head: nn.Linear | None = None
    findings: tuple[str, ...] = ()
    learned_from: tuple[str, ...] = ()


class AdapterHost:
    """Adapters on one model: several may be loaded, at most one is in use.

    The network is changed in place, so whoever holds it sees the adapter in use; `model` gives
    it with the stamp that says so. Not thread-safe: it belongs to the thread that owns the model.

    Raises
    ------
    ValueError
        If another host has put adapters into the network.
    """

    def __init__(self, model: LoadedModel) -> None:
        if any(isinstance(module, LoraLayer) for module in model.network.modules()):
            raise ValueError("the network has adapters of another host")
        self._base = model
        self._peft: PeftModel | None = None
        self._hashes: dict[str, str] = {}
        self._heads: dict[str, nn.Linear] = {}
        self._in_use: str | None = None
        self._merged: str | None = None

    @property
    def network(self) -> JointModel:
        """The network with whatever adapter is in use."""
        return self._base.network

    @property
    def model(self) -> LoadedModel:
        """The model, with a stamp that names the adapter in use."""
        return replace(self._base, stamp=self.stamp)

    @property
    def stamp(self) -> ModelStamp:
        """Name what the network computes now."""
        name = self._merged or self._in_use
        if name is None:
            return self._base.stamp
        return replace(self._base.stamp, adapter=name, adapter_sha256=self._hashes[name])

    @property
    def names(self) -> tuple[str, ...]:
        """Adapters that can be used."""
        return tuple(self._hashes) if self._merged is None else ()

    @property
    def head(self) -> nn.Linear | None:
        """Linear head of the adapter in use, from the image latent to logits; None without one."""
        return self._heads.get(self._merged or self._in_use or "")

    def attach(self, name: str, config: LoraConfig, *, seed: int = 0) -> LoraSize:
        """Add a fresh adapter, ready to be trained, and use it; outputs stay exactly the same.

        Parameters
        ----------
        name
            For people; letters, digits and dashes.
        config
            Which layers; see `lora.preset_config` and `lora.text_config`.
        seed
            Of the first thin matrix; the second is zero.

        Raises
        ------
        UsageError
            If the name is taken or cannot be used.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._add(name, config)
        self._hashes[name] = "untrained"
        self._activate(name, frozen=False)
        return lora_size(self.network, name)

    def load(self, folder: Path) -> AdapterManifest:
        """Read an adapter that `save` wrote, and use it; after an error all is as before.

        Raises
        ------
        ModelMismatchError
            If it was made for other weights or another recipe.
        ModelUnavailableError
            If a file is missing or damaged.
        UsageError
            If an adapter of this name is loaded.
        """
        manifest = read_adapter_manifest(folder)
        self._require_same_base(manifest)
        verify_adapter(folder, manifest)
        head, config = _read_head(folder, manifest), _read_config(folder)
        self._require_unmerged()
        self._require_free(manifest.name)
        try:
            self._add(manifest.name, config)
            self._fill(manifest.name, folder)
        except BaseException:
            self._take_off(manifest.name)
            raise
        self._hashes[manifest.name] = manifest.weights_sha256
        if head is not None:
            self._heads[manifest.name] = head.to(self.network.temperature.device)
        self.use(manifest.name)
        return manifest

    def use(self, name: str) -> None:
        """Swap to a loaded adapter, frozen.

        Raises
        ------
        UsageError
            If it is not loaded.
        """
        if name not in self.names:
            raise UsageError(
                f"No adapter {name!r} is loaded.",
                remedy=f"Load it first; loaded are: {', '.join(self.names) or 'none'}.",
            )
        self._activate(name, frozen=True)

    def use_none(self) -> None:
        """Switch adapters off: the network computes what the base does.

        Raises
        ------
        UsageError
            If an adapter has been merged into the weights.
        """
        self._require_unmerged()
        if self._peft is not None:
            _tuner(self._peft).disable_adapter_layers()
        self._in_use = None

    def drop(self, name: str) -> None:
        """Let go of a loaded adapter; if it was in use, adapters are off.

        Raises
        ------
        UsageError
            If it is not loaded.
        """
        if name not in self.names:
            raise UsageError(f"No adapter {name!r} is loaded.", remedy="Name a loaded one.")
        self._take_off(name)
        del self._hashes[name]
        self._heads.pop(name, None)

    def merge(self) -> LoadedModel:
        """Add the adapter in use to the weights; others are dropped and none can be loaded after.

        Faster by one small product a layer; outputs move by rounding only. Files stay as they are.

        Raises
        ------
        UsageError
            If no adapter is in use.
        """
        if self._peft is None or self._in_use is None:
            raise UsageError("There is no adapter to merge.", remedy="Load one first.")
        _tuner(self._peft).merge_and_unload(adapter_names=[self._in_use])
        self._peft, self._merged, self._in_use = None, self._in_use, None
        return self.model

    def save(self, name: str, folder: Path, notes: AdapterNotes) -> AdapterManifest:
        """Write an adapter folder; it is either complete or not there.

        Raises
        ------
        ModelUnavailableError
            If the folder exists.
        UsageError
            If the adapter is not loaded.
        """
        if self._peft is None or name not in self.names:
            raise UsageError(f"No adapter {name!r} is loaded.", remedy="Attach or load it first.")
        require_new(folder)
        size = lora_size(self.network, name)
        with staged(folder) as stage:
            weights = get_peft_model_state_dict(
                self._peft, adapter_name=name, save_embedding_layers=False
            )
            weights_sha256 = write_tensors(stage / ADAPTER_WEIGHTS_FILE, weights)
            manifest = AdapterManifest(
                name=name,
                base_name=self._base.manifest.name,
                base_sha256=self._base.stamp.checkpoint_sha256,
                recipe_id=self._base.recipe.id,
                weights_sha256=weights_sha256,
                config_sha256=self._write_config(name, stage),
                preset=notes.preset,
                layers=size.layers,
                parameters=size.parameters,
                head_sha256=_write_head(notes.head, stage),
                metrics=dict(notes.metrics),
                findings=notes.findings,
                learned_from_sha256=write_learned_from(notes.learned_from, stage),
            )
            (stage / ADAPTER_FILE).write_text(manifest.to_json(), encoding="utf-8")
        self._hashes[name] = weights_sha256
        return manifest

    def _add(self, name: str, config: LoraConfig) -> None:
        self._require_unmerged()
        self._require_free(name)
        ensure_pooler(self.network, config)
        if self._peft is None:
            self._peft = get_peft_model(self.network, config, adapter_name=name)
        else:
            self._peft.add_adapter(name, config)
        # New layers come in training mode, and their dropout would make outputs random.
        self.network.train(self.network.training)

    def _take_off(self, name: str) -> None:
        """Remove what peft knows of an adapter, and use again what was in use beside it."""
        other = None if self._in_use == name else self._in_use
        if self._peft is not None and name in self._peft.peft_config:
            remaining = [kept for kept in self._peft.peft_config if kept != name]
            if remaining:
                # peft warns where it must choose for itself what comes after the active one.
                self._activate(other or remaining[0], frozen=True)
            _tuner(self._peft).delete_adapter(name)
        if other is None:
            self.use_none()

    def _require_free(self, name: str) -> None:
        if not is_usable_name(name) or name in self._hashes:
            raise UsageError(
                f"The adapter name {name!r} is taken or cannot be used.",
                remedy="Choose another one of letters, digits and dashes.",
            )

    def _fill(self, name: str, folder: Path) -> None:
        device = str(self.network.temperature.device)
        tensors = load_file(folder / ADAPTER_WEIGHTS_FILE, device=device)
        expected = get_peft_model_state_dict(
            self._peft, adapter_name=name, save_embedding_layers=False
        )
        if tensors.keys() != expected.keys():
            raise ModelUnavailableError(
                f"The adapter {name!r} does not hold the tensors its configuration names.",
                remedy="Get the adapter again.",
            )
        set_peft_model_state_dict(self._peft, tensors, adapter_name=name)

    def _write_config(self, name: str, stage: Path) -> str:
        assert self._peft is not None
        self._peft.peft_config[name].save_pretrained(str(stage))
        path = stage / ADAPTER_CONFIG_FILE
        content = json.loads(path.read_text(encoding="utf-8"))
        # The base is named by its hash in our manifest; peft would look for a name on the hub.
        content |= {"base_model_name_or_path": None, "inference_mode": True}
        content["target_modules"] = target_names(self.network, name)
        path.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return file_sha256(path)

    def _activate(self, name: str, *, frozen: bool) -> None:
        assert self._peft is not None
        _tuner(self._peft).enable_adapter_layers()
        self._peft.set_adapter(name, inference_mode=frozen)
        self._in_use = name

    def _require_unmerged(self) -> None:
        if self._merged is not None:
            raise UsageError(
                f"The adapter {self._merged!r} has been merged into the weights.",
                remedy="Load the model again to use it without, or with another.",
            )

    def _require_same_base(self, manifest: AdapterManifest) -> None:
        base = self._base.stamp
        if manifest.base_sha256 != base.checkpoint_sha256:
            raise ModelMismatchError(
                f"The adapter {manifest.name!r} was made for {manifest.base_name} "
                f"({manifest.base_sha256[:12]}...), not for this {base.model} "
                f"({base.checkpoint_sha256[:12]}...).",
                remedy=f"Choose the version of {manifest.base_name} it was made for, or another "
                "adapter.",
            )
        if manifest.recipe_id != base.recipe_id:
            raise ModelMismatchError(
                f"The adapter {manifest.name!r} was trained on scans prepared as "
                f"{manifest.recipe_id}, not as {base.recipe_id}.",
                remedy="Choose the recipe it was trained with, or another adapter.",
            )


def _tuner(peft: PeftModel) -> LoraModel:
    tuner = peft.base_model
    assert isinstance(tuner, LoraModel)
    return tuner


def _read_config(folder: Path) -> LoraConfig:
    config = PeftConfig.from_pretrained(str(folder))
    if not isinstance(config, LoraConfig):
        raise ModelUnavailableError(
            f"The adapter in {folder} is of a kind other than LoRA.",
            remedy="Use an adapter that this program trained.",
        )
    return config


def _write_head(head: nn.Linear | None, stage: Path) -> str | None:
    if head is None:
        return None
    state = {name: tensor.detach().cpu() for name, tensor in head.state_dict().items()}
    return write_tensors(stage / HEAD_FILE, state)


def _read_head(folder: Path, manifest: AdapterManifest) -> nn.Linear | None:
    if manifest.head_sha256 is None:
        return None
    state = open_tensors(folder / HEAD_FILE)
    findings, width = state["weight"].shape
    head = nn.Linear(width, findings, bias="bias" in state)
    head.load_state_dict(state)
    return head.requires_grad_(requires_grad=False).eval()
