"""`medct data from-library`: what readers said of the cases of a library, as a training table."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.data_tables import first_lines
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_place import LibraryOption, open_library
from medct_core.commands.options import AsJson
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.training.tables.from_library import LibraryTable
    from medct_core.training.tables.library_verdicts import Judged, NotUsed

_SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """Which verdicts of which library become a table; as the options of the command."""

    out: Path
    library: str | None
    scans: Path | None
    findings: tuple[str, ...]
    by: tuple[str, ...]


def from_library(
    out: Annotated[Path, typer.Option(help="Table to write; must not exist.")],
    library: LibraryOption = None,
    scans: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder with the scans the viewer has not opened here."),
    ] = None,
    finding: Annotated[
        list[str] | None, typer.Option(help="A column of the table; may be repeated.")
    ] = None,
    by: Annotated[
        list[str] | None, typer.Option(help="Only what this reader said; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write accepted and rejected findings of a library as a table to train on.

    What nobody judged is unknown, and a table knows 0 and 1 only: a scan is a line only if every
    finding of the table was judged on it. Without --finding, the findings that were judged most
    often are taken, as many as keep the most verdicts. Every file is read, to be sure that it is
    the scan that was judged. Patients stand under pseudonyms.

    Example: medct data from-library --library cases --scans scans/ --out table.csv
    """
    judged, table = write_verdicts(Wish(out, library, scans, tuple(finding or ()), tuple(by or ())))
    if as_json:
        print_json(_to_json(judged, table, out))
    else:
        print_text("\n".join(in_words(judged, table, out)))


def write_verdicts(wish: Wish) -> "tuple[Judged, LibraryTable]":
    """Read a library, find its scans, and write the table; errors as in `from_library`."""
    from medct_core.training.tables.from_library import write_library_table

    kept = open_library(wish.library)

    def gather(cancel: CancelToken) -> "tuple[Judged, LibraryTable]":
        from medct_core.retrieval.scan_place import default_places_file, known_places
        from medct_core.training.tables.from_library import library_table, whereabouts
        from medct_core.training.tables.library_verdicts import judged_scans
        from medct_core.training.tables.writing import require_new

        require_new(wish.out)
        judged = judged_scans(kept.cases(), wish.by)
        silent = [name for name in wish.by if name not in judged.said_by]
        known = judged_scans(kept.cases()).said_by if silent else {}
        if known:
            raise UsageError(
                f"Nobody called {' or '.join(silent)} judged a scan of this library.",
                remedy=f"Verdicts are by: {', '.join(one or 'nobody named' for one in known)}.",
            )
        where = whereabouts(known_places(default_places_file()), wish.scans)
        with progress_bar("Reading the scans") as report:
            table = library_table(
                judged.scans, wish.findings, where, cancel=cancel, on_progress=report
            )
        return judged, table

    judged, table = interruptible(gather)
    write_library_table(table, wish.out)
    return judged, table


def _to_json(judged: "Judged", table: "LibraryTable", out: Path) -> dict[str, Any]:
    return {
        "table": str(out),
        "scans": len(table.rows),
        "patients": table.patients,
        "without_patient": sum(not row.scan.patient for row in table.rows),
        "has_reports": table.has_reports,
        "said_by": dict(judged.said_by),
        "findings": {
            name: {"present": table.present(name), "absent": len(table.rows) - table.present(name)}
            for name in table.findings
        },
        "findings_left_out": dict(table.left_out),
        "not_used": [
            {"scan_sha256": one.scan_sha256, "source": one.source, "why": one.why}
            for one in (*judged.not_used, *table.not_used)
        ],
    }


def in_words(judged: "Judged", table: "LibraryTable", out: Path) -> list[str]:
    """Say what is in the table, and what of the library is not, and why."""
    count, unknown = len(table.rows), sum(not row.scan.patient for row in table.rows)
    lines = [f"{out}: {count} scans of {table.patients} patients"]
    lines += [f"  {unknown} of patients that the library does not know"] if unknown else []
    if not table.has_reports:
        lines.append("  without reports: not every scan has one")
    said = ", ".join(f"{by or 'nobody named'} {n}" for by, n in judged.said_by.items())
    lines.append(f"  verdicts in the library: {said}")
    for name in table.findings:
        present = table.present(name)
        alone = "; the same on every scan, so nothing to learn" if present in (0, count) else ""
        lines.append(f"  {name:36s} {present} present, {count - present} absent{alone}")
    lines += first_lines(
        f"  left out: {name}, judged on {n} scans; --finding takes it in"
        for name, n in table.left_out.items()
    )
    return lines + _not_used_lines((*judged.not_used, *table.not_used))


def _not_used_lines(not_used: "tuple[NotUsed, ...]") -> list[str]:
    return first_lines(
        f"  not used: {one.source} ({one.scan_sha256[:_SHORT_ID]}), {one.why}" for one in not_used
    )
