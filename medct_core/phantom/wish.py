"""A wish for a phantom in words, turned into what to draw."""

from difflib import get_close_matches

from medct_core.errors import UsageError
from medct_core.phantom.request import SEVERITIES
from medct_core.phantom.sampling import PhantomSpec, severity_of
from medct_core.vocabulary import FINDINGS, UNLABELLED_FINDINGS

_KNOWN = {name.casefold(): name for name in (*FINDINGS, *UNLABELLED_FINDINGS)}


def wished_spec(seed: int, domain: str, findings: str) -> PhantomSpec:
    """Specify a phantom by naming its findings.

    Parameters
    ----------
    seed
        Of the patient, 0 or more.
    domain
        ``a``, ``b`` or ``far``.
    findings
        Names parted by commas, in any case, each with an optional severity:
        ``pleural effusion:severe, lung nodule``. Empty for a healthy chest.

    Raises
    ------
    UsageError
        If the seed is negative, or a name or severity is unknown or named twice.
    """
    if seed < 0:
        raise UsageError(f"{seed} is no seed.", remedy="Choose a whole number from 0.")
    wishes = [_wish(seed, part) for part in findings.split(",") if part.strip()]
    names = [name for name, _ in wishes]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"{twice!r} is named twice.", remedy="Name every finding once.")
    return PhantomSpec(seed, domain, tuple(wishes))


def _wish(seed: int, text: str) -> tuple[str, str]:
    words, _, severity = (part.strip() for part in text.partition(":"))
    name = _KNOWN.get(" ".join(words.split()).casefold())
    if name is None:
        raise UsageError(f"Phantoms cannot show {words!r}.", remedy=_remedy(words))
    if severity and severity.casefold() not in SEVERITIES:
        raise UsageError(
            f"{severity!r} is no severity.", remedy=f"Choose from: {', '.join(SEVERITIES)}."
        )
    return name, severity.casefold() or severity_of(seed, name)


def _remedy(words: str) -> str:
    near = get_close_matches(words.casefold(), _KNOWN, n=1)
    if near:
        return f"Did you mean {_KNOWN[near[0]]!r}?"
    return f"Choose from: {', '.join(_KNOWN.values())}."
