"""The findings we can name, their synonyms and the sentences they stand in; strings only.

The eighteen names and their order are those of CT-RATE (Hamamci et al., 2024). The terms and
templates are what a model of ours may see while it learns. Wordings that settings are chosen by
stand in ``resources/prompts/development.toml``, those kept for the final measurement in
``resources/prompts/kept-out.toml``; the latter share no template with this page.
"""

import re

FINDINGS: tuple[str, ...] = (
    "Medical material",
    "Arterial wall calcification",
    "Cardiomegaly",
    "Pericardial effusion",
    "Coronary artery wall calcification",
    "Hiatal hernia",
    "Lymphadenopathy",
    "Emphysema",
    "Atelectasis",
    "Lung nodule",
    "Lung opacity",
    "Pulmonary fibrotic sequela",
    "Pleural effusion",
    "Mosaic attenuation pattern",
    "Peribronchial thickening",
    "Consolidation",
    "Bronchiectasis",
    "Interlobular septal thickening",
)

UNLABELLED_FINDINGS: tuple[str, ...] = ("Pneumothorax", "Rib fracture", "Thyroid nodule")
"""Drawn in phantoms and named in their reports, but never in a label, a mask or a text loss."""

TERMS: dict[str, tuple[str, ...]] = {
    "Medical material": (
        "medical material",
        "pacemaker leads",
        "central venous catheter",
        "sternal wires",
        "implanted port",
        "metallic implant",
        "chest tube",
        "pacemaker",
        "surgical material",
        "port catheter",
        "heart valve prosthesis",
        "endotracheal tube",
        "gastric tube",
        "aortic stent graft",
        "spinal fixation",
        "surgical clips",
    ),
    "Arterial wall calcification": (
        "arterial wall calcification",
        "calcified aortic plaque",
        "aortic wall calcifications",
        "atherosclerotic calcification of the aorta",
        "calcific plaques in the aortic arch",
        "vascular calcification of the thoracic aorta",
        "calcified atheroma of the aorta",
        "calcifications of the arteries",
        "aortic calcification",
        "atherosclerosis of the aorta",
        "calcium in the aortic wall",
        "calcified walls of the great vessels",
    ),
    "Cardiomegaly": (
        "cardiomegaly",
        "enlarged heart",
        "cardiac enlargement",
        "increased heart size",
        "increased cardiothoracic ratio",
        "enlargement of the cardiac chambers",
        "heart larger than normal",
        "enlarged cardiac contours",
        "dilated heart",
        "enlarged cardiac silhouette",
        "dilatation of the heart",
        "global enlargement of the heart",
    ),
    "Pericardial effusion": (
        "pericardial effusion",
        "fluid around the heart",
        "pericardial fluid",
        "fluid in the pericardial sac",
        "pericardial fluid collection",
        "effusion surrounding the heart",
        "fluid within the pericardium",
        "circumferential pericardial effusion",
        "accumulation of fluid in the pericardium",
        "distended pericardial sac",
        "fluid between the pericardial layers",
    ),
    "Coronary artery wall calcification": (
        "coronary artery wall calcification",
        "coronary calcification",
        "calcified coronary arteries",
        "coronary artery calcium",
        "calcific plaques in the coronary arteries",
        "calcification of the left anterior descending artery",
        "coronary atherosclerotic calcifications",
        "calcified plaque in the coronaries",
        "calcium in the coronary arteries",
        "coronary atherosclerosis",
        "calcified coronary plaque",
        "calcification of the right coronary artery",
    ),
    "Hiatal hernia": (
        "hiatal hernia",
        "hiatus hernia",
        "sliding hiatal hernia",
        "herniation of the stomach",
        "hernia at the oesophageal hiatus",
        "gastric hernia behind the heart",
        "stomach herniated through the hiatus",
        "paraoesophageal hernia",
        "intrathoracic stomach",
        "stomach above the diaphragm",
        "hernia through the diaphragm",
        "gastric herniation into the chest",
    ),
    "Lymphadenopathy": (
        "lymphadenopathy",
        "enlarged lymph nodes",
        "mediastinal lymphadenopathy",
        "enlarged mediastinal lymph nodes",
        "hilar lymphadenopathy",
        "pathological lymph nodes",
        "lymph nodes with a short axis over 10 mm",
        "lymph node enlargement",
        "adenopathy",
        "enlarged nodes in the mediastinum",
        "bulky lymph nodes",
        "mediastinal node enlargement",
    ),
    "Emphysema": (
        "emphysema",
        "emphysematous changes",
        "centrilobular emphysema",
        "paraseptal emphysema",
        "pulmonary emphysema",
        "emphysematous areas in the upper lobes",
        "bullous emphysema",
        "panlobular emphysema",
        "emphysematous destruction of the lung",
        "lung bullae",
        "emphysematous bullae",
        "destroyed lung parenchyma",
    ),
    "Atelectasis": (
        "atelectasis",
        "atelectatic changes",
        "linear atelectasis",
        "subsegmental atelectasis",
        "passive atelectasis",
        "plate atelectasis at the base",
        "atelectasis with volume loss",
        "bands of atelectasis",
        "collapsed lung",
        "lobar collapse",
        "collapse of lung tissue",
        "compression atelectasis",
    ),
    "Lung nodule": (
        "lung nodule",
        "pulmonary nodule",
        "nodule in the lung",
        "solid pulmonary nodule",
        "nodular lesion of the lung",
        "parenchymal nodule",
        "subpleural nodule",
        "pulmonary nodules",
        "focal lung lesion",
        "rounded lesion in the lung",
        "nodular focus in the lung",
        "solid lung lesion",
    ),
    "Lung opacity": (
        "lung opacity",
        "ground-glass opacity",
        "ground glass opacities",
        "pulmonary opacities",
        "hazy opacity in the lung",
        "patchy opacities",
        "areas of ground glass density",
        "opacification of the lung parenchyma",
        "lung infiltrates",
        "ground-glass attenuation",
        "hazy increase in lung density",
        "pulmonary infiltrates",
    ),
    "Pulmonary fibrotic sequela": (
        "pulmonary fibrotic sequela",
        "fibrotic sequelae",
        "fibrotic changes",
        "pulmonary fibrosis",
        "fibrotic bands",
        "pleuroparenchymal sequelae",
        "sequelae of fibrosis",
        "apical fibrotic densities",
        "lung scarring",
        "scar tissue in the lung",
        "parenchymal scars",
        "architectural distortion",
    ),
    "Pleural effusion": (
        "pleural effusion",
        "pleural fluid",
        "fluid in the pleural space",
        "bilateral pleural effusion",
        "effusion in the pleural cavity",
        "pleural fluid collection",
        "unilateral pleural effusion",
        "fluid layering in the pleura",
        "free pleural fluid",
        "accumulation of pleural fluid",
        "fluid between the lung and the chest wall",
        "layering pleural effusion",
    ),
    "Mosaic attenuation pattern": (
        "mosaic attenuation pattern",
        "mosaic attenuation",
        "mosaic pattern",
        "mosaic perfusion",
        "mosaic density differences",
        "mosaic lung attenuation",
        "areas of mosaic attenuation",
        "heterogeneous mosaic attenuation",
        "air trapping",
        "heterogeneous lung attenuation",
        "uneven lung density",
        "regional air trapping",
    ),
    "Peribronchial thickening": (
        "peribronchial thickening",
        "bronchial wall thickening",
        "thickened bronchial walls",
        "peribronchial cuffing",
        "peribronchovascular thickening",
        "thickening of the bronchial walls",
        "thickening around the bronchi",
        "diffuse peribronchial thickening",
        "airway wall thickening",
        "thick airway walls",
        "thickened walls of the airways",
        "cuffing of the bronchi",
    ),
    "Consolidation": (
        "consolidation",
        "consolidated lung",
        "pulmonary consolidation",
        "consolidation area",
        "consolidation with air bronchograms",
        "lobar consolidation",
        "segmental consolidation",
        "consolidations",
        "airspace consolidation",
        "airspace disease",
        "dense airspace opacification",
        "dense consolidation of the lung",
    ),
    "Bronchiectasis": (
        "bronchiectasis",
        "bronchiectatic changes",
        "dilated bronchi",
        "cylindrical bronchiectasis",
        "bronchial dilatation",
        "varicose bronchiectasis",
        "bronchi wider than the accompanying vessel",
        "cystic bronchiectasis",
        "dilated airways",
        "widened bronchi",
        "abnormal widening of the airways",
        "airway dilatation",
    ),
    "Interlobular septal thickening": (
        "interlobular septal thickening",
        "septal thickening",
        "thickened interlobular septa",
        "smooth septal thickening",
        "interlobular septal lines",
        "thickening of the interlobular septa",
        "septal thickening at the bases",
        "prominent interlobular septa",
        "thick septal lines",
        "interlobular lines",
        "interstitial septal thickening",
        "thickened septa",
    ),
}
"""At least eight ways to name each finding, the first its plain name in a sentence."""

