"""`medct library ask`: a scan asked for the findings that a library was taught."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_add import ForceOption
from medct_core.commands.library_place import LibraryOption, open_library
from medct_core.commands.library_teach import fields_of
from medct_core.commands.options import AdapterOption, AsJson, DeviceOption, ModelOption
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.models.stamp import ModelStamp
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.search import Query
    from medct_core.retrieval.taught_finding import TaughtFinding


def ask(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", help="File, folder or zip.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Taught findings; all if none.")
    ] = None,
    library: LibraryOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    device: DeviceOption = "auto",
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Say where a scan stands among the cases that findings were taught with.

    The numbers are no probabilities: they say how many of the cases with and without a finding
    score lower, each scored by a probe that did not learn from its patient.

    Example: medct library ask scan.nii.gz "aortic dissection" --library cases
    """
    kept = open_library(library)
    if not kept.taught.all():
        raise UsageError(
            "The library was taught no finding yet.",
            remedy="Mark cases, then teach one with: medct library teach NAME",
        )

    def asked(cancel: CancelToken) -> "Query":
        from medct_core.archive.queries import AskedScan, scan_query
        from medct_core.inference.loading import open_engine
        from medct_core.models.adapter_store import chosen_adapter

        chosen = chosen_adapter(model, adapter)
        with progress_bar("Loading the model") as report:
            engine = open_engine(model, device=device, adapter=chosen, on_progress=report)
        _wanted(kept, engine.stamp, names or ())
        with progress_bar("Embedding the scan") as report:
            wanted = AskedScan(scan, kept.salt, force)
            return scan_query(engine, wanted, cancel=cancel, on_progress=report)

    query = interruptible(asked)
    _print_answers(kept, query, _wanted(kept, query.stamp, names or ()), as_json=as_json)


def _wanted(
    kept: "CaseLibrary", stamp: "ModelStamp", names: Sequence[str]
) -> "list[TaughtFinding]":
    found = kept.taught.of(stamp)
    if not found:
        others = ", ".join(sorted({one.stamp.model for one in kept.taught.all()}))
        raise UsageError(
            f"The library was taught nothing for {stamp.model} with these settings, only for "
            f"{others}.",
            remedy="Ask with that model, or teach the finding for this one.",
        )
    wanted = {name.strip().casefold() for name in names}
    missing = wanted - {one.name.casefold() for one in found}
    if missing:
        raise UsageError(
            f"The library was not taught {sorted(missing)[0]!r} for {stamp.model}.",
            remedy=f"Ask for one of these: {', '.join(one.name for one in found)}.",
        )
    return [one for one in found if not wanted or one.name.casefold() in wanted]


def _print_answers(
    kept: "CaseLibrary", query: "Query", findings: "Sequence[TaughtFinding]", *, as_json: bool
) -> None:
    standings = [
        None if one.is_stale else one.standing(query.vector, case_id=query.key.case_id)
        for one in findings
    ]
    pairs = zip(findings, standings, strict=True)
    if as_json:
        answers = [
            {**fields_of(one), "standing": None if where is None else asdict(where)}
            for one, where in pairs
        ]
        print_json({"library": kept.address, "answers": answers})
        return
    for one, where in pairs:
        auroc = one.trust.auroc
        print_text(
            f"{one.name}  taught by you, {one.labelled.cases} cases, AUROC {auroc.value:.2f}"
        )
        if where is not None:
            own = "; it is one of them" if where.took_part else ""
            print_text(f"  {where.sentence}{own}")
        for warning in one.warnings:
            print_text(f"  {warning}")
