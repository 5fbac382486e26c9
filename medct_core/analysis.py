"""The whole walk, from a file to a report, in one function. Read this first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medct_core.cancel import CancelToken
from medct_core.export.file_names import file_stem
from medct_core.export.key_images import key_images
from medct_core.export.report import Provenance, Report, assemble, headline_of, now
from medct_core.findings.calibration import Calibration, read_calibration
from medct_core.findings.conclude import conclude
from medct_core.findings.finding import Finding
from medct_core.findings.reference import Reference, read_reference
from medct_core.inference.device import describe_device
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import open_engine
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_sets import asked_prompts, default_prompts, style_of
from medct_core.io.choose import choose_series, largest_chest_ct, other_series
from medct_core.io.deidentify import read_patient_text
from medct_core.io.files import name_given
from medct_core.io.open import open_study, read_volume
from medct_core.io.study import Series
from medct_core.models import config
from medct_core.models.image_model import AnyModel
from medct_core.models.manifest import CALIBRATION_FILE, REFERENCE_FILE
from medct_core.preprocess import recipe
from medct_core.preprocess.prepare import prepare
from medct_core.preprocess.recipe import Recipe
from medct_core.preprocess.suitability import check_scorable, intensity_mismatch, unsuitability
from medct_core.volume.notice import Notice
from medct_core.volume.volume import Volume

OnStage = Callable[[str, float], None]
"""Takes the name of a stage in `STAGES` and the fraction of it that is done, in [0, 1]."""

STAGES = {"load": 0.25, "prepare": 0.1, "encode": 0.5, "text": 0.1, "score": 0.05}
"""The stages in order, and about what share of the time each takes."""


@dataclass(frozen=True, slots=True)
class ScanChoice:
    """Which part of a path is scored, and how strictly.

    Attributes
    ----------
    series
        Number or UID of a DICOM series; None takes the largest chest CT.
    frame
        Which volume of a 4D scan, counted from 1; None for a 3D scan.
    force
        Whether to score a scan that should not be scored, with a notice that says so.
    patient
        Whether the report names the patient.
    """

    series: str | None = None
    frame: int | None = None
    force: bool = False
    patient: bool = False


_PLAIN = ScanChoice()


@dataclass(frozen=True, slots=True, eq=False)
class ReadScan:
    """A scan as read, and where it was read from.

    Attributes
    ----------
    volume
        With the notices of reading it.
    series
        The one that was read.
    notices
        What the study adds: other series, files left out.
    """

    volume: Volume
    series: Series
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedScan:
    """A scan as one model sees it, ready to be asked about.

    Attributes
    ----------
    embedding
        What prompts are compared with.
    input_affine
        `ModelInput.affine`: index of the prepared scan to LPS mm.
    notices
        The scan's own and what preparation adds.
    doubts
        What is against its scores: that it was forced, or given in another intensity range.
    """

    embedding: Embedding
    input_affine: npt.NDArray[np.float64]
    notices: tuple[Notice, ...]
    doubts: tuple[Notice, ...]


def analyze(
    path: Path | str,
    *,
    model: InferenceEngine | str | None = None,
    prompts: Sequence[Prompt | str] = (),
    choice: ScanChoice = _PLAIN,
    cancel: CancelToken | None = None,
    on_progress: OnStage | None = None,
) -> Report:
    """Read a chest CT, ask a model about it, and say what it answered.

    Parameters
    ----------
    path
        A file, a folder or zip with one DICOM study.
    model
        Name or folder of a model, or an engine, which is quicker for many scans; None takes
        CT-CLIP where it is installed, else medct-mini.
    prompts
        What to ask beside the eighteen findings, typed or as `Prompt`; a `Prompt` with the name
        of a finding takes its place.
    choice
        Which series and frame; whether to force an unsuitable scan.
    cancel
        Checked often; the work stops within a second.
    on_progress
        Told of every stage.

    Raises
    ------
    ScanRefusedError
        If the scan cannot be read, or may not be scored.
    ModelUnavailableError
        If the model is missing or damaged.
    UsageError
        If the path, the series, the frame or a prompt cannot be used.
    ResourceError
        If memory or disk do not suffice.
    Cancelled
        If `cancel` was raised.
    """
    told = _Told(on_progress)
    engine = model if isinstance(model, InferenceEngine) else open_engine(model)
    asked = prompts_for(engine, prompts)
    engine.check_prompts(asked)
    scan = read_scan(path, choice=choice, cancel=cancel, on_progress=told.of("load"))
    encoded = encode_scan(
        engine, scan.volume, choice=choice, cancel=cancel, on_progress=on_progress
    )
    findings = score_scan(engine, encoded, asked, cancel=cancel, on_progress=on_progress)
    report = assemble(
        scan.volume,
        findings,
        provenance=provenance_of(engine),
        notices=(*encoded.notices, *scan.notices, *encoded.doubts),
        key_images=key_images(scan.volume),
        patient=read_patient_text(scan.series) if choice.patient else None,
    )
    told.of("score")(1.0)
    return report


def read_scan(
    path: Path | str,
    *,
    choice: ScanChoice = _PLAIN,
    cancel: CancelToken | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> ReadScan:
    """Read the scan that is chosen from a path; it is named as `scan_name` says.

    Raises
    ------
    ScanRefusedError
        If it cannot be read.
    UsageError
        If the path, the series or the frame cannot be used.
    Cancelled
        If `cancel` was raised.
    """
    study = open_study(Path(path))
    series = choose_series(study, choice.series) if choice.series else largest_chest_ct(study)
    volume = read_volume(series, frame=choice.frame, cancel=cancel, on_progress=on_progress)
    others = other_series(study, series)
    is_one_of_several = bool(choice.series or others)
    name = scan_name(Path(path), series.number if is_one_of_several else None)
    return ReadScan(replace(volume, source=name), series, (*study.notices, *others))


def scan_name(path: Path, series_number: int | None = None) -> str:
    """Name a scan after the path a person gave, and after nothing that its headers say.

    Parameters
    ----------
    path
        File, folder or zip, named as `name_given` does.
    series_number
        Added where the path holds several series.
    """
    name = name_given(path)
    return name if series_number is None else f"{file_stem(name)}-series-{series_number}"


def encode_scan(
    engine: InferenceEngine,
    volume: Volume,
    *,
    choice: ScanChoice = _PLAIN,
    cancel: CancelToken | None = None,
    on_progress: OnStage | None = None,
) -> EncodedScan:
    """Prepare a scan as the engine's model wants it, and encode it.

    Raises
    ------
    NotScorableError
        If it is unsuitable and not forced.
    OutOfMemoryError
        If the memory does not suffice.
    Cancelled
        If `cancel` was raised.
    """
    told = _Told(on_progress)
    told.of("prepare")(0.0)
    doubts = doubts_about(volume, engine.recipe, choice)
    prepared = prepare(volume, engine.recipe, cancel=cancel)
    embedding = engine.embed_volume(prepared, cancel=cancel, on_progress=told.of("encode"))
    return EncodedScan(
        embedding=embedding,
        input_affine=prepared.affine,
        notices=prepared.notices,
        doubts=(*doubts, *range_doubts(engine.loaded)),
    )


def score_scan(
    engine: InferenceEngine,
    encoded: EncodedScan,
    prompts: Sequence[Prompt],
    *,
    cancel: CancelToken | None = None,
    on_progress: OnStage | None = None,
) -> tuple[Finding, ...]:
    """Ask about an encoded scan, one finding a prompt.

    Raises
    ------
    PromptRefusedError
        If a wording is longer than the model can read.
    ModelUnavailableError
        If the scan was encoded by another model, or the calibration is damaged.
    Cancelled
        If `cancel` was raised.
    """
    told = _Told(on_progress)
    told.of("text")(0.0)
    engine.read_prompts(prompts, cancel=cancel)
    told.of("score")(0.0)
    scores = engine.score(encoded.embedding, prompts, cancel=cancel)
    return conclude(scores, calibration_of(engine), notices=encoded.notices)


def doubts_about(volume: Volume, wanted: Recipe, choice: ScanChoice) -> tuple[Notice, ...]:
    """Refuse an unsuitable scan, or say what is against it where it is forced.

    Raises
    ------
    NotScorableError
        If there is something against it and it is not forced.
    """
    if not choice.force:
        check_scorable(volume, wanted)
        return ()
    reasons = unsuitability(volume)
    if not reasons:
        return ()
    text = "This scan was scored by force although it is unsuitable: its scores mean nothing."
    return (Notice("forced", text), *reasons)


def prompts_for(engine: InferenceEngine, own: Sequence[Prompt | str] = ()) -> tuple[Prompt, ...]:
    """Give the eighteen findings as the engine's model is asked for them, and a person's own.

    Raises
    ------
    PromptRefusedError
        If one of them cannot be scored as worded.
    """
    loaded = engine.loaded
    return asked_prompts(
        default_prompts(loaded.folder, loaded.manifest),
        style=style_of(loaded.manifest),
        texts=[prompt for prompt in own if isinstance(prompt, str)],
        written=[prompt for prompt in own if isinstance(prompt, Prompt)],
    )


def calibration_of(engine: InferenceEngine) -> Calibration | None:
    """Read the calibration that comes with the engine's model; None for a model without one.

    Raises
    ------
    ModelUnavailableError
        If it is damaged.
    """
    loaded = engine.loaded
    if CALIBRATION_FILE not in loaded.manifest.files:
        return None
    return read_calibration(loaded.folder / CALIBRATION_FILE)


def reference_of(engine: InferenceEngine) -> Reference | None:
    """Read how the engine's model scores known cases; None for a model that does not say.

    Raises
    ------
    ModelUnavailableError
        If it is damaged.
    """
    loaded = engine.loaded
    if REFERENCE_FILE not in loaded.manifest.files:
        return None
    return read_reference(loaded.folder / REFERENCE_FILE)


def provenance_of(engine: InferenceEngine) -> Provenance:
    """Say what makes the numbers of an engine, from now on."""
    return Provenance(
        stamp=engine.stamp,
        headline=headline_of(engine.loaded.manifest),
        device=describe_device(engine.device),
        created=now(),
    )


def range_doubts(loaded: AnyModel) -> tuple[Notice, ...]:
    """Say so where CT-CLIP's weights are given intensities they were not trained on."""
    if loaded.config != config.CT_CLIP:
        return ()
    return intensity_mismatch(loaded.recipe, recipe.CT_CLIP)


class _Told:
    """Passes the progress of one stage after the other on to whoever wants it."""

    def __init__(self, on_progress: OnStage | None) -> None:
        self._on_progress = on_progress

    def of(self, stage: str) -> Callable[[float], None]:
        """Give what one stage reports its fraction to."""

        def tell(fraction: float) -> None:
            if self._on_progress is not None:
                self._on_progress(stage, fraction)

        return tell
