"""Two records of one scan made one, so that nothing a reader added is lost."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from app.state.case_record import CaseRecord, FindingReview
from app.state.prompt_list import name_key
from medct_core.inference.prompt import Prompt
from medct_core.measurement.shapes import Measurement

_One = TypeVar("_One")
_Key = Callable[[_One], object]


def merged(saved: CaseRecord, added: CaseRecord) -> CaseRecord:
    """Put what was added to what was saved; where both say something, what was added holds.

    Parameters
    ----------
    saved
        What is there; its scan is the scan of the result.
    added
        Of the same scan, as the caller has checked.

    Returns
    -------
    What was saved in its order, then what is new. Measurements are the same by their id,
    reviews by their finding, prompts by their name in any case, pictures if they are equal.
    """
    return replace(
        saved,
        measurements=_joined(saved.measurements, added.measurements, _id),
        reviews=_with_reviews(saved.reviews, added.reviews),
        prompts=_joined(saved.prompts, added.prompts, _name),
        marked_images=(
            *saved.marked_images,
            *(one for one in added.marked_images if one not in saved.marked_images),
        ),
        not_similar=tuple(dict.fromkeys((*saved.not_similar, *added.not_similar))),
    )


def rebased(ours: CaseRecord, *, base: CaseRecord, theirs: CaseRecord) -> CaseRecord:
    """Make the changes of one window to what another window saved meanwhile.

    Parameters
    ----------
    ours
        What this window holds.
    base
        What both began with; changes of `ours` are against it.
    theirs
        What lies on disk now.

    Returns
    -------
    What is new, changed or gone in either; where both changed the same entry, ours.
    """
    if theirs == base:
        return ours
    return replace(
        ours,
        measurements=_rebased((ours.measurements, base.measurements, theirs.measurements), _id),
        reviews=_rebased((ours.reviews, base.reviews, theirs.reviews), _finding),
        prompts=_rebased((ours.prompts, base.prompts, theirs.prompts), _name),
        marked_images=_rebased(
            (ours.marked_images, base.marked_images, theirs.marked_images), _itself
        ),
        not_similar=_rebased((ours.not_similar, base.not_similar, theirs.not_similar), _itself),
    )


def _rebased(
    versions: tuple[tuple[_One, ...], tuple[_One, ...], tuple[_One, ...]], key: _Key[_One]
) -> tuple[_One, ...]:
    ours, base, theirs = ({key(one): one for one in version} for version in versions)
    kept = []
    for name in dict.fromkeys([*theirs, *ours]):
        one = theirs.get(name) if ours.get(name) == base.get(name) else ours.get(name)
        # What one window removed stays if the other changed it.
        if one is None and base.get(name) not in (ours.get(name), theirs.get(name)):
            one = theirs.get(name)
        if one is not None:
            kept.append(one)
    return tuple(kept)


def _joined(saved: tuple[_One, ...], added: tuple[_One, ...], key: _Key[_One]) -> tuple[_One, ...]:
    newer = {key(one): one for one in added}
    known = {key(one) for one in saved}
    held = (newer.get(key(one), one) for one in saved)
    return (*held, *(one for name, one in newer.items() if name not in known))


def _with_reviews(
    saved: tuple[FindingReview, ...], added: Iterable[FindingReview]
) -> tuple[FindingReview, ...]:
    reviews = {one.finding: one for one in saved}
    for one in added:
        older = reviews.get(one.finding, FindingReview(one.finding))
        reviews[one.finding] = _with_review(older, one)
    return tuple(reviews.values())


def _with_review(saved: FindingReview, added: FindingReview) -> FindingReview:
    """Take each word from the newer review where it says something, else from the older one."""
    return FindingReview(
        finding=saved.finding,
        decision=added.decision or saved.decision,
        edited_text=added.edited_text or saved.edited_text,
        comment=added.comment or saved.comment,
        threshold=saved.threshold if added.threshold is None else added.threshold,
    )


def _id(measurement: Measurement) -> str:
    return measurement.id


def _finding(review: FindingReview) -> str:
    return review.finding


def _itself(one: _One) -> _One:
    return one


def _name(prompt: Prompt) -> str:
    return name_key(prompt.name)
