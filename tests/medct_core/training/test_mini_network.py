"""medct-mini keeps MiniLM as it is until it has learned something."""

import pytest
import torch

from medct_core.models.bundle import TEXT_PREFIX, assemble, base_text_tensors, with_text_base
from medct_core.models.config import MINI
from medct_core.models.joint import JointModel
from medct_core.training.mini_network import MINILM, learned_tensors, new_network
from medct_core.training.run_config import RunConfig

IDS = torch.tensor([[101, 2045, 2003, 102]])


@pytest.fixture(scope="module")
def network() -> JointModel:
    return new_network(RunConfig()).eval()


def test_a_fresh_adapter_changes_no_text(network: JointModel) -> None:
    plain = JointModel(MINI).eval()
    base = base_text_tensors(MINILM)
    state = plain.text_transformer.state_dict()
    plain.text_transformer.load_state_dict({n: base[TEXT_PREFIX + n].float() for n in state})

    with torch.no_grad():
        expected = plain.text_features(IDS, torch.ones_like(IDS))
        found = network.text_features(IDS, torch.ones_like(IDS))

    torch.testing.assert_close(found, expected)


def test_only_the_adapter_learns_in_the_text_tower(network: JointModel) -> None:
    learning = [n for n, p in network.text_transformer.named_parameters() if p.requires_grad]

    assert learning
    assert all("lora_" in name for name in learning)


def test_what_is_kept_rebuilds_the_network(network: JointModel) -> None:
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.05)

    tensors = with_text_base(learned_tensors(network), MINILM, MINI)
    rebuilt = assemble(MINI, tensors, name="rebuilt")

    with torch.no_grad():
        expected = network.encode_text(IDS, torch.ones_like(IDS))
        found = rebuilt.encode_text(IDS, torch.ones_like(IDS))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_what_is_kept_is_small(network: JointModel) -> None:
    size = sum(
        tensor.numel() * tensor.element_size() for tensor in learned_tensors(network).values()
    )

    assert size < 20e6
