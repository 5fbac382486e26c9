"""The two bases that are adapted: one learned from reports alone, one from labels and masks."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor

from medct_core.inference.prompt_file import format_prompts
from medct_core.models.bundle import (
    BundleParts,
    LoadedModel,
    load_model,
    load_tokenizer,
    write_bundle,
)
from medct_core.models.joint import JointModel
from medct_core.models.manifest import PROMPTS_FILE, ModelManifest, Scoring
from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.training.corpus import Corpus
from medct_core.training.fit import Trainer
from medct_core.training.losses import report_loss
from medct_core.training.mini import mini_prompts
from medct_core.training.mini_network import (
    MINILM,
    learned_tensors,
    new_network,
    tokenizer_folder,
)
from medct_core.training.reproduce.corpora import (
    VALIDATION_A,
    Report,
    base_corpus,
    part_corpus,
)
from medct_core.training.reproduce.form import NETWORK, RECIPE
from medct_core.training.run_config import RunConfig
from medct_core.training.wordings import encode_wordings

_CHECKPOINT_EVERY_S = 300.0
_REPORT_TOKENS = 96
_SENTENCES = 3
_SENTENCE = re.compile(r"(?<=\.)\s+")
_NUMBER = re.compile(r"\d+\.")


class Base(Enum):
    """What an adapter is put on."""

    REPORTS = "R"
    """By contrast of scans and reports alone, as CT-CLIP was."""
    MASKS = "M"
    """By labels and masks, as medct-mini is."""


SETTINGS = {
    Base.REPORTS: RunConfig(
        anatomies=2000,
        epochs=6.0,
        batch_bodies=16,
        image_rate=1.0e-3,
        text_rate=3.0e-4,
        local_weight=0.0,
        report_weight=1.0,
        report_from=0.0,
        text_steps=0,
    ),
    Base.MASKS: RunConfig(
        anatomies=2000, epochs=5.0, batch_bodies=8, local_weight=0.0, report_weight=0.0
    ),
}
"""How each base learns; both from the same phantoms of domain A."""


class ContrastTrainer(Trainer):
    """Brings scans and their own reports together, and never sees a label or a mask."""

    def start(self) -> None:
        """Begin at once: the wordings of findings would be labels."""

    def _losses(
        self,
        values: Tensor,
        corpus: Corpus,
        rows: npt.NDArray[np.int64],
        progress: float,  # noqa: ARG002 - one loss from start to end
    ) -> dict[str, Tensor]:
        rng = np.random.default_rng((self.config.seed, 3, self.step))
        reports = [some_sentences(corpus.reports[row], rng) for row in rows]
        vectors = encode_wordings(self.network, self.tokenizer, reports, _REPORT_TOKENS)
        latent = self.network.encode_volume(values).latent.float()
        return {"report": report_loss(latent, vectors, self.network.logit_scale)}


def some_sentences(report: str, rng: np.random.Generator) -> str:
    """Draw a few sentences of a report, in their order: as short as the prompts will be.

    References
    ----------
    Zhang et al., ConVIRT, 2020, section 3.2: a sentence is drawn from the report at every step.
    """
    sentences = [part for part in _SENTENCE.split(report) if not _NUMBER.fullmatch(part)]
    chosen = rng.permutation(len(sentences))[:_SENTENCES]
    return " ".join(sentences[place] for place in sorted(chosen))


def base_model(bases: Path, base: Base) -> LoadedModel:
    """Open a base that `train_base` wrote below a folder."""
    return load_model(bases / base.value)


@dataclass(frozen=True, slots=True, eq=False)
class BaseRun:
    """How one base is trained.

    Attributes
    ----------
    base, config
        Which one, and its settings.
    corpus, validation
        What it learns from, and what its log tells about.
    folder
        For checkpoints and the log; a stopped run goes on from it.
    out
        Model folder to write; must not exist.
    """

    base: Base
    config: RunConfig
    corpus: Corpus
    validation: Corpus
    folder: Path
    out: Path


def make_base(work: Path, bases: Path, base: Base, report: Report) -> ModelManifest:
    """Draw what a base learns from, train it, and write its model folder below `bases`.

    Parameters
    ----------
    work
        Folder for phantoms, checkpoints and logs; what is there already is not made again.
    bases
        Folder of model folders.
    base
        Which one.
    report
        Told the stage and the share of it that is done.
    """
    run = BaseRun(
        base=base,
        config=SETTINGS[base],
        corpus=base_corpus(work, 1, report),
        validation=part_corpus(work, VALIDATION_A, 1, report),
        folder=work / f"base-{base.value}",
        out=bases / base.value,
    )
    return train_base(run, report)


def train_base(run: BaseRun, report: Report) -> ModelManifest:
    """Train a base and write its model folder; a stopped run goes on where it was."""
    run.folder.mkdir(parents=True, exist_ok=True)
    kind = ContrastTrainer if run.base is Base.REPORTS else Trainer
    tokenizer = load_tokenizer(tokenizer_folder())
    trainer = kind(new_network(run.config, NETWORK), tokenizer, run.config)
    checkpoint = run.folder / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
    else:
        trainer.start()
    trainer.run(
        run.corpus,
        run.validation,
        run.folder,
        _CHECKPOINT_EVERY_S,
        lambda share: report("fitting", share),
    )
    trainer.swap_average()
    return _write(run, trainer.network.eval())


def _write(run: BaseRun, network: JointModel) -> ModelManifest:
    texts = {PROMPTS_FILE: format_prompts(mini_prompts())}
    parts = BundleParts(learned_tensors(network), NETWORK, RECIPE, tokenizer_folder(), texts)
    return write_bundle(run.out, _manifest(run), parts)


def _manifest(run: BaseRun) -> ModelManifest:
    base = run.base
    learned = "reports alone" if base is Base.REPORTS else "labels and masks"
    return ModelManifest(
        name=f"lora-experiment-{base.value.lower()}",
        title=f"Base {base.value} of the LoRA experiment: learned from {learned} of phantoms",
        version=f"{PHANTOM_VERSION}.{run.config.id}",
        licence="Apache-2.0",
        licence_note="Weights by the MedCT authors; text tower all-MiniLM-L6-v2, Apache-2.0.",
        trained_on="synthetic",
        population="synthetic scans of domain a",
        headline=(
            "Made for an experiment on synthetic scans: these scores mean nothing clinically. "
            "Not a medical device."
        ),
        scoring=Scoring(),
        weights_sha256="0" * 64,
        text_base=MINILM,
        source="medct reproduce lora",
    )
