"""One run of the experiment: from a base to what is kept of it in the ledger."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from hashlib import sha256
from typing import Protocol

import numpy as np
import torch
from torch import nn

from medct_core.cancel import CancelToken
from medct_core.models.adapter_manifest import ADAPTER_WEIGHTS_FILE
from medct_core.models.adapters import AdapterHost, AdapterNotes
from medct_core.models.bundle import LoadedModel
from medct_core.models.lora import lora_size
from medct_core.training.adapt.clip_adapter import fit_clip_adapter
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.fit import fit
from medct_core.training.adapt.labelled_vectors import LabelledVectors
from medct_core.training.adapt.learner import ADAPTER_NAME
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.adapt.record import versions
from medct_core.training.adapt.tip_adapter import fine_tune, remember
from medct_core.training.cohort import Cohort, ScanViewer, ScanViews
from medct_core.training.reproduce.answers import Answers
from medct_core.training.reproduce.kept_vectors import KeptVectors
from medct_core.training.reproduce.latency import merged_latency
from medct_core.training.reproduce.ledger import Record
from medct_core.training.reproduce.measure import (
    Encoded,
    HeldOutScans,
    Scorer,
    head_scorer,
    measure,
    prompt_directions,
    summary,
)
from medct_core.training.reproduce.plan import BaseLetter, Method, Ranks, Run
from medct_core.training.reproduce.work import Work

_AUGMENTATION = "none"
"""Chosen on validation scans of domain B: mean AUROC by the head of the paper on base M after the
last epoch, with a seed that no run has, 0.772 without, 0.745 with the spatial changes of `fast`
alone, 0.631 with all of `fast`. The paper's own, as printed, gave 0.623 on test scans."""

_ALPHA_BY_RANK = 2
_FULL_RATE = 5e-5
"""A tenth of LoRA's rate: at that rate every weight of a base would be overwritten."""

_ON_VECTORS = (Method.CLIP_ADAPTER, Method.TIP_ADAPTER, Method.TIP_ADAPTER_F)

_B = ".lora_B."

_SUBSET = 21  # stream of random numbers that chooses scans

OnFit = Callable[[FitProgress], None]
_Encode = Callable[[LoadedModel, ScanViewer], Encoded]


class Materials(Protocol):
    """What the runs are made from."""

    @property
    def tests(self) -> HeldOutScans:
        """Scans that no run learns from."""
        ...

    def base(self, letter: BaseLetter) -> LoadedModel:
        """Load a base, a new copy with every call."""
        ...

    @property
    def training(self) -> ScanViewer:
        """The labelled scans of the new domain."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A base after a run learned.

    Attributes
    ----------
    model
        In evaluation mode.
    own
        How it was trained to answer; None where by prompts.
    told
        All that training was told, and which scans it learned from.
    trained
        How many numbers learned.
    seconds
        How long learning took, stopped time left out.
    host
        Holds the adapter; None without LoRA.
    head
        Linear layer on the image latent; None without one.
    findings
        What its outputs stand for; empty without a head.
    """

    model: LoadedModel
    own: Scorer | None = None
    told: Mapping[str, object] = field(default_factory=dict)
    trained: int = 0
    seconds: float = 0.0
    host: AdapterHost | None = None
    head: nn.Linear | None = None
    findings: tuple[str, ...] = ()


