"""What VTK says goes to the log, not to a terminal or, on Windows, a window of its own."""

import logging
from functools import lru_cache

from vtkmodules.vtkCommonCore import (
    VTK_STRING,
    vtkCommand,
    vtkLogger,
    vtkObject,
    vtkOutputWindow,
)

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def log_vtk_messages() -> None:
    """Write errors and warnings of VTK to the log from now on; needs no OpenGL."""
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_OFF)
    window = vtkOutputWindow()
    # The window of the wheel would show them as well.
    window.SetDisplayModeToNever()
    vtkOutputWindow.SetInstance(window)
    window.AddObserver(vtkCommand.ErrorEvent, _Logged(logging.ERROR))
    window.AddObserver(vtkCommand.WarningEvent, _Logged(logging.WARNING))


class _Logged:
    """Writes a message of VTK to the log."""

    CallDataType = VTK_STRING

    def __init__(self, level: int) -> None:
        self._level = level

    def __call__(self, _source: vtkObject, _event: str, text: str) -> None:
        log.log(self._level, "VTK: %s", text.strip())
