"""`medct library search --region`: cases that hold a part like the one that was marked."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medct_core.cancel import CancelToken
from medct_core.commands.console import print_json, print_text, progress_bar
from medct_core.commands.library_wish import Wish, engine_of, standing_of
from medct_core.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from medct_core.inference.engine import InferenceEngine
    from medct_core.preprocess.recipe import Recipe
    from medct_core.retrieval.case_filter import CaseFilter
    from medct_core.retrieval.library import CaseLibrary
    from medct_core.retrieval.region import TokenRegion
    from medct_core.retrieval.region_search import AskedRegion, FoundRegion, RegionAnswer

GEOMETRY = (
    "The library does not keep where its scans lie in their patients: box_mm is known for the "
    "scan that asks alone. from_middle_mm counts from the middle of that scan, LPS: left, back "
    "and head are positive."
)
_SHORT_ID = 12
_SIDES = ("feet_to_head", "right_to_left", "front_to_back")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a scan that is meant, and how many cases are looked through.

    Attributes
    ----------
    box
        ``x0,x1,y0,y1,z0,z1`` in LPS mm; empty where a mask is given.
    mask
        File of a mask; None where a box is given.
    among
        How many of the nearest cases are compared.
    count
        How many are shown.
    """

    box: str
    mask: Path | None
    among: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class _Done:
    """An answer, and what is needed to say where its parts lie."""

    asked: "AskedRegion"
    answer: "RegionAnswer"
    recipe: "Recipe"
    affine: "npt.NDArray[np.float64]"


def search_region(
    kept: "CaseLibrary", wish: Wish, part: Part, wanted: "CaseFilter", cancel: CancelToken
) -> _Done:
    """Find the cases that hold the parts most like a part of a scan.

    Raises
    ------
    UsageError
        If the part makes no sense, or lies outside of what the model sees.
    ModelUnavailableError
        If the model has no codes.
    """
    from medct_core.archive.queries import AskedScan, centring_of
    from medct_core.archive.region_query import affine_of_tokens, points_of_masks, region_query
    from medct_core.retrieval.library_index import open_library_search
    from medct_core.retrieval.region_search import find_regions

    path = wish.require_scan("A region is searched")
    points = (
        _points_of(part.box) if part.mask is None else points_of_masks(part.mask, cancel=cancel)
    )
    engine = engine_of(wish)
    _require_codes(engine)
    with progress_bar("Embedding the scan") as report:
        asked, scan = region_query(
            engine,
            AskedScan(path, kept.salt, wish.force),
            points,
            cancel=cancel,
            on_progress=report,
        )
    with progress_bar("Searching"):
        search = open_library_search(kept, engine.stamp, of_model=centring_of(engine))
        answer = find_regions(search, asked, count=part.count, among=part.among, wanted=wanted)
    return _Done(asked, answer, engine.recipe, affine_of_tokens(engine, scan))


def show_regions(kept: "CaseLibrary", done: _Done, *, as_json: bool) -> None:
    """Print what was found, as JSON or a line a case."""
    fields = [_fields_of(one, done) for one in done.answer.found]
    if as_json:
        print_json(
            {
                "library": kept.address,
                "region": _place_of(done.asked.region, done, of_query=True),
                "geometry": GEOMETRY,
                "searched": done.answer.searched,
                "of": done.answer.out_of,
                "cases": fields,
            }
        )
        return
    for one in done.answer.found:
        print_text(_line_of(one, done))
    print_text(f"{done.answer.searched} of {done.answer.out_of} cases were looked through.")


def _require_codes(engine: "InferenceEngine") -> None:
    """Refuse a model without codes before a scan is read."""
    from medct_core.inference.codebook import codebook_of
    from medct_core.retrieval.region_search import require_codebook

    require_codebook(codebook_of(engine))


def _points_of(box: str) -> "npt.NDArray[np.float64]":
    from medct_core.archive.region_query import points_of_box

    try:
        a, b, c, d, e, f = (float(number) for number in box.split(","))
    except ValueError as error:
        raise UsageError(
            f"{box!r} is no box.",
            remedy="Write it as x0,x1,y0,y1,z0,z1 in mm of the patient: left, back and head are "
            "positive. For one that begins with a minus: --region=-80,-20,...",
        ) from error
    return points_of_box((a, b, c, d, e, f))


def _fields_of(one: "FoundRegion", done: _Done) -> dict[str, Any]:
    return {
        **standing_of(one.found),
        "similarity": one.match.cosine,
        "place": _place_of(one.match.region, done, of_query=one.found.is_self),
    }


def _place_of(region: "TokenRegion", done: _Done, *, of_query: bool) -> dict[str, Any]:
    """Say where a part lies, in all the ways that are known."""
    from medct_core.archive.region_query import from_middle_mm
    from medct_core.retrieval.region import require_codes
    from medct_core.retrieval.region_mm import box_of, shares_of

    a, b, c = require_codes(done.asked.codes).shape
    shares = shares_of(region, (a, b, c))
    middle = from_middle_mm(region, (a, b, c), done.recipe)
    box = box_of(region, done.affine) if of_query else None
    return {
        "tokens": {"first": list(region.first), "stop": list(region.stop), "of": [a, b, c]},
        "share_of_scan": dict(zip(_SIDES, map(list, shares), strict=True)),
        "from_middle_mm": None if middle is None else _pairs(*middle),
        "box_mm": None if box is None else _pairs(*box),
    }


def _pairs(low: "npt.NDArray[np.float64]", high: "npt.NDArray[np.float64]") -> list[float]:
    """Write a box as x0, x1, y0, y1, z0, z1."""
    return [float(value) for pair in zip(low, high, strict=True) for value in pair]


def _line_of(one: "FoundRegion", done: _Done) -> str:
    place = _place_of(one.match.region, done, of_query=one.found.is_self)
    middle = place["from_middle_mm"]
    where = "" if middle is None else f"  {_in_words(middle)}"
    who = "this scan" if one.found.is_self else f"cosine {one.match.cosine:.2f}"
    who += ", same patient" if one.found.is_of_query and not one.found.is_self else ""
    return f"{one.found.case.case_id[:_SHORT_ID]}  {who}  {one.found.case.source}{where}"


def _in_words(middle: list[float]) -> str:
    """Say where the middle of a part lies from the middle of its scan."""
    sides = (("left", "right"), ("back", "front"), ("head", "feet"))
    steps = [(middle[2 * axis] + middle[2 * axis + 1]) / 2 for axis in range(3)]
    said = [
        f"{abs(step):.0f} mm to the {one if step > 0 else other}"
        for step, (one, other) in zip(steps, sides, strict=True)
    ]
    return ", ".join(said)