def perform(
    run: Run, materials: Materials, work: Work, *, cancel: CancelToken, on_progress: OnFit
) -> tuple[Record, Answers]:
    """Do one run, or go on with it where it was stopped, and measure what came of it.

    Parameters
    ----------
    run
        Which one.
    materials
        Base and scans.
    work
        Where and how.
    cancel
        Checked before every step of training and between layers of measuring.
    on_progress
        Told after every step of training.

    Raises
    ------
    Cancelled
        If `cancel` was raised; what was learned until then is kept in the run's folder.
    MedctError
        If training cannot go on.
    """
    torch.set_num_threads(work.threads)
    fitted = _fitted(run, materials, work, cancel, on_progress)
    learned = time.monotonic()
    answers = measure(fitted.model, fitted.own, materials.tests, cancel, KeptVectors(work.vectors))
    sizes = _sizes(run, fitted, materials, work)
    sizes |= _latency(run, fitted, materials, cancel)
    measuring = time.monotonic() - learned
    record = Record(
        run=run,
        data=identities(materials.tests),
        base_sha256=materials.base(run.base).stamp.checkpoint_sha256,
        config=fitted.told,
        versions=versions(),
        seconds={"training": fitted.seconds, "measuring": measuring},
        sizes=sizes,
        metrics=summary(answers),
    )
    return record, answers


def identities(tests: HeldOutScans) -> dict[str, str]:
    """SHA-256 of each set of scans that runs are measured on, by name."""
    return {
        "validation_b": tests.validation_b.identity,
        "test_b": tests.test_b.identity,
        "test_a": tests.test_a.identity,
    }


def config_of(run: Run, epochs: int) -> AdaptConfig:
    """Say how a run with gradients is trained: as the paper, but for what the run changes."""
    config = AdaptConfig(
        head=run.head,
        towers=run.towers,
        epochs=epochs,
        seed=run.seed,
        augmentation=_AUGMENTATION,
        bf16=True,
    )
    if run.method is Method.FULL:
        return replace(config, tune="full", rate=_FULL_RATE)
    if run.method is Method.HEAD:
        return replace(config, tune="head")
    if run.ranks is Ranks.SMALL:
        image, text = run.ranks.value
        return replace(
            config,
            vision_rank=image,
            vision_alpha=_ALPHA_BY_RANK * image,
            text_rank=text,
            text_alpha=_ALPHA_BY_RANK * text,
        )
    return config


class ChosenScans:
    """Shows a few of the scans of another viewer; a `ScanViewer`."""

    def __init__(self, viewer: ScanViewer, rows: Sequence[int]) -> None:
        self._viewer = viewer
        self._rows = list(rows)
        whole = viewer.cohort
        self._cohort = Cohort(
            scans=tuple(whole.scans[row] for row in rows),
            patients=whole.patients[self._rows],
            findings=whole.findings,
            labels=whole.labels[self._rows],
            reports=tuple(whole.reports[row] for row in rows),
        )

    @property
    def cohort(self) -> Cohort:
        """Whose scans they are."""
        return self._cohort

    @property
    def identity(self) -> str:
        """SHA-256 over the scans and which of them are shown."""
        return sha256(f"{self._viewer.identity} {self._rows}".encode()).hexdigest()

    def views(self, rows: Sequence[int], epoch: int) -> ScanViews:
        """Give scans as the other viewer shows them."""
        return self._viewer.views([self._rows[row] for row in rows], epoch)


def training_scans(run: Run, materials: Materials) -> ScanViewer:
    """Give what a run learns from; fewer scans than there are differ from seed to seed."""
    viewer = materials.training
    count = len(viewer.cohort)
    if run.scans >= count:
        return viewer
    rng = np.random.default_rng((run.seed, _SUBSET))
    return ChosenScans(viewer, sorted(rng.permutation(count)[: run.scans].tolist()))


def _on_vectors(
    run: Run, model: LoadedModel, viewer: ScanViewer, validation: ScanViewer, encode: _Encode
) -> Fitted:
    """Fit what leaves the weights as they are."""
    learned, chosen = (
        LabelledVectors(encode(model, one).vectors, one.cohort.labels)
        for one in (viewer, validation)
    )
    toward = prompt_directions(model, viewer.cohort.findings)
    told: dict[str, object] = {"seed": run.seed, "training_sha256": viewer.identity}
    if run.method is Method.CLIP_ADAPTER:
        clip = fit_clip_adapter(learned, chosen, toward, seed=run.seed)
        return Fitted(model, clip.score, told | {"residual": clip.residual}, clip.trained)
    tip = remember(learned, chosen, toward)
    if run.method is Method.TIP_ADAPTER_F:
        tip = fine_tune(tip, learned, chosen, seed=run.seed)
    return Fitted(model, tip.score, told | {"alpha": tip.alpha, "beta": tip.beta}, tip.trained)


