"""Reading a prompt: what it asks for, and whether it says that it is there or not.

The score of a prompt must rise with the finding it names. So a wording is either understood
(the finding, and whether it is affirmed or denied) or refused; it is never passed on blindly.
"""

import re
import unicodedata
from dataclasses import dataclass

from medct_core.errors import PromptRefusedError

LONGEST_CHARACTERS = 2000
"""No model reads this far; the tokenizer's own, shorter limit is checked by the engine."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad"))
_STRAIGHT = str.maketrans("\u2018\u2019\u201c\u201d\u2010\u2011\u2012\u2212", "''\"\"----")

_SEEN = (
    r"(?:seen|present|visible|visuali[sz]ed|identified|detected|demonstrated|appreciated|noted|"
    r"found|observed|evident|apparent|shown|there|depicted|recogni[sz]ed|discernible)"
)
_BE = r"(?:is|are|was|were|be|been|being)"
_HAVE = r"(?:has|have|had)"
_SIGN = r"(?:evidence|signs?|indications?|suggestion|findings?|features|traces?|stigmata)"
_SURE = r"(?:definite|definitive|obvious|evident|convincing|clear|apparent|discernible|visible)"

_NOT_A_NEGATION = re.compile(
    r"\bno\.\s*\d+\b"
    r"|\bnot otherwise specified\b|\bnot elsewhere classified\b"
    r"|\b(?:with no|without|no)(?: (?:intravenous|iv|i\.v\.|oral))?(?= contrast\b)"
    r"|\bnon(?=[\s-](?!existent)\w)"
)
_UNCHANGED = re.compile(
    r"^(?:there (?:is|has been) )?(?:no|without)(?: any)?"
    r"(?: (?:significant|substantial|relevant|appreciable))?(?: interval)? changes?"
    r"(?: (?:in|of|to|for) (?:the )?(?P<what>.+))$"
)

_CUES = (
    r"there (?:is|are|was|were) (?:not|never)(?: (?:any|an?))?",
    rf"no longer(?: {_SEEN})?",
    rf"(?:no|without(?: any)?|lacks?|lacking|lack of(?: any)?)(?: {_SURE}| ct| imaging)? {_SIGN}"
    r" (?:of|for)",
    r"(?:there )?(?:isn't|aren't|wasn't|weren't)(?: (?:any|an?))?",
    rf"{_BE} (?:not|never)(?: (?:any|an?))?",
    rf"{_HAVE} (?:not been|resolved|disappeared|cleared)(?: {_SEEN})?",
    r"(?:does not|doesn't|do not|don't|did not|didn't)"
    r" (?:show|have|demonstrate|reveal|contain|exhibit|display|see|identify|appear)",
    rf"(?:can|could)(?:not|n't| not) be {_SEEN}",
    r"fails? to (?:show|demonstrate|reveal)",
    r"(?:complete )?(?:absence|exclusion|lack)(?: of)?(?: any)?",
    r"negative for",
    r"(?:free|clear|void|devoid) (?:of|from)(?: any)?",
    r"(?:to )?(?:rule[sd]?|ruling)[ -]out|r/o",
    r"(?:to )?exclud(?:e|es|ed|ing)",
    r"neither|nor|none|nothing|nil|never|no one|not|no|without(?: any)?|w/o",
    r"lacks|lacking|denie[sd]|deny|denying|absent|resolved|zero|nowhere",
    r"non-?existent|inexistent|unseen|undetect(?:ed|able)|invisible|vanished|disappeared|gone",
    r"cannot|can't|couldn't|hasn't|haven't|hadn't|won't|ain't|unable",
)
_CUE = re.compile("|".join(rf"(?<![\w-])(?:{cue})(?![\w-])" for cue in _CUES))

_HEDGE = re.compile(
    r"(?<![\w-])(?:unlikely|less likely|more likely|most likely|likely|possibl[ey]|probabl[ey]|"
    r"perhaps|maybe|may (?:be|have|represent|reflect|indicate)|might|"
    r"could (?:be|represent|reflect)|equivocal|questionabl[ey]|doubtful|improbable|uncertain|"
    r"hardly|barely|scarcely|suspicion)"
    r"(?![\w-])"
)
_TURN = re.compile(
    r"(?<![\w-])(?:but|however|although|though|yet|unless|whereas|while)(?![\w-])|[;:]|\.\s"
)
_APART = re.compile(
    r"(?<![\w-])(?:except|apart from|aside from|other than|rather than|instead of|"
    r"(?:anything|everything|all) but|(?:true|false|untrue|case) that|"
    r"(?:evidence|argu\w+|speak\w*|findings?) against)(?![\w-])"
)
_HALF_WORD = re.compile(
    r"(?<![\w-])(?:\w+-(?:free|negative)|no-\w+)(?![\w-])|(?<![\w-])negative(?! for)\b|\bfree$"
    r"|-ve\b|\(-\)|\bminus\b"
)
_OTHER_LANGUAGE = re.compile(
    r"(?<![\w-])(?:kein\w*|ohne|nicht|frei von|pas|aucune?|sans|absence d\w*|il n'\w*|sin|ausencia|"
    r"ning[uú]n\w*|senza|nessun\w*|non (?:c'è|è|ci|si)|sem|nenhum\w*|não|ausência|geen|niet|zonder|"
    r"ingen|inga|ikke|inte|utan|uten|brak|nie|bez|yok|değil|không|нет|не|без|отсутств\w*|δεν|χωρίς)"
    r"(?![\w-])|[无無没沒不]|\u306a\u3057|\u306a\u3044|\u307e\u305b\u3093|없|"
    r"لا يوجد|بدون|אין|ללא|नहीं"
)
_SUBJECT = (
    r"(?:(?:the|this|a|an) )?(?:(?:chest|thoracic|thorax) )?(?:ct|scan|ct scan|patient|images?|"
    r"study|exam|examination|volume|he|she|we|i)(?: of the (?:chest|thorax|lungs?))?"
)
_OPENING = re.compile(
    rf"(?:(?:is|are) there|there(?:'s| is| are| was| were| has been| have been)|"
    rf"{_SUBJECT} (?:shows?|showing|demonstrates?|demonstrating|reveals?|contains?|has|have|had|"
    rf"with|sees?|finds?)|{_SIGN} (?:of|for)|findings? (?:consistent|compatible|in keeping) with|"
    r"(?:presence|detection|existence) of|showing|demonstrating|finding|findings|impression|any|"
    r"an?|the|some)(?=[\s:]|$)[\s:]*"
)
_BEFORE_A_NO = re.compile(
    rf"(?:{_SUBJECT}|(?:(?:the|both) )?(?:lungs?|chest|thorax|it))(?: {_BE})?(?=\s|$)\s*"
)
_CLOSING = re.compile(
    rf"(?:(?:^|,?\s+)(?:(?:{_BE}|{_HAVE} been)(?: (?:also|again|clearly))?(?: {_SEEN})?|{_SEEN}))?"
    r"(?:(?:^|\s+)(?:on|in|at|by|within) (?:this|the|these|both|either) "
    r"(?:ct|scan|ct scan|study|examination|image|images|exam))?$"
)
_HESITANT = re.compile(r"(?:definite|definitive|obvious|convincing|evident|single|clear) (?=\w)")
_LIST = re.compile(r",(?:[^,]*,)*\s*(?:or|nor)\b|,")
_REWORD = 'Write only the finding, such as "pleural effusion"; its absence is scored with it.'


@dataclass(frozen=True, slots=True)
class Reading:
    """What a wording says.

    Attributes
    ----------
    finding
        The finding in the writer's own words, without "there is", "no" or "is seen".
    is_denied
        Whether the wording says that it is not there.
    """

    finding: str
    is_denied: bool


def read_wording(text: str) -> Reading:
    """Find out what a prompt asks for and whether it affirms or denies it.

    Parameters
    ----------
    text
        A finding or a short sentence in English, as a person typed it.

    Raises
    ------
    PromptRefusedError
        If the text is blank or far too long, or if it denies something in a way that leaves
        open what: twice, in part, or with a doubt.
    """
    clean = _cleaned(text)
    lowered = _masked(_lowered(clean))
    unchanged = _UNCHANGED.match(lowered)
    if unchanged:
        return Reading(f"unchanged {clean[unchanged.start('what') :]}", is_denied=False)
    _refuse_doubt(clean, lowered)
    cues = list(_CUE.finditer(lowered))
    if not cues:
        return Reading(_core(clean, lowered, clean), is_denied=False)
    if len(cues) > 1:
        raise _refused(clean, "says no more than once, so that it is not clear what is denied")
    return Reading(_denied(clean, lowered, cues[0]), is_denied=True)


def _cleaned(text: str) -> str:
    clean = unicodedata.normalize("NFC", text).translate(_INVISIBLE).translate(_STRAIGHT)
    clean = " ".join(clean.split()).strip("\"' ")
    clean = clean.rstrip(".!?").strip()
    if not any(character.isalnum() for character in clean):
        raise PromptRefusedError("The prompt is empty.", remedy=_REWORD)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in clean):
        raise PromptRefusedError(
            "The prompt holds characters that cannot be shown.",
            remedy="Type it again, in letters only.",
        )
    if len(clean) > LONGEST_CHARACTERS:
        raise PromptRefusedError(
            f"The prompt has {len(clean):,} characters; at most {LONGEST_CHARACTERS:,} make sense.",
            remedy="Ask for one finding at a time, in a few words.",
        )
    return clean


def _lowered(clean: str) -> str:
    """Lower-case letter by letter, so that positions in both texts agree."""
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in clean)


def _masked(lowered: str) -> str:
    """Blank out, at the same length, what looks like a negation and is none."""
    return _NOT_A_NEGATION.sub(lambda match: "#" * len(match.group()), lowered)


def _refuse_doubt(clean: str, lowered: str) -> None:
    if _OTHER_LANGUAGE.search(_lowered(clean)):
        raise _refused(clean, "seems to deny something in a language other than English")
    if _HEDGE.search(lowered):
        raise _refused(clean, "says how sure it is, which is for the score to say")
    if _HALF_WORD.search(lowered):
        raise _refused(clean, "denies something with half a word or a sign")
    if _APART.search(lowered):
        raise _refused(clean, "affirms one thing and denies another")


def _denied(clean: str, lowered: str, cue: re.Match[str]) -> str:
    """Give what a wording with one negation denies."""
    before, after = lowered[: cue.start()].strip(" ,:-"), lowered[cue.end() :].strip(" ,:-")
    if _TURN.search(before) or _TURN.search(after):
        raise _refused(clean, "affirms one thing and denies another")
    if _says_what_not(cue.group()) and before and after:
        return _without_not(clean, cue)
    if not before or _is_only_opening(before):
        finding = _core(clean[cue.end() :].strip(" ,:-"), after, clean)
        hesitant = _HESITANT.match(_lowered(finding))
        _refuse_loose_list(clean, _lowered(finding))
        return finding[hesitant.end() :] if hesitant else finding
    if not _CLOSING.sub("", after, count=1).strip():
        return _core(clean[: cue.start()].strip(" ,:-"), before, clean)
    raise _refused(clean, "affirms one thing and denies another")


def _says_what_not(cue: str) -> bool:
    """Say whether the cue is the verb of a sentence: ``is not``, ``aren't``."""
    return bool(re.fullmatch(rf"{_BE} not|isn't|aren't|wasn't|weren't", cue))


