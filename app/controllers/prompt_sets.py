"""Prompt sets: a person's own prompts saved to a file, and read from one."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.state.answers import Problem
from app.state.prompt_list import PromptList, name_key
from app.workers.loader_pool import LoaderPool, OnProgress, Work
from medct_core.cancel import CancelToken
from medct_core.errors import MedctError
from medct_core.inference.prompt import Prompt
from medct_core.inference.prompt_file import read_prompts, write_prompts
from medct_core.vocabulary import FINDINGS

PROMPTS_SUFFIX = ".toml"

NO_PROMPTS_YET = Problem(
    "There are no prompts of your own to save yet.",
    "Type one, add it to the list, then save the set.",
)


class PromptSets(QObject):
    """Saves and loads the prompts beside the findings of the model; files are read off the GUI.

    A set that is loaded comes on top of the prompts that are there; one of the same name takes
    its place. A set with one wrong entry changes nothing.
    """

    saved = Signal(object)  # Path
    loaded = Signal(object)  # tuple[Prompt, ...]
    failed = Signal(object)  # Problem

    def __init__(
        self, prompts: PromptList, loader: LoaderPool, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._prompts = prompts
        self._loader = loader
        self._jobs: set[int] = set()
        loader.done.connect(self._on_done)
        loader.failed.connect(self._on_failed)
        loader.cancelled.connect(self._on_cancelled)

    def save(self, path: Path) -> None:
        """Write the prompts as they are now; `saved` or `failed` says how it went."""
        if not self._prompts.own:
            self.failed.emit(NO_PROMPTS_YET)
            return
        named = path if path.suffix else path.with_suffix(PROMPTS_SUFFIX)
        self._submit(partial(write_set, self._prompts.own, named), doing="saving the prompts")

    def load(self, path: Path) -> None:
        """Read a set; `loaded` or `failed` says how it went."""
        self._submit(partial(read_set, path), doing="reading the prompts")

    def _submit(self, work: Work, *, doing: str) -> None:
        self._jobs.add(self._loader.submit(work, doing=doing))

    def _on_done(self, job: int, result: object) -> None:
        if job not in self._jobs:
            return
        self._jobs.discard(job)
        if isinstance(result, Path):
            self.saved.emit(result)
        elif isinstance(result, tuple):
            for prompt in result:
                self._prompts.put(prompt)
            self.loaded.emit(result)

    def _on_failed(self, job: int, error: MedctError) -> None:
        if job in self._jobs:
            self._jobs.discard(job)
            self.failed.emit(Problem.of(error))

    def _on_cancelled(self, job: int) -> None:
        self._jobs.discard(job)


def write_set(
    prompts: tuple[Prompt, ...], path: Path, _cancel: CancelToken, _told: OnProgress
) -> Path:
    """Write a set and say where; errors as in `prompt_file.write_prompts`."""
    write_prompts(prompts, path)
    return path


def read_set(path: Path, _cancel: CancelToken, _told: OnProgress) -> tuple[Prompt, ...]:
    """Read a set; a finding of the list keeps the list's spelling, so that it stays one finding.

    Raises
    ------
    PromptRefusedError
        If the file cannot be read, or an entry is wrong or cannot be scored as worded.
    """
    # What reads wordings takes long to load, and no window needs it to appear.
    from medct_core.inference.wording import require_upright  # noqa: PLC0415

    prompts = read_prompts(path)
    for prompt in prompts:
        require_upright(prompt)
    listed = {name_key(name): name for name in FINDINGS}
    return tuple(replace(one, name=listed.get(name_key(one.name), one.name)) for one in prompts)
