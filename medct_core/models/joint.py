"""Both towers in one space: a scan and a sentence become vectors that can be compared."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from medct_core.cancel import CancelToken
from medct_core.models.allocation import return_large_blocks
from medct_core.models.config import JointConfig, VisionConfig
from medct_core.models.ctvit import CTViT
from medct_core.models.text import build_bert, recompute_bert


@dataclass(frozen=True, slots=True, eq=False)
class VolumeFeatures:
    """A batch of volumes as the model sees them.

    Attributes
    ----------
    latent
        ``(b, latent)``, unit length.
    codes
        ``(b, t, h, w)`` int64 codebook rows; None without a quantiser.
    local
        ``(b, t, h, w, latent)``, unit length; None where tokens are not projected.
    attention
        ``(b, queries, t, h, w)``, what each pooling query looked at, mean over heads, sums to 1;
        None without queries.
    """

    latent: Tensor
    codes: Tensor | None = None
    local: Tensor | None = None
    attention: Tensor | None = None


class QueryPooling(nn.Module):
    """Learned queries that look at all tokens, so that a finding without a fixed place counts.

    The queries know no prompt: one encoding of a scan serves them all.
    """

    def __init__(self, config: VisionConfig, dim_latent: int) -> None:
        super().__init__()
        inner = config.heads * config.dim_head
        self.heads = config.heads
        self.queries = nn.Parameter(torch.randn(config.pool_queries, inner) / inner**0.5)
        self.norm = nn.LayerNorm(config.dim)
        self.to_kv = nn.Linear(config.dim, 2 * inner, bias=False)
        self.to_latent = nn.Linear(config.pool_queries * inner, dim_latent, bias=False)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Pool ``(b, t, h, w, dim)``.

        Returns
        -------
        The pooled vector, ``(b, latent)``, and what each query looked at,
        ``(b, queries, t, h, w)``.
        """
        looked_at, value = self.look(tokens)
        pooled = (looked_at @ value).transpose(1, 2).flatten(1)
        seen = torch.unflatten(looked_at.mean(dim=1), -1, tokens.shape[1:4])
        return self.to_latent(pooled), seen

    def look(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Say what each head of each query looks at in ``(b, t, h, w, dim)``, and what it takes.

        Returns
        -------
        Weights that sum to 1 over tokens, ``(b, heads, queries, tokens)``, and the values they
        weigh, ``(b, heads, tokens, d)``.
        """
        key, value = self.to_kv(self.norm(tokens.flatten(1, 3))).chunk(2, dim=-1)
        key, query = self._split(key), self._split(self.queries)
        alike = query @ key.transpose(-1, -2) * key.shape[-1] ** 0.5
        return alike.softmax(dim=-1), self._split(value)

    def _split(self, x: Tensor) -> Tensor:
        """``(..., n, heads * d)`` to ``(..., heads, n, d)``."""
        return torch.unflatten(x, -1, (self.heads, -1)).transpose(-3, -2)


class JointModel(nn.Module):
    """The image tower, the text tower, and the space they share."""

    def __init__(self, config: JointConfig) -> None:
        super().__init__()
        self.config = config
        vision = config.vision
        self.temperature = nn.Parameter(torch.tensor(1.0))
        self.text_transformer: BertModel = build_bert(config)
        self.visual_transformer = CTViT(vision)
        if config.text_projection:
            self.to_text_latent = nn.Linear(config.text.hidden_size, config.dim_latent, bias=False)
        self.to_visual_latent = nn.Linear(vision.head_values, config.dim_latent, bias=False)
        if vision.head_channels is not None:
            self.to_head_channels = nn.Linear(vision.dim, vision.head_channels)
        if vision.pool_queries:
            self.query_pooling = QueryPooling(vision, config.dim_latent)
        if vision.local:
            self.to_local_latent = nn.Linear(vision.dim, config.dim_latent, bias=False)

    @property
    def logit_scale(self) -> Tensor:
        """What a cosine is multiplied by to give a logit, a scalar."""
        return self.temperature.exp()

    def recompute_layers(self) -> None:
        """From now on keep for a backward pass only what lies between the layers of both towers.

        What happened inside a layer is worked out again when its turn comes: a step takes about
        a third longer and a fraction of the memory; results, dropout included, are the same.
        The text tower does so in training mode only. Where no gradient is kept nothing changes.
        The process also starts to `return_large_blocks`.
        """
        return_large_blocks()
        self.visual_transformer.enc_spatial_transformer.recompute()
        self.visual_transformer.enc_temporal_transformer.recompute()
        recompute_bert(self.text_transformer)

    def encode_volume(self, values: Tensor, *, cancel: CancelToken | None = None) -> VolumeFeatures:
        """Encode prepared volumes.

        Parameters
        ----------
        values
            ``(b, 1, d, h, w)``, as the model's recipe prepares them.
        cancel
            Checked between layers.

        Raises
        ------
        Cancelled
            If `cancel` was raised meanwhile.
        """
        tokens = self.visual_transformer(values, cancel or CancelToken())
        return self.features(tokens.values, tokens.codes)

    def features(self, tokens: Tensor, codes: Tensor | None) -> VolumeFeatures:
        """Bring tokens, ``(b, t, h, w, dim)``, into the shared space."""
        latent = self.to_visual_latent(self.head_input(tokens))
        attention = local = None
        if self.config.vision.pool_queries:
            pooled, attention = self.query_pooling(tokens)
            latent = latent + pooled
        if self.config.vision.local:
            local = functional.normalize(self.to_local_latent(tokens), dim=-1)
        return VolumeFeatures(functional.normalize(latent, dim=-1), codes, local, attention)

    def head_input(self, tokens: Tensor) -> Tensor:
        """Flatten tokens for the head, ``(b, t, h, w, dim)`` to ``(b, head values)``."""
        if self.config.vision.pool_depth:
            tokens = tokens.mean(dim=1)
        if self.config.vision.head_channels is not None:
            tokens = self.to_head_channels(tokens)
        return tokens.flatten(1)

    def encode_text(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Encode tokenised sentences.

        Parameters
        ----------
        input_ids, attention_mask
            ``(b, length)`` int64.

        Returns
        -------
        ``(b, latent)``, unit length.
        """
        pooled = self.text_features(input_ids, attention_mask)
        latent = self.to_text_latent(pooled) if self.config.text_projection else pooled
        return functional.normalize(latent, dim=-1)

    def text_features(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """One vector a sentence from the text tower, ``(b, hidden)``."""
        output = self.text_transformer(input_ids=input_ids, attention_mask=attention_mask)
        states: Tensor = output.last_hidden_state
        if self.config.text_pooling == "cls":
            return states[:, 0]
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(dim=1) / mask.sum(dim=1).clamp_min(1.0)


def build_unloaded(config: JointConfig) -> JointModel:
    """Build the network without memory for its weights, in evaluation mode.

    ``load_state_dict(weights, strict=True, assign=True)`` then adopts tensors as they are, so a
    model of a gigabyte never exists twice.
    """
    with torch.device("meta"):
        model = JointModel(config)
    embeddings = model.text_transformer.embeddings
    # The two buffers that no checkpoint holds.
    positions = torch.arange(config.text.max_position_embeddings).unsqueeze(0)
    embeddings.register_buffer("position_ids", positions, persistent=False)
    embeddings.register_buffer("token_type_ids", torch.zeros_like(positions), persistent=False)
    return model.eval()
