"""Every error the core raises on purpose, in families that decide the exit code."""

import errno

# Windows has no quota error.
DISK_FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""Numbers of an `OSError` that mean that there is no room left."""


class MedctError(Exception):
    """Base class of every error the core raises on purpose.

    Parameters
    ----------
    summary
        What went wrong, one sentence, with the values that matter.
    remedy
        What the reader can do about it, one sentence, starting with a verb.
    """

    def __init__(self, summary: str, *, remedy: str) -> None:
        super().__init__(f"{summary} {remedy}")
        self.summary = summary
        self.remedy = remedy

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions are rebuilt from positional arguments, which `remedy` is not; without this
        # an error raised in another process could not come back.
        return _rebuilt, (type(self), self.summary, self.remedy), self.__dict__


def _rebuilt(kind: type[MedctError], summary: str, remedy: str) -> MedctError:
    error = kind.__new__(kind)
    MedctError.__init__(error, summary, remedy=remedy)
    return error


class UsageError(MedctError):
    """The request itself makes no sense: an unknown name, a contradiction between options."""


class ScanRefusedError(MedctError):
    """A file cannot be read as a grey 3D image, or a scan may not be scored."""


class NotAnImageError(ScanRefusedError):
    """The file holds no image that can be read: text, a pointer, a damaged or foreign format."""


class UnsupportedImageError(ScanRefusedError):
    """The file holds an image, but not one grey 3D volume: RGB, complex, 4D."""


class InvalidVolumeError(ScanRefusedError):
    """The voxels and the geometry of a scan contradict each other."""


class NotScorableError(ScanRefusedError):
    """The scan may be looked at but not scored: not HU, no lungs, too short."""


class ModelUnavailableError(MedctError):
    """A model is missing, damaged, or does not fit the request."""


class ModelMismatchError(ModelUnavailableError):
    """Two numbers from different models, adapters or recipes were about to be compared."""


class NoTextSideError(ModelUnavailableError):
    """A model that reads scans only was asked about words."""


class PromptRefusedError(UsageError):
    """A prompt cannot be scored as worded: empty, too long, or negated without a counterpart."""


class ResourceError(MedctError):
    """The machine has not enough of something."""


class OutOfMemoryError(ResourceError):
    """The work needs more memory than is free."""


class OutOfDiskError(ResourceError):
    """The disk is full, or the folder cannot be written."""
