"""A scan with what is known of it, and the case of the library that it becomes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from medct_core.archive.beside import facts_beside
from medct_core.archive.header_facts import header_facts
from medct_core.archive.known_facts import KnownFacts, with_facts, without_names
from medct_core.archive.thumbnails import thumbnails
from medct_core.cancel import CancelToken
from medct_core.errors import NotScorableError, UnsupportedImageError
from medct_core.inference.embedding import Embedding
from medct_core.io.choose import largest_chest_ct, other_series
from medct_core.io.files import name_given
from medct_core.io.open import open_study, read_volume
from medct_core.io.study import Series, Study
from medct_core.models.manifest import no_progress
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import Recipe
from medct_core.preprocess.suitability import unsuitability
from medct_core.retrieval.library_case import LibraryCase, case_id_of
from medct_core.volume.volume import Volume

if TYPE_CHECKING:
    # Whoever asks only what is known of a scan, as a window does, loads no torch.
    from medct_core.inference.engine import InferenceEngine


@dataclass(frozen=True, slots=True, eq=False)
class ScanWithFacts:
    """A scan as read, its name, and what is known of it.

    Attributes
    ----------
    volume
        Its voxels.
    name
        Of the file, folder or series, without folders above.
    facts
        May name the patient; only what `with_facts` keeps of it reaches the library.
    """

    volume: Volume
    name: str
    facts: KnownFacts


def read_with_facts(
    path: Path,
    given: KnownFacts,
    *,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> ScanWithFacts:
    """Read the largest chest CT of a path, and what its header and its neighbours say.

    Parameters
    ----------
    path
        File, folder or zip of one study.
    given
        What a person or a table says; counts more than the rest.
    cancel, on_progress
        As for `io.open.read_volume`.

    Raises
    ------
    ScanRefusedError
        If it cannot be read.
    UsageError
        If there is nothing at the path.
    Cancelled
        If `cancel` was raised.
    """
    study = open_study(path, cancel=cancel)
    series = largest_chest_ct(study)
    _require_one_volume(series, path.name)
    volume = read_volume(series, cancel=cancel, on_progress=on_progress)
    return ScanWithFacts(volume, source_name(path, study, series), known_of(path, series, given))


def _require_one_volume(series: Series, name: str) -> None:
    """Refuse a 4D scan: which of its volumes a case would be, nobody has said."""
    if series.frame_count > 1:
        raise UnsupportedImageError(
            f"{name} is a 4D scan: it holds {series.frame_count} volumes, not one.",
            remedy="Save the one you want as a file of its own, and add that.",
        )


def known_of(path: Path, series: Series, given: KnownFacts) -> KnownFacts:
    """Put what is given over what lies beside a scan, and that over its header.

    Raises
    ------
    NotAnImageError
        If the header can no longer be read.
    """
    return given.over(facts_beside(path)).over(header_facts(series))


def source_name(path: Path, study: Study, series: Series) -> str:
    """Name a scan after its path, and after its series where there are several."""
    name = name_given(path)
    if other_series(study, series) and series.number is not None:
        name = f"{name}-series-{series.number}"
    return name.replace("\\", "_") or "scan"


def case_of(scan: ScanWithFacts, embedding: Embedding, salt: bytes) -> LibraryCase:
    """Make the case that a scan is, as the model of an embedding sees it.

    Parameters
    ----------
    scan
        Names and numbers of its patient go no further than this.
    embedding
        Of this scan.
    salt
        Of the library.

    Raises
    ------
    ValueError
        If the embedding is of another scan.
    """
    return with_facts(plain_case(scan, embedding), scan.facts, salt)


def embedding_of(
    engine: "InferenceEngine",
    volume: Volume,
    *,
    is_forced: bool = False,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] = no_progress,
) -> Embedding:
    """Embed the voxels of a scan, unless they are unsuitable and nobody insists.

    Raises
    ------
    NotScorableError
        If the scan is unsuitable.
    OutOfMemoryError
        If the memory does not suffice.
    Cancelled
        If `cancel` was raised.
    """
    if not is_forced:
        _check_addable(volume, engine.recipe)
    prepared = prepare(volume, engine.recipe, cancel=cancel)
    return engine.embed_volume(prepared, cancel=cancel, on_progress=on_progress)


def _check_addable(volume: Volume, recipe: Recipe) -> None:
    """Refuse a scan whose vector would mean nothing.

    Raises
    ------
    NotScorableError
        If there is a reason in `suitability.unsuitability`.
    """
    reasons = unsuitability(volume)
    if reasons:
        raise NotScorableError(
            f"{volume.source!r} cannot be added with {recipe.name}, which reads chest CTs: "
            + " ".join(reason.text for reason in reasons),
            remedy="Choose a chest CT in Hounsfield units, or add it all the same with --force.",
        )


def plain_case(scan: ScanWithFacts, embedding: Embedding) -> LibraryCase:
    """Make the case that a scan is, without what is known of it beside its slice distance.

    Raises
    ------
    ValueError
        If the embedding is of another scan.
    """
    if embedding.volume_sha256 != scan.volume.content_sha256:
        raise ValueError("a case is embedded from its own scan")
    slice_axis = int(np.argmax(np.abs(scan.volume.geometry.directions[2])))
    return LibraryCase(
        case_id=case_id_of(embedding.volume_sha256, embedding.stamp),
        # A name that is no text reaches us with lone surrogates, which no table may hold.
        source=without_names(scan.name, scan.facts).encode(errors="replace").decode(),
        scan_sha256=embedding.volume_sha256,
        stamp=embedding.stamp,
        vector=np.array(embedding.vector, dtype=np.float32),
        codes=embedding.codes,
        thumbnails=thumbnails(scan.volume),
        added_at=datetime.now(UTC),
        slice_thickness_mm=scan.volume.geometry.spacing_mm[slice_axis],
    )
