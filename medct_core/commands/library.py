"""`medct library`: a person's own cases, added, looked through, removed and checked."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medct_core.commands.console import (
    DONE,
    NO_RESOURCE,
    print_json,
    print_text,
    progress_bar,
)
from medct_core.commands.library_add import add, import_table
from medct_core.commands.library_ask import ask
from medct_core.commands.library_filter import FindingOption, Limits, TagOption
from medct_core.commands.library_place import LibraryOption, create_library, open_library
from medct_core.commands.library_search import search
from medct_core.commands.library_teach import mark, taught, teach, unteach
from medct_core.commands.options import AsJson

if TYPE_CHECKING:
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.library_case import LibraryCase
    from medct_core.retrieval.library_health import LibraryHealth, StampHealth

Place = Annotated[
    str | None,
    typer.Argument(metavar="[DIR]", help="Folder or s3://bucket/prefix; the usual if left out."),
]

_SHORT_ID = 12


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    help_text = (
        "Keep scans as a library of cases, to find similar ones in it.\n\n"
        "Example: medct library add scans/ --library cases"
    )
    library = typer.Typer(help=help_text)
    library.command("init")(init)
    library.command("add")(add)
    library.command("import")(import_table)
    library.command("remove")(remove)
    library.command("list")(list_cases)
    library.command("show")(show)
    library.command("search")(search)
    library.command("mark")(mark)
    library.command("teach")(teach)
    library.command("unteach")(unteach)
    library.command("taught")(taught)
    library.command("ask")(ask)
    library.command("compact")(compact)
    library.command("export")(export)
    library.command("verify")(verify)
    app.add_typer(library, name="library", no_args_is_help=True)


def init(place: Place = None, as_json: AsJson = False) -> None:
    """Make an empty library.

    Example: medct library init cases
    """
    library = create_library(place)
    print_json({"library": library.address}) if as_json else print_text(library.address)


def remove(
    cases: Annotated[list[str], typer.Argument(metavar="CASE", help="Ids, or how they begin.")],
    library: LibraryOption = None,
    as_json: AsJson = False,
) -> None:
    """Remove cases for good; no byte of them stays in the library.

    Example: medct library remove 5f0c2b71 --library cases
    """
    kept = open_library(library)
    named = [kept.case_named(beginning).case_id for beginning in cases]
    with progress_bar("Removing"):
        count = kept.remove(named)
    if as_json:
        print_json({"removed": named})
    else:
        print_text(f"{count} removed")


def list_cases(
    library: LibraryOption = None,
    tag: TagOption = None,
    finding: FindingOption = None,
    as_json: AsJson = False,
) -> None:
    """List the cases, the newest first.

    Example: medct library list --library cases --finding "Pleural effusion"
    """
    kept = open_library(library)
    wanted = Limits(tag=tag, finding=finding).to_filter()
    newest = sorted(kept.cases(wanted), key=lambda case: case.added_at, reverse=True)
    if as_json:
        print_json({"library": kept.address, "cases": [_fields_of(case) for case in newest]})
        return
    for case in newest:
        present = ", ".join(one.name for one in case.findings if one.is_present)
        line = f"{case.case_id[:_SHORT_ID]}  {case.stamp.model}  {case.source}  {present}"
        print_text(line.rstrip())


def show(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Id, or how it begins.")],
    library: LibraryOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what is known about a case.

    Example: medct library show 5f0c2b71 --library cases
    """
    fields = _fields_of(open_library(library).case_named(case))
    if as_json:
        print_json(fields)
        return
    for name, value in fields.items():
        print_text(f"{name.replace('_', ' ')}: {_in_line(value)}")


def compact(library: LibraryOption = None, as_json: AsJson = False) -> None:
    """Join the small files of a library, and bring its search index up to date.

    Adding scans ends with it. Of use after many removals, and to have no search wait.

    Example: medct library compact --library cases
    """
    kept = open_library(library)
    from medct_core.retrieval.library_index import compact_library

    before = kept.size_bytes
    with progress_bar("Compacting"):
        compact_library(kept)
    sizes = {"bytes_before": before, "bytes_after": kept.size_bytes}
    if as_json:
        print_json({"library": kept.address, **sizes})
    else:
        print_text(f"{sizes['bytes_after']:,} bytes, {before:,} before")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write: .csv or .parquet.")],
    library: LibraryOption = None,
    as_json: AsJson = False,
) -> None:
    """Write all cases to one file that other programs read.

    A .csv file holds what a person reads, a .parquet file vectors and pictures too. What the keys
    of patients are made with stays in the library.

    Example: medct library export cases.csv --library cases
    """
    kept = open_library(library)
    from medct_core.retrieval.library_export import export_library

    with progress_bar("Writing"):
        count = export_library(kept, file)
    print_json({"file": str(file), "cases": count}) if as_json else print_text(str(file))


def verify(place: Place = None, as_json: AsJson = False) -> None:
    """Read every case again; one that is damaged is named, and the exit code is 5.

    The effective rank says how many directions the vectors of a model really use.

    Example: medct library verify cases
    """
    kept = open_library(place)
    from medct_core.retrieval.library_health import check_library

    with progress_bar("Checking") as report:
        health = check_library(kept, report)
    if as_json:
        print_json(_health_fields(kept, health))
    else:
        _print_health(health)
    raise typer.Exit(DONE if health.is_whole else NO_RESOURCE)


def _fields_of(case: "LibraryCase") -> dict[str, Any]:
    """Give what is known of a case, without its vector and pictures."""
    return {
        "case_id": case.case_id,
        "source": case.source,
        "scan_sha256": case.scan_sha256,
        "stamp": asdict(case.stamp),
        "findings": [asdict(finding) for finding in case.findings],
        "report": case.report,
        "age_band": case.age_band,
        "sex": case.sex,
        "contrast": case.contrast,
        "slice_thickness_mm": case.slice_thickness_mm,
        "tags": list(case.tags),
        "study_key": case.study_key,
        "patient_key": case.patient_key,
        "site_key": case.site_key,
        "scanner": case.scanner,
        "kernel": case.kernel,
        "added_at": case.added_at.isoformat(),
    }


def _in_line(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name.replace('_', ' ')} {_in_line(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(map(_in_line, value))
    return "unknown" if value in (None, "") else str(value)


def _health_fields(kept: "CaseLibrary", health: "LibraryHealth") -> dict[str, Any]:
    return {
        "library": kept.address,
        "is_whole": health.is_whole,
        "bytes": health.size_bytes,
        "models": [asdict(one) for one in health.stamps],
        "taught": health.taught,
    }


def _print_health(health: "LibraryHealth") -> None:
    for one in health.stamps:
        print_text(_health_line(one))
    for case_id in (case_id for one in health.stamps for case_id in one.damaged):
        print_text(f"{case_id}  damaged")
    for case_id in (case_id for one in health.stamps for case_id in one.doubled):
        print_text(f"{case_id}  there more than once")
    if health.taught is None:
        print_text("a taught finding is damaged")
    elif health.taught:
        print_text(f"{health.taught} taught findings")
    print_text(f"{'whole' if health.is_whole else 'damaged'}, {health.size_bytes:,} bytes")


def _health_line(one: "StampHealth") -> str:
    said = f"{one.stamp.model}: {one.count} cases, {one.unknown_patients} of unknown patients"
    if one.effective_rank is None:
        return said
    meaning = "how many directions the vectors really use"
    return f"{said}, effective rank {one.effective_rank:.1f} ({meaning})"
