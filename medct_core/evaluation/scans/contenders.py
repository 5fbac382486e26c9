"""Contenders: a base and adapters on it, one network in memory, asked one after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from medct_core.errors import UsageError
from medct_core.inference.engine import InferenceEngine
from medct_core.inference.loading import open_engine
from medct_core.inference.request import OnProgress
from medct_core.models.adapter_manifest import read_learned_from
from medct_core.models.adapters import AdapterHost

BASE = "base"


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """One model of an evaluation.

    Attributes
    ----------
    name
        `BASE`, or the adapter's name.
    engine
        To be asked after `use` only: all contenders share one network.
    head
        Linear head of the adapter; None for the base and for adapters without one.
    head_findings
        What the outputs of the head stand for.
    use
        Switches the network to this contender.
    learned_from
        Files that an adapter learned from, see `LabelledScans.files`.
    """

    name: str
    engine: InferenceEngine
    head: nn.Linear | None
    head_findings: tuple[str, ...]
    use: Callable[[], None]
    learned_from: frozenset[str] = frozenset()


def open_contenders(
    model: str, adapters: Sequence[Path], *, device: str, on_progress: OnProgress
) -> tuple[Contender, ...]:
    """Load a base and put adapters on it; the base comes first.

    Parameters
    ----------
    model
        Name or folder of the base.
    adapters
        Folders.
    device
        See `device.choose_device`.
    on_progress
        Takes the fraction of the weights that have been checked, in [0, 1].

    Raises
    ------
    ModelUnavailableError
        If the model is missing or damaged, or an adapter is, or was made for another base.
    UsageError
        If two adapters have one name, or one is called `BASE`.
    """
    engine = open_engine(model, device=device, on_progress=on_progress)
    if not adapters:
        return (Contender(BASE, engine, None, (), _nothing),)
    host = AdapterHost(engine.with_text)
    loaded = [_loaded(host, folder, engine) for folder in adapters]
    return (Contender(BASE, engine, None, (), host.use_none), *loaded)


def _loaded(host: AdapterHost, folder: Path, base: InferenceEngine) -> Contender:
    manifest = host.load(folder)
    name = manifest.name
    if name == BASE:
        raise UsageError(
            f"An adapter in {folder} is called {BASE!r}.", remedy="Give it another name."
        )
    engine = InferenceEngine(host.model, cache=base.cache)
    return Contender(
        name=name,
        engine=engine,
        head=host.head,
        head_findings=manifest.findings,
        use=lambda: host.use(name),
        learned_from=read_learned_from(folder, manifest),
    )


def _nothing() -> None:
    """Leave the network as it is: nothing else is in it."""
