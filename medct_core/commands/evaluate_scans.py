"""`medct evaluate zero-shot` and `classify`: a base and its adapters on a table of scans."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.data_tables import require_training
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson, DeviceOption

if TYPE_CHECKING:
    from medct_core.evaluation.scans.evaluation import Evaluation
    from medct_core.evaluation.scans.tasks import Task
    from medct_core.training.tables.evaluated import Places


class ProtocolChoice(Enum):
    """How findings are asked for."""

    CT_CLIP = "ct-clip"
    MEDCT_VLM = "medct-vlm"
    ENSEMBLE = "ensemble"


Table = Annotated[
    Path, typer.Argument(help="CSV of test scans with labels, in CT-RATE's form or a simple one.")
]
Validation = Annotated[
    Path, typer.Option(help="CSV of other patients' scans: thresholds come from these alone.")
]
Out = Annotated[Path, typer.Option(help="Folder of the report; a run that was stopped goes on.")]
BaseOption = Annotated[str, typer.Option(help="Name or folder of the base model.")]
Adapters = Annotated[
    list[str] | None, typer.Option("--adapter", help="Name or folder; may be repeated.")
]
ScansOption = Annotated[
    Path | None, typer.Option(help="Folder of the scans, searched with all below it.")
]
ReportsOption = Annotated[Path | None, typer.Option(help="CSV of reports, by VolumeName.")]
MetadataOption = Annotated[
    Path | None,
    typer.Option(help="CSV of spacing, slope and intercept; for RAD-ChestCT, of patients."),
]
Specificity = Annotated[
    float,
    typer.Option(min=0.01, max=1.0, help="At which sensitivity is said; set on validation."),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Of the resampling of patients.")]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is measured, and how."""

    table: Path
    validation: Path
    places: "Places"
    protocol: ProtocolChoice
    specificity: float
    seed: int
    model: str
    adapters: tuple[str, ...]
    device: str
    out: Path


def zero_shot(
    table: Table,
    validation: Validation,
    out: Out,
    model: BaseOption = "medct-mini",
    adapter: Adapters = None,
    protocol: Annotated[
        ProtocolChoice,
        typer.Option(help="A pair of sentences, a single one, or many pairs a finding."),
    ] = ProtocolChoice.CT_CLIP,
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    specificity: Specificity = 0.9,
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    as_json: AsJson = False,
) -> None:
    """Ask for findings by prompts, and measure the answers against labels.

    AUROC, average precision, accuracy and four kinds of F1, sensitivity at a fixed specificity,
    calibration: with 95 % intervals over patients, and each adapter tested against its base.

    Example: medct evaluate zero-shot valid.csv --validation tuning.csv --scans ct --out report
    """
    from medct_core.evaluation.scans.tasks import ZERO_SHOT
    from medct_core.training.tables.evaluated import Places

    wish = Wish(
        table=table,
        validation=validation,
        places=Places(scans, reports, metadata),
        protocol=protocol,
        specificity=specificity,
        seed=seed,
        model=model,
        adapters=tuple(adapter or ()),
        device=device,
        out=out,
    )
    _answer(wish, ZERO_SHOT, as_json=as_json)


def classify(
    table: Table,
    validation: Validation,
    out: Out,
    adapter: Annotated[list[str], typer.Option("--adapter", help="With a head; may be repeated.")],
    model: BaseOption = "medct-mini",
    protocol: Annotated[
        ProtocolChoice, typer.Option(help="How the base, which has no head, is asked.")
    ] = ProtocolChoice.CT_CLIP,
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    specificity: Specificity = 0.9,
    seed: SeedOption = 0,
    device: DeviceOption = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure the supervised heads of adapters, beside their base asked by prompts.

    Example: medct evaluate classify valid.csv --validation tuning.csv --scans ct --adapter site
    --out report
    """
    from medct_core.evaluation.scans.tasks import CLASSIFY
    from medct_core.training.tables.evaluated import Places

    wish = Wish(
        table=table,
        validation=validation,
        places=Places(scans, reports, metadata),
        protocol=protocol,
        specificity=specificity,
        seed=seed,
        model=model,
        adapters=tuple(adapter),
        device=device,
        out=out,
    )
    _answer(wish, CLASSIFY, as_json=as_json)


def _answer(wish: Wish, task: str, *, as_json: bool) -> None:
    require_training("matplotlib")
    from medct_core.evaluation.report.folder import write_report

    result = interruptible(lambda cancel: _measured(wish, task, cancel))
    files = write_report(result, wish.out, f"{task}-{wish.protocol.value}")
    print_json(result.to_json()) if as_json else print_text(_table(result, files[0]))


def _measured(wish: Wish, name: str, cancel: CancelToken) -> "Evaluation":
    from medct_core.evaluation.scans.contenders import open_contenders
    from medct_core.evaluation.scans.tasks import CLASSIFY, evaluate_heads, evaluate_zero_shot
    from medct_core.models.adapter_store import find_adapter

    task = _task(wish)
    folders = [find_adapter(one).folder for one in wish.adapters]
    with progress_bar("Loading the model") as report:
        contenders = open_contenders(wish.model, folders, device=wish.device, on_progress=report)
    evaluate = evaluate_heads if name == CLASSIFY else evaluate_zero_shot
    with progress_bar("Asking about scans") as report:
        return evaluate(contenders, task, wish.out, cancel=cancel, on_progress=report)


def _task(wish: Wish) -> "Task":
    from medct_core.evaluation.scans.protocols import Protocol
    from medct_core.evaluation.scans.tasks import Task
    from medct_core.training.tables.evaluated import read_evaluated

    (test, validation), labels = read_evaluated([wish.table, wish.validation], wish.places)
    return Task(
        labels=labels,
        test=test,
        validation=validation,
        protocol=Protocol(wish.protocol.value),
        specificity=wish.specificity,
        seed=wish.seed,
    )


def _table(result: "Evaluation", page: Path) -> str:
    from medct_core.evaluation.multilabel.weighted import METRICS
    from medct_core.evaluation.report.words import TITLES, between, number, probability, signed
    from medct_core.evaluation.scans.evaluation import NOTICE

    contest = result.contest
    lines = [
        f"{contest.task}: {contest.test.n} scans of {contest.test.patients} patients, "
        f"{len(contest.findings)} findings; left out: {len(contest.test.left_out)}",
        f"{'':24s}" + "".join(f"{model.name:>26s}" for model in result.models),
    ]
    for name in METRICS:
        cells = (
            f"{number(getattr(one.overall, name))} [{between(*one.intervals[name])}]"
            for one in result.models
        )
        lines.append(f"{TITLES[name]:24s}" + "".join(f"{cell:>26s}" for cell in cells))
    for other, comparison in result.comparisons.items():
        gain = comparison.metrics["mean_auroc"]
        lines.append(
            f"{other}: gain in mean AUROC {signed(gain.gain)} [{between(gain.low, gain.high)}], "
            f"p {probability(gain.p)}"
        )
    cautions = (f"Caution: {text}" for text in contest.cautions)
    return "\n".join([*lines, *cautions, f"report: {page}", NOTICE])
