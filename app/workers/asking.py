"""Asking the real model. Importing this loads torch, so only the worker's thread does."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import numpy.typing as npt
from numpy import array, float32

from app.state.answers import (
    Explanation,
    KnownScores,
    KnownSpread,
    ModelChoice,
    ModelFacts,
    TypedAnswer,
)
from app.workers.questions import SimilarScan
from medct_core.analysis import (
    EncodedScan,
    OnStage,
    ScanChoice,
    calibration_of,
    encode_scan,
    prompts_for,
    provenance_of,
    reference_of,
    score_scan,
)
from medct_core.archive.queries import EmbeddedScan, centring_of, text_query
from medct_core.archive.region_query import asked_region
from medct_core.cancel import CancelToken
from medct_core.errors import ModelUnavailableError
from medct_core.findings.calibration import Calibration
from medct_core.findings.conclude import calibrated_score, raw_score
from medct_core.findings.finding import Finding
from medct_core.findings.reference import Five, KnownCases, Reference
from medct_core.inference.adapted import AdaptedModel
from medct_core.inference.device import choose_device, memory_errors_explained
from medct_core.inference.embedding import Embedding
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.language import Distance, distance
from medct_core.inference.likeness import Likeness
from medct_core.inference.loading import open_adapted
from medct_core.inference.paraphrase import paraphrases, spread_of
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_sets import style_of
from medct_core.inference.relevance import (
    explained,
    likeness_map,
    require_one_model,
    tokens_of,
)
from medct_core.inference.scores import Relevance
from medct_core.models.adapter_store import chosen_adapter
from medct_core.preprocess.prepare import prepare
from medct_core.retrieval.centring import Centring
from medct_core.retrieval.region_search import AskedRegion
from medct_core.retrieval.search import Query
from medct_core.retrieval.why_similar import towards
from medct_core.volume.volume import Volume

_OPEN_SCAN = "the open scan"
_TOKENS_OF_SCANS = 2

log = logging.getLogger(__name__)

_OFF_TOPIC = Explanation(
    "No word of this is known from chest CT, so a number would mean nothing.",
    'Name a finding or a part of the chest, such as "nodule in the right upper lobe".',
)
_UNREADABLE = Explanation(
    "The model does not read most of these words, so a number would mean nothing.",
    "Name the finding in English, in full words, and check the spelling.",
)


def open_desk(choice: ModelChoice, on_progress: Callable[[float], None]) -> "EngineDesk":
    """Load a model.

    Raises
    ------
    ModelUnavailableError
        If the model is missing or damaged, or the adapter does not fit it.
    UsageError
        If the machine has no such device.
    OutOfMemoryError
        If it does not fit into memory.
    """
    where = choose_device(choice.device)
    adapter = chosen_adapter(choice.model, choice.adapter)
    with memory_errors_explained(purpose="loading the model", device=where):
        adapted = open_adapted(choice.model, device=str(where), on_progress=on_progress)
        return EngineDesk(adapted, adapter)


class EngineDesk:
    """One engine, asked the way the viewer asks. Belongs to the thread that made it.

    Parameters
    ----------
    adapted
        The model in memory; the desk that was made last is the one that may be asked.
    adapter
        Folder of the adapter on it; None for the model alone.
    """

    def __init__(self, adapted: AdaptedModel, adapter: Path | None) -> None:
        self._adapted = adapted
        self._engine = engine = adapted.engine(adapter)
        self._facts = _facts_of(engine)
        # The tokens of a scan are a few megabytes and serve every map of it: those of the scan
        # that was asked about last, and of the one beside it.
        self._tokens: OrderedDict[str, npt.NDArray[float32]] = OrderedDict()

    @property
    def facts(self) -> ModelFacts:
        """What a window must know of the model."""
        return self._facts

    def swapped(self, choice: ModelChoice) -> "EngineDesk":
        """Put another adapter on the same model, which stays in memory.

        After an error this desk can be asked as before; errors as in `AdaptedModel.engine`.
        """
        return EngineDesk(self._adapted, chosen_adapter(choice.model, choice.adapter))

    def encode(
        self, volume: Volume, *, forced: bool, cancel: CancelToken, on_stage: OnStage
    ) -> EncodedScan:
        """Prepare and encode a scan; errors as in `analysis.encode_scan`."""
        choice, passed = ScanChoice(force=forced), list[npt.NDArray[float32]]()
        watch = self._engine.image.watch_tokens(passed.append)
        try:
            scan = encode_scan(
                self._engine, volume, choice=choice, cancel=cancel, on_progress=on_stage
            )
        finally:
            watch.remove()
        # An embedding that was kept between runs passed nothing; a quantised one needs nothing.
        if passed and scan.embedding.codes is None:
            self._keep(scan.embedding.volume_sha256, passed[0])
        return scan

    def findings(
        self, scan: EncodedScan, own: tuple[Prompt, ...], *, cancel: CancelToken, on_stage: OnStage
    ) -> tuple[Finding, ...]:
        """Score the eighteen findings and a person's own; errors as in `analysis.score_scan`."""
        asked = prompts_for(self._engine, own)
        return score_scan(self._engine, scan, asked, cancel=cancel, on_progress=on_stage)

    def typed(
        self, scan: EncodedScan, prompt: Prompt, *, cancel: CancelToken, on_stage: OnStage
    ) -> TypedAnswer | Explanation:
        """Score one prompt, and the same in other words; errors as in `analysis.score_scan`.

        A prompt far from the language of the model is not scored, and it is said why.
        """
        far = self._far(prompt)
        if far is not None:
            return far
        (finding,) = score_scan(self._engine, scan, (prompt,), cancel=cancel, on_progress=on_stage)
        others = self._engine.score(scan.embedding, paraphrases(prompt), cancel=cancel)
        return TypedAnswer(finding, spread_of(others), self._facts)

    def relevance(
        self,
        volume: Volume,
        scan: EncodedScan,
        prompt: Prompt,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Relevance:
        """Say where the score of a prompt comes from.

        The first map of a scan whose embedding was kept between runs encodes it again; errors as
        in `analysis.encode_scan`.
        """
        tokens = self._tokens_of(volume, scan.embedding, cancel, on_stage)
        on_stage("score", 0.0)
        return explained(
            self._engine,
            scan.embedding,
            tokens,
            prompt,
            input_affine=scan.input_affine,
            cancel=cancel,
        )

    def likeness(
        self,
        volume: Volume,
        scan: EncodedScan,
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Say where a scan's likeness to a case of the library comes from.

        Raises
        ------
        ModelMismatchError
            If another model embedded the case. Others are as for `relevance`.
        """
        own, case = scan.embedding, similar.case
        seen = towards(
            own.vector, case.vector, similar.centring, name=case.source, stamp=case.stamp
        )
        require_one_model(self._engine, seen)
        tokens = self._tokens_of(volume, own, cancel, on_stage)
        return likeness_map(self._engine, own, tokens, seen, input_affine=scan.input_affine)

    def likeness_beside(
        self,
        volume: Volume,
        scan: EncodedScan,
        similar: SimilarScan,
        *,
        cancel: CancelToken,
        on_stage: OnStage,
    ) -> Likeness:
        """Say where in the scan of a case, `volume`, its likeness to another scan comes from.

        The scan of a case is encoded once more where the library keeps no codes of it; errors
        are those of `likeness`.
        """
        case, recipe = similar.case, self._engine.recipe
        seen = towards(
            case.vector,
            scan.embedding.vector,
            similar.centring,
            name=_OPEN_SCAN,
            stamp=case.stamp,
        )
        require_one_model(self._engine, seen)
        own = Embedding(case.vector, case.stamp, case.scan_sha256, case.codes)
        on_stage("prepare", 0.0)
        affine = prepare(volume, recipe, cancel=cancel).affine
        tokens = self._tokens_of(volume, own, cancel, on_stage)
        return likeness_map(self._engine, own, tokens, seen, input_affine=affine)

    def region(
        self, scan: EncodedScan, points_mm: tuple[tuple[float, float, float], ...]
    ) -> AskedRegion:
        """Find the tokens of a region, whose corners are given, LPS mm.

        Raises
        ------
        ModelUnavailableError
            If the model has no codes.
        UsageError
            If the model sees no part of the region.
        """
        own = scan.embedding
        query = Query(own.vector, own.stamp, scan_sha256=own.volume_sha256)
        asked = EmbeddedScan(query, own, scan.input_affine)
        return asked_region(self._engine, asked, array(points_mm))

    def text_query(self, text: str, *, cancel: CancelToken, on_stage: OnStage) -> Query:
        """Encode words that similar cases are wanted for; errors as in `queries.text_query`."""
        on_stage("text", 0.0)
        return text_query(self._engine, text, cancel=cancel)

    def embedding(self, volume: Volume, *, cancel: CancelToken, on_stage: OnStage) -> Embedding:
        """Encode a scan for the library; errors as in `analysis.encode_scan`."""
        scan = encode_scan(self._engine, volume, cancel=cancel, on_progress=on_stage)
        return scan.embedding

    def _far(self, prompt: Prompt) -> Explanation | None:
        found = {distance(text, self._pieces) for text in (prompt.name, *prompt.present)}
        if Distance.NEAR in found:
            return None
        return _UNREADABLE if Distance.UNREADABLE in found else _OFF_TOPIC

    def _pieces(self, word: str) -> int:
        tokenizer = self._engine.with_text.tokenizer
        pieces = tokenizer.tokenize(word)
        # A word without any known piece becomes one mark for the unknown.
        return len(pieces) + pieces.count(tokenizer.unk_token)

    def _tokens_of(
        self, volume: Volume, embedding: Embedding, cancel: CancelToken, on_stage: OnStage
    ) -> npt.NDArray[float32]:
        name = embedding.volume_sha256
        if name not in self._tokens:
            on_stage("prepare", 0.0)
            tokens = tokens_of(
                self._engine,
                embedding,
                lambda: prepare(volume, self._engine.recipe, cancel=cancel),
                cancel=cancel,
                on_progress=lambda fraction: on_stage("encode", fraction),
            )
            self._keep(name, tokens)
        self._tokens.move_to_end(name)
        return self._tokens[name]

    def _keep(self, name: str, tokens: npt.NDArray[float32]) -> None:
        self._tokens[name] = tokens
        while len(self._tokens) > _TOKENS_OF_SCANS:
            self._tokens.popitem(last=False)


def _facts_of(engine: InferenceEngine) -> ModelFacts:
    manifest, provenance = engine.loaded.manifest, provenance_of(engine)
    prompts = prompts_for(engine) if engine.reads_text else ()
    reference = reference_of(engine)
    return ModelFacts(
        stamp=engine.stamp,
        title=manifest.title,
        headline=provenance.headline,
        device=provenance.device,
        style=style_of(manifest),
        prompts=prompts,
        known=_known(engine, reference, prompts),
        known_population="" if reference is None else reference.population,
        centring=_centring(engine),
    )


def _centring(engine: InferenceEngine) -> Centring | None:
    """Read the mean that comes with a model; one that is damaged stops no scoring."""
    try:
        return centring_of(engine)
    except ModelUnavailableError as error:
        log.warning("Small libraries are searched without a mean: %s", error.summary)
        return None


def _known(
    engine: InferenceEngine, reference: Reference | None, prompts: tuple[Prompt, ...]
) -> dict[str, KnownScores]:
    if reference is None:
        return {}
    calibration = calibration_of(engine)
    cases = ((prompt, reference.of(engine.stamp, prompt)) for prompt in prompts)
    return {
        prompt.name: _known_scores(known, prompt, calibration)
        for prompt, known in cases
        if known is not None
    }


def _known_scores(
    known: KnownCases, prompt: Prompt, calibration: Calibration | None
) -> KnownScores:
    raw = _known_spread(known, raw_score)
    entry = None if calibration is None else calibration.of(prompt)
    if calibration is None or entry is None:
        return KnownScores(raw, None)
    temperature = calibration.temperature
    calibrated = _known_spread(known, lambda logit: calibrated_score(logit, temperature, entry))
    return KnownScores(raw, calibrated)


def _known_spread(known: KnownCases, score: Callable[[float], float]) -> KnownSpread:
    return KnownSpread(_scored(known.present, score), _scored(known.absent, score))


def _scored(logits: Five, score: Callable[[float], float]) -> Five:
    low, quarter, median, three_quarters, high = (score(logit) for logit in logits)
    return low, quarter, median, three_quarters, high
