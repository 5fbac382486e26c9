"""`medct library search`: cases like a scan, or like what a text says."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_add import AdapterOption, DeviceOption, ForceOption, ModelOption
from medct_core.commands.library_place import AsJson, LibraryOption, open_library
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.inference.engine import InferenceEngine
    from medct_core.retrieval.search import Query, SimilarCase

_SHORT_ID = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """What is searched for, and with which model."""

    scan: Path | None
    text: str
    model: str | None
    adapter: Path | None
    device: str
    force: bool


def search(
    scan: Annotated[
        Path | None, typer.Argument(metavar="SCAN", help="File, folder or zip; or give --text.")
    ] = None,
    text: Annotated[str, typer.Option(help="Findings in words, or a report.")] = "",
    library: LibraryOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    device: DeviceOption = "auto",
    count: Annotated[int, typer.Option(min=1, help="How many cases.")] = 10,
    age: Annotated[list[str] | None, typer.Option(help="Only this band of ages: 60-69.")] = None,
    sex: Annotated[list[str] | None, typer.Option(help="Only F or only M.")] = None,
    contrast: Annotated[
        bool | None, typer.Option("--contrast/--no-contrast", help="Only with, or without.")
    ] = None,
    finding: Annotated[list[str] | None, typer.Option(help="Only with this finding.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="Only without this finding.")] = None,
    verified: Annotated[bool, typer.Option("--verified", help="Verified findings only.")] = False,
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag.")] = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Find the cases most like a scan, or like what a text says, best first.

    The percentile says how many of the library's pairs of different patients are less alike; a
    library of fewer than 50 cases, and a text, have a rank instead. The scan itself comes first
    where the library holds it.

    Example: medct library search scan.nii.gz --library cases --finding "Pleural effusion"
    """
    if (scan is None) == (not text.strip()):
        raise UsageError(
            "Cases are searched by one scan or by one text.",
            remedy="Give a scan, or words after --text.",
        )
    kept = open_library(library)
    from medct_core.retrieval.case_filter import CaseFilter

    wanted = CaseFilter(
        age_bands=frozenset(age or ()),
        sexes=frozenset(sex or ()),
        contrast=contrast,
        present=frozenset(finding or ()),
        absent=frozenset(without or ()),
        is_verified=verified,
        tags=frozenset(tag or ()),
    )
    wish = Wish(scan, text, model, adapter, device, force)
    from medct_core.archive.queries import centring_of
    from medct_core.retrieval.library_index import open_library_search

    def found(cancel: CancelToken) -> "tuple[SimilarCase, ...]":
        engine = _engine(wish)
        query = _query(engine, wish, kept.salt, cancel)
        of_model = centring_of(engine)
        with progress_bar("Searching"):
            searched = open_library_search(kept, engine.stamp, of_model=of_model)
            return searched.similar(query, count=count, wanted=wanted)

    cases = interruptible(found)
    if as_json:
        print_json({"library": kept.address, "cases": [_fields_of(one) for one in cases]})
        return
    for one in cases:
        print_text(_line_of(one))


def _engine(wish: Wish) -> "InferenceEngine":
    from medct_core.inference.loading import open_engine

    with progress_bar("Loading the model") as report:
        return open_engine(wish.model, device=wish.device, adapter=wish.adapter, on_progress=report)


def _query(engine: "InferenceEngine", wish: Wish, salt: bytes, cancel: CancelToken) -> "Query":
    from medct_core.archive.queries import AskedScan, scan_query, text_query

    if wish.scan is None:
        with progress_bar("Reading the text"):
            return text_query(engine, wish.text, cancel=cancel)
    asked = AskedScan(wish.scan, salt, wish.force)
    with progress_bar("Embedding the scan") as report:
        return scan_query(engine, asked, cancel=cancel, on_progress=report)


def _fields_of(found: "SimilarCase") -> dict[str, Any]:
    case = found.case
    return {
        "case_id": case.case_id,
        "source": case.source,
        "similarity": found.cosine,
        "percentile": found.percentile,
        "rank": found.rank,
        "of": found.out_of,
        "self": found.is_self,
        "same_patient": found.is_of_query,
        "group": found.group,
        "findings": [asdict(finding) for finding in case.findings],
        "report": case.report,
        "tags": list(case.tags),
    }


def _line_of(found: "SimilarCase") -> str:
    case = found.case
    present = ", ".join(one.name for one in case.findings if one.is_present)
    return f"{case.case_id[:_SHORT_ID]}  {_place_of(found)}  {case.source}  {present}".rstrip()


def _place_of(found: "SimilarCase") -> str:
    if found.is_self:
        return "this scan"
    place = f"{found.rank} of {found.out_of}"
    if found.percentile is not None:
        place = f"percentile {found.percentile:.1f}"
    return f"{place}, same patient" if found.is_of_query else place
