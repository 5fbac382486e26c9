"""Learner: the weights of a model that a fit changes, and what they compute for a batch."""

import math
from dataclasses import dataclass, replace

import torch
from peft import LoraConfig
from torch import Tensor, nn

from medct_core.errors import UsageError
from medct_core.models.adapters import AdapterHost
from medct_core.models.bundle import TEXT_PREFIX, LoadedModel
from medct_core.models.joint import JointModel, VolumeFeatures
from medct_core.models.lora import preset_config
from medct_core.models.precision import encode_volume_reduced
from medct_core.training.adapt.config import AdaptConfig

ADAPTER_NAME = AdaptConfig().name
"""Of an adapter whose run gives it no name."""

_TEMPERATURE = "temperature"
_HIGHEST_LOG_SCALE = math.log(100.0)  # as CLIP was trained
_POOLER = f"{TEXT_PREFIX}pooler."


@dataclass(frozen=True, slots=True, eq=False)
class Learner:
    """A model with what is trained upon it.

    Attributes
    ----------
    model
        The base; its network is changed in place.
    config
        What learns.
    host
        Holds the adapter; None where none is trained.
    head
        Linear layer from the image latent to the logits of the findings; None without one.
    bias
        What SigLIP adds to every logit, scalar; belongs to the loss, not to the model.
    trained
        Everything that learns, by name.
    """

    model: LoadedModel
    config: AdaptConfig
    host: AdapterHost | None
    head: nn.Linear | None
    bias: nn.Parameter
    trained: dict[str, nn.Parameter]

    @property
    def network(self) -> JointModel:
        """Both towers."""
        return self.model.network

    @property
    def trained_count(self) -> int:
        """How many numbers of the model and its head learn."""
        return sum(p.numel() for name, p in self.trained.items() if name != "bias")

    def features(self, values: Tensor) -> VolumeFeatures:
        """Encode ``(b, 1, d, h, w)``; a gradient is kept where the image tower learns."""
        encode = encode_volume_reduced if self.config.bf16 else JointModel.encode_volume
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.config.image_learns):
            return encode(self.network, values)

    def prompt_logits(self, features: VolumeFeatures, directions: Tensor) -> Tensor:
        """Score findings by prompts as the model is used, ``(b, findings)`` float32.

        `directions`, ``(findings, d)``; see `inference.similarity` for how tokens join in.
        """
        scoring = self.model.manifest.scoring
        alike = features.latent.float() @ directions.T
        if scoring.local_weight:
            assert features.local is not None
            tokens = features.local.flatten(1, 3).float() @ directions.T
            count = min(scoring.local_top, tokens.shape[1])
            strongest = tokens.topk(count, dim=1).values.mean(dim=1)
            alike = (1 - scoring.local_weight) * alike + scoring.local_weight * strongest
        return self.scale * alike

    @property
    def scale(self) -> Tensor:
        """What cosines are multiplied by, a scalar: as the model is used, or as it learns."""
        given = self.model.manifest.scoring.logit_scale
        if given is None or self.config.temperature == "learned":
            return self.network.logit_scale.float()
        return torch.tensor(given, device=self.network.temperature.device)

    @torch.no_grad()
    def keep_scale_in_bounds(self) -> None:
        """Hold a learned temperature where cosines still differ."""
        if self.config.temperature == "learned":
            self.network.temperature.clamp_(0.0, _HIGHEST_LOG_SCALE)


def prepare_learner(
    model: LoadedModel, findings: int, config: AdaptConfig, device: torch.device
) -> Learner:
    """Bring a model to its device, attach what is new, and say what learns.

    Raises
    ------
    UsageError
        If nothing of the model would learn.
    """
    network = model.network.to(device)
    if config.checkpointing:
        network.recompute_layers()
    host = AdapterHost(model) if config.tune == "lora" else None
    if host is not None:
        host.attach(config.name, lora_config(network, config), seed=config.seed)
    if config.tune == "full":
        _unfreeze(network, config)
    head = _new_head(network, findings, config).to(device) if config.uses_head else None
    # At first a pair matches as likely as chance has it in a batch.
    bias = nn.Parameter(torch.tensor(-math.log(max(config.batch, 2)), device=device))
    trained = {n: p for n, p in network.named_parameters() if p.requires_grad}
    if head is not None:
        trained |= {f"head.{name}": p for name, p in head.named_parameters()}
    if config.uses_reports and config.contrast == "siglip":
        trained["bias"] = bias
    return Learner(model, config, host, head, bias, trained)


def lora_config(network: JointModel, config: AdaptConfig) -> LoraConfig:
    """Say which layers LoRA changes and by how much: a preset, with ranks and towers of one's own.

    Raises
    ------
    UsageError
        If no layer is left.
    """
    made = preset_config(network, config.preset)
    targets = [name for name in made.target_modules or () if _side_learns(name, config)]
    if not targets:
        raise UsageError(
            f"The model has no layer that LoRA changes in the tower {config.towers!r}.",
            remedy="Set towers = both.",
        )
    # peft warns of a pattern that no layer fits.
    ranks = (made.rank_pattern or {}) if config.text_learns else {}
    alphas = (made.alpha_pattern or {}) if config.text_learns else {}
    dropout = made.lora_dropout if config.vision_dropout is None else config.vision_dropout
    return replace(
        made,
        target_modules=targets,
        r=config.vision_rank or made.r,
        lora_alpha=config.vision_alpha or made.lora_alpha,
        lora_dropout=dropout,
        rank_pattern={side: config.text_rank or rank for side, rank in ranks.items()},
        alpha_pattern={side: config.text_alpha or alpha for side, alpha in alphas.items()},
    )


def _side_learns(name: str, config: AdaptConfig) -> bool:
    return config.text_learns if name.startswith(TEXT_PREFIX) else config.image_learns


def _unfreeze(network: JointModel, config: AdaptConfig) -> None:
    """Let every weight in use learn, in memory of its own: loaded weights are views of a file."""
    for name, parameter in network.named_parameters():
        if _is_live(name, parameter, config):
            parameter.data = parameter.data.clone()
            parameter.requires_grad_()


def _is_live(name: str, parameter: nn.Parameter, config: AdaptConfig) -> bool:
    if name == _TEMPERATURE:
        return config.temperature == "learned"
    if parameter.numel() == 0 or name.startswith(_POOLER):
        return False
    if name.startswith((TEXT_PREFIX, "to_text_latent.")):
        return config.text_learns
    return config.image_learns


def _new_head(network: JointModel, findings: int, config: AdaptConfig) -> nn.Linear:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        return nn.Linear(network.config.dim_latent, findings)
