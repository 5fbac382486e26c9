"""The text side of a fit: prompts and reports as vectors, encoded no more often than needed."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812
from torch.nn.attention import SDPBackend, sdpa_kernel

from medct_core.inference.wording import CT_CLIP_STYLE, MEDCT_VLM_STYLE, prompt_about
from medct_core.models.bundle import LoadedModel
from medct_core.models.text import Cut, Sentences, tokenise
from medct_core.training.adapt.config import AdaptConfig, PromptForm

_KEPT_REPORTS = 200_000  # 400 MB of vectors of 512 numbers


class TextSide:
    """Prompts and reports of one fit. Where the text tower is frozen each is read only once.

    Parameters
    ----------
    model
        Whose text tower reads.
    findings
        What prompts ask for.
    config
        How they ask, how long a report may be, and whether the tower learns.
    """

    def __init__(self, model: LoadedModel, findings: Sequence[str], config: AdaptConfig) -> None:
        self._network = model.network
        self._tokenizer = model.tokenizer
        self._limit = min(config.text_tokens, model.config.text.max_position_embeddings)
        self._learns = config.text_learns
        self._bf16 = config.bf16
        self._findings = len(findings)
        self._pairs = config.prompts == "pair"
        self._prompts = self._read(wordings(findings, config.prompts))
        self._kept_directions: Tensor | None = None
        self._kept_reports: dict[str, Tensor] = {}

    def directions(self) -> Tensor:
        """Give where a scan's vector lies if a finding is there, ``(findings, d)`` float32.

        The vector of a single prompt, or that of the present wording minus the absent one's.
        """
        if not self._learns or not torch.is_grad_enabled():
            return self._frozen_directions()
        return self._directions()

    def reports(self, texts: Sequence[str]) -> Tensor:
        """Read reports, ``(n, d)`` float32, unit length; an empty one has no meaning."""
        if self._learns and torch.is_grad_enabled():
            return self._vectors(self._read(texts))
        unread = [text for text in dict.fromkeys(texts) if text not in self._kept_reports]
        if unread:
            if len(self._kept_reports) + len(unread) > _KEPT_REPORTS:
                self._kept_reports.clear()
                unread = list(dict.fromkeys(texts))
            with torch.no_grad():
                vectors = self._vectors(self._read(unread))
            self._kept_reports.update(zip(unread, vectors, strict=True))
        return torch.stack([self._kept_reports[text] for text in texts])

    def forget(self) -> None:
        """Drop vectors that were read before the tower changed."""
        self._kept_directions = None
        self._kept_reports.clear()

    def _frozen_directions(self) -> Tensor:
        if self._kept_directions is None:
            with torch.no_grad():
                self._kept_directions = self._directions()
        return self._kept_directions

    def _directions(self) -> Tensor:
        vectors = self._vectors(self._prompts)
        if not self._pairs:
            return vectors
        return vectors[: self._findings] - vectors[self._findings :]

    def _read(self, texts: Sequence[str]) -> Sentences:
        return tokenise(self._tokenizer, texts, limit=self._limit, cut=Cut.END)

    def _vectors(self, read: Sentences) -> Tensor:
        device = self._network.temperature.device
        with (
            torch.autocast(device.type, dtype=torch.bfloat16, enabled=self._bf16),
            self._attention(device),
        ):
            vectors = self._network.encode_text(
                read.input_ids.to(device), read.attention_mask.to(device)
            )
        return F.normalize(vectors.float(), dim=-1)

    def _attention(self, device: torch.device) -> AbstractContextManager[None]:
        """Avoid the fused attention of a CPU where its backward pass takes half of the step."""
        slow = self._bf16 and device.type == "cpu"
        return sdpa_kernel(SDPBackend.MATH) if slow else nullcontext()


def wordings(findings: Sequence[str], form: PromptForm) -> list[str]:
    """Give the sentences that ask for findings: all present ones, then any absent ones."""
    style = CT_CLIP_STYLE if form == "pair" else MEDCT_VLM_STYLE
    prompts = [prompt_about(name, style) for name in findings]
    present = [prompt.present[0] for prompt in prompts]
    return present + [prompt.absent[0] for prompt in prompts if prompt.absent]
