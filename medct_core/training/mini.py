"""medct-mini from nothing: render, fit, calibrate, and write the model folder."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.evaluation.baseline import trivial_features
from medct_core.findings.calibration import write_calibration
from medct_core.findings.reference import reference_from
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import format_prompts
from medct_core.models.bundle import BundleParts, load_model, load_tokenizer, write_bundle
from medct_core.models.config import MINI
from medct_core.models.joint import JointModel
from medct_core.models.manifest import (
    CALIBRATION_FILE,
    CENTRING_FILE,
    PROMPTS_FILE,
    REFERENCE_FILE,
    ModelManifest,
    Scoring,
)
from medct_core.phantom.generate import PHANTOM_VERSION
from medct_core.phantom.sampling import TRAINING_SEVERITIES, Draw
from medct_core.phantom.seeds import CALIBRATION, TRAINING, VALIDATION
from medct_core.preprocess.model_input import ModelInput
from medct_core.preprocess.recipe import MEDCT_MINI
from medct_core.retrieval.centring import fit_mean
from medct_core.retrieval.model_centring import ModelCentring
from medct_core.training.baseline_fit import fit_trivial_baseline
from medct_core.training.calibrate import POPULATION, fit_calibration
from medct_core.training.corpus import Corpus, Scan, bodies, open_corpus, render_corpus
from medct_core.training.fit import Trainer
from medct_core.training.mini_network import (
    MINILM,
    learned_tensors,
    new_network,
    tokenizer_folder,
)
from medct_core.training.run_config import RunConfig
from medct_core.training.validate import choose_scoring
from medct_core.vocabulary import (
    ABSENT_TEMPLATES,
    FINDINGS,
    PRESENT_TEMPLATES,
    TERMS,
    sentence,
)

_CHECKPOINT_EVERY_S = 480.0
_WORDINGS = 3
_CENTRED_SCANS = 200

Report = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class MiniRun:
    """Where a run works and what it makes.

    Attributes
    ----------
    work
        Folder for corpora, checkpoints and logs; a stopped run goes on from it.
    out
        Model folder to write; must not exist.
    config
        Settings.
    """

    work: Path
    out: Path
    config: RunConfig


def train_mini(run: MiniRun, report: Report) -> ModelManifest:
    """Make medct-mini; every stage that is finished already is taken as it is.

    Parameters
    ----------
    run
        Where and how.
    report
        Told the stage and the share of it that is done.

    Raises
    ------
    UsageError
        If a seed is reserved for another purpose.
    ModelUnavailableError
        If the text tower's package is missing, or `run.out` exists.
    """
    config = run.config
    run.work.mkdir(parents=True, exist_ok=True)
    config.save(run.work / "run.json")
    scans = bodies(TRAINING, config.first_seed, config.anatomies, TRAINING_SEVERITIES)
    corpus = _corpus(run, "training", scans, report)
    few = bodies(VALIDATION, config.validation_seed, config.validation_scans // 2)
    validation = _corpus(run, "validation", few, report)
    _fit_baseline(corpus, run.work)
    network = _fit(run, corpus, validation, report)
    scoring = choose_scoring(network, load_tokenizer(tokenizer_folder()), validation)
    return _finish(run, network, _manifest(config, scoring), report)


def _corpus(run: MiniRun, name: str, scans: tuple[Scan, ...], report: Report) -> Corpus:
    folder = run.work / f"{name}-v{PHANTOM_VERSION}"
    for share in render_corpus(scans, folder, os.cpu_count() or 1):
        report(f"drawing {name} phantoms", share)
    return open_corpus(folder)


def _fit_baseline(corpus: Corpus, work: Path) -> None:
    path = work / f"trivial-baseline-{PHANTOM_VERSION}.npz"
    if not path.exists():
        rows = np.arange(len(corpus))[:, None]
        features = np.stack([trivial_features(corpus.values(row)[0, 0]) for row in rows])
        fit_trivial_baseline(features, corpus.labels).save(path)


def _fit(run: MiniRun, corpus: Corpus, validation: Corpus, report: Report) -> JointModel:
    network = new_network(run.config)
    trainer = Trainer(network, load_tokenizer(tokenizer_folder()), run.config)
    checkpoint = run.work / "checkpoint.pt"
    if checkpoint.exists():
        trainer.resume(checkpoint)
    else:
        report("learning wordings", 0.0)
        trainer.start()
    trainer.run(
        corpus, validation, run.work, _CHECKPOINT_EVERY_S, lambda share: report("fitting", share)
    )
    trainer.swap_average()
    return network.eval()


def mini_prompts() -> tuple[Prompt, ...]:
    """Give the model's own prompts: a few of its training wordings for each finding."""
    return tuple(
        Prompt(
            name,
            tuple(sentence(PRESENT_TEMPLATES[0], term) for term in TERMS[name][:_WORDINGS]),
            tuple(sentence(ABSENT_TEMPLATES[0], term) for term in TERMS[name][:_WORDINGS]),
        )
        for name in FINDINGS
    )


