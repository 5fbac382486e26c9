"""`medct analyze`: scans in, scored findings out."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from medct_core.cancel import Cancelled, CancelToken
from medct_core.commands.console import (
    DONE,
    INTERRUPTED,
    as_shown,
    exit_code_of,
    print_json,
    print_text,
    progress_bar,
    to_stderr,
    worst,
)
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AdapterOption, AsJson, DeviceOption, ModelOption
from medct_core.errors import MedctError, UsageError
from medct_core.io.files import name_given

if TYPE_CHECKING:
    from medct_core.analysis import ScanChoice
    from medct_core.export.report import Report
    from medct_core.inference.engine import InferenceEngine
    from medct_core.inference.prompt import Prompt

log = logging.getLogger(__name__)

_STATES = {0: "done", 2: "wrong usage", 3: "refused", 4: "no model", 5: "no room", 130: "stopped"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one scan.

    Attributes
    ----------
    path
        As given, or as found in a folder that was given.
    seconds
        How long it took.
    report, files
        Where it went well.
    error
        Where it did not.
    """

    path: Path
    seconds: float
    report: "Report | None" = None
    files: tuple[Path, ...] = ()
    error: BaseException | None = None

    @property
    def exit_code(self) -> int:
        """What the command would end with had this been the only scan."""
        return DONE if self.error is None else exit_code_of(self.error)


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    model: str | None
    adapter: Path | None
    device: str
    texts: tuple[str, ...]
    prompt_file: Path | None
    series: str | None
    frame: int | None
    force: bool
    patient: bool
    out: Path
    formats: str


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with every scan.

    Attributes
    ----------
    engine
        The model, loaded.
    own
        Prompts beside the model's.
    choice, out, formats
        Which part of a path is scored, and what is written where.
    """

    engine: "InferenceEngine"
    own: tuple["Prompt | str", ...]
    choice: "ScanChoice"
    out: Path
    formats: tuple[str, ...]


ScansArgument = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="Scans: files, folders, zips.")
]
PromptOption = Annotated[
    list[str] | None, typer.Option(help="A further finding to ask for; may be repeated.")
]
PatientTextOption = Annotated[
    bool, typer.Option("--patient-text", help="Name the patient in the results.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("analyze")(analyze)


def analyze(
    paths: ScansArgument,
    out: Annotated[Path, typer.Option(help="Folder for the results.")] = Path("results"),
    formats: Annotated[str, typer.Option(help="Some of csv, pdf, json.")] = "csv,pdf,json",
    model: ModelOption = None,
    adapter: AdapterOption = None,
    prompt: PromptOption = None,
    prompts: Annotated[Path | None, typer.Option(help="Prompt file (TOML).")] = None,
    series: Annotated[str | None, typer.Option(help="DICOM series: number or UID.")] = None,
    frame: Annotated[int | None, typer.Option(help="Volume of a 4D scan, from 1.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Score unsuitable scans too.")] = False,
    device: DeviceOption = "auto",
    as_json: AsJson = False,
    patient_text: PatientTextOption = False,
) -> None:
    """Score the findings of chest CTs and write them as tables and documents.

    A folder is one DICOM study, or else every scan in it. One scan that fails does not stop
    the others. Not a medical device.

    Example: medct analyze scan.nii.gz --out results --prompt "cavitating nodule"
    """
    wish = Wish(
        model=model,
        adapter=adapter,
        device=device,
        texts=tuple(prompt or ()),
        prompt_file=prompts,
        series=series,
        frame=frame,
        force=force,
        patient=patient_text,
        out=out,
        formats=formats,
    )
    outcomes: list[Outcome] = []
    stopped: Cancelled | None = None
    try:
        interruptible(lambda cancel: _analyze_all(paths, wish, outcomes, cancel))
    except Cancelled as error:
        stopped = error
    _finish(tuple(outcomes), wish, as_json=as_json, stopped=stopped)


def _formats(text: str) -> tuple[str, ...]:
    from medct_core.export.file_names import FORMATS

    wanted = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    unknown = [form for form in wanted if form not in FORMATS]
    if unknown or not wanted:
        raise UsageError(
            f"There is no format {unknown[0]!r}." if unknown else "No format is given.",
            remedy=f"Choose some of: {','.join(FORMATS)}.",
        )
    return wanted


def _analyze_all(
    paths: Sequence[Path], wish: Wish, outcomes: list[Outcome], cancel: CancelToken
) -> None:
    """Do everything; what is slow to import is imported here, where Ctrl-C does not wait for it."""
    from medct_core.export.files import require_writable

    formats = _formats(wish.formats)
    own: tuple[Prompt | str, ...] = (*_written(wish.prompt_file), *wish.texts)
    scans = [scan for path in paths for scan in _scans_in(path, outcomes)]
    if not scans:
        return
    require_writable(wish.out)
    job = _job(wish, own, formats)
    for number, scan in enumerate(scans, start=1):
        cancel.raise_if_cancelled()
        name = name_given(scan)
        title = f"{name} ({number} of {len(scans)})" if len(scans) > 1 else name
        outcomes.append(_analyze_one(scan, title, job, cancel))


def _written(file: Path | None) -> tuple["Prompt", ...]:
    from medct_core.inference.prompt_file import read_prompts

    return read_prompts(file) if file else ()


def _scans_in(path: Path, outcomes: list[Outcome]) -> tuple[Path, ...]:
    """Find the scans a path stands for; a path that holds none is a scan that failed."""
    from medct_core.io.open import mask_folders_in, scans_in

    try:
        scans = scans_in(path)
    except MedctError as error:
        outcomes.append(Outcome(path, 0.0, error=error))
        return ()
    for masks in mask_folders_in(path):
        to_stderr().print(Text(f"Passed over {masks.name}: masks of findings, not scans."))
    return scans


def _job(wish: Wish, own: tuple["Prompt | str", ...], formats: tuple[str, ...]) -> Job:
    """Load the model, and refuse prompts it cannot read before any scan is touched."""
    from medct_core.analysis import ScanChoice, prompts_for
    from medct_core.inference.loading import open_engine
    from medct_core.models.adapter_store import chosen_adapter

    adapter = chosen_adapter(wish.model, wish.adapter)
    with progress_bar("Loading the model") as report:
        engine = open_engine(wish.model, device=wish.device, adapter=adapter, on_progress=report)
    engine.check_prompts(prompts_for(engine, own))
    choice = ScanChoice(wish.series, wish.frame, wish.force, wish.patient)
    return Job(engine, own, choice, wish.out, formats)


def _analyze_one(scan: Path, title: str, job: Job, cancel: CancelToken) -> Outcome:
    from medct_core.analysis import analyze as analyze_scan
    from medct_core.export.files import write_report

    start = time.monotonic()
    try:
        with progress_bar(title) as report:
            result = analyze_scan(
                scan,
                model=job.engine,
                prompts=job.own,
                choice=job.choice,
                cancel=cancel,
                on_progress=_overall(report),
            )
            files = write_report(result, job.out, job.formats)
    except Cancelled:
        raise
    except Exception as error:  # one scan never stops the others
        log.debug("A scan failed", exc_info=error)
        return Outcome(scan, time.monotonic() - start, error=error)
    return Outcome(scan, time.monotonic() - start, result, files)


def _overall(report: Callable[[float], None]) -> Callable[[str, float], None]:
    """Turn the progress of a stage into that of the whole."""
    from medct_core.analysis import STAGES

    names = list(STAGES)

    def tell(stage: str, fraction: float) -> None:
        before = sum(STAGES[name] for name in names[: names.index(stage)])
        report(before + STAGES[stage] * fraction)

    return tell


def _finish(
    outcomes: tuple[Outcome, ...], wish: Wish, *, as_json: bool, stopped: Cancelled | None
) -> None:
    """Say what became of every scan, and end with the exit code that stands for it.

    Raises
    ------
    Cancelled
        If the work was stopped.
    Exit
        With the highest exit code of several scans.
    """
    reports = tuple(outcome.report for outcome in outcomes if outcome.report is not None)
    table = _write_table(reports, wish) if len(outcomes) > 1 else ()
    code = INTERRUPTED if stopped else worst(outcome.exit_code for outcome in outcomes)
    if as_json:
        print_json(_as_fields(outcomes, table, code))
    else:
        _print_files(outcomes, table)
    _print_notices(outcomes)
    if stopped is None and len(outcomes) == 1 and outcomes[0].error is not None:
        raise outcomes[0].error
    _print_summary(outcomes)
    if stopped is not None:
        raise stopped
    raise typer.Exit(code)


def _write_table(reports: tuple["Report", ...], wish: Wish) -> tuple[Path, ...]:
    from medct_core.export.files import write_table

    return (write_table(reports, wish.out),) if reports and "csv" in _formats(wish.formats) else ()


def _as_fields(outcomes: tuple[Outcome, ...], table: tuple[Path, ...], code: int) -> dict[str, Any]:
    return {
        "headline": _headline(outcomes),
        "exit_code": code,
        "table": str(table[0]) if table else None,
        "results": [_fields_of(outcome) for outcome in outcomes],
    }


def _fields_of(outcome: Outcome) -> dict[str, Any]:
    from medct_core.export.report_json import as_fields

    shown = None if outcome.error is None else as_shown(outcome.error)
    return {
        "path": str(outcome.path),
        "state": _STATES.get(outcome.exit_code, "fault"),
        "exit_code": outcome.exit_code,
        "seconds": round(outcome.seconds, 3),
        "files": [str(file) for file in outcome.files],
        "report": None if outcome.report is None else as_fields(outcome.report),
        "error": None if shown is None else {"summary": shown.summary, "remedy": shown.remedy},
    }


def _headline(outcomes: tuple[Outcome, ...]) -> str | None:
    headlines = (one.report.provenance.headline for one in outcomes if one.report is not None)
    return next(headlines, None)


def _print_files(outcomes: tuple[Outcome, ...], table: tuple[Path, ...]) -> None:
    headline = _headline(outcomes)
    if headline is not None:
        print_text(headline)
    for file in (*(file for outcome in outcomes for file in outcome.files), *table):
        print_text(str(file))


def _print_notices(outcomes: tuple[Outcome, ...]) -> None:
    console = to_stderr()
    for outcome in outcomes:
        for notice in outcome.report.notices if outcome.report else ():
            console.print(Text(f"{name_given(outcome.path)}: {notice.text}"))


def _print_summary(outcomes: tuple[Outcome, ...]) -> None:
    """One line a scan, and below it why it failed where it did."""
    if not outcomes:
        return
    console = to_stderr()
    width = max(len(name_given(outcome.path)) for outcome in outcomes)
    for outcome in outcomes:
        state = _STATES.get(outcome.exit_code, "fault")
        name = name_given(outcome.path).ljust(width)
        console.print(Text(f"{state:<12} {name}  {outcome.seconds:6.1f} s"))
        if outcome.error is not None:
            shown = as_shown(outcome.error)
            console.print(Text(f"{'':12} {shown.summary} {shown.remedy}"))
