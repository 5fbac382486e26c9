"""Frame pace: how coarse a 3D picture must be to be drawn in time."""

FINEST, COARSEST = 1.0, 8.0
"""Distance of neighbouring rays in pixels."""

_MOST_CHANGE = 1.6
_NEW_SHARE = 0.5


class FramePace:
    """Learns from drawn frames how far apart rays must be; the cost falls with its square.

    Parameters
    ----------
    target_s
        Time a frame may take, seconds.
    start
        Distance of rays of the first frame, pixels.
    """

    def __init__(self, *, target_s: float, start: float) -> None:
        self._target_s = target_s
        self._distance = min(max(start, FINEST), COARSEST)

    @property
    def ray_distance(self) -> float:
        """Distance of neighbouring rays for the next frame, pixels."""
        return self._distance

    def note(self, seconds: float) -> None:
        """Learn what a frame at `ray_distance` took; one odd frame changes little."""
        ideal = self._distance * (max(seconds, 1e-4) / self._target_s) ** 0.5
        mixed = (1 - _NEW_SHARE) * self._distance + _NEW_SHARE * ideal
        mixed = min(max(mixed, self._distance / _MOST_CHANGE), self._distance * _MOST_CHANGE)
        self._distance = min(max(mixed, FINEST), COARSEST)
