"""The findings we can name; strings only.

The eighteen names and their order are those of CT-RATE (Hamamci et al., 2024).
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
