"""`medct embed`: scans as vectors, in a file."""

import importlib.util
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from medct_core.cancel import Cancelled, CancelToken
from medct_core.commands.console import (
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
from medct_core.errors import MedctError, OutOfDiskError, UsageError

if TYPE_CHECKING:
    from medct_core.inference.embedding import Embedding
    from medct_core.inference.engine import InferenceEngine

log = logging.getLogger(__name__)

_SUFFIXES = (".npy", ".parquet")


@dataclass(frozen=True, slots=True)
class Row:
    """One scan that was encoded, or why it was not.

    Attributes
    ----------
    scan
        Path as given.
    embedding
        Where it went well.
    notices
        Codes of what its reader must know.
    error
        Where it did not.
    """

    scan: Path
    embedding: "Embedding | None" = None
    notices: tuple[str, ...] = ()
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the scans are to be encoded with."""

    model: str | None
    adapter: Path | None
    device: str
    force: bool
    out: Path


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("embed")(embed)


def embed(
    scans: Annotated[list[Path], typer.Argument(metavar="SCAN", help="Files, folders, zips.")],
    out: Annotated[Path, typer.Option(help="File to write: .npy or .parquet.")],
    model: ModelOption = None,
    adapter: AdapterOption = None,
    force: Annotated[bool, typer.Option("--force", help="Encode unsuitable scans too.")] = False,
    device: DeviceOption = "auto",
    as_json: AsJson = False,
) -> None:
    """Write one unit vector a scan, in the order given.

    A .npy file holds float32 (scans, dimensions); a .json file beside it says which row is which
    scan, and which model made it. A .parquet file holds both. A scan that fails has no row.

    Example: medct embed a.nii.gz b.nii.gz --model medct-mini --out vectors.parquet
    """
    _check_out(out)
    wish = Wish(model=model, adapter=adapter, device=device, force=force, out=out)
    engine, rows = interruptible(lambda cancel: _engine_and_rows(scans, wish, cancel))
    files = _write(rows, engine, out)
    if as_json:
        print_json({"files": [str(file) for file in files], **_legend(rows, engine)})
    else:
        for file in files:
            print_text(str(file))
    if len(rows) == 1 and rows[0].error is not None:
        raise rows[0].error
    _show_errors(rows)
    raise typer.Exit(worst(exit_code_of(row.error) for row in rows if row.error is not None))


def _check_out(out: Path) -> None:
    if out.suffix not in _SUFFIXES:
        raise UsageError(
            f"Vectors cannot be written to a file called {out.name!r}.",
            remedy=f"End its name in {' or '.join(_SUFFIXES)}.",
        )
    if out.suffix == ".parquet" and importlib.util.find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet files need the package pyarrow, which is not installed.",
            remedy="Run: pip install pyarrow; or write a .npy file.",
        )
    for file in _files_of(out):
        if file.is_dir():
            raise UsageError(
                f"{str(file)!r} is a folder.", remedy="Give the name of a file with --out."
            )


def _files_of(out: Path) -> tuple[Path, ...]:
    """Name the files that are written; the one with the vectors first."""
    return (out, out.with_suffix(".json")) if out.suffix == ".npy" else (out,)


def _engine_and_rows(
    scans: Sequence[Path], wish: Wish, cancel: CancelToken
) -> tuple["InferenceEngine", tuple[Row, ...]]:
    from medct_core.export.files import require_writable
    from medct_core.inference.loading import open_engine
    from medct_core.models.adapter_store import chosen_adapter

    require_writable(wish.out.absolute().parent)
    adapter = chosen_adapter(wish.model, wish.adapter)
    with progress_bar("Loading the model") as report:
        engine = open_engine(wish.model, device=wish.device, adapter=adapter, on_progress=report)
    return engine, tuple(row for scan in scans for row in _rows_of(scan, engine, wish, cancel))


def _rows_of(
    path: Path, engine: "InferenceEngine", wish: Wish, cancel: CancelToken
) -> Iterator[Row]:
    from medct_core.io.open import scans_in

    try:
        scans = scans_in(path)
    except MedctError as error:
        yield Row(path, error=error)
        return
    for scan in scans:
        try:
            yield _row(scan, engine, wish, cancel)
        except Cancelled:
            raise
        except Exception as error:  # one scan never stops the others
            log.debug("A scan failed", exc_info=error)
            yield Row(scan, error=error)


def _row(scan: Path, engine: "InferenceEngine", wish: Wish, cancel: CancelToken) -> Row:
    from medct_core.analysis import ScanChoice, doubts_about, range_doubts, read_scan
    from medct_core.preprocess.prepare import prepare

    with progress_bar(scan.name) as report:
        read = read_scan(scan, cancel=cancel)
        doubts = doubts_about(read.volume, engine.recipe, ScanChoice(force=wish.force))
        prepared = prepare(read.volume, engine.recipe, cancel=cancel)
        embedding = engine.embed_volume(prepared, cancel=cancel, on_progress=report)
    doubts = (*doubts, *range_doubts(engine.loaded))
    notices = dict.fromkeys(one.code for one in (*prepared.notices, *read.notices, *doubts))
    return Row(scan, embedding, tuple(notices))


def _write(rows: Sequence[Row], engine: "InferenceEngine", out: Path) -> tuple[Path, ...]:
    """Write the rows that went well; no file where there is none."""
    done = [row.embedding for row in rows if row.embedding is not None]
    if not done:
        return ()
    try:
        if out.suffix == ".parquet":
            _write_parquet(rows, out)
            return (out,)
        return _write_npy(done, _legend(rows, engine), out)
    except OSError as error:
        raise OutOfDiskError(
            f"The file {str(out)!r} cannot be written: {error.strerror}.",
            remedy="Choose another folder with --out, or make room on the disk.",
        ) from error


def _write_npy(
    embeddings: Sequence["Embedding"], legend: dict[str, Any], out: Path
) -> tuple[Path, ...]:
    import json

    import numpy as np

    from medct_core.inference.safe_write import replacing

    _, side = _files_of(out)
    with replacing(out) as vectors, replacing(side) as text:
        with vectors.open("wb") as file:
            np.save(file, np.stack([one.vector for one in embeddings]), allow_pickle=False)
        text.write_text(json.dumps(legend, indent=2) + "\n", encoding="utf-8")
    return out, side


def _write_parquet(rows: Sequence[Row], out: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    from medct_core.inference.safe_write import replacing

    done = [(row, row.embedding) for row in rows if row.embedding is not None]
    columns = [
        {**_fields_of(row, one), **asdict(one.stamp), "vector": one.vector} for row, one in done
    ]
    vectors = pyarrow.list_(pyarrow.float32(), int(done[0][1].vector.size))
    text = pyarrow.string()
    kinds = {"notices": pyarrow.list_(text), "vector": vectors}
    schema = pyarrow.schema([(name, kinds.get(name, text)) for name in columns[0]])
    with replacing(out) as temporary:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(columns, schema), temporary)


def _legend(rows: Sequence[Row], engine: "InferenceEngine") -> dict[str, Any]:
    """Say which row is which scan, which scans have none, and which model made them."""
    from medct_core.export.report import headline_of

    failed = [(row.scan, as_shown(row.error)) for row in rows if row.error is not None]
    return {
        "headline": headline_of(engine.loaded.manifest),
        "stamp": asdict(engine.stamp),
        "rows": [_fields_of(row, row.embedding) for row in rows if row.embedding is not None],
        "failed": [
            {"scan": str(scan), "summary": shown.summary, "remedy": shown.remedy}
            for scan, shown in failed
        ],
    }


def _fields_of(row: Row, embedding: "Embedding") -> dict[str, Any]:
    return {
        "scan": str(row.scan),
        "scan_sha256": embedding.volume_sha256,
        "notices": list(row.notices),
    }


def _show_errors(rows: Sequence[Row]) -> None:
    console = to_stderr()
    for row in rows:
        if row.error is not None:
            shown = as_shown(row.error)
            console.print(Text(f"{row.scan.name}: {shown.summary} {shown.remedy}"))
