"""Fitting a model to labelled scans: a run that can be stopped, killed and gone on with."""

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from medct_core.cancel import Cancelled, CancelToken
from medct_core.errors import ScanRefusedError, UsageError
from medct_core.inference.device import memory_errors_explained
from medct_core.models.bundle import LoadedModel
from medct_core.training.adapt.adapted import Adapted, adapted
from medct_core.training.adapt.config import AdaptConfig
from medct_core.training.adapt.curves import write_curves
from medct_core.training.adapt.learner import prepare_learner
from medct_core.training.adapt.objective import Batch, Objective, parts_of
from medct_core.training.adapt.processes import Processes, join_processes
from medct_core.training.adapt.progress import FitProgress
from medct_core.training.adapt.read_ahead import Asked, ReadAhead
from medct_core.training.adapt.record import (
    alone_in,
    describe_run,
    load_checkpoint,
    open_run,
    save_checkpoint,
)
from medct_core.training.adapt.wordings import TextSide
from medct_core.training.cohort import ScanViewer

_ORDER, _DROPOUT = 0, 1  # what a seed is for
_NAMED_SCANS = 8
_NO_MEMORY = (
    "Close other programs and give the command again: the run goes on from its last checkpoint. "
    "Or begin another run, in a folder of its own, with 'batch' in [run] smaller and "
    "'accumulation' larger, or with 'checkpointing' or 'bf16' set to true."
)

OnFitProgress = Callable[[FitProgress], None]


def fit(
    model: LoadedModel,
    viewer: ScanViewer,
    config: AdaptConfig,
    folder: Path,
    *,
    cancel: CancelToken,
    on_progress: OnFitProgress,
) -> Adapted:
    """Fit a model to the scans of a viewer, or go on with the run of a folder.

    On a CPU a run that was killed and gone on with ends with the same bits as one that was not:
    order and dropout follow from the seed and the step alone.

    Parameters
    ----------
    model
        Freshly loaded; its network is changed in place and moved to the device.
    viewer
        The scans, plain or augmented, with labels and reports.
    config
        Everything that decides the run.
    folder
        Of the run: settings, checkpoint, curves. Made if it is not there.
    cancel
        Checked before every step; what was learned until then is kept.
    on_progress
        Told after every step.

    Raises
    ------
    UsageError
        If the folder holds another run, another program works in it, there is nothing to learn
        from, or the loss is no number any more; the message names the scans of that step. Also if
        another process cannot go on, or does not see the same scans and checkpoint.
    ScanRefusedError
        If a scan holds values that are no numbers.
    OutOfMemoryError
        If a step does not fit into memory.
    Cancelled
        If `cancel` was raised meanwhile.
    """
    processes = join_processes(config.device)
    described = describe_run(model, viewer, config)
    with ExitStack() as held:
        with processes.together():
            _require_lesson(viewer, config)
            if processes.is_first:
                held.enter_context(alone_in(folder))
                open_run(folder, described)
        with processes.together():
            run = _Run(model, viewer, config, processes)
            run.resume(folder)
        processes.require_same(json.dumps(described), "base, scans and settings")
        processes.require_same(run.stands, f"checkpoint in {folder}")
        run.learn(folder, cancel, on_progress)
    return run.finish()


