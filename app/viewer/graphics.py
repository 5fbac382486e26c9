"""Graphics: which OpenGL this machine has, asked once and in another process first."""

import logging
import multiprocessing
import threading
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from medct_core.errors import ResourceError

if TYPE_CHECKING:
    from app.viewer import render_classes as vtk

# Windows calls its software renderer WARP; ANGLE names it in its own string.
_SOFTWARE_RENDERERS = (
    "llvmpipe",
    "softpipe",
    "swiftshader",
    "swrast",
    "software rasterizer",
    "software renderer",
    "microsoft basic render",
    "warp",
)
_REMEDY = "Update the graphics driver, or work without 3D: slices and findings need none."
# A first start from a cold disk on a busy machine takes a minute; a driver that hangs never ends.
_PATIENCE_S = 120.0
_TEST_SIZE = 16
_TEST_COLOUR = (51, 153, 204)
_COLOUR_SLACK = 3
_ask_once = threading.Lock()


@dataclass(frozen=True, slots=True)
class Graphics:
    """The OpenGL that draws 3D here.

    Attributes
    ----------
    renderer
        How the driver calls itself: ``llvmpipe (LLVM 19.1.7, 256 bits)``.
    largest_texture
        Most voxels along one axis of a volume that it takes.
    """

    renderer: str
    largest_texture: int

    @property
    def is_software(self) -> bool:
        """Whether the processor draws, so that VTK's own ray caster is the faster way."""
        name = self.renderer.lower()
        return any(software in name for software in _SOFTWARE_RENDERERS)


def find_graphics() -> Graphics:
    """Say what OpenGL this machine has; the answer is kept for the life of the program.

    The first call starts a process that makes a window, paints it and reads it back, so that a
    driver that crashes or hangs takes nothing with it. It takes about a second: call it from a
    worker thread. Any thread may call.

    Raises
    ------
    ResourceError
        If no picture can be made, with the reason.
    """
    with _ask_once:
        answer = _kept_answer()
    if isinstance(answer, ResourceError):
        raise answer
    return answer


@cache
def _kept_answer() -> Graphics | ResourceError:
    try:
        return _ask_child()
    except ResourceError as error:
        return error


def _ask_child() -> Graphics:
    # Not fork: a copy of a running Qt program must not touch the display.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=answer_in_child, args=(theirs,), daemon=True)
    try:
        child.start()
        theirs.close()
        return _received(ours)
    except EOFError:
        child.join(_PATIENCE_S)
        raise _no_graphics(f"The graphics driver crashed (code {child.exitcode}).") from None
    except OSError as error:
        raise _no_graphics(f"The graphics could not be asked: {error}.") from error
    finally:
        ours.close()
        _end(child)


def _received(connection: Connection) -> Graphics:
    if not connection.poll(_PATIENCE_S):
        raise _no_graphics(f"The graphics driver did not answer within {_PATIENCE_S:.0f} s.")
    answer = connection.recv()
    if isinstance(answer, Graphics):
        return answer
    raise _no_graphics(str(answer))


def _end(child: "multiprocessing.process.BaseProcess") -> None:
    if child.pid is None:
        return
    child.join(1.0)
    if child.is_alive():
        child.kill()
        child.join()


def _no_graphics(reason: str) -> ResourceError:
    return ResourceError(f"3D cannot be shown. {reason}", remedy=_REMEDY)


def answer_in_child(connection: Connection) -> None:
    """Send what `look_at_graphics` finds, or why it finds nothing; the child's main function."""
    # What goes wrong comes back as an answer; the terminal stays clean.
    logging.disable()
    try:
        connection.send(look_at_graphics())
    except Exception as error:  # noqa: BLE001 - the edge of the process: nothing may escape it
        connection.send(str(error))
    finally:
        connection.close()


def look_at_graphics() -> Graphics:
    """Paint a small window off screen in this process and say who painted it.

    Raises
    ------
    ResourceError
        If there is no OpenGL, or what is read back is not what was painted.
    """
    # VTK takes half a second to load; programs that only ask `is_software` need none of it.
    from app.viewer import render_classes as vtk  # noqa: PLC0415

    vtk.start_vtk()
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetShowWindow(False)
    window.SetSize(_TEST_SIZE, _TEST_SIZE)
    renderer = vtk.vtkRenderer()
    red, green, blue = (channel / 255 for channel in _TEST_COLOUR)
    renderer.SetBackground(red, green, blue)
    window.AddRenderer(renderer)
    try:
        window.Render()
        return _described(window)
    finally:
        window.RemoveRenderer(renderer)
        window.Finalize()


def _described(window: "vtk.vtkRenderWindow") -> Graphics:
    from app.viewer import render_classes as vtk  # noqa: PLC0415

    if not isinstance(window, vtk.vtkOpenGLRenderWindow):
        raise _no_graphics("This machine has no OpenGL.")
    if not window.SupportsOpenGL():
        raise _no_graphics(f"OpenGL 3.2 is needed. {window.GetOpenGLSupportMessage()}")
    pixel = vtk.vtkUnsignedCharArray()
    middle = _TEST_SIZE // 2
    window.GetPixelData(middle, middle, middle, middle, 0, pixel, 0)
    painted = tuple(round(pixel.GetComponent(0, channel)) for channel in range(3))
    off = (abs(one - other) for one, other in zip(painted, _TEST_COLOUR, strict=True))
    if max(off) > _COLOUR_SLACK:
        raise _no_graphics("The graphics driver gives back a wrong picture.")
    return Graphics(
        renderer=_renderer_name(window.ReportCapabilities()),
        largest_texture=vtk.vtkTextureObject.GetMaximumTextureSize3D(window),
    )


def _renderer_name(capabilities: str) -> str:
    """Take the renderer's line out of VTK's long report."""
    label = "OpenGL renderer string:"
    lines = (line.strip() for line in capabilities.splitlines())
    names = (line.removeprefix(label).strip() for line in lines if line.startswith(label))
    return next(names, "unknown")
