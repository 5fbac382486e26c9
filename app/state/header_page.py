"""HeaderPage: the header of one file of a series, as a window shows it."""

from dataclasses import dataclass

from medct_core.io.tag_row import TagRow


@dataclass(frozen=True, slots=True)
class HeaderPage:
    """The header of one file.

    Attributes
    ----------
    title
        Of its series.
    number, count
        Which file of how many, counted from 1, in the order of slices.
    rows
        Its lines.
    """

    title: str
    number: int
    count: int
    rows: tuple[TagRow, ...]