def _without_not(clean: str, cue: re.Match[str]) -> str:
    """Turn ``X is not Y`` into X where Y only says "seen", else into ``X is Y``."""
    subject, rest = clean[: cue.start()].strip(), clean[cue.end() :].strip()
    if not _CLOSING.sub("", rest.lower(), count=1).strip():
        return _core(subject, subject.lower(), clean)
    if subject.lower() in {"there", "it", "this", "that", "these", "those"}:
        return _core(rest, rest.lower(), clean)
    verb = re.sub(r"(?: not|n't).*", "", cue.group())
    return f"{subject} {verb} {rest}"


def _is_only_opening(before: str) -> bool:
    text = before
    while text:
        match = _OPENING.match(text) or _BEFORE_A_NO.match(text)
        if match is None or not match.end():
            return False
        text = text[match.end() :]
    return True


def _core(clean: str, lowered: str, whole: str) -> str:
    """Strip "there is a" and "is seen" from a finding in the writer's own spelling."""
    start, end = 0, len(lowered)
    while (match := _OPENING.match(lowered[start:end])) and match.end():
        start += match.end()
    closing = _CLOSING.search(lowered[start:end])
    if closing:
        end = start + closing.start()
    core = clean[start:end].strip(" ,.;:-")
    if not any(character.isalnum() for character in core):
        raise _refused(whole, "names no finding")
    return core


def _refuse_loose_list(clean: str, finding: str) -> None:
    """Refuse ``no nodule, emphysema``: nobody can say how far the "no" reaches."""
    listed = _LIST.search(finding)
    if re.search(r"(?<![\w-])(?:and|with|plus)(?![\w-])", finding) or (
        listed and listed.group() == ","
    ):
        raise _refused(clean, "lists several things after a no, which may not reach all of them")


def _refused(text: str, why: str) -> PromptRefusedError:
    shown = text if len(text) <= 80 else text[:77] + "..."
    return PromptRefusedError(f'The prompt "{shown}" {why}.', remedy=_REWORD)
