"""`medct library search`: cases like a scan, or like what a text says."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.interrupt import interruptible
from medct_core.commands.library_add import ForceOption
from medct_core.commands.library_filter import (
    AgeOption,
    ContrastOption,
    FindingOption,
    Limits,
    SexOption,
    TagOption,
    VerifiedOption,
    WithoutOption,
)
from medct_core.commands.library_place import LibraryOption, open_library
from medct_core.commands.library_region import Part, search_region, show_regions
from medct_core.commands.library_reports import search_reports, show_reports
from medct_core.commands.library_wish import Wish, engine_of, query_of, standing_of
from medct_core.commands.options import AdapterOption, AsJson, DeviceOption, ModelOption
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.retrieval.case_filter import CaseFilter
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.search import Evidence, SimilarCase

_SHORT_ID = 12
_ALL = "all"

ScanArgument = Annotated[
    Path | None, typer.Argument(metavar="SCAN", help="File, folder or zip; or give --text.")
]
ReportOption = Annotated[Path | None, typer.Option(help="Text file with a report, of any length.")]
EvidenceOption = Annotated[
    list[str] | None,
    typer.Option(help="How many of the nearest cases had this finding; 'all': the eighteen."),
]
RegionOption = Annotated[
    str, typer.Option(help="By a box of the scan: x0,x1,y0,y1,z0,z1 in patient mm (LPS).")
]
MaskOption = Annotated[Path | None, typer.Option(help="By the part of the scan that a mask marks.")]
AmongOption = Annotated[
    int, typer.Option(min=1, help="Nearest cases whose parts are compared with a region.")
]
ReportsOption = Annotated[
    bool, typer.Option("--reports", help="The reports most like the scan, not the cases.")
]
ReportsInOption = Annotated[
    Path | None, typer.Option(help="Those of this file: a report a line, or a CSV column.")
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of cases: how many, and for which findings the evidence."""

    count: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a search for cases gives.

    Attributes
    ----------
    cases
        Best first.
    evidence
        One for every finding that was asked for.
    text_parts
        In how many parts the text was read; 0 for a scan.
    """

    cases: "tuple[SimilarCase, ...]"
    evidence: "tuple[Evidence, ...]"
    text_parts: int


def search(
    scan: ScanArgument = None,
    text: Annotated[str, typer.Option(help="Findings in words, or a report.")] = "",
    report: ReportOption = None,
    library: LibraryOption = None,
    model: ModelOption = None,
    adapter: AdapterOption = None,
    device: DeviceOption = "auto",
    count: Annotated[int, typer.Option(min=1, help="How many cases.")] = 10,
    age: AgeOption = None,
    sex: SexOption = None,
    contrast: ContrastOption = None,
    finding: FindingOption = None,
    without: WithoutOption = None,
    verified: VerifiedOption = False,
    tag: TagOption = None,
    evidence: EvidenceOption = None,
    region: RegionOption = "",
    region_mask: MaskOption = None,
    among: AmongOption = 200,
    reports: ReportsOption = False,
    reports_in: ReportsInOption = None,
    force: ForceOption = False,
    as_json: AsJson = False,
) -> None:
    """Find the cases most like a scan, or like what a text says, best first.

    The percentile says how many of the library's pairs of different patients are less alike; a
    library of fewer than 50 cases, and a text, have a rank instead. The scan itself comes first
    where the library holds it.

    Example: medct library search scan.nii.gz --library cases --finding "Pleural effusion"
    """
    wish = Wish(scan, _words(scan, text, report), model, adapter, device, force)
    _require_one_kind(region, region_mask, reports or reports_in, evidence)
    kept = open_library(library)
    wanted = Limits(age, sex, contrast, finding, without, verified, tag).to_filter()
    if region or region_mask:
        part = Part(region, region_mask, among, count)
        done = interruptible(lambda cancel: search_region(kept, wish, part, wanted, cancel))
        show_regions(kept, done, as_json=as_json)
    elif reports or reports_in:
        found = interruptible(lambda cancel: search_reports(kept, wish, reports_in, wanted, cancel))
        show_reports(kept, found, count=count, as_json=as_json)
    else:
        shown = Shown(count, tuple(evidence or ()))
        answer = interruptible(lambda cancel: _cases(kept, wish, wanted, shown, cancel))
        _show(kept, answer, as_json=as_json)


def _require_one_kind(*kinds: object) -> None:
    if sum(map(bool, kinds)) > 1:
        raise UsageError(
            "A search is for cases, for parts of them, or for reports.",
            remedy="Give only one of --region, --region-mask, --reports and --evidence.",
        )


def _words(scan: Path | None, text: str, report: Path | None) -> str:
    """Give the text that is asked with; empty for a scan.

    Raises
    ------
    UsageError
        If not exactly one of scan, text and file is given, or the file cannot be read.
    """
    if sum((scan is not None, bool(text.strip()), report is not None)) != 1:
        raise UsageError(
            "Cases are searched by one scan or by one text.",
            remedy="Give a scan, words after --text, or a file after --report.",
        )
    if report is None:
        return text
    from medct_core.archive.report_files import read_report

    return read_report(report)


def _cases(
    kept: "CaseLibrary", wish: Wish, wanted: "CaseFilter", shown: Shown, cancel: CancelToken
) -> Answer:
    from medct_core.archive.queries import centring_of
    from medct_core.inference.long_text import read_text
    from medct_core.retrieval.library_index import open_library_search
    from medct_core.vocabulary import FINDINGS

    engine = engine_of(wish)
    query = query_of(engine, wish, kept.salt, cancel)
    parts = 0 if wish.scan is not None else read_text(engine, wish.text, cancel=cancel).parts
    asked = dict.fromkeys(
        name for one in shown.evidence for name in (FINDINGS if one == _ALL else (one,))
    )
    with progress_bar("Searching"):
        searched = open_library_search(kept, engine.stamp, of_model=centring_of(engine))
        cases = searched.similar(query, count=shown.count, wanted=wanted)
        evidence = tuple(searched.evidence(query, name) for name in asked)
    return Answer(cases, evidence, parts)


def _show(kept: "CaseLibrary", answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "library": kept.address,
                "text_parts": answer.text_parts or None,
                "cases": [_fields_of(one) for one in answer.cases],
                "evidence": [{**asdict(one), "sentence": one.sentence} for one in answer.evidence],
            }
        )
        return
    for one in answer.cases:
        print_text(_line_of(one))
    for said in answer.evidence:
        print_text(f"{said.finding}: {said.sentence}.")


def _fields_of(found: "SimilarCase") -> dict[str, Any]:
    case = found.case
    return {
        **standing_of(found),
        "similarity": found.cosine,
        "percentile": found.percentile,
        "rank": found.rank,
        "of": found.out_of,
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