PRESENT_TEMPLATES: tuple[str, ...] = (
    "{a}{term} {is} present.",
    "There {is} {a}{term}.",
    "CT scan showing {a}{term}.",
    "{a}{term} {was} observed.",
    "Findings compatible with {a}{term}.",
    "{a}{term} {is} seen.",
    "{term}",
    "Evidence of {a}{term}.",
    "The scan demonstrates {a}{term}.",
    "Positive for {term}.",
    "Features consistent with {a}{term}.",
    "{a}{term} can be recognised.",
    "The examination shows {a}{term}.",
    "{a}{term} can be identified.",
    "Typical signs of {a}{term}.",
    "The patient has {a}{term}.",
    "{term}: yes.",
    "{a}{term} {is} visible on this examination.",
)

ABSENT_TEMPLATES: tuple[str, ...] = (
    "{a}{term} {is} not present.",
    "There {is} no {term}.",
    "CT scan without {a}{term}.",
    "{a}{term} {was} not observed.",
    "No findings compatible with {a}{term}.",
    "No {term} {is} seen.",
    "No {term}.",
    "No evidence of {a}{term}.",
    "The scan does not show {a}{term}.",
    "Negative for {term}.",
    "{a}{term} {has} been excluded.",
    "{a}{term} cannot be recognised.",
    "{term} {is} absent.",
    "The examination is free of {term}.",
    "{term} not identified.",
    "The patient does not have {a}{term}.",
    "{term}: none.",
    "No sign of {a}{term} on this examination.",
)
"""Places of a template: the term, its article and the verbs that follow its number."""