class _Run:
    """One run in this process: weights, optimizer, losses, and where it stands."""

    def __init__(
        self, model: LoadedModel, viewer: ScanViewer, config: AdaptConfig, processes: Processes
    ) -> None:
        findings = viewer.cohort.findings
        self.viewer = viewer
        self.config = config
        self.processes = processes
        self.learner = prepare_learner(model, len(findings), config, processes.device)
        self.text = TextSide(model, findings, config)
        self.objective = Objective(self.learner, self.text, processes)
        self.optimizer = torch.optim.AdamW(
            list(self.learner.trained.values()), lr=config.rate, weight_decay=config.weight_decay
        )
        self.per_step = config.batch * config.accumulation
        self.steps_per_epoch = math.ceil(len(viewer.cohort) / self.per_step)
        self.step = 0
        self.seconds = 0.0
        self.losses: list[list[float]] = []

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.config.epochs * self.steps_per_epoch

    @property
    def stands(self) -> str:
        """Say where it stands, and with which weights."""
        if self.processes.count == 1:
            return ""
        digest = hashlib.sha256()
        for parameter in self.learner.trained.values():
            digest.update(parameter.detach().cpu().contiguous().numpy().data)
        return f"step {self.step}, {digest.hexdigest()}"

    def resume(self, folder: Path) -> None:
        """Go on where the folder's checkpoint stopped, if it has one."""
        state = load_checkpoint(folder)
        if state is None:
            return
        with torch.no_grad():
            for name, parameter in self.learner.trained.items():
                parameter.copy_(state["trained"][name])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.losses = state["losses"].tolist()

    def learn(self, folder: Path, cancel: CancelToken, on_progress: OnFitProgress) -> None:
        """Take all steps that are left."""
        self._train_mode()
        begun, before, first = time.monotonic(), self.seconds, self.step
        saved = begun
        with ReadAhead(self.viewer, self._asked(), self.config.readers) as ahead:
            while self.step < self.steps:
                try:
                    self._take_step(ahead, cancel)
                except Cancelled:
                    self._save(folder)
                    raise
                now = time.monotonic()
                self.seconds = before + now - begun
                on_progress(self._progress((now - begun) / (self.step - first)))
                if self._is_due(now - saved):
                    self._save(folder)
                    saved = now

    def finish(self) -> Adapted:
        """Give what was made."""
        totals = np.array(self.losses)[:, 0].reshape(self.config.epochs, -1)
        return adapted(self.learner, self.text, tuple(totals.mean(axis=1).tolist()), self.seconds)

    def _train_mode(self) -> None:
        self.learner.network.train()
        if self.learner.head is not None:
            self.learner.head.train()

    def _is_due(self, since_s: float) -> bool:
        if self.step % self.steps_per_epoch == 0:
            return True
        # Clocks differ, and all processes wait for the one that writes.
        return self.processes.any_says(so=since_s > 60 * self.config.checkpoint_minutes)

    def _progress(self, step_s: float) -> FitProgress:
        return FitProgress(
            step=self.step,
            steps=self.steps,
            epoch=(self.step - 1) // self.steps_per_epoch + 1,
            epochs=self.config.epochs,
            loss=self.losses[-1][0],
            remaining_s=(self.steps - self.step) * step_s,
        )

    def _asked(self) -> Iterator[Asked]:
        """Say which scans this process looks at until the end, batch by batch."""
        for step in range(self.step, self.steps):
            for part in _split(self._rows(step), self.config.batch):
                yield self.processes.share(part)[0], step // self.steps_per_epoch

    def _take_step(self, ahead: ReadAhead, cancel: CancelToken) -> None:
        rows = self._rows(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        costs = self._number(*(0.0 for _ in parts_of(self.config)))
        explained = memory_errors_explained(
            purpose="a step of training", device=self.processes.device, remedy=_NO_MEMORY
        )
        with self._own_randomness(), explained:
            for part in _split(rows, self.config.batch):
                costs += self._learn_batch(self._batch(part, rows, ahead, cancel))
        self.processes.sum_gradients(self.learner.trained.values())
        costs = self.processes.summed(costs)
        norm = self._gradient_norm()
        self._require_numbers(float(costs.sum()), norm, rows)
        self.optimizer.step()
        self.learner.keep_scale_in_bounds()
        self.step += 1
        self.losses.append([float(costs.sum()), *costs.tolist(), norm])

    def _learn_batch(self, batch: Batch) -> Tensor:
        """Add the gradient of one batch; gives the parts of its cost."""
        costs = torch.stack(list(self.objective.costs(batch).values()))
        torch.autograd.backward(costs.sum())
        return costs.detach()

    def _batch(
        self, rows: Sequence[int], step: Sequence[int], ahead: ReadAhead, cancel: CancelToken
    ) -> Batch:
        """Look at scans of a step as its epoch shows them; only this process's part."""
        mine, counts = self.processes.share(rows)
        with self.processes.together():
            views = ahead.take(cancel)
            self._require_finite(views.values, mine)
        device, cohort = self.processes.device, self.viewer.cohort
        return Batch(
            values=torch.from_numpy(views.values).to(device),
            labels=torch.from_numpy(cohort.labels[mine]).to(device, torch.float32),
            reports=views.reports,
            counts=np.array(counts),
            patients=cohort.patients[mine],
            total=len(step),
            reported=sum(bool(cohort.reports[row].strip()) for row in step),
        )

    def _rows(self, step: int) -> list[int]:
        """Give the scans of a step, of all processes."""
        epoch, position = divmod(step, self.steps_per_epoch)
        rng = np.random.default_rng((self.config.seed, _ORDER, epoch))
        order: list[int] = rng.permutation(len(self.viewer.cohort)).tolist()
        return order[position * self.per_step :][: self.per_step]

    @contextmanager
    def _own_randomness(self) -> Iterator[None]:
        """Let dropout of a step depend on the seed, the step and the process alone."""
        device = self.processes.device
        kept = [device] if device.type == "cuda" else []
        entropy = (self.config.seed, _DROPOUT, self.step, self.processes.index)
        with torch.random.fork_rng(devices=kept):
            torch.manual_seed(int(np.random.SeedSequence(entropy).generate_state(1)[0]))
            yield

    def _gradient_norm(self) -> float:
        gradients = [p.grad for p in self.learner.trained.values() if p.grad is not None]
        return float(torch.nn.utils.get_total_norm(gradients))

    def _number(self, *values: float) -> Tensor:
        return torch.tensor(values, dtype=torch.float64, device=self.processes.device)

    def _require_finite(self, values: npt.NDArray[np.float32], rows: Sequence[int]) -> None:
        broken = [row for row, scan in zip(rows, values, strict=True) if not _all_finite(scan)]
        if broken:
            raise ScanRefusedError(
                f"The voxels of {self._named(broken)} are no numbers after preparation.",
                remedy="Take the scan out of the table, or prepare it again.",
            )

    def _require_numbers(self, loss: float, norm: float, rows: Sequence[int]) -> None:
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise UsageError(
                f"The loss is no number any more at step {self.step + 1}, on "
                f"{self._named(rows)}; nothing of that step was kept.",
                remedy="Look at these scans, or lower the learning rate and begin another run.",
            )

    def _named(self, rows: Sequence[int]) -> str:
        names = [self.viewer.cohort.scans[row] for row in rows]
        more = len(names) - _NAMED_SCANS
        listed = ", ".join(names[:_NAMED_SCANS])
        return f"{listed} and {more} more" if more > 0 else listed

    def _save(self, folder: Path) -> None:
        with self.processes.together():
            if self.processes.is_first:
                save_checkpoint(folder, self._state())
                write_curves(folder, parts_of(self.config), self.losses, self.steps_per_epoch)

    def _state(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "seconds": self.seconds,
            "losses": torch.tensor(self.losses, dtype=torch.float64),
            "trained": {name: p.detach() for name, p in self.learner.trained.items()},
            "optimizer": self.optimizer.state_dict(),
        }


def _all_finite(values: npt.NDArray[np.float32]) -> bool:
    return bool(np.isfinite(values).all())


def _split(rows: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _require_lesson(viewer: ScanViewer, config: AdaptConfig) -> None:
    cohort = viewer.cohort
    if not len(cohort):
        raise UsageError(
            "There is no scan to learn from.", remedy="Give a table with scans that can be used."
        )
    if config.uses_reports and not any(report.strip() for report in cohort.reports):
        raise UsageError(
            "The loss compares scans with reports, but no scan of the table has a report.",
            remedy='Set kind = "bce" in [loss], or give a table with reports.',
        )
