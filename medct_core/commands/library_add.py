"""`medct library add` and `import`: scans embedded into the library of cases."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from medct_core.cancel import Cancelled, CancelToken
from medct_core.commands.console import (
    INTERRUPTED,
    as_shown,
    exit_code_of,
    print_json,
    print_text,
    progress_bar,
    to_stderr,
    worst,
)
from medct_core.commands.interrupt import GRACE_S, interruptible
from medct_core.commands.library_cluster import (
    CLUSTER_GRACE_S,
    ClusterOption,
    ClusterRun,
    RetryOption,
    WorkersOption,
    add_on_cluster,
    rate_of,
    samples_of,
)
from medct_core.commands.library_place import LibraryOption, open_library, require_packages
from medct_core.commands.options import AdapterOption, AsJson, DeviceOption, ModelOption
from medct_core.errors import MedctError

if TYPE_CHECKING:
    from medct_core.archive.embed_folder import Outcome, WantedScan
    from medct_core.archive.embed_worker import WorkerWish
    from medct_core.archive.known_facts import KnownFacts
    from medct_core.retrieval.library import CaseLibrary

ForceOption = Annotated[bool, typer.Option("--force", help="Take unsuitable scans too.")]
Wanted = Callable[[list["Outcome"]], Sequence["WantedScan"]]
"""Gives the scans that are wanted; what cannot be found goes to the list it is given."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What scans are embedded with, and where they go."""

    library: str | None
    model: str | None
    adapter: Path | None
    device: str
    force: bool
    run: ClusterRun


def add(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Scans: files, folders, zips.")
    ],
    library: LibraryOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    device: DeviceOption = "auto",
    patient: Annotated[
        str, typer.Option(help="Number of the patient; only its keyed hash is kept.")
    ] = "",
    tag: Annotated[list[str] | None, typer.Option(help="A word of yours; may be repeated.")] = None,
    force: ForceOption = False,
    cluster: ClusterOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    as_json: AsJson = False,
) -> None:
    """Embed scans and keep them as cases; what is there already is skipped.

    Do it again after an interruption: nothing is lost, and nothing comes twice. No name of a
    patient is kept, and of their number only a keyed hash.

    On a cluster, all machines see the scans under the same path and have this program installed.
    Files that were done, or refused, and have not changed are not read again.

    Example: medct library add scans/ --library cases --tag teaching
    """
    require_packages()
    from medct_core.archive.known_facts import KnownFacts

    facts = KnownFacts(patient=patient, tags=tuple(sorted(set(tag or ()))))
    run = ClusterRun(cluster, workers, retry)
    wish = Wish(library, model, adapter, device, force, run)
    _bring_in(lambda refused: _wanted_in(paths, facts, refused), wish, as_json=as_json)


def import_table(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Table of scans.")],
    library: LibraryOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
    cluster: ClusterOption = None,
    workers: WorkersOption = None,
    retry: RetryOption = False,
    as_json: AsJson = False,
) -> None:
    """Add the scans of a table with what it says about them.

    A column "scan" holds paths. Others are patient, study, report, age, sex, contrast,
    slice_thickness_mm, site, scanner, kernel, tags, by and verified; every other is a finding,
    with yes, no or nothing. A case that is there already takes what is new.

    Example: medct library import cases.csv --library cases
    """
    require_packages()
    from medct_core.archive.facts_table import read_facts_table

    run = ClusterRun(cluster, workers, retry)
    wish = Wish(library, model, adapter, device, force, run)
    _bring_in(lambda _refused: read_facts_table(table), wish, as_json=as_json)


def _wanted_in(
    paths: Sequence[Path], facts: "KnownFacts", refused: list["Outcome"]
) -> Sequence["WantedScan"]:
    from medct_core.archive.embed_folder import Outcome, State, WantedScan
    from medct_core.io.open import scans_in

    wanted: list[WantedScan] = []
    for path in paths:
        try:
            wanted.extend(WantedScan(scan, facts) for scan in scans_in(path))
        except MedctError as error:
            refused.append(Outcome(path, State.REFUSED, error=error))
    return wanted


