"""What a library was taught, about the open scan: frozen values, and the state that holds them."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from medct_core.retrieval.taught_finding import Standing, TaughtFinding


@dataclass(frozen=True, slots=True, eq=False)
class TaughtAnswer:
    """One taught finding, and where the open scan stands in it.

    Attributes
    ----------
    finding
        With its figures.
    standing
        None where the finding must be taught again first.
    """

    finding: TaughtFinding
    standing: Standing | None


@dataclass(frozen=True, slots=True, eq=False)
class TaughtPage:
    """What a library was taught.

    Attributes
    ----------
    library
        Its short name.
    answers
        Those of the model that encoded the scan, by name.
    of_other_models
        Names of findings that were taught for other models only.
    """

    library: str
    answers: tuple[TaughtAnswer, ...] = ()
    of_other_models: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.answers or self.of_other_models)


class TaughtState(QObject):
    """What the library says of the scan of one window. Only its controller writes it."""

    changed = Signal(object)  # TaughtPage | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._page: TaughtPage | None = None

    @property
    def page(self) -> TaughtPage | None:
        """What is shown; None while no scan is encoded, or no library is there."""
        return self._page

    def show(self, page: TaughtPage | None) -> None:
        """Show other answers, or none."""
        if page is not self._page:
            self._page = page
            self.changed.emit(page)
