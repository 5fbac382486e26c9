"""From the file of a run to an adapter in a folder, measured on patients that were held out."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from medct_core.cancel import CancelToken
from medct_core.errors import NoTextSideError
from medct_core.evaluation.report.folder import write_report
from medct_core.evaluation.scans.evaluation import Evaluation
from medct_core.models.adapter_manifest import AdapterManifest
from medct_core.models.adapters import AdapterNotes
from medct_core.models.bundle import LoadedModel, load_model
from medct_core.models.catalogue import find_model
from medct_core.models.manifest import read_manifest
from medct_core.training.adapt.adapted import Adapted
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.held_out import (
    held_out_cautions,
    held_out_metrics,
    judge_held_out,
)
from medct_core.training.adapt.parts import (
    LeftOut,
    Parts,
    findings_without_positives,
    open_parts,
    prepare_scans,
)
from medct_core.training.adapt.processes import Processes, join_processes
from medct_core.training.adapt.record import alone_in
from medct_core.training.adapt.run_file import RunFile
from medct_core.training.augmentation.augment import Setup
from medct_core.training.augmentation.frame import Frame
from medct_core.training.augmentation.recipes import NONE, augmentation_named
from medct_core.training.augmentation.viewer import AugmentedViewer
from medct_core.training.cohort import ScanViewer
from medct_core.training.tables.scan_table import TextOrder

ADAPTER_FOLDER = "adapter"
REPORT = "held-out"

OnStage = Callable[[str, float], None]
"""Takes what is being done, and the share of it that is done, in [0, 1]."""

OnCaution = Callable[[str], None]
"""Takes a sentence about what weakens a run, before the run begins."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a run made.

    Attributes
    ----------
    adapter
        Its folder.
    manifest
        What stands in it.
    evaluation
        Base and adapter on the held-out patients.
    report
        The page about that.
    left_out
        Lines of the tables that were not used.
    without_positives
        Findings that no scan of the training part has.
    seconds
        Of the fit alone.
    """

    adapter: Path
    manifest: AdapterManifest
    evaluation: Evaluation
    report: Path
    left_out: tuple[LeftOut, ...]
    without_positives: tuple[str, ...]
    seconds: float


def train_adapter(
    run: RunFile, *, cancel: CancelToken, on_stage: OnStage, on_caution: OnCaution
) -> Trained | None:
    """Prepare, fit, measure, save; what a stopped run has done is not done again.

    Parameters
    ----------
    run
        As read from its file.
    cancel
        Checked before every scan and step.
    on_stage
        Told what is being done, in words, and how far it is.
    on_caution
        Told what weakens the run, in the first process.

    Returns
    -------
    What was made; None in every process of a launcher but the first.

    Raises
    ------
    UsageError
        If tables, settings or the folder of the run cannot be used.
    ModelUnavailableError
        If the base is missing, damaged or has no text side.
    ResourceError
        If disk or memory do not suffice.
    Cancelled
        If `cancel` was raised.
    """
    processes = join_processes(run.config.device)
    with processes.together():
        model = _base(run.model)
    parts = _parts(run, model, processes, cancel=cancel, on_stage=on_stage)
    if processes.is_first:
        _caution(parts, on_caution)
    fitted = fit(
        model,
        _seen(parts.train, model, run.config, processes),
        run.config,
        run.folder,
        cancel=cancel,
        on_progress=lambda at: on_stage(at.line, at.fraction),
    )
    try:
        if processes.is_first:
            return _finished(run, model, fitted, parts, cancel=cancel, on_stage=on_stage)
        return None
    finally:
        processes.wait()  # a launcher ends the others soon after one has left


def _base(name: str) -> LoadedModel:
    folder = find_model(name).folder
    if not read_manifest(folder).reads_text:
        raise NoTextSideError(
            f"The model {name} has no text side, and LoRA here changes models that read text.",
            remedy="Choose a model that reads text, such as medct-mini.",
        )
    return load_model(folder)


def _parts(
    run: RunFile,
    model: LoadedModel,
    processes: Processes,
    *,
    cancel: CancelToken,
    on_stage: OnStage,
) -> Parts:
    """Let the first process prepare what is missing; all open what is there."""
    refused: dict[str, str] = {}
    with processes.together():
        if processes.is_first:
            with alone_in(run.folder):
                pass  # what stands against it is told now, not after hours of preparing
            refused = prepare_scans(
                run.data,
                model.recipe,
                cancel=cancel,
                on_progress=lambda share: on_stage("Preparing scans", share),
            )
    with processes.together():
        return open_parts(run.data, model.recipe, refused, TextOrder(run.config.text_order))


def _caution(parts: Parts, on_caution: OnCaution) -> None:
    absent = findings_without_positives(parts.train.cohort)
    if absent:
        on_caution(
            f"No scan of the training part has {', '.join(absent)}: what it looks like cannot be "
            "learned from labels."
        )
    for caution in held_out_cautions(parts):
        on_caution(caution)


def _seen(
    plain: ScanViewer, model: LoadedModel, config: AdaptConfig, processes: Processes
) -> ScanViewer:
    if config.augmentation == NONE.name:
        return plain
    setup = Setup(augmentation_named(config.augmentation), Frame.of(model.recipe), processes.device)
    return AugmentedViewer(plain, setup, config.seed)


def _finished(
    run: RunFile,
    model: LoadedModel,
    fitted: Adapted,
    parts: Parts,
    *,
    cancel: CancelToken,
    on_stage: OnStage,
) -> Trained:
    evaluation = judge_held_out(
        fitted,
        parts,
        run.config,
        model.stamp,
        cancel=cancel,
        on_progress=lambda share: on_stage("Measuring on held-out patients", share),
    )
    folder = run.folder / ADAPTER_FOLDER
    return Trained(
        adapter=folder,
        manifest=_saved(fitted, run.config, evaluation, parts.learned_from, folder),
        evaluation=evaluation,
        report=write_report(evaluation, run.folder, REPORT)[0],
        left_out=parts.left_out,
        without_positives=findings_without_positives(parts.train.cohort),
        seconds=fitted.seconds,
    )


def _saved(
    fitted: Adapted,
    config: AdaptConfig,
    evaluation: Evaluation,
    learned_from: tuple[str, ...],
    folder: Path,
) -> AdapterManifest:
    assert fitted.host is not None
    notes = AdapterNotes(
        preset=None if config.own_ranks else config.preset,
        metrics=held_out_metrics(evaluation),
        head=fitted.head,
        findings=evaluation.contest.findings if fitted.head is not None else (),
        learned_from=learned_from,
    )
    if folder.exists():
        # The same run, gone on with: its files say the same, and are written anew.
        shutil.rmtree(folder)
    return fitted.host.save(config.name, folder, notes)
