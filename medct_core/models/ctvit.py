"""A vision transformer for volumes: attention within depth slots, then along depth."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from medct_core.cancel import CancelToken
from medct_core.models.attention import Transformer
from medct_core.models.config import StemConfig, VisionConfig
from medct_core.models.densities import Densities
from medct_core.models.linear import Linear
from medct_core.models.quantiser import Quantiser


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A volume as tokens.

    Attributes
    ----------
    values
        ``(b, t, h, w, dim)``; rows of the codebook where there is a quantiser.
    codes
        ``(b, t, h, w)`` int64 indices of rows; None without a quantiser.
    """

    values: Tensor
    codes: Tensor | None


class PositionBias(nn.Module):
    """What two tokens of a slot mean to each other by their offset alone.

    A small network over the signed logarithm of the (row, column) offset. Where it does not learn
    the result is kept, until a weight or the grid changes.
    """

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.net = nn.ModuleList(
            [
                nn.Sequential(nn.Linear(2, dim), nn.LeakyReLU(0.1)),
                nn.Sequential(nn.Linear(dim, dim), nn.LeakyReLU(0.1)),
                nn.Linear(dim, heads),
            ]
        )
        self._kept: tuple[tuple[int, ...], Tensor] | None = None

    def forward(self, height: int, width: int) -> Tensor:
        """Give the bias of a grid, ``(heads, height * width, height * width)``."""
        if torch.is_grad_enabled() and _learns(self):
            return self.compute(height, width)
        key = self._key(height, width)
        if self._kept is None or self._kept[0] != key:
            # A tensor made in inference mode could not serve a step of training later.
            with torch.inference_mode(mode=False), torch.no_grad():
                self._kept = key, self.compute(height, width)
        return self._kept[1]

    def compute(self, height: int, width: int) -> Tensor:
        """Work the bias out anew in full precision, once for every distinct offset."""
        like = next(self.parameters())
        with torch.autocast(like.device.type, enabled=False):
            return self._compute(height, width, like)

    def _compute(self, height: int, width: int, like: Tensor) -> Tensor:
        rows = torch.arange(1 - height, height, device=like.device)
        columns = torch.arange(1 - width, width, device=like.device)
        offsets = torch.cartesian_prod(rows, columns).to(like.dtype)
        values = offsets.sign() * (offsets.abs() + 1).log()
        for layer in self.net:
            values = layer(values)
        return values[_offset_index(height, width, like.device)].permute(2, 0, 1).contiguous()

    def _key(self, height: int, width: int) -> tuple[int, ...]:
        """Change whenever a weight was replaced, moved or written to."""
        weights = list(self.parameters())
        written = (0 if weight.is_inference() else weight._version for weight in weights)
        return height, width, *(weight.data_ptr() for weight in weights), *written


def _learns(*parts: nn.Module) -> bool:
    return any(weight.requires_grad for part in parts for weight in part.parameters())


def _offset_index(height: int, width: int, device: torch.device) -> Tensor:
    """Find the offset of each pair of positions, ``(height * width, height * width)``."""
    rows, columns = torch.meshgrid(
        torch.arange(height, device=device), torch.arange(width, device=device), indexing="ij"
    )
    rows, columns = rows.flatten(), columns.flatten()
    down = rows[:, None] - rows[None] + height - 1
    right = columns[:, None] - columns[None] + width - 1
    return down * (2 * width - 1) + right


class Patches(nn.Module):
    """Cuts a volume into patches and flattens each."""

    def __init__(self, depth: int, size: int) -> None:
        super().__init__()
        self._depth = depth
        self._size = size

    def forward(self, volume: Tensor) -> Tensor:
        """``(b, c, d, h, w)`` to ``(b, t, rows, columns, c * depth * size * size)``."""
        cut = torch.unflatten(volume, 4, (-1, self._size))
        cut = torch.unflatten(cut, 3, (-1, self._size))
        cut = torch.unflatten(cut, 2, (-1, self._depth))
        return cut.permute(0, 2, 4, 6, 1, 3, 5, 7).flatten(4)


