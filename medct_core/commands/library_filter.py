"""Options that say which cases of a library are wanted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from medct_core.retrieval.case_filter import CaseFilter

Repeated = list[str] | None
"""Of an option that may be given more than once; None where it was not given."""

AgeOption = Annotated[Repeated, typer.Option(help="Only this band of ages: 60-69.")]
SexOption = Annotated[Repeated, typer.Option(help="Only F or only M.")]
ContrastOption = Annotated[
    bool | None, typer.Option("--contrast/--no-contrast", help="Only with, or without.")
]
FindingOption = Annotated[Repeated, typer.Option(help="Only with this finding.")]
WithoutOption = Annotated[Repeated, typer.Option(help="Only without this finding.")]
VerifiedOption = Annotated[bool, typer.Option("--verified", help="Verified findings only.")]
TagOption = Annotated[Repeated, typer.Option(help="Only with this tag.")]


@dataclass(frozen=True, slots=True)
class Limits:
    """What was said of the cases that are wanted; what was left out does not limit."""

    age: Repeated = None
    sex: Repeated = None
    contrast: bool | None = None
    finding: Repeated = None
    without: Repeated = None
    verified: bool = False
    tag: Repeated = None

    def to_filter(self) -> "CaseFilter":
        """Give the filter of the library."""
        from medct_core.retrieval.case_filter import CaseFilter

        return CaseFilter(
            age_bands=frozenset(self.age or ()),
            sexes=frozenset(self.sex or ()),
            contrast=self.contrast,
            present=frozenset(self.finding or ()),
            absent=frozenset(self.without or ()),
            is_verified=self.verified,
            tags=frozenset(self.tag or ()),
        )
