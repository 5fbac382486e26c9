"""Ray as far as a pool of workers uses it, in this process; its workers follow a script."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import ray.exceptions


class FakeRay:
    """Gives every new worker the next script: what it answers, or the error it dies of.

    Parameters
    ----------
    scripts
        ``start`` and ``embed`` of each worker, in the order in which workers are made; the last
        stands for all that follow.
    """

    exceptions = ray.exceptions

    def __init__(self, scripts: Sequence[dict[str, object]]) -> None:
        self._scripts = list(scripts)
        self._results: dict[object, object] = {}
        self.options: dict[str, object] = {}
        self.made = 0
        self.killed: list[object] = []

    def remote(self, **options: object) -> Callable[[type], SimpleNamespace]:
        """Take what workers may use."""
        self.options = options
        return lambda _kind: SimpleNamespace(remote=self._worker)

    def wait(
        self, refs: Sequence[object], *, num_returns: int, timeout: float
    ) -> tuple[list[object], list[object]]:
        """Give those that are ready: a script that answers None never is."""
        ready = [ref for ref in refs if self._results[ref] is not None][:num_returns]
        return ready, [ref for ref in refs if ref not in ready]

    def get(self, ref: object) -> object:
        """Give an answer, or raise."""
        result = self._results[ref]
        if isinstance(result, Exception):
            raise result
        return result

    def kill(self, actor: object) -> None:
        """End a worker."""
        self.killed.append(actor)

    def _worker(self, *_arguments: object) -> SimpleNamespace:
        script = self._scripts[min(self.made, len(self._scripts) - 1)]
        self.made += 1
        return SimpleNamespace(**{name: self._method(what) for name, what in script.items()})

    def _method(self, what: object) -> SimpleNamespace:
        def called(*arguments: Any) -> object:  # noqa: ANN401 - as Ray has it
            ref = object()
            self._results[ref] = what(*arguments) if callable(what) else what
            return ref

        return SimpleNamespace(remote=called)
