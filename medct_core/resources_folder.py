"""Where the files lie that the program brings along: models, prompts, schemas."""

import sys
from pathlib import Path

from medct_core.errors import MedctError

_ROOM = Path(__file__).resolve().parent


class ResourcesMissingError(MedctError):
    """The installation is damaged: the program's own files are not there."""


def resources_folder() -> Path:
    """Folder with everything the program brings along.

    A frozen program unpacks it to its own folder, a wheel holds it inside ``medct_core``,
    and in a checkout it lies at the top.

    Raises
    ------
    ResourcesMissingError
        If it is in none of these places.
    """
    for folder in _candidates():
        if folder.is_dir():
            return folder
    raise ResourcesMissingError(
        f"The program's own files are missing from {str(_ROOM)!r}.",
        remedy="Install MedCT again.",
    )


def _candidates() -> list[Path]:
    unpacked = getattr(sys, "_MEIPASS", None)  # set by PyInstaller in a frozen program
    frozen = [Path(unpacked, "medct_core", "resources")] if unpacked else []
    return [*frozen, _ROOM / "resources", _ROOM.parent / "resources"]
