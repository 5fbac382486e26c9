"""`medct library search --reports`: the reports that are most like a scan."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.library_wish import Wish, engine_of, query_of
from medct_core.errors import UsageError

if TYPE_CHECKING:
    from medct_core.archive.report_ranking import KnownReport, RankedReport
    from medct_core.retrieval.case_filter import CaseFilter
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.search import Query

_SHORT_ID = 12
_SHOWN_LETTERS = 100


def search_reports(
    kept: "CaseLibrary", wish: Wish, file: Path | None, wanted: "CaseFilter", cancel: CancelToken
) -> "tuple[RankedReport, ...]":
    """Rank the reports of a library's cases, or those of a file, for a scan.

    Raises
    ------
    UsageError
        If there is no report, or no scan.
    NoTextSideError
        If the model reads scans only.
    """
    from medct_core.archive.queries import centring_of
    from medct_core.archive.report_ranking import rank_reports
    from medct_core.retrieval.library_index import open_library_search

    wish.require_scan("Reports are ranked")
    engine = engine_of(wish)
    query = query_of(engine, wish, kept.salt, cancel)
    reports = _reports(kept, file, wanted, query)
    search = open_library_search(kept, engine.stamp, of_model=centring_of(engine))
    with progress_bar(f"Reading {len(reports)} reports") as report:
        return rank_reports(
            engine, query, reports, search.centring, cancel=cancel, on_progress=report
        )


def show_reports(
    kept: "CaseLibrary", ranked: "tuple[RankedReport, ...]", *, count: int, as_json: bool
) -> None:
    """Print the best reports, as JSON or a line each."""
    from medct_core.inference.long_text import POOLING

    shown = ranked[:count]
    if as_json:
        print_json(
            {
                "library": kept.address,
                "long_reports": POOLING,
                "reports": [_fields_of(one, len(ranked)) for one in shown],
            }
        )
        return
    for one in shown:
        print_text(_line_of(one, len(ranked)))


def _reports(
    kept: "CaseLibrary", file: Path | None, wanted: "CaseFilter", query: "Query"
) -> "tuple[KnownReport, ...]":
    from dataclasses import replace

    from medct_core.archive.report_files import read_reports
    from medct_core.archive.report_ranking import KnownReport, reports_of

    if file is not None:
        return tuple(map(KnownReport, read_reports(file)))
    found = reports_of(kept.cases(replace(wanted, stamp=query.stamp)), query)
    if not found:
        raise UsageError(
            "No case of the library that passes has a report.",
            remedy="Add cases with reports, say with 'medct library import', or name a file with "
            "--reports-in.",
        )
    return found


def _fields_of(one: "RankedReport", out_of: int) -> dict[str, Any]:
    report = one.report
    named = zip(report.cases, report.sources, strict=True)
    return {
        "similarity": one.cosine,
        "rank": one.rank,
        "of": out_of,
        "parts": one.parts,
        "self": report.is_self,
        "same_patient": report.is_of_query,
        "cases": [{"case_id": case_id, "source": source} for case_id, source in named],
        "report": report.text,
    }


def _line_of(one: "RankedReport", out_of: int) -> str:
    report = one.report
    who = ", ".join(case_id[:_SHORT_ID] for case_id in report.cases)
    own = ", this scan" if report.is_self else ", same patient" if report.is_of_query else ""
    text = " ".join(report.text.split())
    short = text if len(text) <= _SHOWN_LETTERS else f"{text[:_SHOWN_LETTERS]}..."
    return f"{one.rank} of {out_of}{own}  {who}  {short}".replace("    ", "  ")
