"""What a network is made of: every size and every option, as values that travel as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from math import prod
from typing import Any, Literal, Self, TypeVar

from medct_core.errors import ModelUnavailableError

TextPooling = Literal["cls", "mean"]
_Config = TypeVar("_Config", bound="JointConfig")


@dataclass(frozen=True, slots=True)
class StemConfig:
    """Strided 3x3x3 convolutions before the patches, each with GroupNorm and GELU.

    Layer normalisation of raw voxels removes a patch's mean density; a stem keeps it.

    Attributes
    ----------
    channels
        Output channels of each convolution.
    strides
        Stride of each convolution along (depth, height, width).
    groups
        Groups of every GroupNorm; divides every number of channels.
    densities
        Rising input values. Beside the convolutions, each position is told how much of it lies at
        each of these densities: what a threshold sees at once, convolutions learn late. Without
        them there are the convolutions alone.
    """

    channels: tuple[int, ...]
    strides: tuple[tuple[int, int, int], ...]
    groups: int = 4
    densities: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", tuple(self.channels))
        object.__setattr__(self, "densities", tuple(self.densities))
        if len(self.densities) == 1 or sorted(set(self.densities)) != list(self.densities):
            raise ValueError("densities rise, and there are at least two or none")
        object.__setattr__(self, "strides", tuple(tuple(stride) for stride in self.strides))
        if not self.channels or len(self.channels) != len(self.strides):
            raise ValueError("a stem has as many strides as channels, and at least one")
        if any(len(stride) != 3 or min(stride) < 1 for stride in self.strides):
            raise ValueError("a stride is three positive numbers")
        if any(channels % self.groups for channels in self.channels):
            raise ValueError("the groups of a stem divide its channels")

    @property
    def width(self) -> int:
        """Channels of the stem's output: of the last convolution, and a density each."""
        return self.channels[-1] + len(self.densities)

    @property
    def reduction(self) -> tuple[int, int, int]:
        """How many voxels one position of the stem's output covers, (depth, height, width)."""
        depth, height, width = (prod(axis) for axis in zip(*self.strides, strict=True))
        return depth, height, width


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """The image tower. The defaults of the options are CT-CLIP's.

    Attributes
    ----------
    dim
        Width of a token.
    codebook_size
        Rows of the codebook; unused without a quantiser.
    image_size, frames
        Voxels in-plane and in depth.
    patch_size, temporal_patch_size
        Size of a patch in-plane and in depth; positions of the stem's output where there is one.
    spatial_depth, temporal_depth
        Layers within a depth slot and along depth.
    dim_head, heads
        Width and number of attention heads.
    channels
        Channels of the input.
    null_kv
        Learned keys and values before those of the tokens.
    stem
        Convolutions before the patches; None takes patches of voxels.
    quantise
        Whether tokens are replaced by rows of the codebook.
    scrambled_peg
        Whether the temporal stage convolves over CT-CLIP's scrambled grid or over the true one.
    head_channels
        Width of a token in the flattened head; None keeps `dim`.
    pool_depth
        Whether the head averages over depth or flattens depth too.
    pool_queries
        Learned queries over all tokens whose vectors are added to the head's latent.
    local
        Whether every token is also projected into the space shared with text.

    Raises
    ------
    ValueError
        If the patches do not tile the input.
    """

    dim: int
    codebook_size: int
    image_size: int
    patch_size: int
    frames: int
    temporal_patch_size: int
    spatial_depth: int
    temporal_depth: int
    dim_head: int
    heads: int
    channels: int = 1
    null_kv: int = 0
    stem: StemConfig | None = None
    quantise: bool = True
    scrambled_peg: bool = True
    head_channels: int | None = None
    pool_depth: bool = True
    pool_queries: int = 0
    local: bool = False

    def __post_init__(self) -> None:
        depth, height, width = self.token_voxels
        if self.frames % depth or self.image_size % height or self.image_size % width:
            raise ValueError(
                f"tokens of {depth}x{height}x{width} voxels do not tile "
                f"{self.frames}x{self.image_size}x{self.image_size}"
            )

    @property
    def input_shape(self) -> tuple[int, int, int, int]:
        """Shape of one input, (channel, depth, height, width)."""
        return self.channels, self.frames, self.image_size, self.image_size

    @property
    def token_voxels(self) -> tuple[int, int, int]:
        """Voxels that one token covers, (depth, height, width)."""
        depth, height, width = self.stem.reduction if self.stem else (1, 1, 1)
        return (
            depth * self.temporal_patch_size,
            height * self.patch_size,
            width * self.patch_size,
        )

    @property
    def grid(self) -> tuple[int, int, int]:
        """Number of tokens, (depth, height, width)."""
        depth, height, width = self.token_voxels
        return self.frames // depth, self.image_size // height, self.image_size // width

    @property
    def patch_values(self) -> int:
        """Numbers in one patch before it becomes a token."""
        channels = self.stem.width if self.stem else self.channels
        return channels * self.temporal_patch_size * self.patch_size**2

    @property
    def head_values(self) -> int:
        """Numbers in the flattened head."""
        depth, height, width = self.grid
        slots = 1 if self.pool_depth else depth
        return slots * height * width * (self.head_channels or self.dim)

    @property
    def hidden(self) -> int:
        """Inner width of the feed-forward: two thirds of four times the token's."""
        return int(4 * 2 / 3 * self.dim)


