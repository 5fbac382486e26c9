"""What is known of a case besides its findings, in one line."""

from typing import Protocol


class DescribedCase(Protocol):
    """What a case of a library, or a row of it, says of a scan; fields as in `LibraryCase`."""

    @property
    def age_band(self) -> str:
        """Ten years, or empty."""
        ...

    @property
    def sex(self) -> str:
        """Letter, or empty."""
        ...

    @property
    def contrast(self) -> bool | None:
        """Whether it was given."""
        ...

    @property
    def slice_thickness_mm(self) -> float | None:
        """Millimetres."""
        ...

    @property
    def kernel(self) -> str:
        """Name of the scanner's, or empty."""
        ...

    @property
    def scanner(self) -> str:
        """Maker and model, or empty."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """The user's own words."""
        ...


JOINED = "\u00a0"
"""A space at which no line is broken."""

BETWEEN = f"{JOINED}· "
"""Stands between two facts; a line may be broken behind it only."""


def facts_text(case: DescribedCase) -> str:
    """Say age, sex, contrast, slices, scanner and tags; empty where nothing is known."""
    parts = [f"aged{JOINED}{case.age_band}"] if case.age_band else []
    parts += [{"F": "female", "M": "male"}[case.sex]] if case.sex else []
    if case.contrast is not None:
        parts.append("contrast" if case.contrast else f"no{JOINED}contrast")
    if case.slice_thickness_mm is not None:
        parts.append(f"{case.slice_thickness_mm:.3g}{JOINED}mm")
    parts += [made for made in (case.kernel, case.scanner) if made]
    return BETWEEN.join([*parts, *(f"#{tag}" for tag in case.tags)])
