"""Queries: a scan or a text as a search of the library asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.archive.header_facts import header_facts
from medct_core.cancel import CancelToken
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.long_text import read_text
from medct_core.inference.text_mean import mean_of_wordings
from medct_core.io.choose import largest_chest_ct
from medct_core.io.open import open_study, read_volume
from medct_core.models.manifest import CENTRING_FILE
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.suitability import check_scorable
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.model_centring import read_model_centring
from medct_core.retrieval.patient_key import patient_key, study_key
from medct_core.retrieval.search import Query

_READ_SHARE = 0.3

OnProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class AskedScan:
    """A scan that similar ones are wanted for.

    Attributes
    ----------
    path
        File, folder or zip.
    salt
        The library's: with it the scan's patient is known again there.
    force
        Whether to take a scan that is unsuitable.
    """

    path: Path
    salt: bytes
    force: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedScan:
    """A scan as a search asks for it, and what a part of it is asked for with.

    Attributes
    ----------
    query
        The whole scan.
    embedding
        With the codes of its tokens, where the model has any.
    input_affine
        `ModelInput.affine`: where the model's input lies in the patient.
    """

    query: Query
    embedding: Embedding
    input_affine: npt.NDArray[np.float64]


def scan_query(
    engine: InferenceEngine,
    asked: AskedScan,
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> Query:
    """Read and embed a scan.

    Raises
    ------
    ScanRefusedError
        If it cannot be read, or may not be scored.
    OutOfMemoryError
        If the memory does not suffice.
    Cancelled
        If `cancel` was raised.
    """
    return embed_asked(engine, asked, cancel=cancel, on_progress=on_progress).query


def embed_asked(
    engine: InferenceEngine,
    asked: AskedScan,
    *,
    cancel: CancelToken | None = None,
    on_progress: OnProgress | None = None,
) -> EmbeddedScan:
    """Read and embed a scan, and say where what the model sees lies; errors as `scan_query`."""
    report = on_progress or _ignore
    study = open_study(asked.path, cancel=cancel)
    series = largest_chest_ct(study)
    volume = read_volume(series, cancel=cancel, on_progress=lambda done: report(done * _READ_SHARE))
    if not asked.force:
        check_scorable(volume, engine.recipe)
    prepared = prepare(volume, engine.recipe, cancel=cancel)
    embedding = engine.embed_volume(
        prepared,
        cancel=cancel,
        on_progress=lambda done: report(_READ_SHARE + done * (1 - _READ_SHARE)),
    )
    facts = header_facts(series)
    query = Query(
        vector=embedding.vector,
        stamp=embedding.stamp,
        scan_sha256=embedding.volume_sha256,
        patient_key=patient_key(facts.patient, asked.salt),
        study_key=study_key(facts.study, asked.salt),
    )
    return EmbeddedScan(query, embedding, prepared.affine)


def text_query(engine: InferenceEngine, text: str, *, cancel: CancelToken | None = None) -> Query:
    """Encode what a person typed, or a report of any length; see `long_text.read_text`.

    Texts lie elsewhere than scans in the space they share; they are centred by the mean of the
    wordings by which the model is asked for the eighteen findings.

    Raises
    ------
    NoTextSideError
        If the model reads scans only.
    PromptRefusedError
        If a single word of it is longer than the model reads.
    Cancelled
        If `cancel` was raised.
    """
    read = read_text(engine, text, cancel=cancel)
    return Query(read.vector, engine.stamp, own_mean=mean_of_wordings(engine, cancel=cancel))


def centring_of(engine: InferenceEngine) -> Centring | None:
    """Give the centring that comes with the engine's model; None for a model without one.

    Raises
    ------
    ModelUnavailableError
        If it is damaged.
    """
    loaded = engine.loaded
    if CENTRING_FILE not in loaded.manifest.files:
        return None
    return read_model_centring(loaded.folder / CENTRING_FILE).of(engine.stamp)


def _ignore(_fraction: float) -> None:
    return
