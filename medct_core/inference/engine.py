"""InferenceEngine: one model in memory, asked about scans and wordings."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from medct_core.cancel import CancelToken
from medct_core.errors import ModelMismatchError
from medct_core.inference.cache import EmbeddingCache
from medct_core.inference.device import free_bytes, memory_errors_explained, require_memory
from medct_core.inference.embedding import Embedding
from medct_core.inference.image_side import ImageSide, image_side_of
from medct_core.inference.prompt import Prompt
from medct_core.inference.request import EmbedRequest, OnProgress, Request
from medct_core.inference.scores import PromptScore, Scores
from medct_core.inference.similarity import FloatArray, similarities
from medct_core.inference.text_vectors import TextVectors
from medct_core.models.bundle import LoadedModel
from medct_core.models.image_model import AnyModel, require_text_side
from medct_core.models.joint import VolumeFeatures
from medct_core.models.stamp import ModelStamp
from medct_core.preprocess.model_input import ModelInput
from medct_core.preprocess.recipe import Recipe


class InferenceEngine:
    """Encodes scans and scores prompts with one model, which stays on its device.

    A scan is encoded once; after that any number of prompts costs next to nothing, because the
    vectors of wordings are kept. Not thread-safe: one thread owns an engine.

    Parameters
    ----------
    loaded
        The model, on the device where it is to run.
    cache
        Where embeddings are kept between runs; none by default.
    free_memory
        Says how many bytes are free on a device.
    """

    def __init__(
        self,
        loaded: AnyModel,
        *,
        cache: EmbeddingCache | None = None,
        free_memory: Callable[[torch.device], int] = free_bytes,
    ) -> None:
        self._loaded = loaded
        self._cache = cache
        self._free_memory = free_memory
        self._device = next(loaded.network.parameters()).device
        self._image = image_side_of(loaded)
        self._words = TextVectors(loaded) if isinstance(loaded, LoadedModel) else None

    @property
    def loaded(self) -> AnyModel:
        """The model this engine asks."""
        return self._loaded

    @property
    def reads_text(self) -> bool:
        """Whether it can score findings and compare scans with words."""
        return self._words is not None

    @property
    def with_text(self) -> LoadedModel:
        """The model this engine asks, if it reads text.

        Raises
        ------
        NoTextSideError
            If it reads scans only.
        """
        return require_text_side(self._loaded)

    @property
    def image(self) -> ImageSide:
        """The part of the model that reads scans."""
        return self._image

    @property
    def _texts(self) -> TextVectors:
        if self._words is None:
            require_text_side(self._loaded)
        assert self._words is not None
        return self._words

    @property
    def stamp(self) -> ModelStamp:
        """What every number of this engine carries."""
        return self._loaded.stamp

    @property
    def cache(self) -> EmbeddingCache | None:
        """Where embeddings are kept between runs."""
        return self._cache

    @property
    def device(self) -> torch.device:
        """Where the model runs."""
        return self._device

    @property
    def recipe(self) -> Recipe:
        """How scans must be prepared for this engine."""
        return self._loaded.recipe

    def answer(
        self,
        request: Request,
        *,
        cancel: CancelToken | None = None,
        on_progress: OnProgress | None = None,
    ) -> Embedding | Scores:
        """Do what a request asks; the errors are those of `embed_volume` and `score`."""
        if isinstance(request, EmbedRequest):
            return self.embed_volume(request.model_input, cancel=cancel, on_progress=on_progress)
        return self.score(request.embedding, request.prompts, cancel=cancel)

    def embed_volume(
        self,
        model_input: ModelInput,
        *,
        cancel: CancelToken | None = None,
        on_progress: OnProgress | None = None,
    ) -> Embedding:
        """Encode a prepared scan, or take its embedding from the cache.

        Parameters
        ----------
        model_input
            Prepared with this engine's recipe.
        cancel
            Checked between the layers of the encoder.
        on_progress
            Takes the fraction of the layers that are done, in [0, 1].

        Raises
        ------
        ModelMismatchError
            If the scan was prepared for another model.
        OutOfMemoryError
            If the encoder needs more memory than is free.
        Cancelled
            If `cancel` was raised meanwhile.
        """
        token, report = cancel or CancelToken(), on_progress or _ignore
        token.raise_if_cancelled()
        self._require_prepared_for_this(model_input)
        kept = self._cache.get(model_input.volume_sha256, self.stamp) if self._cache else None
        embedding = kept or self._encode(model_input, token, report)
        if self._cache and kept is None:
            self._cache.put(embedding)
        report(1.0)
        return embedding

    def score(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompt],
        *,
        cancel: CancelToken | None = None,
    ) -> Scores:
        """Score prompts on an encoded scan; NoTextSideError from a model that reads scans only.

        For a pair, logit = scale * similarity to (present - absent); for a single prompt,
        logit = scale * similarity to present; `similarity.similarities` says how a similarity
        is formed. The probability is sigmoid(logit).

        Parameters
        ----------
        embedding
            Made by this engine or one with the same stamp.
        prompts
            In the order of the answers.
        cancel
            Checked between batches of wordings.

        Raises
        ------
        ModelMismatchError
            If the embedding is another model's.
        PromptRefusedError
            If a wording is longer than the model can read.
        Cancelled
            If `cancel` was raised meanwhile.
        """
        if embedding.stamp != self.stamp:
            raise ModelMismatchError(
                f"The scan was encoded by {_described(embedding.stamp)}, the prompts would be "
                f"compared by {_described(self.stamp)}.",
                remedy="Encode the scan again with this model.",
            )
        self.read_prompts(prompts, cancel=cancel)
        scoring = self._loaded.manifest.scoring
        directions = [self._texts.direction(prompt) for prompt in prompts]
        alike = similarities(
            embedding,
            np.stack(directions) if directions else np.empty((0, embedding.vector.size), "f4"),
            local_weight=scoring.local_weight,
            local_top=scoring.local_top,
        )
        logits = self.logit_scale * alike.astype(np.float64)
        answers = zip(prompts, logits, _sigmoid(logits), strict=True)
        return Scores(
            answers=tuple(PromptScore(asked, float(at), float(p)) for asked, at, p in answers),
            stamp=self.stamp,
            volume_sha256=embedding.volume_sha256,
        )

    @property
    def logit_scale(self) -> float:
        """What a similarity is multiplied by to give a logit."""
        loaded = self.with_text
        given = loaded.manifest.scoring.logit_scale
        return float(loaded.network.logit_scale) if given is None else given

    def check_prompts(self, prompts: Sequence[Prompt]) -> None:
        """Refuse wordings the model cannot read, before any scan is touched.

        Raises
        ------
        NoTextSideError
            If the model reads scans only.
        PromptRefusedError
            If a wording has more tokens than the model reads.
        """
        self._texts.check(prompts)

    def read_prompts(self, prompts: Sequence[Prompt], *, cancel: CancelToken | None = None) -> None:
        """Encode the wordings that were not asked before, so that scoring is quick.

        Raises
        ------
        NoTextSideError
            If the model reads scans only.
        PromptRefusedError
            If a wording has more tokens than the model reads.
        Cancelled
            If `cancel` was raised meanwhile.
        """
        self._texts.encode(prompts, cancel=cancel)

    def direction(self, prompt: Prompt, *, cancel: CancelToken | None = None) -> FloatArray:
        """Give what a scan's vector is compared with; the errors are those of `read_prompts`.

        Returns
        -------
        ``(d,)`` float32; see `text_vectors.TextVectors.direction`.
        """
        self.read_prompts([prompt], cancel=cancel)
        return self._texts.direction(prompt)

    def tokens(
        self,
        model_input: ModelInput,
        *,
        cancel: CancelToken | None = None,
        on_progress: OnProgress | None = None,
    ) -> FloatArray:
        """Encode a prepared scan as far as its tokens; errors as in `embed_volume`.

        Returns
        -------
        ``(d, h, w, dim)`` float32 as they reach the head: quantised where there is a quantiser.
        """
        token = cancel or CancelToken()
        token.raise_if_cancelled()
        self._require_prepared_for_this(model_input)
        with self._encoding(on_progress or _ignore):
            values = torch.tensor(model_input.values[None], device=self._device)
            return _array(self._image.tokens(values, token)[0], np.float32)

    def _encode(
        self, model_input: ModelInput, cancel: CancelToken, report: OnProgress
    ) -> Embedding:
        with self._encoding(report):
            # A read-only array cannot be shared with torch without a warning.
            values = torch.tensor(model_input.values[None], device=self._device)
            features = self._image.features(values, cancel)
            return self._embedding(features, model_input.volume_sha256)

    @contextmanager
    def _encoding(self, report: OnProgress) -> Iterator[None]:
        """Make sure of the memory, and report layers while the encoder runs."""
        purpose = f"encoding a scan with {self.stamp.model}"
        needed, free = self._image.working_bytes, self._free_memory(self._device)
        require_memory(needed, free, purpose=purpose, device=self._device)
        with ExitStack() as stack:
            stack.enter_context(memory_errors_explained(purpose=purpose, device=self._device))
            stack.enter_context(_progress_of(self._image, report))
            stack.enter_context(torch.inference_mode())
            yield

    def _embedding(self, features: VolumeFeatures, volume_sha256: str) -> Embedding:
        codes, local = features.codes, features.local
        return Embedding(
            vector=_array(features.latent[0], np.float32),
            stamp=self.stamp,
            volume_sha256=volume_sha256,
            codes=None if codes is None else _array(codes[0], np.int16),
            local=None if local is None else _array(local[0], np.float16),
        )

    def _require_prepared_for_this(self, model_input: ModelInput) -> None:
        shape = self._image.input_shape
        if model_input.recipe_id != self.stamp.recipe_id or model_input.values.shape != shape:
            raise ModelMismatchError(
                f"The scan was prepared with {model_input.recipe_id} to the shape "
                f"{model_input.values.shape}; {self.stamp.model} wants {self.stamp.recipe_id} "
                f"and {shape}.",
                remedy="Prepare the scan with the model's own recipe.",
            )


@contextmanager
def _progress_of(image: ImageSide, report: OnProgress) -> Iterator[None]:
    """Report how many of an encoder's layers have begun while it runs."""
    layers = image.layers
    begun = 0

    def count(*_: object) -> None:
        nonlocal begun
        begun += 1
        report(begun / (len(layers) + 1))

    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _ignore(_fraction: float) -> None:
    """Take a fraction and show it to nobody."""


def _array(tensor: Tensor, dtype: type[np.generic]) -> npt.NDArray[Any]:
    """Copy a tensor off its device."""
    return tensor.cpu().numpy().astype(dtype)


def _sigmoid(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    # This form does not overflow, however large the scale of a model.
    halves: npt.NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return halves


def _described(stamp: ModelStamp) -> str:
    adapter = f" with the adapter {stamp.adapter}" if stamp.adapter else ""
    return f"{stamp.model}{adapter} ({stamp.checkpoint_sha256[:8]}, {stamp.precision})"
