"""CT-CLIP's image tower the plain way, from its description: what our encoder is measured against.

Attention by einsum, the position bias recomputed in every forward over every pair of positions,
all similarities with the codebook at once, whole-volume intermediates, unused weights kept.
"""

import torch
from torch import Tensor
from torch.nn import functional

from medct_core.models.config import VisionConfig
from medct_core.models.reference import value

Weights = dict[str, Tensor]


def unused_shapes(config: VisionConfig) -> dict[str, tuple[int, ...]]:
    """Give the shapes of the image tower's weights that no forward reads."""
    dim, patch = config.dim, config.patch_size**2
    cube = patch * config.temporal_patch_size
    first = "visual_transformer.to_patch_emb_first_frame."
    shapes: dict[str, tuple[int, ...]] = {
        f"{first}1.weight": (patch,),
        f"{first}1.bias": (patch,),
        f"{first}2.weight": (dim, patch),
        f"{first}2.bias": (dim,),
        f"{first}3.weight": (dim,),
        f"{first}3.bias": (dim,),
        "visual_transformer.to_pixels_first_frame.0.weight": (patch, dim),
        "visual_transformer.to_pixels_first_frame.0.bias": (patch,),
        "visual_transformer.to_pixels.0.weight": (cube, dim),
        "visual_transformer.to_pixels.0.bias": (cube,),
        "to_visual_latent_extra.weight": (dim, config.head_values),
        "to_text_latent_extra.weight": (dim, 768),
    }
    return shapes


def unused_weights(config: VisionConfig) -> Weights:
    """Draw the weights that no forward reads, as the released checkpoint holds them."""
    return {
        name: torch.from_numpy(value(name, shape)) for name, shape in unused_shapes(config).items()
    }


def encode_volume(weights: Weights, config: VisionConfig, volume: Tensor) -> tuple[Tensor, Tensor]:
    """Encode ``(b, 1, d, h, w)`` to the latent, ``(b, latent)``, and codes, ``(b, t, h, w)``."""
    tokens = patch_tokens(weights, config, volume)
    tokens = stage(weights, config, tokens, "spatial")
    tokens = stage(weights, config, tokens, "temporal")
    quantised, codes = quantise(weights, tokens)
    latent = quantised.mean(dim=1).flatten(1) @ weights["to_visual_latent.weight"].T
    return functional.normalize(latent, dim=-1), codes


def patch_tokens(weights: Weights, config: VisionConfig, volume: Tensor) -> Tensor:
    """``(b, 1, d, h, w)`` to ``(b, t, h, w, dim)``."""
    b = volume.shape[0]
    t, h, w = config.grid
    size, depth = config.patch_size, config.temporal_patch_size
    cut = volume.reshape(b, config.channels, t, depth, h, size, w, size)
    cut = cut.permute(0, 2, 4, 6, 1, 3, 5, 7).reshape(b, t, h, w, -1)
    name = "visual_transformer.to_patch_emb"
    flat = _layer_norm(weights, f"{name}.1", cut)
    flat = functional.linear(flat, weights[f"{name}.2.weight"], weights[f"{name}.2.bias"])
    return _layer_norm(weights, f"{name}.3", flat)


def stage(weights: Weights, config: VisionConfig, grid: Tensor, which: str) -> Tensor:
    """All layers of the ``spatial`` or ``temporal`` stage on ``(b, t, h, w, dim)``."""
    b, t, h, w, d = grid.shape
    name = f"visual_transformer.enc_{which}_transformer"
    if which == "spatial":
        bias = position_bias(weights, h, w)
        x, layers = grid.reshape(b * t, h * w, d), config.spatial_depth
    else:
        bias = None
        x = grid.permute(0, 2, 3, 1, 4).reshape(b * h * w, t, d)
        layers = config.temporal_depth
    for layer in range(layers):
        x = x + _position_convolution(
            weights, f"{name}.layers.{layer}.0", x.reshape(b, t, h, w, d), x
        )
        x = x + attention(weights, config, f"{name}.layers.{layer}.1", x, bias)
        x = x + _feed_forward(weights, f"{name}.layers.{layer}.3", x)
    x = _gain_norm(weights, f"{name}.norm_out", x)
    if which == "spatial":
        return x.reshape(b, t, h, w, d)
    return x.reshape(b, h, w, t, d).permute(0, 3, 1, 2, 4)


