"""`medct data split`: tables for training, validation and test that share no patient."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.commands.console import print_json, print_text
from medct_core.commands.data_tables import (
    MetadataOption,
    ReportsOption,
    ScansOption,
    unknown_patients,
)
from medct_core.commands.options import AsJson
from medct_core.errors import UsageError
from medct_core.training.tables.scan_table import read_scan_table

if TYPE_CHECKING:
    from medct_core.training.tables.split import Part

_USUAL_SHARES = (0.8, 0.1, 0.1)


def split(
    table: Annotated[Path, typer.Argument(metavar="CSV", help="Table to split.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write the tables into.")],
    shares: Annotated[
        tuple[float, float, float],
        typer.Option(metavar="TRAIN VALID TEST", help="Shares of the scans; 0 leaves one out."),
    ] = _USUAL_SHARES,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same patients.")] = 0,
    scans: ScansOption = None,
    reports: ReportsOption = None,
    metadata: MetadataOption = None,
    as_json: AsJson = False,
) -> None:
    """Split a table by patients into train.csv, validation.csv and test.csv.

    Every finding stays as frequent in each. A finding that a part lacks is named: nothing can be
    measured of it there.

    Example: medct data split labels.csv --shares 0.8 0.1 0.1 --seed 1 --out splits
    """
    from medct_core.training.tables.split import split_table
    from medct_core.training.tables.writing import require_new, write_rows

    read = read_scan_table(table, scans, reports=reports, metadata=metadata)
    parts = split_table(read, shares, seed=seed)
    _make(out)
    files = [out / f"{part.name}.csv" for part in parts]
    for file in files:
        require_new(file)
    for part, file in zip(parts, files, strict=True):
        write_rows(read, part.rows, file, scans=scans)
    answer = {
        "seed": seed,
        "excluded": len(read.excluded),
        "without_patient": sum(not row.patient for row in read.rows),
        "parts": {part.name: _to_json(part, out) for part in parts},
    }
    text = [*_text(parts, out, len(read.excluded)), *unknown_patients(read.rows)]
    print_json(answer) if as_json else print_text("\n".join(text))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"The folder {str(folder)!r} cannot be made: {error.strerror}.",
            remedy="Choose another one.",
        ) from error


def _to_json(part: "Part", out: Path) -> dict[str, object]:
    return {
        "table": str(out / f"{part.name}.csv"),
        "scans": len(part.rows),
        "patients": part.patients,
        "prevalence": part.prevalence,
        "without_positives": list(part.without),
    }


def _text(parts: "tuple[Part, ...]", out: Path, excluded: int) -> list[str]:
    lines = [f"{excluded} lines of the table cannot be used"]
    lines += [
        f"{out / part.name}.csv: {len(part.rows)} scans of {part.patients} patients"
        for part in parts
    ]
    lines += [
        f"no scan of the {part.name} part has: {', '.join(part.without)}"
        for part in parts
        if part.without
    ]
    lines.append(f"{'prevalence in %':36s}" + "".join(f"{part.name:>12s}" for part in parts))
    lines += [
        f"  {name:34s}" + "".join(f"{100 * part.prevalence[name]:12.2f}" for part in parts)
        for name in parts[0].prevalence
    ]
    return lines