def build_stem(config: StemConfig, channels: int) -> nn.Sequential:
    """Build the convolutions that come before the patches."""
    layers: list[nn.Module] = []
    for width, stride in zip(config.channels, config.strides, strict=True):
        layers.append(nn.Conv3d(channels, width, 3, stride=stride, padding=1))
        layers.append(nn.GroupNorm(config.groups, width))
        layers.append(nn.GELU())
        channels = width
    return nn.Sequential(*layers)


class CTViT(nn.Module):
    """The image tower.

    References
    ----------
    Hamamci et al., "GenerateCT" (ECCV 2024) and "CT-CLIP" (2024).
    """

    def __init__(self, config: VisionConfig) -> None:
        super().__init__()
        self.config = config
        self.spatial_rel_pos_bias = PositionBias(config.dim, config.heads)
        self.to_patch_emb = nn.Sequential(
            Patches(config.temporal_patch_size, config.patch_size),
            nn.LayerNorm(config.patch_values),
            Linear(config.patch_values, config.dim),
            nn.LayerNorm(config.dim),
        )
        self.enc_spatial_transformer = Transformer(config, config.spatial_depth)
        self.enc_temporal_transformer = Transformer(config, config.temporal_depth)
        if config.stem is not None:
            self.stem = build_stem(config.stem, config.channels)
            if config.stem.densities:
                self.densities = Densities(config.stem.densities, config.stem.reduction)
        if config.quantise:
            self.vq = Quantiser(config.codebook_size, config.dim)

    def forward(self, volume: Tensor, cancel: CancelToken) -> Tokens:
        """Encode ``(b, c, d, h, w)``.

        Raises
        ------
        Cancelled
            Between two layers, if `cancel` was raised.
        """
        tokens = self.after_spatial(self.patch_tokens(volume), cancel)
        tokens = self.after_temporal(tokens, cancel)
        cancel.raise_if_cancelled()
        return self.quantised(tokens)

    def patch_tokens(self, volume: Tensor) -> Tensor:
        """``(b, c, d, h, w)`` to ``(b, t, h, w, dim)``; a gradient is kept where one is wanted."""
        stem = (self.stem,) if self.config.stem is not None else ()
        wanted = volume.requires_grad or _learns(self.to_patch_emb, *stem)
        with torch.set_grad_enabled(wanted and torch.is_grad_enabled()):
            return self._patch_tokens(volume)

    def _patch_tokens(self, volume: Tensor) -> Tensor:
        if self.config.stem is not None:
            volume = self._through_stem(volume, self.config.stem)
        if torch.is_grad_enabled():
            tokens: Tensor = self.to_patch_emb(volume)
            return tokens
        # Slot by slot: the flattened patches of a whole volume are as large as the volume.
        slots = torch.split(volume, self.config.temporal_patch_size, dim=2)
        return torch.cat([self.to_patch_emb(slot) for slot in slots], dim=1)

    def _through_stem(self, volume: Tensor, config: StemConfig) -> Tensor:
        """``(b, c, d, h, w)`` to ``(b, stem width, ...)``, smaller by the stem's reduction."""
        seen: Tensor = self.stem(volume)
        if not config.densities:
            return seen
        counted = self.densities(volume[:, :1]).to(seen.dtype)
        return torch.cat([seen, counted], dim=1)

    def after_spatial(self, tokens: Tensor, cancel: CancelToken) -> Tensor:
        """Attend within depth slots, ``(b, t, h, w, dim)`` to the same shape."""
        bias = self.spatial_rel_pos_bias(tokens.shape[2], tokens.shape[3])
        return self.enc_spatial_transformer.within_slots(tokens, bias, cancel)

    def after_temporal(self, tokens: Tensor, cancel: CancelToken) -> Tensor:
        """Attend along depth, ``(b, t, h, w, dim)`` to the same shape."""
        if self.config.scrambled_peg:
            return self.enc_temporal_transformer.along_depth_scrambled(tokens, cancel)
        return self.enc_temporal_transformer.along_depth(tokens, cancel)

    def quantised(self, tokens: Tensor) -> Tokens:
        """Replace ``(b, t, h, w, dim)`` by codebook rows where there is a quantiser."""
        if not self.config.quantise:
            return Tokens(tokens, None)
        return Tokens(*self.vq(tokens))
