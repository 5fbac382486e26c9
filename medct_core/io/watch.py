"""Watch: what long reading asks and tells while it runs."""

from collections.abc import Callable
from dataclasses import dataclass

from medct_core.cancel import CancelToken


@dataclass(frozen=True, slots=True)
class Watch:
    """Where reading looks whether to stop, and where it says how far it is."""

    cancel: CancelToken | None = None
    on_progress: Callable[[float], None] | None = None

    def check(self) -> None:
        """Stop here if a stop was asked for.

        Raises
        ------
        Cancelled
            If a stop was asked for.
        """
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()

    def step(self, fraction: float) -> None:
        """Report the fraction done, in [0, 1], at a place where it is safe to stop.

        Raises
        ------
        Cancelled
            If a stop was asked for.
        """
        self.check()
        if self.on_progress is not None:
            self.on_progress(min(max(fraction, 0.0), 1.0))
