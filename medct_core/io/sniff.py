"""Sniffing: what a file is by its first bytes; its name decides nothing."""

import struct
import zlib
from enum import Enum
from typing import BinaryIO, cast

from isal import igzip

from medct_core.errors import NotAnImageError, UnsupportedImageError
from medct_core.io.files import ScanFile

HEAD_BYTES = 1024

_GZIP = b"\x1f\x8b"
_DICOM_MARK = slice(128, 132)
_FOREIGN = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\x89HDF", "an HDF5 file"),
)
_VALUE_REPRESENTATIONS = frozenset(
    b"AE AS AT CS DA DS DT FD FL IS LO LT OB OF OW PN SH SL SQ SS ST TM UI UL UN US UT".split()
)
_FIRST_GROUPS = (0x0002, 0x0008)
_LARGEST_STRAY_PREFIX = 8


class FileKind(Enum):
    """Kinds of file that a scan can come from."""

    DICOM = "DICOM"
    NIFTI = "NIfTI"
    NRRD = "NRRD"
    METAIMAGE = "MetaImage"
    ZIP = "zip"


def kind_of(file: ScanFile) -> FileKind | None:
    """Return the kind of a file, or None if nothing here can read it."""
    return kind_of_head(head_of(file))


def head_of(file: ScanFile) -> bytes:
    """First bytes of a file, unpacked if it is gzipped; fewer if it is shorter or damaged."""
    with file.open() as stream:
        return plain_head(stream)


def plain_head(stream: BinaryIO) -> bytes:
    """First bytes of a stream, unpacked if gzipped; the stream moves on."""
    head = stream.read(HEAD_BYTES)
    if not head.startswith(_GZIP):
        return head
    unpacker = zlib.decompressobj(wbits=31)
    try:
        return unpacker.decompress(head + stream.read(HEAD_BYTES), HEAD_BYTES)
    except zlib.error:
        return b""


def open_plain(file: ScanFile) -> BinaryIO:
    """Open a file for reading, through a fast unpacker if it is gzipped; the caller closes."""
    with file.open() as stream:
        packed = stream.read(2) == _GZIP
    raw = file.open()
    if not packed:
        return raw
    return cast("BinaryIO", _OwningGzip(raw))


class _OwningGzip(igzip.IGzipFile):
    """A gzip stream that closes the file under it."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        super().__init__(fileobj=raw, mode="rb")  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Close both."""
        super().close()
        self._raw.close()


def kind_of_head(head: bytes) -> FileKind | None:
    """Return the kind by the first bytes, already unpacked."""
    if head[_DICOM_MARK] == b"DICM" or dataset_start(head) is not None:
        return FileKind.DICOM
    if _is_nifti(head):
        return FileKind.NIFTI
    if head.startswith(b"NRRD000"):
        return FileKind.NRRD
    if _is_metaimage(head):
        return FileKind.METAIMAGE
    if head.startswith(b"PK\x03\x04"):
        return FileKind.ZIP
    return None


def dataset_start(head: bytes) -> int | None:
    """Offset of the first DICOM element in a file without the usual preamble.

    A few stray bytes in front are tolerated: such files exist. None where no plausible
    element is found.
    """
    for offset in range(_LARGEST_STRAY_PREFIX):
        element = head[offset : offset + 8]
        if len(element) < 8:
            return None
        group, number = struct.unpack("<HH", element[:4])
        if group not in _FIRST_GROUPS or number > 0x1000:
            continue
        length = struct.unpack("<I", element[4:8])[0]
        if element[4:6] in _VALUE_REPRESENTATIONS or (0 < length <= 256 and length % 2 == 0):
            return offset
    return None


def refusal(name: str, head: bytes) -> NotAnImageError | UnsupportedImageError:
    """Return the error that tells a person what this file is, if it is no scan.

    Parameters
    ----------
    name
        Name of the file, without folders.
    head
        Its first bytes, unpacked.
    """
    if not head:
        return NotAnImageError(
            f"{name} is empty or damaged.", remedy="Copy or download the file again."
        )
    if head.startswith(b"version https://git-lfs"):
        return _lfs_refusal(name, head)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            return NotAnImageError(
                f"{name} is {what}, not a scan.",
                remedy="Open a DICOM series, NIfTI, NRRD or MetaImage file.",
            )
    if _is_analyze(head):
        return UnsupportedImageError(
            f"{name} is in the old Analyze format, which does not say left from right.",
            remedy="Convert it to NIfTI with the program that wrote it.",
        )
    what = "a text file" if _is_text(head) else "no image format known here"
    return NotAnImageError(
        f"{name} is {what}, not a scan.",
        remedy="Open a DICOM series, NIfTI, NRRD or MetaImage file.",
    )


def _lfs_refusal(name: str, head: bytes) -> NotAnImageError:
    size = head.partition(b"\nsize ")[2].split(b"\n")[0]
    promised = f" of {int(size) / 1e6:.1f} MB" if size.isdigit() else ""
    return NotAnImageError(
        f"{name} is only a pointer to a file{promised} kept elsewhere (Git LFS), not the scan.",
        remedy="Fetch the real file with 'git lfs pull', or download it again.",
    )


def _is_nifti(head: bytes) -> bool:
    if len(head) < 4:
        return False
    sizes = struct.unpack("<i", head[:4]) + struct.unpack(">i", head[:4])
    first = 348 in sizes and head[344:348] in {b"n+1\x00", b"ni1\x00"}
    second = 540 in sizes and head[4:8] in {b"n+2\x00", b"ni2\x00"}
    return first or second


def _is_analyze(head: bytes) -> bool:
    return len(head) >= 348 and 348 in struct.unpack("<i", head[:4]) + struct.unpack(">i", head[:4])


def _is_metaimage(head: bytes) -> bool:
    first_line = head.lstrip().split(b"\n", 1)[0]
    key = first_line.partition(b"=")[0].strip()
    return key in {b"ObjectType", b"NDims", b"Comment"} and b"NDims" in head


def _is_text(head: bytes) -> bool:
    return not any(byte < 9 or 13 < byte < 32 for byte in head)
