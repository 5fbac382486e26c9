"""Where the voxels of an NRRD or MetaImage file lie, so that they can be streamed.

SimpleITK reads such a file only as a whole and cannot be stopped meanwhile. The usual ways to
store voxels are few, so their headers are read here; all others are left to SimpleITK.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np
from isal import isal_zlib

from medct_core.io.files import ScanFile
from medct_core.io.sniff import FileKind
from medct_core.io.voxels import Layout

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LARGEST_HEADER_BYTES = 1024 * 1024
_PACKED_CHUNK_BYTES = 256 * 1024
_NRRD_TYPES = {
    "i1": "signed char|int8|int8_t",
    "u1": "uchar|unsigned char|uint8|uint8_t",
    "i2": "short|short int|signed short|signed short int|int16|int16_t",
    "u2": "ushort|unsigned short|unsigned short int|uint16|uint16_t",
    "i4": "int|signed int|int32|int32_t",
    "u4": "uint|unsigned int|uint32|uint32_t",
    "f4": "float",
    "f8": "double",
}
_META_TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}
# Rare fields that move or change the voxels; whoever uses them is read by SimpleITK.
_NRRD_SPECIAL = frozenset(("line skip", "lineskip", "byte skip", "byteskip"))
_META_SPECIAL = frozenset(("HeaderSize", "ElementToIntensityFunctionSlope"))

Unpack = Callable[[BinaryIO], BinaryIO]


@dataclass(frozen=True, slots=True)
class PlainData:
    """Voxels of one volume in one run of bytes, packed or not.

    Attributes
    ----------
    file
        The one that holds them.
    layout
        How they are stored.
    offset
        Bytes of the file before them, or before their packed form.
    unpack
        Turns the file, standing there, into a stream of voxels.
    """

    file: ScanFile
    layout: Layout
    offset: int
    unpack: Unpack

    @property
    def is_packed(self) -> bool:
        """Whether reading means unpacking."""
        return self.unpack is not _as_it_is

    def open(self) -> BinaryIO:
        """Open a stream that stands at the first voxel; the caller closes."""
        raw = self.file.open()
        raw.seek(self.offset)
        return self.unpack(raw)


def find_plain_data(
    file: ScanFile, kind: FileKind, shape: tuple[int, int, int]
) -> PlainData | None:
    """Find the voxels of a file; None where they are stored in a rare way.

    Parameters
    ----------
    file
        NRRD or MetaImage; a header beside its data counts.
    kind
        Which of the two.
    shape
        (i, j, k) as SimpleITK reads it; a header that says otherwise is not understood here.
    """
    with file.open() as stream:
        head = stream.read(_LARGEST_HEADER_BYTES)
    found = _nrrd(file, head) if kind is FileKind.NRRD else _metaimage(file, head)
    is_whole = found is not None and found.layout.shape == shape and found.file.exists()
    return found if is_whole and _is_long_enough(found) else None


def _is_long_enough(found: PlainData | None) -> bool:
    """Whether plain voxels are all there; a shorter file is left to SimpleITK to complain about."""
    assert found is not None, "asked only of what was found"
    if found.is_packed:
        return True
    return found.file.size >= found.offset + found.layout.stored_bytes


def _nrrd(file: ScanFile, head: bytes) -> PlainData | None:
    text, blank, _ = head.replace(b"\r\n", b"\n").partition(b"\n\n")
    fields = _fields(text, ":")
    detached = fields.get("data file", fields.get("datafile", ""))
    unpack = {"raw": _as_it_is, "gzip": _gzip, "gz": _gzip}.get(fields.get("encoding", ""))
    code = next((c for c, names in _NRRD_TYPES.items() if _named(fields, names)), "")
    sizes = _numbers(fields.get("sizes", ""))
    if unpack is None or not code or len(sizes) != 3 or not _NRRD_SPECIAL.isdisjoint(fields):
        return None
    is_listed = "%" in detached or detached.upper().startswith("LIST")
    if is_listed or (not detached and (not blank or b"\r\n" in head[: len(text) + 4])):
        return None
    order = ">" if fields.get("endian") == "big" else "<"
    layout = Layout((sizes[0], sizes[1], sizes[2]), np.dtype(order + code))
    if detached:
        return PlainData(file.beside(detached), layout, 0, unpack)
    return PlainData(file, layout, len(text) + 2, unpack)


def _named(fields: dict[str, str], names: str) -> bool:
    return fields.get("type", "").lower() in names.split("|")


def _metaimage(file: ScanFile, head: bytes) -> PlainData | None:
    key = b"ElementDataFile"
    start = head.find(key)
    end = head.find(b"\n", start)
    if start < 0:
        return None
    end = len(head) if end < 0 else end
    fields = _fields(head[:end], "=")
    code, sizes = _META_TYPES.get(fields.get("ElementType", "")), _numbers(fields.get("DimSize"))
    is_plain_type = fields.get("ElementNumberOfChannels", "1") == "1"
    if code is None or len(sizes) != 3 or not is_plain_type or not _META_SPECIAL.isdisjoint(fields):
        return None
    if fields.get("BinaryData", "True").lower() == "false":
        return None
    order = ">" if _is_true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB") else "<"
    layout = Layout((sizes[0], sizes[1], sizes[2]), np.dtype(order + code))
    unpack = _zlib if _is_true(fields, "CompressedData") else _as_it_is
    data = fields["ElementDataFile"]
    if data.upper() == "LOCAL":
        return PlainData(file, layout, end + 1, unpack)
    if data.upper().startswith("LIST") or "%" in data:
        return None
    return PlainData(file.beside(data), layout, 0, unpack)


def _fields(text: bytes, mark: str) -> dict[str, str]:
    fields = {}
    for line in text.decode("utf-8", "replace").splitlines():
        name, found, value = line.partition(mark)
        if found and not line.startswith("#"):
            fields[name.strip()] = value.strip()
    return fields


def _numbers(text: str | None) -> list[int]:
    words = (text or "").split()
    return [int(word) for word in words] if all(word.isdecimal() for word in words) else []


def _is_true(fields: dict[str, str], *names: str) -> bool:
    return any(fields.get(name, "").lower() == "true" for name in names)


def _as_it_is(raw: BinaryIO) -> BinaryIO:
    return raw


def _gzip(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Unpacked(raw, 31)))


def _zlib(raw: BinaryIO) -> BinaryIO:
    return cast("BinaryIO", io.BufferedReader(_Unpacked(raw, 15)))


class _Unpacked(io.RawIOBase):
    """A packed run of bytes, unpacked as it is read; it closes the file under it."""

    def __init__(self, raw: BinaryIO, wbits: int) -> None:
        super().__init__()
        self._raw = raw
        self._unpacker = isal_zlib.decompressobj(wbits=wbits)

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer; the number of bytes read, 0 at the end."""
        target = memoryview(buffer).cast("B")
        content = b""
        while not content and not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._raw.read(_PACKED_CHUNK_BYTES)
            if not packed:
                break
            content = self._unpacker.decompress(packed, len(target))
        target[: len(content)] = content
        return len(content)

    def close(self) -> None:
        """Close both."""
        self._raw.close()
        super().close()
