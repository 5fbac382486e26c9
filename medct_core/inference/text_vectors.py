"""TextVectors: wordings as the model sees them, each encoded once."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence

import numpy as np
import torch

from medct_core.cancel import CancelToken
from medct_core.errors import PromptRefusedError
from medct_core.inference.device import memory_errors_explained
from medct_core.inference.prompt import Prompt
from medct_core.inference.similarity import FloatArray, ensemble
from medct_core.models.bundle import LoadedModel

_KEPT_WORDINGS = 8192
"""16 MB for CT-CLIP."""

_BATCH_TOKENS = 512
"""Tokens encoded at a time, half a second of CT-CLIP on two cores; between two batches the work
can be stopped. Thirty-six findings fit into one."""


class TextVectors:
    """The vectors of the wordings asked most recently. Not thread-safe.

    Parameters
    ----------
    loaded
        The model that reads them.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self._network = loaded.network
        self._tokenizer = loaded.tokenizer
        positions = loaded.config.text.max_position_embeddings
        self._longest = int(min(positions, loaded.tokenizer.model_max_length))
        self._kept: OrderedDict[str, FloatArray] = OrderedDict()

    def check(self, prompts: Sequence[Prompt]) -> None:
        """Refuse wordings the model cannot read; nothing is encoded.

        Raises
        ------
        PromptRefusedError
            If a wording has more tokens than the model reads.
        """
        for prompt in prompts:
            new = [text for text in _wordings(prompt) if text not in self._kept]
            longest = max(map(len, self._tokens(new)), default=0)
            if longest > self._longest:
                raise _too_long(prompt, count=longest, limit=self._longest)

    def encode(self, prompts: Sequence[Prompt], *, cancel: CancelToken | None = None) -> None:
        """Encode the wordings that were not asked before.

        Raises
        ------
        PromptRefusedError
            If a wording has more tokens than the model reads.
        OutOfMemoryError
            If the text encoder runs out of memory.
        Cancelled
            If `cancel` was raised meanwhile.
        """
        token = cancel or CancelToken()
        token.raise_if_cancelled()
        self.check(prompts)
        asked = dict.fromkeys(text for prompt in prompts for text in _wordings(prompt))
        new = [text for text in asked if text not in self._kept]
        for batch in _batches(dict(zip(new, self._tokens(new), strict=True))):
            token.raise_if_cancelled()
            self._kept.update(zip(batch, self._vectors(list(batch.values())), strict=True))
        for text in asked:
            self._kept.move_to_end(text)
        while len(self._kept) > max(_KEPT_WORDINGS, len(asked)):
            self._kept.popitem(last=False)

    def direction(self, prompt: Prompt) -> FloatArray:
        """Give the direction in which a scan's vector lies if the answer is yes.

        Returns
        -------
        ``(d,)`` float32. Single prompt: the ensemble of its wordings, unit length. Pair: the
        ensemble for present minus the one for absent.

        Raises
        ------
        KeyError
            If the prompt was not encoded before.
        """
        present = ensemble(np.stack([self._kept[text] for text in prompt.present]))
        if not prompt.absent:
            return present
        return present - ensemble(np.stack([self._kept[text] for text in prompt.absent]))

    def _vectors(self, tokens: list[list[int]]) -> FloatArray:
        """``(wordings, d)`` float32, unit length."""
        device = self._network.temperature.device
        longest = max(map(len, tokens))
        padding = self._tokenizer.pad_token_id
        with (
            memory_errors_explained(purpose="reading the prompts", device=device),
            torch.inference_mode(),
        ):
            ids = [one + [padding] * (longest - len(one)) for one in tokens]
            mask = [[1] * len(one) + [0] * (longest - len(one)) for one in tokens]
            vectors: FloatArray = (
                self._network.encode_text(
                    torch.tensor(ids, device=device), torch.tensor(mask, device=device)
                )
                .float()
                .cpu()
                .numpy()
            )
            return vectors

    def _tokens(self, wordings: list[str]) -> list[list[int]]:
        if not wordings:
            return []
        ids: list[list[int]] = self._tokenizer(wordings, truncation=False, verbose=False)[
            "input_ids"
        ]
        return ids


def _batches(tokens: dict[str, list[int]]) -> Iterator[dict[str, list[int]]]:
    """Put wordings of like length together: a batch is padded to its longest."""
    batch: dict[str, list[int]] = {}
    for text, ids in sorted(tokens.items(), key=lambda entry: len(entry[1])):
        if batch and (len(batch) + 1) * len(ids) > _BATCH_TOKENS:
            yield batch
            batch = {}
        batch[text] = ids
    if batch:
        yield batch


def _wordings(prompt: Prompt) -> tuple[str, ...]:
    return (*prompt.present, *prompt.absent)


def _too_long(prompt: Prompt, *, count: int, limit: int) -> PromptRefusedError:
    name = prompt.name if len(prompt.name) <= 80 else prompt.name[:77] + "..."
    return PromptRefusedError(
        f'The prompt "{name}" is too long: the model reads {limit} word pieces at most, '
        f"this has {count}.",
        remedy="Shorten it to the finding itself.",
    )
