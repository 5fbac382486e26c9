"""Putting one term of a report in place of another that means the same.

Only terms of the table in ``resources/text/synonyms.toml`` are replaced, and every term of a
group holds the same negations, numbers and sides: none. So no draw can alter one.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from medct_core.resources_folder import resources_folder

PROTECTED = re.compile(
    r"\b(?:no|not|non|nor|none|neither|never|without|absent|absence|negative|free|denie[sd]|cannot"
    r"|excluded?|unlikely|possible|possibly|probable|probably|suspicious|suspected|questionable"
    r"|right|left|bilateral|unilateral|both|either|sided|ipsilateral|contralateral"
    r"|upper|lower|middle|anterior|posterior|superior|inferior|medial|lateral|apical|basal"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|single|multiple|several|few|many"
    r"|small|moderate|large|severe|tiny|millimet\w+|centimet\w+|mm|cm|ml|hu)\b|\d",
    re.IGNORECASE,
)
"""What a synonym may never bring or take away."""

_ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
_VOWEL = re.compile(r"[aeiou]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SynonymTable:
    """Terms that may stand for each other.

    Attributes
    ----------
    others
        Each term, in lower case, to what may stand for it.
    sha256
        Of the table as it lies in the file.

    Raises
    ------
    ValueError
        If the groups cannot be told apart, or a term holds what may never change.
    """

    others: Mapping[str, tuple[str, ...]]
    sha256: str

    @classmethod
    def parse(cls, text: str) -> "SynonymTable":
        """Read a table."""
        others: dict[str, tuple[str, ...]] = {}
        for group in tomllib.loads(text)["group"]:
            terms: list[str] = group["terms"]
            if len(set(terms)) < 2:
                raise ValueError(f"{terms} are not two terms")
            for term in terms:
                if term != term.lower() or PROTECTED.search(term) or term in others:
                    raise ValueError(f"{term!r} may not stand in the table, or stands there twice")
                others[term] = tuple(other for other in terms if other != term)
        return cls(others, hashlib.sha256(text.encode()).hexdigest())

    @property
    def pattern(self) -> re.Pattern[str]:
        """Finds any term, the longest where several begin."""
        longest_first = sorted(self.others, key=len, reverse=True)
        return re.compile(
            # "In the right lung nodules are seen" is not about "right lung nodules".
            r"(?<![\w-])(?<!right )(?<!left )(?<!both )(?:"
            + "|".join(map(re.escape, longest_first))
            + r")(?![\w-])",
            re.IGNORECASE,
        )


@cache
def synonym_table() -> SynonymTable:
    """Read the table that the program brings along."""
    path = resources_folder() / "text" / "synonyms.toml"
    return SynonymTable.parse(path.read_text(encoding="utf-8"))


def reworded(report: str, share: float, rng: np.random.Generator, table: SynonymTable) -> str:
    """Replace terms by synonyms.

    Parameters
    ----------
    report
        May be empty.
    share
        Chance of each term that has a synonym, in [0, 1].
    rng
        For this report alone.
    table
        What may stand for what.

    Returns
    -------
    The report with all else as it was, apart from "a" and "an" before a replaced term.
    """
    pieces: list[str] = []
    end = 0
    for found in table.pattern.finditer(report):
        others = table.others[found.group().lower()]
        # Both numbers are drawn for each term, so that one replacement does not move the next.
        happens, choice = rng.random() < share, int(rng.integers(len(others)))
        if happens:
            before = report[end : found.start()]
            pieces += [_with_article(before, others[choice]), _cased(found.group(), others[choice])]
            end = found.end()
    return "".join(pieces) + report[end:]


def _cased(old: str, new: str) -> str:
    if old.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if old[0].isupper() else new


def _with_article(before: str, term: str) -> str:
    """Turn the "a" or "an" at the end of `before` into what `term` takes."""
    return _ARTICLE.sub(lambda found: _article(found, term), before)


def _article(found: re.Match[str], term: str) -> str:
    letter = found.group(1)[0]
    return letter + ("n" if _VOWEL.match(term) else "") + found.group(2)
