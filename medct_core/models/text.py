"""The text tower: words to numbers, numbers to vectors (transformers)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum

import torch
from torch import Tensor
from transformers import BertConfig, BertModel, PreTrainedTokenizerBase

from medct_core.models.config import JointConfig


class Cut(Enum):
    """What is left out of a text that is longer than the limit."""

    END = "end"
    """The end, as the released code does; a report's impression stands there."""
    MIDDLE = "middle"
    """The middle, so that a report keeps its beginning and its impression."""


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """Texts as the text tower reads them.

    Attributes
    ----------
    input_ids, attention_mask
        ``(texts, longest)`` int64; beyond the end of a text the mask is 0.
    shortened
        Which texts were cut.
    """

    input_ids: Tensor
    attention_mask: Tensor
    shortened: tuple[bool, ...]


def build_bert(config: JointConfig) -> BertModel:
    """Build the text tower with random weights and without dropout."""
    bert = BertConfig(
        **asdict(config.text), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    return BertModel(bert, add_pooling_layer=config.text_pooler)


def recompute_bert(bert: BertModel) -> None:
    """From now on work a layer's insides out again for the backward pass, in training mode."""
    # The second name is the one of transformers 5.0, which later versions warn of.
    name = "activation_checkpointing_enable"
    enable = getattr(bert, name, None) or bert.gradient_checkpointing_enable
    enable({"use_reentrant": False})
    bert.config.update({"use_cache": False})


def tokenise(
    tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], *, limit: int, cut: Cut
) -> Sentences:
    """Turn texts into token numbers, padded to the longest of them and no further.

    The mask makes padding to the longest give the same vectors as padding to the limit.

    Parameters
    ----------
    tokenizer
        A BERT tokenizer: every text begins and ends with a token of its own.
    texts
        At least one.
    limit
        Most tokens a text may have, those two included; 256 and 512 are in use.
    cut
        What is left out of a longer text.
    """
    whole = tokenizer(list(texts), truncation=False, padding=False, verbose=False)["input_ids"]
    kept = [_cut(ids, limit, cut) for ids in whole]
    longest = max(len(ids) for ids in kept)
    input_ids = torch.full((len(kept), longest), int(tokenizer.pad_token_id or 0))
    attention_mask = torch.zeros_like(input_ids)
    for row, ids in enumerate(kept):
        input_ids[row, : len(ids)] = torch.tensor(ids)
        attention_mask[row, : len(ids)] = 1
    return Sentences(input_ids, attention_mask, tuple(len(ids) > limit for ids in whole))


def _cut(ids: list[int], limit: int, cut: Cut) -> list[int]:
    """Shorten token numbers to `limit`; the last, which ends every text, stays."""
    if len(ids) <= limit:
        return ids
    tail = 1 if cut is Cut.END else limit // 2
    return ids[: limit - tail] + ids[-tail:]
