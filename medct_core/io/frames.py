"""Choosing one volume of a 4D file."""

from medct_core.errors import UnsupportedImageError, UsageError


def choose_frame(frame: int | None, frame_count: int, *, name: str) -> int:
    """Index from 0 of the frame that was asked for, counted from 1.

    Raises
    ------
    UnsupportedImageError
        If there are several frames and none was chosen.
    UsageError
        If there is no such frame.
    """
    if frame is None:
        if frame_count == 1:
            return 0
        raise UnsupportedImageError(
            f"{name} is a 4D scan: it holds {frame_count} volumes, not one.",
            remedy=f"Choose one with --frame 1 to --frame {frame_count}.",
        )
    if not 1 <= frame <= frame_count:
        raise UsageError(
            f"{name} has no frame {frame}; it has {frame_count}.",
            remedy=f"Choose a frame from 1 to {frame_count}.",
        )
    return frame - 1
