"""Vector quantisation: every token becomes the nearest row of a codebook."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from medct_core.models.linear import linear

# Tokens compared with the whole codebook at once: 2048 x 8192 similarities are 67 MB.
_CHUNK_TOKENS = 2048


class Codebook(nn.Module):
    """The rows tokens are replaced by. Nothing here ever moves them."""

    embed: Tensor

    def __init__(self, size: int, dim: int) -> None:
        super().__init__()
        rows = functional.normalize(torch.randn(1, size, dim), dim=-1)
        self.register_buffer("embed", rows)


class Quantiser(nn.Module):
    """Replaces tokens by codebook rows, chosen by cosine similarity."""

    def __init__(self, size: int, dim: int) -> None:
        super().__init__()
        self._codebook = Codebook(size, dim)

    @property
    def rows(self) -> Tensor:
        """The codebook, ``(codes, dim)``."""
        return self._codebook.embed[0]

    @torch.no_grad()
    def codes(self, tokens: Tensor) -> Tensor:
        """Find the most similar row of each token.

        Parameters
        ----------
        tokens
            ``(..., dim)``.

        Returns
        -------
        ``(...)`` int64, indices of rows.
        """
        rows = functional.normalize(self.rows.float(), dim=-1)
        flat = functional.normalize(tokens.flatten(0, -2).float(), dim=-1)
        # Half precision would choose other rows.
        with torch.autocast(tokens.device.type, enabled=False):
            parts = torch.split(flat, _CHUNK_TOKENS)
            found = [linear(part, rows).argmax(dim=-1) for part in parts]
        return torch.cat(found).view(tokens.shape[:-1])

    def lookup(self, codes: Tensor) -> Tensor:
        """Give the raw rows of `codes`, ``(...)`` to ``(..., dim)``."""
        return functional.embedding(codes, self.rows)

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Replace `tokens`, ``(..., dim)``, and give the codes, ``(...)``.

        A row is chosen, not computed, so no gradient could pass; where one is wanted it is
        handed straight through to the token.
        """
        codes = self.codes(tokens)
        quantised = self.lookup(codes).to(tokens.dtype)
        if tokens.requires_grad:
            # Adds exactly zero: the value stays the row's, the gradient becomes the token's.
            quantised = quantised + (tokens - tokens.detach())
        return quantised, codes
