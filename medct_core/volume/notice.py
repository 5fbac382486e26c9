"""Notice: something about a scan or a result that its reader must know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark that travels with a scan into every output.

    Attributes
    ----------
    code
        Stable name in kebab-case, for machines and tests: ``gantry-tilt``.
    text
        One sentence for a radiologist, with the numbers that matter.
    """

    code: str
    text: str
