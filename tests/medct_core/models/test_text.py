"""Texts are padded to the longest of them, and cut where it was asked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertTokenizer

from medct_core.models.config import JointConfig
from medct_core.models.text import Cut, build_bert, tokenise

REPORT = "lung lung lung nodule nodule . pleural effusion"


@pytest.fixture(scope="module")
def tokenizer(tokenizer_dir: Path) -> BertTokenizer:
    read: BertTokenizer = BertTokenizer.from_pretrained(tokenizer_dir)
    return read


def test_texts_are_padded_to_the_longest_and_no_further(tokenizer: BertTokenizer) -> None:
    sentences = tokenise(tokenizer, ["lung nodule", "effusion"], limit=512, cut=Cut.END)

    assert sentences.input_ids.shape == (2, 4)
    np.testing.assert_array_equal(sentences.attention_mask, [[1, 1, 1, 1], [1, 1, 1, 0]])
    assert sentences.shortened == (False, False)


def test_a_text_that_fits_is_what_the_tokenizer_gives(tokenizer: BertTokenizer) -> None:
    sentences = tokenise(tokenizer, [REPORT], limit=10, cut=Cut.END)

    assert sentences.input_ids[0].tolist() == tokenizer(REPORT)["input_ids"]


def test_cutting_the_end_is_what_the_released_code_does(tokenizer: BertTokenizer) -> None:
    sentences = tokenise(tokenizer, [REPORT], limit=6, cut=Cut.END)

    released = tokenizer(REPORT, truncation=True, max_length=6)["input_ids"]
    assert sentences.input_ids[0].tolist() == released
    assert sentences.shortened == (True,)


def test_cutting_the_middle_keeps_the_impression(tokenizer: BertTokenizer) -> None:
    sentences = tokenise(tokenizer, [REPORT], limit=6, cut=Cut.MIDDLE)

    words = tokenizer.convert_ids_to_tokens(sentences.input_ids[0].tolist())
    assert words == ["[CLS]", "lung", "lung", "pleural", "effusion", "[SEP]"]


@given(
    words=st.lists(st.sampled_from(["lung", "nodule", "effusion"]), max_size=30),
    limit=st.integers(4, 20),
    cut=st.sampled_from(Cut),
)
def test_no_text_is_longer_than_the_limit_and_all_keep_their_ends(
    tokenizer: BertTokenizer, words: list[str], limit: int, cut: Cut
) -> None:
    sentences = tokenise(tokenizer, [" ".join(words)], limit=limit, cut=cut)

    ids = sentences.input_ids[0].tolist()
    assert len(ids) == min(limit, len(words) + 2)
    assert ids[0] == tokenizer.cls_token_id
    assert ids[-1] == tokenizer.sep_token_id


def test_the_text_tower_has_no_dropout_and_no_pooler(tiny_config: JointConfig) -> None:
    bert = build_bert(tiny_config)

    assert bert.config.hidden_dropout_prob == 0
    assert bert.config.attention_probs_dropout_prob == 0
    assert bert.pooler is None
