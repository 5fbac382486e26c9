"""`medct evaluate retrieval`: how well scans find scans and reports, and reports find scans."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.evaluate_scans import (
    Adapters,
    MetadataOption,
    ReportsOption,
    ScansOption,
)
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_place import open_library
from medct_core.commands.options import AsJson, DeviceOption
from medct_core.commands.phantom_choices import DomainChoice, DrawChoice
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.evaluation.multilabel.compare import Gain
    from medct_core.evaluation.retrieval import Frame, FrameResult, RetrievalEvaluation
    from medct_core.evaluation.retrieval_estimate import Estimate
    from medct_core.evaluation.retrieval_gains import RetrievalGains
    from medct_core.inference.engine import InferenceEngine

_TITLES = {
    "report_to_volume": "report to volume",
    "volume_to_report": "volume to report",
    "clip_released_map": 'volume to volume, "MAP@K" as CT-CLIP released it (mean label overlap)',
    "label_overlap": "volume to volume, mean label overlap, other patients only",
    "any_shared_label_map": 'volume to volume, "MAP@K" of RadFinder (any shared label)',
}

KeepOption = Annotated[
    Path | None, typer.Option(help="Folder that keeps embedded phantoms for the next time.")
]
TableOption = Annotated[
    Path | None, typer.Option(help="CSV of scans and reports, instead of phantoms.")
]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is measured, and on what."""

    seeds: str | None
    fit_seeds: str | None
    draw: DrawChoice
    domain: DomainChoice
    library: str | None
    keep: Path | None


@dataclass(frozen=True, slots=True)
class TableWish:
    """Which table is measured, and by which adapters."""

    table: Path
    scans: Path | None
    reports: Path | None
    metadata: Path | None
    adapters: tuple[str, ...]
    out: Path | None


def retrieval(
    seeds: Annotated[
        str | None, typer.Option(help="Phantoms, half-open range A:B; from 5000000.")
    ] = None,
    library: Annotated[
        str | None, typer.Option(help="Folder or address of a library, instead of phantoms.")
    ] = None,
    model: Annotated[str, typer.Option(help="Name or folder of a model.")] = "medct-mini",
    fit_seeds: Annotated[
        str | None, typer.Option(help="Other phantoms: mean and whitening are fitted on them.")
    ] = None,
    draw: Annotated[DrawChoice, typer.Option()] = DrawChoice.BALANCED,
    domain: Annotated[DomainChoice, typer.Option()] = DomainChoice.A,
    keep: KeepOption = None,
    table: TableOption = None,
    adapter: Adapters = None,
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report on a table; can be gone on with.")
    ] = None,
    device: DeviceOption = "auto",
    as_json: AsJson = False,
) -> None:
    """Measure retrieval on synthetic scans that no training has seen, a library or a table.

    Recall@K, mean reciprocal rank, average precision and median rank both ways between scans and
    reports; between scans, both numbers that the literature calls MAP@K. Each stands beside its
    interval and what a random order reaches. On a table every adapter is compared with its base,
    query by query.

    Example: medct evaluate retrieval --seeds 5400000:5400400 --fit-seeds 5600000:5600300
    """
    if sum(one is not None for one in (seeds, library, table)) != 1:
        raise UsageError(
            "Retrieval is measured on phantoms, on a library or on a table.",
            remedy="Give one of --seeds, --library and --table.",
        )
    if table is not None:
        on_table = TableWish(table, scans, reports, metadata, tuple(adapter or ()), out)
        _answer_on_table(on_table, model, device, as_json=as_json)
        return
    wish = Wish(seeds, fit_seeds, draw, domain, library, keep)
    _require_fitting(wish, (adapter, scans, reports, metadata, out))
    result = interruptible(lambda cancel: _measured(wish, model, device, cancel))
    print_json(result.to_json()) if as_json else print_text(_table(result))


def _require_fitting(wish: Wish, of_table: Sequence[object]) -> None:
    if any(of_table):
        raise UsageError(
            "--adapter, --scans, --reports, --metadata and --out belong to a table.",
            remedy="Name one with --table, or leave them out.",
        )
    if wish.library is not None and wish.fit_seeds is not None:
        raise UsageError(
            "A library's mean is fitted on the library, not on phantoms.",
            remedy="Leave --fit-seeds out.",
        )


