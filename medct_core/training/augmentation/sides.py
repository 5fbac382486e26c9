"""The mirror image of a report: left becomes right, where every sentence stays true."""

import re

_OTHER = {"left": "right", "dextro": "levo", "l": "r"}
_OTHER |= {other: one for one, other in _OTHER.items()}

_SIDE = re.compile(
    r"\b(?:left|right)(?=(?:sided|wards?|most|hand)?\b)"
    r"|\b(?:dextro|levo)(?=scolio|convex)"
    # Lobes (RUL) and stations of lymph nodes (4R), in capitals alone.
    r"|(?-i:\b[LR](?=[UL]L\b))"
    r"|(?-i:(?:(?<=\b[24])|(?<=\b1[0-2]))[LR]\b)",
    re.IGNORECASE,
)

_WITHOUT_MIRROR = re.compile(
    # Parts of one lung that the other does not have.
    r"\bmiddle lob|\blingul|\b(?:minor|horizontal) fissure"
    # Which way round the body itself is.
    r"|\bsitus\b|\bheterotax|\bisomerism|\b(?:dextro|levo|sinistro)(?!scolio|convex)\w"
    # Directions and clock faces.
    r"|\bo'?\s?clock|clockwise|\b(?:left|right)[\s-]+(?:to[\s-]+)?(?:left|right)\b"
    # Not a side, or not surely one.
    r"|\bright[\s-]+(?:away|angles?|angled|now|after|before|here|there|handed)\b|\ball right\b"
    r"|\bleft[\s-]+handed\b"
    r"|(?<!the )\bleft (?:in (?:place|situ)|behind|untreated|alone|as is|over|unchanged|against)\b"
    r"|\bleft (?:the|a|an|his|her|their|our|this) "
    r"|\b(?:patient|he|she|who|they|be|been|being|has|have|had|having) left\b"
    r"|\b(?:is|was|are|were) left\b(?![\s-]*(?:sided|facing))",
    re.IGNORECASE,
)

_ABBREVIATIONS_WITHOUT_MIRROR = re.compile(
    r"\b(?:RML|LAD|RCA|LCX|LCx|LMCA|LIMA|RIMA|RV|LV|RA|LA|RVOT|LVOT|LVEF|Rt|Lt|RT|LT|[LR])\b"
)

_LOPSIDED = re.compile(
    r"\b(?:heart|atri\w+|ventric\w+|biventric\w+|coronar\w+|anterior descending|circumflex"
    r"|left main|bundle|aortic arch|subclavian|brachiocephalic|innominate|carotid|azygos"
    r"|vena cava|svc|liver|hepatic|intrahepatic|biliary|colon|colic|gastric|flexure)\b",
    re.IGNORECASE,
)
"""Parts whose left and right differ by more than the side: in a mirror image, what is called the
left ventricle is none of the two."""

_SENTENCE_END = re.compile(r"(?<=[.;:])\s+|\n+")


def mirrored(report: str) -> str | None:
    """Say of a scan's mirror image what the report says of the scan.

    Parameters
    ----------
    report
        May be empty.

    Returns
    -------
    The report with each side word swapped and all else as it was; None where some statement has
    no mirror image: it names the middle lobe or the lingula, which way round the body is, a side
    of an organ that is not like its other side, or uses "left" or "right" in another sense. In
    doubt it is None: a scan that is not flipped costs little, a wrong text teaches a wrong thing.
    """
    if _WITHOUT_MIRROR.search(report) or _ABBREVIATIONS_WITHOUT_MIRROR.search(report):
        return None
    for sentence in _SENTENCE_END.split(report):
        if _SIDE.search(sentence) and _LOPSIDED.search(sentence):
            return None
    return _SIDE.sub(_swapped, report)


def _swapped(found: re.Match[str]) -> str:
    word = found.group()
    other = _OTHER[word.lower()]
    if word.isupper():
        return other.upper()
    return other.capitalize() if word[0].isupper() else other