def position_bias(weights: Weights, height: int, width: int) -> Tensor:
    """Give the bias of every pair of positions, ``(heads, h * w, h * w)``."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack((rows.flatten(), columns.flatten()), dim=-1)
    offsets = (places[:, None] - places[None]).float()
    values = offsets.sign() * (offsets.abs() + 1).log()
    name = "visual_transformer.spatial_rel_pos_bias.net"
    for layer in ("0.0", "1.0"):
        values = functional.linear(
            values, weights[f"{name}.{layer}.weight"], weights[f"{name}.{layer}.bias"]
        )
        values = functional.leaky_relu(values, 0.1)
    values = functional.linear(values, weights[f"{name}.2.weight"], weights[f"{name}.2.bias"])
    return values.permute(2, 0, 1)


def _position_convolution(weights: Weights, name: str, grid: Tensor, like: Tensor) -> Tensor:
    padded = functional.pad(grid.permute(0, 4, 1, 2, 3), (1, 1, 1, 1, 2, 0))
    kernel = weights[f"{name}.dsconv.weight"]
    convolved = functional.conv3d(
        padded, kernel, weights[f"{name}.dsconv.bias"], groups=kernel.shape[0]
    )
    return convolved.permute(0, 2, 3, 4, 1).reshape(like.shape)


def attention(
    weights: Weights, config: VisionConfig, name: str, x: Tensor, bias: Tensor | None
) -> Tensor:
    """Let the tokens of each sequence, ``(sequences, n, dim)``, look at each other."""
    sequences, n, _ = x.shape
    query = _gain_norm(weights, f"{name}.norm", x) @ weights[f"{name}.to_q.weight"].T
    key, value = (x @ weights[f"{name}.to_kv.weight"].T).chunk(2, dim=-1)
    query, key, value = (
        part.reshape(sequences, n, config.heads, -1).permute(0, 2, 1, 3)
        for part in (query, key, value)
    )
    query = functional.normalize(query, dim=-1) * weights[f"{name}.q_scale"]
    key = functional.normalize(key, dim=-1) * weights[f"{name}.k_scale"]
    logits = torch.einsum("bhid,bhjd->bhij", query, key) * 8
    if bias is not None:
        logits = logits + bias
    seen = torch.einsum("bhij,bhjd->bhid", logits.softmax(dim=-1), value)
    return seen.permute(0, 2, 1, 3).reshape(sequences, n, -1) @ weights[f"{name}.to_out.weight"].T


def _feed_forward(weights: Weights, name: str, x: Tensor) -> Tensor:
    hidden = _layer_norm(weights, f"{name}.0", x) @ weights[f"{name}.1.weight"].T
    value, gate = hidden.chunk(2, dim=-1)
    return (value * functional.gelu(gate)) @ weights[f"{name}.4.weight"].T


def quantise(weights: Weights, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Replace ``(..., dim)`` by rows of the codebook, and give their numbers."""
    rows = weights["visual_transformer.vq._codebook.embed"][0]
    flat = functional.normalize(tokens.flatten(0, -2), dim=-1)
    similarity = torch.einsum("nd,cd->nc", flat, functional.normalize(rows, dim=-1))
    codes = similarity.argmax(dim=-1).view(tokens.shape[:-1])
    return rows[codes], codes


def _layer_norm(weights: Weights, name: str, x: Tensor) -> Tensor:
    return functional.layer_norm(
        x, x.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"]
    )


def _gain_norm(weights: Weights, name: str, x: Tensor) -> Tensor:
    return functional.layer_norm(x, x.shape[-1:], weights[f"{name}.gamma"], weights[f"{name}.beta"])
