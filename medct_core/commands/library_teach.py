"""`medct library mark`, `teach`, `unteach` and `taught`: findings of a person's own."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from medct_core.cancel import CancelToken
from medct_core.commands.console import (
    exit_code_of,
    print_json,
    print_text,
    progress_bar,
    to_stderr,
    worst,
)
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_place import LibraryOption, open_library, require_teaching
from medct_core.commands.options import AsJson
from medct_core.errors import MedctError, UsageError

if TYPE_CHECKING:
    from medct_core.models.stamp import ModelStamp
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.taught_finding import Estimate, TaughtFinding

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the finding.")]
ByOption = Annotated[str, typer.Option(help="Who says so.")]


def mark(
    cases: Annotated[list[str], typer.Argument(metavar="CASE", help="Ids, or how they begin.")],
    finding: Annotated[str, typer.Option(help="Name of the finding, also one of your own.")],
    present: Annotated[
        bool | None, typer.Option("--present/--absent", help="Whether they have it.")
    ] = None,
    unknown: Annotated[bool, typer.Option("--unknown", help="Take back what was said.")] = False,
    by: ByOption = "",
    verified: Annotated[bool, typer.Option("--verified", help="It is verified.")] = False,
    library: LibraryOption = None,
    as_json: AsJson = False,
) -> None:
    """Say of cases whether they have a finding.

    Example: medct library mark 5f0c2b71 --finding "aortic dissection" --present --by "Dr A"
    """
    if (present is None) != unknown or not finding.strip():
        raise UsageError(
            "It is not said whether the cases have a finding.",
            remedy="Name it with --finding, and give one of --present, --absent and --unknown.",
        )
    kept = open_library(library)
    from medct_core.retrieval import marking
    from medct_core.retrieval.library_case import KnownFinding

    ids = [kept.case_named(beginning).case_id for beginning in cases]
    name = marking.spelled_as_known(kept, finding)
    with progress_bar("Marking"):
        if present is None:
            count = marking.unmark(kept, ids, name)
        else:
            count = marking.mark(kept, ids, KnownFinding(name, present, verified, by))
    if as_json:
        print_json({"library": kept.address, "finding": name, "marked": count, "cases": ids})
    else:
        print_text(f"{count} marked: {name}")


def teach(
    name: NameArgument,
    library: LibraryOption = None,
    model: Annotated[str, typer.Option(help="Only for this model; else for all.")] = "",
    by: ByOption = "",
    as_json: AsJson = False,
) -> None:
    """Learn a finding from the cases marked with it and without it, and say how well.

    At least ten different patients of each are needed. The AUROC is of patients that were not
    learned from; beside it stands what how the scans were made tells alone, and what labels dealt
    at random give.

    Example: medct library teach "aortic dissection" --library cases
    """
    kept = open_library(library)
    require_teaching()
    from medct_core.retrieval.marking import spelled_as_known

    stamps = _stamps(kept, model)
    spelled = spelled_as_known(kept, name)
    refused: list[MedctError] = []
    taught = interruptible(lambda cancel: _teach_all(kept, spelled, stamps, by, refused, cancel))
    console = to_stderr()
    for error in refused:
        console.print(Text(f"{error.summary} {error.remedy}"))
    _print_taught(kept, taught, as_json=as_json)
    raise typer.Exit(worst(exit_code_of(error) for error in refused))


def unteach(name: NameArgument, library: LibraryOption = None, as_json: AsJson = False) -> None:
    """Remove what was taught for good; the marks of the cases stay.

    Example: medct library unteach "aortic dissection" --library cases
    """
    kept = open_library(library)
    count = kept.taught.forget(name)
    print_json({"library": kept.address, "removed": count}) if as_json else print_text(
        f"{count} removed"
    )


def taught(library: LibraryOption = None, as_json: AsJson = False) -> None:
    """List the findings that were taught, with how far to trust them.

    Example: medct library taught --library cases
    """
    kept = open_library(library)
    findings = kept.taught.all()
    _print_taught(kept, findings, as_json=as_json)
    if not (findings or as_json):
        print_text("The library was taught no finding yet.")


def fields_of(one: "TaughtFinding") -> dict[str, Any]:
    """Give everything about a taught finding but what came from single cases."""
    return {
        "name": one.name,
        "stamp": asdict(one.stamp),
        "labelled": asdict(one.labelled),
        **asdict(one.trust),
        "may_be_scanner": one.trust.may_be_scanner,
        "may_be_chance": one.trust.may_be_chance,
        "is_stale": one.is_stale,
        "warnings": list(one.warnings),
        "taught_at": one.taught_at.isoformat(),
        "by": one.by,
    }


def _stamps(kept: "CaseLibrary", model: str) -> "tuple[ModelStamp, ...]":
    found = tuple(stamp for stamp in kept.stamps() if model in ("", stamp.model))
    if not found:
        raise UsageError(
            f"The library holds no case embedded by {model!r}."
            if model
            else "The library holds no case.",
            remedy="Add scans first.",
        )
    return found


def _teach_all(
    kept: "CaseLibrary",
    name: str,
    stamps: "Sequence[ModelStamp]",
    by: str,
    refused: list[MedctError],
    cancel: CancelToken,
) -> "list[TaughtFinding]":
    from medct_core.retrieval.labelled_cases import labelled_cases
    from medct_core.training.teach import TooFewCasesError
    from medct_core.training.teach import teach as learn

    learned = []
    for stamp in stamps:
        cases = labelled_cases(kept, stamp, name)
        try:
            with progress_bar(f"Learning from {len(cases.case_ids)} cases") as report:
                found = learn(cases, by=by, cancel=cancel, on_progress=report)
        except TooFewCasesError as error:
            refused.append(error)
            continue
        kept.keep_taught(found)
        learned.append(found)
    return learned


def _print_taught(
    kept: "CaseLibrary", findings: "Sequence[TaughtFinding]", *, as_json: bool
) -> None:
    if as_json:
        print_json({"library": kept.address, "taught": [fields_of(one) for one in findings]})
        return
    for one in findings:
        for line in _lines_of(one):
            print_text(line)


def _lines_of(one: "TaughtFinding") -> list[str]:
    counts, trust = one.labelled, one.trust
    people = (
        f"{counts.cases_with} cases with ({counts.patients_with} patients), "
        f"{counts.cases_without} without ({counts.patients_without})"
    )
    unknown = f", {counts.unknown_patients} of unknown patients" * bool(counts.unknown_patients)
    sites = (
        f"  other sites {_number(trust.other_site)}, {trust.sites} sites"
        if trust.other_site
        else "  other sites: not known, as no two sites have cases with and without"
    )
    return [
        f"{one.name}  taught by {one.by or 'you'} for {one.stamp.model}",
        f"  {people}, {counts.verified} verified{unknown}",
        f"  AUROC {_number(trust.auroc)}, patients left out in {trust.parts} parts",
        f"  from acquisition alone {_number(trust.acquisition)}",
        f"  labels dealt at random {_number(trust.shuffled)}, {trust.shuffles} times",
        sites,
        *(f"  {warning}" for warning in one.warnings),
    ]


def _number(estimate: "Estimate") -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
