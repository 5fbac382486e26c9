"""First imports: packages that two threads must not begin to import at the same time."""

import threading
from importlib import import_module

# Their modules import each other in a circle. Two threads that enter the circle at different
# modules wait for each other; Python then lets one go on with a module that is half made.
_CIRCULAR = ("pydicom", "nibabel")

_one_at_a_time = threading.Lock()


def import_circular() -> None:
    """Import them, one thread at a time; costs nothing once they are there.

    Every thread that reads files or loads a model calls this before it begins.
    """
    with _one_at_a_time:
        for name in _CIRCULAR:
            import_module(name)
