"""How a model stands on the validation scans while it learns."""

from itertools import product

import numpy as np
import numpy.typing as npt
import torch
from transformers import PreTrainedTokenizerBase

from medct_core.evaluation.metrics import auroc
from medct_core.models.joint import JointModel
from medct_core.models.manifest import Scoring
from medct_core.training.corpus import Corpus
from medct_core.training.losses import strongest_mean
from medct_core.training.run_config import RunConfig
from medct_core.training.wordings import directions, encode_wordings
from medct_core.vocabulary import FINDINGS

_BATCH = 8
_SHARES = (0.5, 0.7, 0.85, 1.0)
_TOPS = (1, 2, 4)


@torch.no_grad()
def validate(
    network: JointModel, tokenizer: PreTrainedTokenizerBase, corpus: Corpus, config: RunConfig
) -> dict[str, dict[str, float | None]]:
    """AUROC per finding by the score, by the global vector alone and by the tokens alone."""
    network.eval()
    toward = plain_directions(network, tokenizer)
    scores = scores_of(network, corpus, toward, config)
    return {kind: _aurocs(corpus.labels, values) for kind, values in scores.items()}


def plain_directions(network: JointModel, tokenizer: PreTrainedTokenizerBase) -> torch.Tensor:
    """Directions ``(findings, d)`` by "X is present." against "X is not present."."""
    pair = [[f"{name} is {word}." for name in FINDINGS] for word in ("present", "not present")]
    present, absent = (encode_wordings(network, tokenizer, texts, 32) for texts in pair)
    return directions(present, absent, 1)


def scores_of(
    network: JointModel, corpus: Corpus, toward: torch.Tensor, config: RunConfig
) -> dict[str, npt.NDArray[np.float32]]:
    """Similarities ``(n, findings)`` of every row: ``score``, ``whole`` and ``token``."""
    whole, tokens = _similarities(network, corpus, toward)
    token = strongest_mean(tokens, config.local_top).numpy()
    share = config.local_weight
    score = ((1 - share) * whole + share * token).astype(np.float32)
    return {"score": score, "whole": whole, "token": token}


def choose_scoring(
    network: JointModel, tokenizer: PreTrainedTokenizerBase, corpus: Corpus
) -> Scoring:
    """Weigh whole scan and strongest tokens as it tells the corpus' findings best apart."""
    network.eval()
    whole, tokens = _similarities(network, corpus, plain_directions(network, tokenizer))
    strongest = {top: strongest_mean(tokens, top).numpy() for top in _TOPS}

    def success(choice: tuple[float, int]) -> float:
        share, top = choice
        scores = (1 - share) * whole + share * strongest[top]
        return _aurocs(corpus.labels, scores.astype(np.float32))["mean"] or 0.0

    share, top = max(product(_SHARES, _TOPS), key=success)
    return Scoring(local_weight=share, local_top=top)


@torch.no_grad()
def _similarities(
    network: JointModel, corpus: Corpus, toward: torch.Tensor
) -> tuple[npt.NDArray[np.float32], torch.Tensor]:
    """``(n, findings)`` by the whole scan and ``(n, tokens, findings)`` by each token."""
    whole, tokens = [], []
    for start in range(0, len(corpus), _BATCH):
        rows = np.arange(start, min(start + _BATCH, len(corpus)))
        values = torch.from_numpy(corpus.values(rows)).to(toward.device)
        with torch.autocast(values.device.type, dtype=torch.bfloat16):
            features = network.encode_volume(values)
        assert features.local is not None
        whole.append((features.latent.float() @ toward.T).cpu())
        tokens.append((features.local.flatten(1, 3).float() @ toward.T).cpu())
    return torch.cat(whole).numpy(), torch.cat(tokens)


def _aurocs(
    labels: npt.NDArray[np.bool_], scores: npt.NDArray[np.float32]
) -> dict[str, float | None]:
    values = {
        name: auroc(labels[:, index], scores[:, index]) for index, name in enumerate(FINDINGS)
    }
    defined = [value for value in values.values() if value is not None]
    rounded = {name: None if v is None else round(v, 3) for name, v in values.items()}
    return {"mean": round(float(np.mean(defined)), 4) if defined else None, **rounded}