def _finish(
    run: MiniRun, network: JointModel, manifest: ModelManifest, report: Report
) -> ModelManifest:
    """Write the folder twice: weights must be sealed before scores can be calibrated to them."""
    draft = run.work / "draft"
    texts = {PROMPTS_FILE: format_prompts(mini_prompts())}
    if not draft.exists():
        write_bundle(draft, manifest, _parts(network, texts))
    first, stop = CALIBRATION.first, CALIBRATION.first + run.config.calibration_scans
    CALIBRATION.check(first, stop)
    scans = tuple(Scan(seed, Draw.BALANCED, "a") for seed in range(first, stop))
    corpus = _corpus(run, "calibration", scans, report)
    engine = InferenceEngine(load_model(draft))
    prompts, asked = mini_prompts(), _asked(engine, corpus, report)
    calibration = fit_calibration(engine.stamp, prompts, asked.logits, corpus.labels)
    known = reference_from(engine.stamp, POPULATION, prompts, asked.logits, corpus.labels)
    path = run.work / CALIBRATION_FILE
    write_calibration(calibration, path)
    texts[CALIBRATION_FILE] = path.read_text(encoding="utf-8")
    texts[REFERENCE_FILE] = known.to_json()
    mean = fit_mean(asked.vectors[:_CENTRED_SCANS])
    texts[CENTRING_FILE] = ModelCentring(engine.stamp, POPULATION, mean).to_json()
    return write_bundle(run.out, manifest, _parts(network, texts))


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Scans as the model sees them: ``(n, prompts)`` logits, ``(n, d)`` float32 vectors."""

    logits: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]


def _asked(engine: InferenceEngine, corpus: Corpus, report: Report) -> _Asked:
    prompts, logits, vectors = mini_prompts(), [], []
    for row in range(len(corpus)):
        values = corpus.values(np.array([row]))[0]
        prepared = ModelInput(values, engine.recipe.id, np.eye(4), f"calibration-{row}")
        embedding = engine.embed_volume(prepared)
        answers = engine.score(embedding, prompts).answers
        logits.append([answer.logit for answer in answers])
        vectors.append(embedding.vector)
        report("calibrating", (row + 1) / len(corpus))
    return _Asked(np.array(logits), np.stack(vectors))


def _parts(network: JointModel, texts: dict[str, str]) -> BundleParts:
    return BundleParts(learned_tensors(network), MINI, MEDCT_MINI, tokenizer_folder(), texts)


def _manifest(config: RunConfig, scoring: Scoring) -> ModelManifest:
    return ModelManifest(
        name="medct-mini",
        title="MedCT mini: a small CT vision-language model trained on synthetic scans",
        version=f"{PHANTOM_VERSION}.{config.id}",
        licence="Apache-2.0",
        licence_note="Weights by the MedCT authors; text tower all-MiniLM-L6-v2, Apache-2.0.",
        trained_on="synthetic",
        population=POPULATION,
        headline=(
            "Trained on synthetic scans only: these scores mean nothing clinically. "
            "Not a medical device."
        ),
        scoring=scoring,
        weights_sha256="0" * 64,
        text_base=MINILM,
        source="medct train mini",
    )
