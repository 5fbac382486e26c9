"""Menu entries and keys joined to what they do."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction

Call = Callable[[], object]
"""What an entry does; its result is dropped."""


def connect_all(actions: Mapping[str, QAction], calls: Mapping[str, Call]) -> None:
    """Call something whenever an action is triggered.

    Parameters
    ----------
    actions
        By name.
    calls
        What the action of a name does.
    """
    for name, call in calls.items():
        _connect(actions[name], call)


def _connect(action: QAction, call: Call) -> None:
    # Whether a checkable entry is on is read from the state it shows, not from the entry.
    action.triggered.connect(lambda _checked=False: call())