@dataclass(frozen=True, slots=True)
class TextConfig:
    """The text tower: a BERT encoder. The names are those of `transformers.BertConfig`."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int = 2
    hidden_act: str = "gelu"
    layer_norm_eps: float = 1e-12
    pad_token_id: int = 0

    @classmethod
    def from_bert(cls, values: Mapping[str, Any]) -> Self:
        """Take what matters from a BERT configuration file and ignore the rest."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})


@dataclass(frozen=True, slots=True)
class JointConfig:
    """Both towers and how they meet.

    Attributes
    ----------
    vision, text
        The towers.
    dim_latent
        Dimensions of the shared space.
    text_pooling
        ``cls`` takes the first token, ``mean`` the mean over the attention mask.
    text_projection
        Whether a linear map leads from the text tower into the shared space.
    text_pooler
        Whether BERT's pooler is built; nothing reads it, only CT-CLIP's LoRA preset counts it.

    Raises
    ------
    ValueError
        If there is no text projection and the widths differ.
    """

    vision: VisionConfig
    text: TextConfig
    dim_latent: int
    text_pooling: TextPooling = "cls"
    text_projection: bool = True
    text_pooler: bool = False

    def __post_init__(self) -> None:
        if self.text_pooling not in ("cls", "mean"):
            raise ValueError(f"text pooling is cls or mean, not {self.text_pooling!r}")
        if not self.text_projection and self.text.hidden_size != self.dim_latent:
            raise ValueError("without a projection the text width is the latent width")

    def to_json(self) -> dict[str, Any]:
        """Give plain values for a JSON file; `from_json` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        ModelUnavailableError
            If an entry is unknown, missing or contradicts another.
        """
        try:
            return _read_joint(cls, values)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            raise ModelUnavailableError(
                f"The model's configuration cannot be used: {error}.",
                remedy="Install the model again, or use a version of this program that knows it.",
            ) from error


def _read_joint(kind: type[_Config], values: Mapping[str, Any]) -> _Config:
    vision = dict(values["vision"])
    stem = vision.pop("stem", None)
    return kind(
        **{name: value for name, value in values.items() if name not in ("vision", "text")},
        vision=VisionConfig(**vision, stem=StemConfig(**stem) if stem is not None else None),
        text=TextConfig(**values["text"]),
    )


CT_CLIP = JointConfig(
    vision=VisionConfig(
        dim=512,
        codebook_size=8192,
        image_size=480,
        patch_size=20,
        frames=240,
        temporal_patch_size=10,
        spatial_depth=4,
        temporal_depth=4,
        dim_head=32,
        heads=8,
    ),
    text=TextConfig(
        vocab_size=30522,
        hidden_size=768,
        num_hidden_layers=12,
        num_attention_heads=12,
        intermediate_size=3072,
        max_position_embeddings=512,
    ),
    dim_latent=512,
)
"""The released checkpoint."""

_MINI_DENSITIES = (
    *(-1.0, -0.97, -0.94, -0.90, -0.86, -0.82, -0.75, -0.65, -0.50, -0.30),
    *(-0.12, -0.06, 0.0, 0.05, 0.10, 0.18, 0.35, 0.70),
)
"""In 1000 HU: close together where lung, fat, fluid and muscle lie."""

MINI = JointConfig(
    vision=VisionConfig(
        dim=128,
        codebook_size=0,
        image_size=96,
        patch_size=2,
        frames=64,
        temporal_patch_size=2,
        spatial_depth=2,
        temporal_depth=2,
        dim_head=32,
        heads=4,
        stem=StemConfig(
            channels=(16, 32),
            strides=((1, 2, 2), (2, 2, 2)),
            densities=_MINI_DENSITIES,
        ),
        quantise=False,
        scrambled_peg=False,
        head_channels=16,
        pool_queries=4,
        local=True,
    ),
    text=TextConfig(
        vocab_size=30522,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
        max_position_embeddings=512,
    ),
    dim_latent=256,
    text_pooling="mean",
)
"""The small model of this project: tokens of 4x8x8 voxels, text tower all-MiniLM-L6-v2."""