_VERBS = {False: {"is": "is", "was": "was", "has": "has"}}
_VERBS[True] = {"is": "are", "was": "were", "has": "have"}
_AFTER_HEAD = re.compile(
    r" (?:of|in|at|on|with|within|from|to|into|through|between|around|above|behind|over|"
    r"surrounding|layering|measuring|herniated|larger|wider) "
)
_VOWEL_SOUND = re.compile(r"(?!uni|eu|us)[aeiou]|8|1[18]\b", re.IGNORECASE)
_IRREGULAR_PLURALS = frozenset(("bronchi", "bullae", "septa", "sequelae"))
_COUNTABLE = re.compile(
    r"(?:area|catheter|collection|effusion|focus|fracture|graft|heart|hernia|implant|lesion|node|"
    r"nodule|opacity|pacemaker|pattern|plaque|pneumothorax|port|prosthesis|ratio|rib|sac|sequela|"
    r"silhouette|size|tube)"
)


def is_plural(term: str) -> bool:
    """Say whether a term takes "are": ``enlarged lymph nodes``, but not ``atelectasis``."""
    named = _AFTER_HEAD.split(term.lower(), maxsplit=1)[0]
    if " and " in named:
        return True
    head = _last_word(named)
    return head in _IRREGULAR_PLURALS or (
        head.endswith("s") and not head.endswith(("ss", "us", "is"))
    )


def article(term: str) -> str:
    """Give "a " or "an " where a term takes one; nothing for several or for what has no number.

    A word we do not know gets none, as "There is cavitation." is always English.
    """
    head = _last_word(_AFTER_HEAD.split(term.lower(), maxsplit=1)[0])
    if is_plural(term) or not _COUNTABLE.fullmatch(head):
        return ""
    return "an " if _VOWEL_SOUND.match(term) else "a "


def _last_word(named: str) -> str:
    """Give the noun that decides number, where "of", "in" and what follows are cut off."""
    words = named.split()
    return words[-1] if words else ""


def sentence(template: str, term: str) -> str:
    """Put a term into a template, in agreement, and start the sentence with a capital.

    Parameters
    ----------
    template
        With ``{term}``; ``{a}`` stands for its article, ``{is}``, ``{was}`` and ``{has}`` for the
        verbs in its number.
    term
        A finding in words; plural and countable terms are recognised by their noun.
    """
    text = template.format(term=term, a=article(term), **_VERBS[is_plural(term)])
    return text[:1].upper() + text[1:]


def training_wordings(finding: str, templates: tuple[str, ...]) -> tuple[str, ...]:
    """Every term of a finding in every one of the templates."""
    return tuple(sentence(template, term) for term in TERMS[finding] for template in templates)
