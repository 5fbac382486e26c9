"""Work on what a library was taught: functions for its thread, without Qt and without torch."""

from dataclasses import dataclass, field

from app.state.library_place import library_name
from app.state.taught_page import TaughtAnswer, TaughtPage
from app.workers.kept_libraries import KeptLibraries
from app.workers.library_worker import OnProgress
from medct_core.cancel import CancelToken
from medct_core.commands.library_place import require_teaching
from medct_core.errors import UsageError
from medct_core.inference.embedding import Embedding
from medct_core.models.stamp import ModelStamp
from medct_core.retrieval.library_case import case_id_of
from medct_core.retrieval.taught_finding import TaughtFinding, TeachableName


@dataclass(frozen=True, slots=True)
class LearnWish:
    """What shall be learned.

    Attributes
    ----------
    address
        Of the library.
    stamp
        The model of its cases.
    name
        Of the finding.
    by
        Who teaches; empty for nobody.
    """

    address: str = field(repr=False)
    stamp: ModelStamp
    name: str
    by: str = ""


def ask_taught(
    address: str,
    embedding: Embedding,
    kept: KeptLibraries,
    _cancel: CancelToken,
    _told: OnProgress,
) -> TaughtPage | None:
    """Say where a scan stands in every finding its model was taught; None without a library.

    Raises
    ------
    ResourceError
        If the library cannot be read.
    """
    if not kept.is_there(address):
        return None
    case_id = case_id_of(embedding.volume_sha256, embedding.stamp)
    findings = kept.library(address).taught.all()
    own = [one for one in findings if one.stamp == embedding.stamp]
    named = {one.name.casefold() for one in own}
    others = {one.name for one in findings if one.name.casefold() not in named}
    answers = tuple(
        TaughtAnswer(one, None if one.is_stale else one.standing(embedding.vector, case_id=case_id))
        for one in own
    )
    return TaughtPage(library_name(address), answers, tuple(sorted(others)))


def read_names(
    address: str, stamp: ModelStamp, kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress
) -> tuple[TeachableName, ...]:
    """Count the cases of a model, and their patients, by finding.

    Raises
    ------
    UsageError
        If there is no library, packages are missing, or no case says of any finding whether it
        has it.
    ResourceError
        If the library cannot be read.
    """
    require_teaching()
    if not kept.is_there(address):
        raise UsageError(
            "There is no library of cases yet.",
            remedy="Add scans to one first, with the menu Cases.",
        )
    from medct_core.retrieval.labelled_cases import teachable_names  # noqa: PLC0415

    names = teachable_names(kept.library(address), stamp)
    if not names:
        raise UsageError(
            "No case of the library says of a finding whether it has it.",
            remedy="Accept or reject findings of scans, and add these to the library.",
        )
    return names


def learn(
    wish: LearnWish, kept: KeptLibraries, cancel: CancelToken, told: OnProgress
) -> TaughtFinding:
    """Learn a finding from the cases of a model; nothing is kept yet.

    Raises
    ------
    UsageError
        If too few patients have it, or do not.
    ResourceError
        If the library cannot be read.
    Cancelled
        If `cancel` was raised.
    """
    # Loads scikit-learn, which takes a second.
    from medct_core.retrieval.labelled_cases import labelled_cases  # noqa: PLC0415
    from medct_core.training.teach import teach  # noqa: PLC0415

    cases = labelled_cases(kept.library(wish.address), wish.stamp, wish.name)
    return teach(cases, by=wish.by, cancel=cancel, on_progress=told)


def keep_taught(
    address: str,
    finding: TaughtFinding,
    kept: KeptLibraries,
    _cancel: CancelToken,
    _told: OnProgress,
) -> str:
    """Keep what was learned; give its name.

    Raises
    ------
    UsageError
        If a case it was taught with was removed in the meantime.
    ResourceError
        If the library cannot be written.
    """
    kept.library(address).keep_taught(finding)
    return finding.name


def forget_taught(
    address: str, name: str, kept: KeptLibraries, _cancel: CancelToken, _told: OnProgress
) -> str:
    """Remove a taught finding for all models; give its name.

    Raises
    ------
    UsageError
        If there is none of that name.
    ResourceError
        If the library cannot be written.
    """
    kept.library(address).taught.forget(name)
    return name
