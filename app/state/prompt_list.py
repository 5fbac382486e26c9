"""PromptList: what a person asks beside the eighteen findings, and what was typed before."""

from PySide6.QtCore import QObject, Signal

from medct_core.inference.prompt import Prompt

_MOST_TYPED = 50
"""Nobody scrolls further back."""


class PromptList(QObject):
    """The prompts of one window. Written on the GUI thread only, never by a panel.

    Names are told apart without regard to case, as everywhere in the program.
    """

    own_changed = Signal(object)  # tuple[Prompt, ...]
    history_changed = Signal(object)  # tuple[str, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own: tuple[Prompt, ...] = ()
        self._history: tuple[str, ...] = ()

    @property
    def own(self) -> tuple[Prompt, ...]:
        """Prompts beside the findings of the model, in the order they were added."""
        return self._own

    @property
    def history(self) -> tuple[str, ...]:
        """What was typed, the newest first, nothing twice."""
        return self._history

    def put(self, prompt: Prompt) -> None:
        """Add a prompt; one of the same name is replaced in its place."""
        if any(_same(prompt, other) for other in self._own):
            changed = (prompt if _same(prompt, other) else other for other in self._own)
            self.set_own(tuple(changed))
        else:
            self.set_own((*self._own, prompt))

    def remove(self, name: str) -> None:
        """Take the prompt of this name out, if there is one."""
        self.set_own(tuple(one for one in self._own if name_key(one.name) != name_key(name)))

    def set_own(self, prompts: tuple[Prompt, ...]) -> None:
        """Replace them all."""
        if prompts != self._own:
            self._own = prompts
            self.own_changed.emit(prompts)

    def remember(self, typed: str) -> None:
        """Put what was typed at the top of the history."""
        others = [text for text in self._history if name_key(text) != name_key(typed)]
        self.set_history((typed.strip(), *others))

    def set_history(self, typed: tuple[str, ...]) -> None:
        """Replace the history, the newest first; what is blank or too old is left out."""
        kept = tuple(text for text in typed if text.strip())[:_MOST_TYPED]
        if kept != self._history:
            self._history = kept
            self.history_changed.emit(kept)


def name_key(text: str) -> str:
    """Give what two spellings of one name share: neither case nor spaces tell prompts apart."""
    return " ".join(text.split()).casefold()


def _same(one: Prompt, other: Prompt) -> bool:
    return name_key(one.name) == name_key(other.name)
