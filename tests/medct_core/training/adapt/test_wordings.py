"""Prompts and reports are read as the engine reads them, and no more often than needed."""

from pathlib import Path

import numpy as np
import pytest
import torch

from medct_core.inference.text_vectors import TextVectors
from medct_core.inference.wording import CT_CLIP_STYLE, MEDCT_VLM_STYLE, prompt_about
from medct_core.models.bundle import load_model
from medct_core.models.joint import JointModel
from medct_core.training.adapt.config import AdaptConfig, PromptForm
from medct_core.training.adapt.wordings import TextSide, wordings
from tests.adapt_samples import FINDINGS


@pytest.mark.parametrize(("form", "style"), [("pair", CT_CLIP_STYLE), ("single", MEDCT_VLM_STYLE)])
def test_directions_are_those_of_the_engine(tiny: Path, form: PromptForm, style: object) -> None:
    model = load_model(tiny)
    text = TextSide(model, FINDINGS, AdaptConfig(prompts=form))
    prompts = [prompt_about(name, style) for name in FINDINGS]  # type: ignore[arg-type]
    asked = TextVectors(model)
    asked.encode(prompts)

    with torch.no_grad():
        ours = text.directions().numpy()

    theirs = np.stack([asked.direction(prompt) for prompt in prompts])
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def _count_readings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    read: list[int] = []
    encode = JointModel.encode_text

    def counted(self: JointModel, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        read.append(len(ids))
        return encode(self, ids, mask)

    monkeypatch.setattr(JointModel, "encode_text", counted)
    return read


def test_a_frozen_tower_reads_everything_once(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = _count_readings(monkeypatch)
    text = TextSide(load_model(tiny), FINDINGS, AdaptConfig(towers="image"))

    for _ in range(3):
        text.directions()
        text.reports(["lung nodule", "effusion", "lung nodule"])

    assert read == [2 * len(FINDINGS), 2]


def test_a_tower_that_learns_reads_anew_with_gradient(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(tiny)
    model.network.requires_grad_()
    read = _count_readings(monkeypatch)
    text = TextSide(model, FINDINGS, AdaptConfig(head="prompt"))

    twice = [text.directions() for _ in range(2)]

    assert read == [2 * len(FINDINGS)] * 2
    assert all(one.requires_grad for one in twice)


def test_equal_reports_have_equal_vectors_in_their_places(tiny: Path) -> None:
    text = TextSide(load_model(tiny), FINDINGS, AdaptConfig(towers="image"))

    vectors = text.reports(["lung nodule", "effusion", "lung nodule"])

    torch.testing.assert_close(vectors[0], vectors[2])
    assert not torch.allclose(vectors[0], vectors[1])
    torch.testing.assert_close(vectors.norm(dim=1), torch.ones(3))


def test_what_was_read_before_the_tower_changed_can_be_forgotten(tiny: Path) -> None:
    model = load_model(tiny)
    text = TextSide(model, FINDINGS, AdaptConfig(towers="image"))
    before = text.directions()
    with torch.no_grad():
        model.network.to_text_latent.weight.copy_(-model.network.to_text_latent.weight)

    text.forget()

    torch.testing.assert_close(text.directions(), -before)


def test_absent_wordings_follow_all_present_ones() -> None:
    assert wordings(("Lung nodule", "Emphysema"), "pair") == [
        "Lung nodule is present.",
        "Emphysema is present.",
        "Lung nodule is not present.",
        "Emphysema is not present.",
    ]
    assert wordings(("Lung nodule",), "single") == ["CT scan showing Lung nodule"]


def test_half_precision_moves_directions_little(tiny: Path) -> None:
    model = load_model(tiny)
    full, half = (
        TextSide(model, FINDINGS, AdaptConfig(prompts="single", bf16=bf16)).directions()
        for bf16 in (False, True)
    )

    assert half.dtype is torch.float32
    assert float((full * half).sum(dim=1).min()) > 0.999
