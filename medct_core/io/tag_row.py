"""TagRow: one line of the header of a file, as text."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TagRow:
    """One line of a header.

    Attributes
    ----------
    tag
        ``(0018,0060)``; empty for formats without numbers.
    keyword
        ``KVP``, or the field's name; empty for private tags.
    name
        "KVP", "Private tag of ACME"; the keyword where the standard has no words.
    vr
        Two letters of DICOM, or the type of a field.
    value
        As text, one line, at most 256 characters; the number of items for a sequence.
    depth
        0 at the top, 1 inside a sequence, 2 for its items, and so on.
    is_identifying
        Whether the value may say who was examined, by whom or where. Names inside other free
        texts are already replaced there.
    is_private
        Whether a manufacturer defined it.
    """

    tag: str
    keyword: str
    name: str
    vr: str
    value: str = field(repr=False)
    depth: int = 0
    is_identifying: bool = False
    is_private: bool = False