def _fitted(
    run: Run, materials: Materials, work: Work, cancel: CancelToken, on_progress: OnFit
) -> Fitted:
    model = materials.base(run.base)
    if run.method is Method.BASE:
        return Fitted(model)
    viewer = training_scans(run, materials)
    if run.method in _ON_VECTORS:
        started = time.monotonic()
        kept = partial(KeptVectors(work.vectors), cancel=cancel)
        made = _on_vectors(run, model, viewer, materials.tests.validation_b, kept)
        return replace(made, seconds=time.monotonic() - started)
    config = config_of(run, work.epochs)
    adapted = fit(model, viewer, config, work.of(run), cancel=cancel, on_progress=on_progress)
    head = adapted.head
    return Fitted(
        model=adapted.model,
        own=None if head is None else head_scorer(head),
        told={**asdict(config), "training_sha256": viewer.identity},
        trained=adapted.trained,
        seconds=adapted.seconds,
        host=adapted.host,
        head=head,
        findings=() if head is None else viewer.cohort.findings,
    )


def _sizes(run: Run, fitted: Fitted, materials: Materials, work: Work) -> dict[str, float]:
    """Count parameters and bytes; an adapter is saved in the run's folder."""
    network = fitted.model.network
    live = [p for name, p in network.named_parameters() if ".lora_" not in name]
    sizes: dict[str, float] = {
        "trained": fitted.trained,
        "threads": torch.get_num_threads(),
        "network_parameters": sum(p.numel() for p in live),
        "network_bytes": sum(p.numel() * p.element_size() for p in live),
    }
    if fitted.head is not None:
        sizes["head_parameters"] = sum(p.numel() for p in fitted.head.parameters())
    if run.method is Method.FULL:
        sizes["network_parameters_changed"] = _changed(network, materials.base(run.base).network)
    if fitted.host is None:
        return sizes
    folder = work.of(run) / "adapter"
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed after it was saved
    fitted.host.save(ADAPTER_NAME, folder, AdapterNotes(head=fitted.head, findings=fitted.findings))
    return sizes | {
        "adapter_parameters": lora_size(network, ADAPTER_NAME).parameters,
        "adapter_parameters_reached": _reached(network),
        "adapter_bytes": (folder / ADAPTER_WEIGHTS_FILE).stat().st_size,
    }


def _reached(network: nn.Module) -> int:
    """Count LoRA's numbers in layers that a gradient came to: there the second matrix is not 0."""
    named = dict(network.named_parameters())
    pairs = [(named[n.replace(".lora_B.", ".lora_A.")], p) for n, p in named.items() if _B in n]
    return sum(one.numel() + two.numel() for one, two in pairs if two.detach().any())


def _changed(network: nn.Module, base: nn.Module) -> int:
    """Count the numbers of layers that a gradient came to: the others are as in the base."""
    before = dict(base.named_parameters())
    live = network.named_parameters()
    return sum(p.numel() for name, p in live if not torch.equal(p.detach().cpu(), before[name]))


def _latency(
    run: Run, fitted: Fitted, materials: Materials, cancel: CancelToken
) -> dict[str, float]:
    """Measure what a merged adapter costs; last of all, as merging cannot be undone.

    On one processor, whatever the run was trained on.
    """
    if fitted.host is None:
        return {}
    torch.set_num_threads(1)
    fitted.host.model.network.cpu()
    values = materials.tests.test_b.views([0], 0).values
    base = materials.base(run.base)
    return merged_latency(base, fitted.host, values, cancel)
