"""`medct data cache`: each scan of tables prepared for a model once, so epochs decode nothing."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import (
    DONE,
    REFUSED,
    print_json,
    print_text,
    progress_bar,
    to_stderr,
)
from medct_core.commands.data_tables import (
    MetadataOption,
    ScansOption,
    WorkersOption,
    chosen_model,
    first_lines,
    grace_of,
    read_tables,
)
from medct_core.commands.interrupt import interruptible
from medct_core.commands.options import AsJson

if TYPE_CHECKING:
    from medct_core.training.tables.cache_fill import Filled
    from medct_core.training.tables.scan_table import ScanTable
    from medct_core.training.tables.tensor_cache import TensorCache


def cache(
    tables: Annotated[list[Path], typer.Argument(metavar="CSV...", help="Tables of scans.")],
    folder: Annotated[
        Path, typer.Option("--cache", metavar="DIR", help="Folder of prepared scans; made if new.")
    ],
    model: Annotated[
        str | None, typer.Option(help="Name or folder of the model to train; the usual one.")
    ] = None,
    scans: ScansOption = None,
    metadata: MetadataOption = None,
    workers: WorkersOption = 1,
    as_json: AsJson = False,
) -> None:
    """Prepare each scan as a model wants it, and keep it in 16 bits.

    What is there is not made again, and an interrupted run goes on where it stopped. 16 bits
    change no voxel by more than half a Hounsfield unit; the largest change is measured and said.
    Ends with 3 if a line or a scan cannot be used.

    Example: medct data cache train.csv --model ct-clip --scans volumes --cache prepared
    """
    from medct_core.models.bundle import read_recipe
    from medct_core.training.tables.cache_fill import need_of
    from medct_core.training.tables.tensor_cache import create_cache

    read = read_tables(tables, scans, None, metadata)
    kept = create_cache(folder, read_recipe(chosen_model(model).folder))
    need = need_of(kept, [row for table in read for row in table.rows])
    to_stderr().print(
        f"{need.missing} scans to prepare take {need.bytes_needed / 1e9:.3f} GB; "
        f"{need.bytes_free / 1e9:.3f} GB are free."
    )
    found = interruptible(
        lambda cancel: _filled(kept, read, workers, cancel), grace_s=grace_of(workers)
    )
    lines = sum(len(table.excluded) for table in read)
    answer = _answer(kept, found, lines)
    print_json(answer) if as_json else print_text("\n".join(_lines(kept, found, lines)))
    is_good = not (lines or answer["refused"])
    raise typer.Exit(DONE if is_good else REFUSED)


def _filled(
    kept: "TensorCache", read: "Sequence[ScanTable]", workers: int, cancel: CancelToken
) -> "list[Filled]":
    from medct_core.training.tables.cache_fill import fill_cache

    rows = [row for table in read for row in table.rows]
    with progress_bar(f"Preparing {len(rows)} scans") as report:
        return list(fill_cache(kept, rows, workers=workers, cancel=cancel, on_progress=report))


def _answer(kept: "TensorCache", found: "Sequence[Filled]", lines: int) -> dict[str, object]:
    counts = Counter(one.state.value for one in found)
    return {
        "cache": str(kept.folder),
        "recipe": kept.recipe.id,
        "bytes_a_scan": kept.bytes_a_scan,
        "new": counts["new"],
        "there_already": counts["there already"],
        "refused": [
            {"line": one.row.line, "scan": one.row.scan, "why": one.why} for one in found if one.why
        ],
        "lines_excluded": lines,
        "largest_difference": _largest(found),
        "largest_difference_hu": _largest(found) * kept.recipe.scale,
    }


def _largest(found: "Sequence[Filled]") -> float:
    return max((one.difference for one in found if one.difference is not None), default=0.0)


def _lines(kept: "TensorCache", found: "Sequence[Filled]", lines: int) -> list[str]:
    counts = Counter(one.state.value for one in found)
    said = [f"{count} {state}" for state, count in sorted(counts.items())]
    refused = first_lines(
        f"  line {one.row.line}, {one.row.scan}: {one.why}" for one in found if one.why
    )
    change = _largest(found)
    return [
        f"{kept.folder}: {', '.join(said) or 'no scan'}; prepared as {kept.recipe.id}",
        *refused,
        *([f"{lines} lines cannot be used; 'medct data check' says why"] if lines else []),
        f"largest change by 16 bits: {change:.2e} of the model's range, "
        f"{change * kept.recipe.scale:.2f} HU",
    ]
