"""Half precision is offered only where it was compared and pays."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from medct_core.cancel import Cancelled, CancelToken
from medct_core.models.config import JointConfig
from medct_core.models.joint import JointModel
from medct_core.models.precision import (
    PrecisionReport,
    compare_precision,
    encode_volume_reduced,
)

GOOD = PrecisionReport(codes_agreeing=0.999, latent_cosine=0.9999, full_s=2.0, reduced_s=1.0)


def volume_of(config: JointConfig) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(1, *config.vision.input_shape, generator=generator) * 2 - 1


def test_what_agrees_and_is_faster_is_allowed() -> None:
    assert GOOD.allowed
    assert replace(GOOD, codes_agreeing=None).allowed


@pytest.mark.parametrize(
    "report",
    [
        replace(GOOD, codes_agreeing=0.978),
        replace(GOOD, latent_cosine=0.977),
        replace(GOOD, latent_cosine=float("nan")),
        replace(GOOD, reduced_s=2.5),
    ],
    ids=["codes flip", "latents differ", "not a number", "slower"],
)
def test_what_disagrees_or_does_not_pay_is_not_allowed(report: PrecisionReport) -> None:
    assert not report.allowed


def test_the_comparison_reports_what_both_encodings_gave(
    tiny_network: JointModel, tiny_config: JointConfig
) -> None:
    volume = volume_of(tiny_config)

    report = compare_precision(tiny_network, volume)

    with torch.inference_mode():
        full = tiny_network.encode_volume(volume)
        reduced = encode_volume_reduced(tiny_network, volume)
    assert full.codes is not None
    assert reduced.codes is not None
    agreeing = float((full.codes == reduced.codes).float().mean())
    assert report.codes_agreeing == agreeing
    assert report.latent_cosine == pytest.approx(float(full.latent[0] @ reduced.latent[0]))
    assert report.full_s > 0
    assert report.reduced_s > 0


def test_the_layers_really_run_in_half_precision_and_the_result_is_whole(
    tiny_config: JointConfig,
) -> None:
    torch.manual_seed(0)
    vision = replace(tiny_config.vision, quantise=False)
    network = JointModel(replace(tiny_config, vision=vision)).eval()
    volume = volume_of(tiny_config)

    with torch.inference_mode():
        full = network.encode_volume(volume).latent
        reduced = encode_volume_reduced(network, volume).latent

    assert reduced.dtype == torch.float32
    np.testing.assert_allclose(reduced, full, atol=0.05)
    assert (reduced - full).abs().max() > 1e-5


def test_a_model_without_a_quantiser_has_no_codes_to_compare(tiny_config: JointConfig) -> None:
    vision = replace(tiny_config.vision, quantise=False)
    network = JointModel(replace(tiny_config, vision=vision)).eval()

    assert compare_precision(network, volume_of(tiny_config)).codes_agreeing is None


def test_the_comparison_can_be_stopped(tiny_network: JointModel, tiny_config: JointConfig) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        compare_precision(tiny_network, volume_of(tiny_config), cancel=cancel)
