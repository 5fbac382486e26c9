"""The text tower: words to numbers, numbers to vectors (transformers)."""

from dataclasses import asdict

from transformers import BertConfig, BertModel

from medct_core.models.config import JointConfig


def build_bert(config: JointConfig) -> BertModel:
    """Build the text tower with random weights and without dropout."""
    bert = BertConfig(
        **asdict(config.text), hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    return BertModel(bert, add_pooling_layer=config.text_pooler)
