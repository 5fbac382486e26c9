"""Prompt sets: asked for in the prompt panel, saved to a file and loaded from one."""

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from app.controllers.prompt_sets import NO_PROMPTS_YET, PROMPTS_SUFFIX, PromptSets
from app.state.answers import Problem
from app.state.prompt_list import PromptList
from app.windows.main_window import MainWindow
from medct_core.inference.prompt import Prompt


class PromptFileConnection(QObject):
    """Asks which file, and says what came of it.

    Parameters
    ----------
    window
        Has the prompt panel, and owns the dialogs.
    prompts
        What there is to save.
    prompt_sets
        Reads and writes.
    parent
        Owner.
    """

    def __init__(
        self,
        window: MainWindow,
        prompts: PromptList,
        prompt_sets: PromptSets,
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window, self._prompts, self._sets = window, prompts, prompt_sets
        self._folder = Path.home()
        window.prompt_panel.save_requested.connect(self._ask_and_save)
        window.prompt_panel.load_requested.connect(self._ask_and_load)
        prompt_sets.saved.connect(self._on_saved)
        prompt_sets.loaded.connect(self._on_loaded)
        prompt_sets.failed.connect(self._on_failed)

    def _ask_and_save(self) -> None:
        if not self._prompts.own:
            # Said before a file is chosen in vain.
            self._on_failed(NO_PROMPTS_YET)
            return
        proposed = str(self._folder / f"prompts{PROMPTS_SUFFIX}")
        name, _kind = QFileDialog.getSaveFileName(
            self._window, self.tr("Save your prompts"), proposed, self._kinds()
        )
        if name:
            self._folder = Path(name).parent
            self._sets.save(Path(name))

    def _ask_and_load(self) -> None:
        name, _kind = QFileDialog.getOpenFileName(
            self._window, self.tr("Load prompts"), str(self._folder), self._kinds()
        )
        if name:
            self._folder = Path(name).parent
            self._sets.load(Path(name))

    def _kinds(self) -> str:
        return self.tr("Prompt sets (*{0});;All files (*)").format(PROMPTS_SUFFIX)

    def _on_saved(self, path: Path) -> None:
        self._window.say(self.tr("Saved {0}.").format(path.name))

    def _on_loaded(self, prompts: tuple[Prompt, ...]) -> None:
        one, many = self.tr("1 prompt was loaded."), self.tr("{0} prompts were loaded.")
        self._window.say(one if len(prompts) == 1 else many.format(len(prompts)))

    def _on_failed(self, problem: Problem) -> None:
        self._window.banner.show_problem(problem.summary, problem.remedy)
