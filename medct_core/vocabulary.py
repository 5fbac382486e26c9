"""The findings we can name, their synonyms and the sentences they stand in; strings only.

The eighteen names and their order are those of CT-RATE (Hamamci et al., 2024). The terms and
templates are what a model of ours may see while it learns. The wordings kept out of training
stand in ``resources/prompts/kept-out.toml`` and share no template with this page.
"""

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
        "sternotomy wires",
        "implanted port",
        "metallic implant",
        "chest tube",
        "pacemaker generator",
        "surgical material",
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
    ),
    "Pericardial effusion": (
        "pericardial effusion",
        "fluid around the heart",
        "pericardial fluid",
        "fluid in the pericardial sac",
        "pericardial fluid collection",
        "effusion surrounding the heart",
        "fluid within the pericardium",
        "pericardial effusion measuring several millimetres",
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
    ),
}
"""At least eight ways to name each finding, the first its plain name in a sentence."""

PRESENT_TEMPLATES: tuple[str, ...] = (
    "{term} is present.",
    "There is {term}.",
    "CT scan showing {term}.",
    "{term} was observed.",
    "Findings compatible with {term}.",
    "{term} is seen.",
    "{term}",
    "Evidence of {term}.",
    "The scan demonstrates {term}.",
    "Positive for {term}.",
    "Features consistent with {term}.",
    "{term} can be recognised.",
)

ABSENT_TEMPLATES: tuple[str, ...] = (
    "{term} is not present.",
    "There is no {term}.",
    "CT scan without {term}.",
    "{term} was not observed.",
    "No findings compatible with {term}.",
    "No {term} is seen.",
    "No {term}.",
    "No evidence of {term}.",
    "The scan does not show {term}.",
    "Negative for {term}.",
    "{term} has been excluded.",
    "{term} cannot be recognised.",
)


def sentence(template: str, term: str) -> str:
    """Put a term into a template and start the sentence with a capital."""
    text = template.format(term=term)
    return text[:1].upper() + text[1:]


def training_wordings(finding: str, templates: tuple[str, ...]) -> tuple[str, ...]:
    """Every term of a finding in every one of the templates."""
    return tuple(sentence(template, term) for term in TERMS[finding] for template in templates)