def _measured(wish: Wish, model: str, device: str, cancel: CancelToken) -> "RetrievalEvaluation":
    from medct_core.inference.loading import open_engine

    with progress_bar("Loading the model") as report:
        engine = open_engine(model, device=device, on_progress=report)
    if wish.library is not None:
        return _on_library(engine, wish.library, cancel)
    return _on_phantoms(engine, wish, cancel)


def _answer_on_table(wish: TableWish, model: str, device: str, *, as_json: bool) -> None:
    from medct_core.evaluation.report.retrieval_page import write_retrieval
    from medct_core.evaluation.retrieval_gains import retrieval_gains

    if wish.out is None:
        raise UsageError("A report on a table needs a folder.", remedy="Name one with --out.")
    out = wish.out
    results = interruptible(lambda cancel: _on_table(wish, out, model, device, cancel))
    gains = retrieval_gains(results)
    text = "\n\n".join([*map(_table, results), *map(_gains, gains)])
    written = write_retrieval(results, gains, text, out)
    print_json(written.answer) if as_json else print_text(f"{text}\n\nreport: {written.page}")


def _on_table(
    wish: TableWish, out: Path, model: str, device: str, cancel: CancelToken
) -> "tuple[RetrievalEvaluation, ...]":
    from medct_core.evaluation.scans.contenders import open_contenders
    from medct_core.evaluation.scans.retrieval_task import evaluate_table_retrieval
    from medct_core.models.adapter_store import find_adapter
    from medct_core.training.tables.evaluated import Places, read_evaluated

    (scans,), _ = read_evaluated([wish.table], Places(wish.scans, wish.reports, wish.metadata))
    folders = [find_adapter(one).folder for one in wish.adapters]
    with progress_bar("Loading the model") as report:
        contenders = open_contenders(model, folders, device=device, on_progress=report)
    with progress_bar("Encoding scans and reports") as report:
        return evaluate_table_retrieval(contenders, scans, out, cancel=cancel, on_progress=report)


def _on_phantoms(
    engine: "InferenceEngine", wish: Wish, cancel: CancelToken
) -> "RetrievalEvaluation":
    from medct_core.evaluation.retrieval import RAW, evaluate_retrieval, frames_from
    from medct_core.evaluation.retrieval_phantoms import (
        PhantomRange,
        check_apart,
        phantom_cases,
    )
    from medct_core.phantom.generate import PHANTOM_VERSION
    from medct_core.phantom.sampling import Draw
    from medct_core.phantom.seeds import parse_seeds

    def phantoms(seeds: str) -> PhantomRange:
        return PhantomRange(*parse_seeds(seeds), Draw(wish.draw.value), wish.domain.value)

    wanted = phantoms(wish.seeds or "")
    fitting = phantoms(wish.fit_seeds) if wish.fit_seeds is not None else None
    frames = [RAW, *_model_frames(engine, cancel)]
    if fitting is not None:
        check_apart(wanted, fitting)
        with progress_bar("Embedding phantoms to fit on") as report:
            other = phantom_cases(
                engine, fitting, keep=wish.keep, cancel=cancel, on_progress=report
            )
        seeds = f"{fitting.first}:{fitting.stop}"
        frames += frames_from(other, fitted_on=f"{len(other)} other phantoms, seeds {seeds}")
    with progress_bar("Embedding phantoms") as report:
        cases = phantom_cases(engine, wanted, keep=wish.keep, cancel=cancel, on_progress=report)
    source = (
        f"phantoms, version {PHANTOM_VERSION}, seeds {wanted.first}:{wanted.stop}, domain "
        f"{wanted.domain}, {wanted.draw.value} draw"
    )
    with progress_bar("Comparing") as report:
        return evaluate_retrieval(
            cases, frames, stamp=engine.stamp, source=source, cancel=cancel, on_progress=report
        )


