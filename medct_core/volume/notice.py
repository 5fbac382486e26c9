"""Notice: something about a scan or a result that its reader must know."""

from dataclasses import dataclass

PHANTOM_CODE = "phantom"
"""Code of the notice on a synthetic scan; calibration holds for those only."""

PHANTOM_DESCRIPTION = "medct-phantom"
"""How the header description of every written phantom starts; readers turn it into the notice."""


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


PHANTOM_NOTICE = Notice(PHANTOM_CODE, "Synthetic scan made by a computer; it shows no patient.")
