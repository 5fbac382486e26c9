"""Names and colours of labels: from the mask's own header, or from a table beside it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from medct_core.errors import NotAnImageError
from medct_core.io.files import ScanFile
from medct_core.io.label_map import Colour, Label, colour_of

_LARGEST_TABLE_BYTES = 4 * 1024 * 1024
_SIDECARS = (".json", ".tsv", ".txt", ".label", ".ctbl")
_ENDINGS = re.compile(r"(\.nii|\.seg)?(\.gz|\.nii|\.hdr|\.nrrd|\.nhdr|\.mha|\.mhd)$", re.IGNORECASE)
# ITK-SNAP: number, red, green, blue, opacity, visible, mesh, "name".
_SNAP = re.compile(r'^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+[\d.]+\s+\d+\s+\d+\s+"(.*)"\s*$')
# 3D Slicer colour table: number, name without spaces, red, green, blue, opacity.
_SLICER = re.compile(r"^\s*(\d+)\s+(\S+)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s*$")
_CARET = re.compile(r"<Label\s([^>]*)>(.*?)</Label>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_SEGMENT = re.compile(r"^Segment(\d+)_(LabelValue|Name|Color):=(.*)$", re.MULTILINE)
_HEX = re.compile(r"^#?([0-9a-fA-F]{6})$")


@dataclass(frozen=True, slots=True)
class NamedLabel:
    """What is said about a label; empty or None where nothing is."""

    name: str = ""
    colour: Colour | None = None


Names = Mapping[int, NamedLabel]


def labels_of(values: tuple[int, ...], names: Names) -> tuple[Label, ...]:
    """Return the labels of these numbers, with a plain name and colour where none is given."""
    return tuple(_label(value, names.get(value, NamedLabel())) for value in values)


def names_beside(file: ScanFile) -> Names:
    """Read the table of names that lies beside a mask; empty where there is none to read.

    The same name with one of the endings ``.json`` (number to name, or nnU-Net's ``labels``),
    ``.tsv`` (BIDS), ``.txt`` or ``.label`` (ITK-SNAP), ``.ctbl`` (3D Slicer).
    """
    stem = _ENDINGS.sub("", file.name)
    for ending in _SIDECARS:
        table = file.beside(stem + ending)
        if table.exists():
            found = _read_table(table, ending)
            if found:
                return found
    return {}


def names_in_caret(text: str) -> Names:
    """Names from the XML that Connectome Workbench and TotalSegmentator put into a NIfTI."""
    found: dict[int, NamedLabel] = {}
    for attributes, content in _CARET.findall(text):
        fields = dict(_ATTRIBUTE.findall(attributes))
        name = unescape(content.removeprefix("<![CDATA[").removesuffix("]]>")).strip()
        if fields.get("Key", "").isdigit():
            channels = [fields.get(part, "") for part in ("Red", "Green", "Blue")]
            found[int(fields["Key"])] = NamedLabel(name, _from_fractions(channels))
    return found


def names_in_segments(header: str) -> Names:
    """Names from the header of a 3D Slicer segmentation (``.seg.nrrd``)."""
    segments: dict[str, dict[str, str]] = {}
    for number, field, value in _SEGMENT.findall(header):
        segments.setdefault(number, {})[field] = value.strip()
    return {
        int(fields["LabelValue"]): NamedLabel(
            fields.get("Name", ""), _from_fractions(fields.get("Color", "").split())
        )
        for fields in segments.values()
        if fields.get("LabelValue", "").isdigit()
    }


def _label(value: int, named: NamedLabel) -> Label:
    return Label(value, named.name or f"Label {value}", named.colour or colour_of(value))


def _read_table(table: ScanFile, ending: str) -> Names:
    try:
        with table.open() as stream:
            text = stream.read(_LARGEST_TABLE_BYTES).decode("utf-8-sig")
    except (NotAnImageError, OSError, UnicodeDecodeError):
        # A table only adds names; the mask is shown without.
        return {}
    if ending == ".json":
        return _from_json(text)
    if ending == ".tsv":
        return _from_tsv(text)
    return _from_lines(text)


def _from_json(text: str) -> Names:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    entries = content.get("labels", content) if isinstance(content, dict) else {}
    found: dict[int, NamedLabel] = {}
    for key, value in entries.items() if isinstance(entries, dict) else ():
        if key.isdigit() and isinstance(value, str):
            found[int(key)] = NamedLabel(value)
        elif isinstance(value, int):
            found[value] = NamedLabel(key)
    return found


def _from_tsv(text: str) -> Names:
    lines = [line.split("\t") for line in text.splitlines() if line.strip()]
    columns = {name.strip().lower(): at for at, name in enumerate(lines[0])} if lines else {}
    if not {"index", "name"} <= columns.keys():
        return {}
    found: dict[int, NamedLabel] = {}
    for fields in lines[1:]:
        cells = {name: fields[at].strip() for name, at in columns.items() if at < len(fields)}
        if cells.get("index", "").isdigit():
            colour = _from_hex(cells.get("color", ""))
            found[int(cells["index"])] = NamedLabel(cells.get("name", ""), colour)
    return found


def _from_lines(text: str) -> Names:
    found: dict[int, NamedLabel] = {}
    for line in text.splitlines():
        if match := _SNAP.match(line):
            number, *channels, name = match.groups()
            found[int(number)] = NamedLabel(name, _from_bytes(channels))
        elif match := _SLICER.match(line):
            number, name, *channels = match.groups()
            found[int(number)] = NamedLabel(name.replace("_", " "), _from_bytes(channels))
    return found


def _from_hex(text: str) -> Colour | None:
    match = _HEX.match(text)
    if match is None:
        return None
    number = int(match[1], 16)
    return number >> 16, number >> 8 & 255, number & 255


def _from_bytes(channels: list[str]) -> Colour:
    red, green, blue = (min(int(channel), 255) for channel in channels)
    return red, green, blue


def _from_fractions(channels: list[str]) -> Colour | None:
    try:
        red, green, blue = (round(255 * min(max(float(part), 0.0), 1.0)) for part in channels)
    except ValueError:
        return None
    return red, green, blue