def _on_library(
    engine: "InferenceEngine", library: str, cancel: CancelToken
) -> "RetrievalEvaluation":
    from medct_core.evaluation.retrieval import RAW, evaluate_retrieval, frames_from
    from medct_core.evaluation.retrieval_library import UNSAID, library_cases
    from medct_core.retrieval.spread import LEAST_CASES

    kept = open_library(library)
    with progress_bar("Reading the reports") as report:
        taken = library_cases(engine, kept, cancel=cancel, on_progress=report)
    cases, count = taken.cases, len(taken.cases)
    frames = [RAW, *_model_frames(engine, cancel)]
    if count >= LEAST_CASES:
        frames += frames_from(cases, fitted_on=f"the {count} cases that are measured themselves")
    source = (
        f"{count} of the {taken.of} cases of a library with a report or a known finding; {UNSAID}"
    )
    with progress_bar("Comparing") as report:
        return evaluate_retrieval(
            cases, frames, stamp=engine.stamp, source=source, cancel=cancel, on_progress=report
        )


def _model_frames(engine: "InferenceEngine", cancel: CancelToken) -> "tuple[Frame, ...]":
    """Compare as a search of a small library does: by the mean that comes with the model."""
    from dataclasses import replace

    from medct_core.archive.queries import centring_of
    from medct_core.errors import ModelUnavailableError
    from medct_core.evaluation.retrieval import Frame
    from medct_core.inference.text_mean import mean_of_wordings

    scans = centring_of(engine)
    if scans is None:
        return ()
    try:
        texts = replace(scans, mean=mean_of_wordings(engine, cancel=cancel))
    except ModelUnavailableError:
        texts = None
    said = f"{scans.fitted_on} scans that came with the model; texts: its wordings"
    return (Frame("model mean", scans, texts, said),)


def _table(result: "RetrievalEvaluation") -> str:
    from medct_core.evaluation.report.words import stamp_line

    rules = result.to_json()["rules"]
    lines = [
        f"{stamp_line(result.stamp)} on {result.source}",
        f"{result.n} scans of {result.patients} patients, {result.with_report} with a report "
        f"({result.reports} different), {result.without_finding} without a finding, "
        f"{result.findings_per_scan:.1f} findings a scan",
    ]
    for one in result.results:
        lines += ["", f"{one.cosines} cosines (fitted on {one.fitted_on})", *_frame_lines(one)]
    lines += ["", "value [95 % interval] chance"]
    assert isinstance(rules, dict)
    lines += [f"{name.replace('_', ' ')}: {text}" for name, text in rules.items()]
    return "\n".join(lines)


def _frame_lines(result: "FrameResult") -> list[str]:
    lines: list[str] = []
    for name, measure in result.measured.items():
        share = getattr(measure, "share_relevant", None)
        common = "" if share is None else f"; {share:.3f} of them share a finding"
        asked = f"{measure.queries} asked, {measure.candidates} to be found{common}"
        lines += [f"  {_TITLES[name]}: {asked}"]
        lines += [_line(number, one) for number, one in measure.named.items()]
    return lines


def _line(name: str, one: "Estimate") -> str:
    if one.value is None:
        return f"    {name:18s} -"
    digits = _digits(name)
    numbers = [f"{number:.{digits}f}" for number in (one.value, one.low, one.high, one.chance)]
    return "    {:18s} {} [{}, {}] {}".format(name, *numbers)


def _gains(gains: "RetrievalGains") -> str:
    from medct_core.evaluation.report.words import stamp_line
    from medct_core.evaluation.retrieval_gains import RULE

    lines = [f"gain of {stamp_line(gains.stamp)} over the base, {gains.cosines} cosines"]
    for name, measure in gains.gains.items():
        lines += [f"  {_TITLES[name]}"]
        lines += [_gain_line(number, gain) for number, gain in measure.items()]
    return "\n".join([*lines, "", "gain [95 % interval] p", RULE])


def _gain_line(name: str, one: "Gain") -> str:
    from medct_core.evaluation.report.words import probability

    if one.gain is None:
        return f"    {name:18s} -"
    digits = _digits(name)
    numbers = [f"{number:+.{digits}f}" for number in (one.gain, one.low, one.high)]
    return "    {:18s} {} [{}, {}] {}".format(name, *numbers, probability(one.p))


def _digits(name: str) -> int:
    from medct_core.evaluation.retrieval_ranks import MEDIAN_RANK

    return 1 if name == MEDIAN_RANK else 3
