"""How a radiologist names each drawn finding: nouns, degrees, sizes and places that fit it."""

from dataclasses import dataclass
from enum import Enum

Degrees = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Words for mild, moderate and severe; an empty word says nothing."""


class Place(Enum):
    """How a report says where a finding is."""

    IN = "in the right lower lobe"
    SIDE = "right pleural effusion"
    STATION = "at the subcarinal station"
    RIB = "of the right fifth rib"
    UNSAID = "the noun says it"
    DEVICES = "the place is the thing itself"


@dataclass(frozen=True, slots=True)
class Phrasing:
    """The words for one finding.

    Attributes
    ----------
    terms
        Nouns that carry no place, side, size or degree of their own.
    denied
        Nouns for its absence; `terms` where empty.
    degrees
        Adjectives for the three severities.
    several
        Nouns where it is in more than one place; `terms` where empty.
    place
        How its place is said.
    size
        Words after the noun for its size, with ``{mm}``; empty where a report gives none.
    may_be_doubted
        Whether a mild one may be reported as possible.
    """

    terms: tuple[str, ...]
    degrees: Degrees
    denied: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    place: Place = Place.IN
    size: str = ""
    may_be_doubted: bool = True


_DEGREE: Degrees = (("mild", "slight"), ("moderate",), ("marked", "severe"))
_EXTENT: Degrees = (("mild", "minor"), ("moderate",), ("extensive", "marked"))
_BULK: Degrees = (("small",), ("moderate",), ("large",))
_SAID_BY_SIZE: Degrees = (("",), ("",), ("",))

ADVERBS: dict[str, str] = {
    "mild": "mildly",
    "slight": "slightly",
    "moderate": "moderately",
    "marked": "markedly",
    "severe": "severely",
    "extensive": "extensively",
    "heavy": "heavily",
}
"""What a degree becomes before a participle: ``mildly enlarged heart``."""

PHRASINGS: dict[str, Phrasing] = {
    "Medical material": Phrasing(
        terms=("medical material",),
        denied=("medical material", "surgical material", "metallic implant"),
        degrees=_SAID_BY_SIZE,
        place=Place.DEVICES,
        may_be_doubted=False,
    ),
    "Arterial wall calcification": Phrasing(
        terms=(
            "arterial wall calcification",
            "atherosclerotic calcification",
            "atheromatous calcifications",
        ),
        denied=("arterial wall calcification", "aortic calcification", "calcified aortic plaque"),
        degrees=(("mild", "slight"), ("moderate",), ("extensive", "heavy")),
    ),
    "Cardiomegaly": Phrasing(
        terms=("cardiomegaly", "cardiac enlargement", "enlarged heart"),
        denied=("cardiomegaly", "cardiac enlargement", "enlargement of the heart"),
        degrees=_DEGREE,
        place=Place.UNSAID,
    ),
    "Pericardial effusion": Phrasing(
        terms=("pericardial effusion", "pericardial fluid collection"),
        degrees=_BULK,
        place=Place.UNSAID,
        size=" measuring up to {mm} mm in thickness",
    ),
    "Coronary artery wall calcification": Phrasing(
        terms=(
            "coronary artery wall calcification",
            "coronary calcification",
            "calcified coronary arteries",
        ),
        degrees=(("mild", "slight"), ("moderate",), ("heavy", "extensive")),
        place=Place.UNSAID,
    ),
    "Hiatal hernia": Phrasing(
        terms=("hiatal hernia", "hiatus hernia", "sliding hiatal hernia"),
        denied=("hiatal hernia", "hiatus hernia"),
        degrees=(("small",), ("moderate-sized",), ("large",)),
        place=Place.UNSAID,
        size=" measuring {mm} mm",
    ),
    "Lymphadenopathy": Phrasing(
        terms=("lymphadenopathy", "enlarged lymph nodes", "lymph node enlargement"),
        denied=("lymphadenopathy", "enlarged lymph nodes", "pathological lymph nodes"),
        degrees=(("mild", "slight"), ("moderate",), ("marked",)),
        place=Place.STATION,
        size=" measuring up to {mm} mm in short axis",
    ),
    "Emphysema": Phrasing(
        terms=("emphysema", "centrilobular emphysema", "emphysematous changes"),
        denied=("emphysema", "emphysematous changes"),
        degrees=(("mild", "slight"), ("moderate",), ("severe", "extensive")),
    ),
    "Atelectasis": Phrasing(
        terms=("atelectasis", "atelectatic changes"),
        degrees=_EXTENT,
    ),
    "Lung nodule": Phrasing(
        terms=("lung nodule", "pulmonary nodule"),
        denied=("lung nodule", "pulmonary nodule", "pulmonary nodules"),
        several=("lung nodules", "pulmonary nodules"),
        degrees=_SAID_BY_SIZE,
        size=" measuring {mm} mm",
    ),
    "Lung opacity": Phrasing(
        terms=("ground-glass opacities", "hazy opacities", "ground-glass attenuation"),
        denied=("lung opacity", "ground-glass opacities", "pulmonary opacities"),
        degrees=(("faint", "limited"), ("moderate",), ("extensive",)),
    ),
    "Pulmonary fibrotic sequela": Phrasing(
        terms=("fibrotic sequelae", "fibrotic changes", "fibrotic bands"),
        degrees=(("minor", "mild"), ("moderate",), ("extensive", "marked")),
    ),
    "Pleural effusion": Phrasing(
        terms=("pleural effusion",),
        denied=("pleural effusion", "pleural fluid"),
        several=("pleural effusions",),
        degrees=_BULK,
        place=Place.SIDE,
    ),
    "Mosaic attenuation pattern": Phrasing(
        terms=("mosaic attenuation", "mosaic attenuation pattern", "mosaic perfusion"),
        degrees=(("mild", "subtle"), ("moderate",), ("marked", "pronounced")),
    ),
    "Peribronchial thickening": Phrasing(
        terms=("peribronchial thickening", "bronchial wall thickening", "peribronchial cuffing"),
        degrees=_DEGREE,
    ),
    "Consolidation": Phrasing(
        terms=("consolidation", "airspace consolidation"),
        degrees=(("limited", "patchy"), ("moderate",), ("extensive",)),
    ),
    "Bronchiectasis": Phrasing(
        terms=("bronchiectasis", "bronchiectatic changes", "dilated bronchi"),
        degrees=_DEGREE,
    ),
    "Interlobular septal thickening": Phrasing(
        terms=("interlobular septal thickening", "septal thickening", "thickened septa"),
        degrees=_DEGREE,
    ),
    "Pneumothorax": Phrasing(
        terms=("pneumothorax",),
        degrees=_BULK,
        place=Place.SIDE,
    ),
    "Rib fracture": Phrasing(
        terms=("fracture",),
        denied=("rib fracture", "fractured rib"),
        degrees=_SAID_BY_SIZE,
        place=Place.RIB,
    ),
    "Thyroid nodule": Phrasing(
        terms=("thyroid nodule",),
        degrees=_SAID_BY_SIZE,
        place=Place.SIDE,
        size=" measuring {mm} mm",
    ),
}
"""For the eighteen findings and the three that are never labelled."""
