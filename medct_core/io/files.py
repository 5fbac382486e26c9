"""Files on disk or inside a zip, opened by Python itself so that any path works."""

import contextlib
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, cast

from medct_core.errors import NotAnImageError, UsageError
from medct_core.io.watch import Watch

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@dataclass(frozen=True, slots=True, order=True)
class ScanFile:
    """One file: on disk, or a member of a zip.

    Attributes
    ----------
    path
        The file, or the zip that holds it.
    member
        Name inside the zip; empty for a file on disk.
    """

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Name without folders, for captions and messages."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def size(self) -> int:
        """Number of bytes when opened."""
        if not self.member:
            return self.path.stat().st_size
        with _opened_zip(self.path) as archive:
            return archive.getinfo(self.member).file_size

    def open(self) -> BinaryIO:
        """Open for reading; the caller closes.

        Raises
        ------
        NotAnImageError
            If the file may not be read, or the zip is damaged or asks for a password.
        """
        if not self.member:
            return _open_on_disk(self.path)
        with _opened_zip(self.path) as archive:
            return _open_member(archive, self.member)

    def beside(self, name: str) -> "ScanFile":
        """Return the file of that name in the same folder."""
        if not self.member:
            return ScanFile(self.path.with_name(name))
        return ScanFile(self.path, str(PurePosixPath(self.member).with_name(name)))

    def exists(self) -> bool:
        """Whether the file, or the member of the zip, is there."""
        if not self.member:
            return self.path.is_file()
        with _opened_zip(self.path) as archive:
            return self.member in archive.namelist()


def files_below(path: Path, watch: Watch | None = None) -> tuple[ScanFile, ...]:
    """Every file of a folder or zip, sorted by name; hidden ones and system litter left out.

    Raises
    ------
    NotAnImageError
        If the zip is damaged.
    Cancelled
        If the watch says so, which is asked for every file of a folder.
    """
    if path.is_dir():
        return tuple(sorted(_files_of_folder(path, watch or Watch())))
    with _opened_zip(path) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    return tuple(ScanFile(path, n) for n in sorted(names) if _is_wanted(PurePosixPath(n).parts))


def _files_of_folder(folder: Path, watch: Watch) -> Iterator[ScanFile]:
    for path in folder.rglob("*"):
        watch.check()
        if _is_wanted(path.relative_to(folder).parts) and path.is_file():
            yield ScanFile(path)


def contents(files: Iterable[ScanFile]) -> Iterator[bytes]:
    """Whole contents of many files, one after another; each zip is opened once.

    Raises
    ------
    NotAnImageError
        If a zip is damaged or asks for a password.
    """
    with contextlib.ExitStack() as stack:
        archives: dict[Path, zipfile.ZipFile] = {}
        for file in files:
            if not file.member:
                with file.open() as stream:
                    yield stream.read()
                continue
            if file.path not in archives:
                archives[file.path] = stack.enter_context(_opened_zip(file.path))
            with _open_member(archives[file.path], file.member) as stream:
                yield stream.read()


def name_given(path: Path) -> str:
    """Name a file or folder as a person calls it; ``.`` and ``..`` after where they lead.

    A link keeps its own name; what it leads to may name a patient.
    """
    return path.name if path.name not in {"", ".."} else path.resolve().name


def require_existing(path: Path) -> None:
    """Refuse a path that leads nowhere.

    Raises
    ------
    UsageError
        If there is neither a file nor a folder.
    """
    if not path.exists():
        raise UsageError(
            f"There is no file or folder named {path.name!r} here.",
            remedy="Check the spelling of the path and whether the drive is connected.",
        )


def _is_wanted(parts: tuple[str, ...]) -> bool:
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


@contextlib.contextmanager
def _opened_zip(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise NotAnImageError(
            f"{path.name} is a damaged zip archive.", remedy="Copy or download it again."
        ) from error
    with archive:
        yield archive


def _open_on_disk(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise NotAnImageError(
            f"{path.name} cannot be opened: {error.strerror or 'unknown reason'}.",
            remedy="Check that you may read it and that the drive is connected.",
        ) from error


def _open_member(archive: zipfile.ZipFile, member: str) -> BinaryIO:
    try:
        stream = cast("BinaryIO", archive.open(member))
    except RuntimeError as error:  # zipfile's way to say that a password is needed
        raise NotAnImageError(
            "The zip archive is protected by a password.", remedy="Unpack it and open the folder."
        ) from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _damaged_member(PurePosixPath(member).name) from error
    return cast("BinaryIO", io.BufferedReader(_Member(stream, PurePosixPath(member).name)))


class _Member(io.RawIOBase):
    """A member of a zip whose damage is told in words, wherever it is met."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self.name = name

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can be sought: by unpacking again where needed."""
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place."""
        with _told(self.name):
            return self._stream.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._stream.tell()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer; the number of bytes read, 0 at the end."""
        target = memoryview(buffer).cast("B")
        with _told(self.name):
            content = self._stream.read(len(target))
        target[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close the member."""
        self._stream.close()
        super().close()


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise _damaged_member(name) from error


def _damaged_member(name: str) -> NotAnImageError:
    return NotAnImageError(
        f"{name} cannot be unpacked from the zip archive.", remedy="Copy or download it again."
    )