def _bring_in(wanted: Wanted, wish: Wish, *, as_json: bool) -> None:
    """Add scans, say what became of each, and end with the worst exit code.

    Raises
    ------
    Cancelled
        If the work was stopped; what was done until then is said and kept.
    Exit
        With the exit code of the scans.
    """
    outcomes: list[Outcome] = []
    stopped: Cancelled | None = None
    kept = open_library(wish.library)
    try:
        grace_s = GRACE_S if wish.run.address is None else CLUSTER_GRACE_S
        interruptible(
            lambda cancel: _add_all(kept, wanted, wish, outcomes, cancel), grace_s=grace_s
        )
    except Cancelled as error:
        stopped = error
    _print_outcomes(kept, outcomes, wish.run, as_json=as_json, stopped=stopped is not None)
    if stopped is not None:
        raise stopped
    raise typer.Exit(worst(exit_code_of(one.error) for one in outcomes if one.error))


def _add_all(
    kept: "CaseLibrary",
    wanted: Wanted,
    wish: Wish,
    outcomes: list["Outcome"],
    cancel: CancelToken,
) -> None:
    from medct_core.archive.embed_folder import Embedder, add_scans
    from medct_core.inference.loading import open_engine
    from medct_core.models.adapter_store import chosen_adapter

    scans = wanted(outcomes)
    if not scans:
        return
    if wish.run.address is not None:
        for outcome in add_on_cluster(wish.run, kept, scans, _worker_wish(wish, scans), cancel):
            outcomes.append(outcome)
        return
    adapter = chosen_adapter(wish.model, wish.adapter)
    with progress_bar("Loading the model") as report:
        engine = open_engine(wish.model, device=wish.device, adapter=adapter, on_progress=report)
    with progress_bar(f"Adding {len(scans)} scans") as report:
        embedder = Embedder(kept, engine, wish.force)
        for outcome in add_scans(embedder, scans, cancel=cancel, on_progress=report):
            outcomes.append(outcome)


def _worker_wish(wish: Wish, scans: Sequence["WantedScan"]) -> "WorkerWish":
    from medct_core.archive.embed_worker import WorkerWish
    from medct_core.models.adapter_store import chosen_adapter

    adapter = chosen_adapter(wish.model, wish.adapter)
    return WorkerWish(
        model=_absolute_if_folder(wish.model),
        adapter=None if adapter is None else str(adapter.absolute()),
        device=wish.device,
        is_forced=wish.force,
        samples=samples_of(scans),
    )


def _absolute_if_folder(model: str | None) -> str | None:
    """Name a folder so that processes in other folders find it."""
    return str(Path(model).absolute()) if model and Path(model).is_dir() else model


def _print_outcomes(
    kept: "CaseLibrary",
    outcomes: Sequence["Outcome"],
    run: ClusterRun,
    *,
    as_json: bool,
    stopped: bool,
) -> None:
    from medct_core.archive.embed_folder import State

    counts = {state: sum(one.state is state for one in outcomes) for state in State}
    console = to_stderr()
    for one in outcomes:
        if one.error is not None:
            shown = as_shown(one.error)
            console.print(Text(f"{one.path.name}: {shown.summary} {shown.remedy}"))
    for notice in dict.fromkeys(run.notices):
        console.print(Text(notice))
    if not as_json:
        told = [f"{count} {state.value}" for state, count in counts.items() if count]
        if run.seconds:
            told.append(f"{rate_of(len(outcomes), run.seconds)} with {run.workers} workers")
        print_text(", ".join(told))
        return
    code = worst(exit_code_of(one.error) for one in outcomes if one.error)
    print_json(
        {
            "library": kept.address,
            "exit_code": INTERRUPTED if stopped else code,
            **{state.name.lower(): count for state, count in counts.items()},
            **_cluster_fields(run, len(outcomes)),
            "scans": [_outcome_fields(one) for one in outcomes],
        }
    )


def _cluster_fields(run: ClusterRun, done: int) -> dict[str, Any]:
    if run.address is None:
        return {}
    fields = {"address": run.address, "workers": run.workers, "cores_each": run.cores}
    rate = round(done / run.seconds, 3) if run.seconds else None
    return {"cluster": {**fields, "seconds": round(run.seconds, 3), "scans_per_second": rate}}


def _outcome_fields(outcome: "Outcome") -> dict[str, Any]:
    shown = None if outcome.error is None else as_shown(outcome.error)
    return {
        "path": str(outcome.path),
        "state": outcome.state.name.lower(),
        "case_id": outcome.case_id or None,
        "error": None if shown is None else {"summary": shown.summary, "remedy": shown.remedy},
    }
