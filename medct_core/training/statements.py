"""Sentences that affirm or deny a finding in words of their own, for training alone; strings only.

A radiologist rarely writes "there is no cardiomegaly": the heart is of normal size.
"""

STATEMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Medical material": (
        (
            "Devices have been implanted.",
            "The patient has an implant.",
            "A tube has been placed.",
            "A catheter is in place.",
        ),
        (
            "No implants, tubes or catheters are in place.",
            "Nothing has been implanted.",
            "The chest holds no tubes or wires.",
            "No metal is in the chest.",
        ),
    ),
    "Arterial wall calcification": (
        (
            "The aorta is calcified.",
            "The wall of the aorta contains calcium.",
            "The great vessels are calcified.",
        ),
        (
            "The aorta is not calcified.",
            "The aortic wall is smooth and thin.",
            "The great vessels have normal walls.",
        ),
    ),
    "Cardiomegaly": (
        (
            "The heart is enlarged.",
            "The heart is too large.",
            "Heart size is above normal.",
            "The cardiothoracic ratio is increased.",
        ),
        (
            "The heart is not enlarged.",
            "Heart size is normal.",
            "The heart is of normal size.",
            "The cardiothoracic ratio is normal.",
        ),
    ),
    "Pericardial effusion": (
        (
            "The pericardium contains fluid.",
            "Fluid surrounds the heart.",
            "The pericardial space is widened by fluid.",
        ),
        (
            "The pericardium contains no fluid.",
            "No fluid surrounds the heart.",
            "The pericardium is normal.",
        ),
    ),
    "Coronary artery wall calcification": (
        (
            "The coronary arteries are calcified.",
            "The coronaries contain calcium.",
            "The coronary calcium is increased.",
        ),
        (
            "The coronary arteries are not calcified.",
            "The coronaries contain no calcium.",
            "The coronary arteries are normal.",
        ),
    ),
    "Hiatal hernia": (
        (
            "The stomach has herniated into the chest.",
            "The stomach extends through the hiatus.",
            "Part of the stomach is in the chest.",
        ),
        (
            "The stomach is below the diaphragm.",
            "The stomach is in its normal position.",
            "The oesophageal hiatus is normal.",
        ),
    ),
    "Lymphadenopathy": (
        (
            "The lymph nodes are enlarged.",
            "Lymph nodes are larger than normal.",
            "The mediastinal nodes are pathologically enlarged.",
        ),
        (
            "The lymph nodes are not enlarged.",
            "Lymph nodes are of normal size.",
            "The mediastinal nodes are normal.",
        ),
    ),
    "Emphysema": (
        (
            "The lungs are emphysematous.",
            "The lung parenchyma is destroyed by emphysema.",
            "The lungs contain bullae.",
        ),
        (
            "The lungs are not emphysematous.",
            "The lung parenchyma is preserved.",
            "The lungs contain no bullae.",
        ),
    ),
    "Atelectasis": (
        (
            "Part of the lung is collapsed.",
            "A lobe has lost volume.",
            "The lung is partly airless.",
        ),
        (
            "No part of the lung is collapsed.",
            "The lungs are fully expanded.",
            "Lung volumes are normal.",
        ),
    ),
    "Lung nodule": (
        (
            "The lung contains a nodule.",
            "A nodular lesion lies in the lung.",
            "Nodules are scattered through the lungs.",
        ),
        (
            "The lungs contain no nodule.",
            "The lungs contain no focal lesion.",
            "Neither lung contains a nodule.",
        ),
    ),
    "Lung opacity": (
        (
            "The lungs are partly opacified.",
            "Lung density is increased.",
            "The lungs are hazy.",
        ),
        (
            "The lungs are not opacified.",
            "Lung density is normal.",
            "The lungs are clear.",
        ),
    ),
    "Pulmonary fibrotic sequela": (
        (
            "The lung is scarred.",
            "Old fibrotic scars distort the lung.",
            "The lungs are fibrotic.",
        ),
        (
            "The lung is not scarred.",
            "No scars distort the lung.",
            "Lung architecture is normal.",
        ),
    ),
    "Pleural effusion": (
        (
            "The pleural space contains fluid.",
            "Fluid layers in the pleural cavity.",
            "Fluid has collected around the lung.",
        ),
        (
            "The pleural space contains no fluid.",
            "The pleural spaces are clear.",
            "The pleural spaces are normal.",
        ),
    ),
    "Mosaic attenuation pattern": (
        (
            "Lung attenuation is heterogeneous.",
            "Air is trapped in parts of the lung.",
            "Lung density varies from area to area.",
        ),
        (
            "Lung attenuation is uniform.",
            "No air is trapped in the lung.",
            "Lung density does not vary.",
        ),
    ),
    "Peribronchial thickening": (
        (
            "The bronchial walls are thickened.",
            "The airway walls are thick.",
            "The walls of the bronchi are cuffed.",
        ),
        (
            "The bronchial walls are not thickened.",
            "The airway walls are thin.",
            "The bronchial walls are normal.",
        ),
    ),
    "Consolidation": (
        (
            "The lung is consolidated.",
            "A lobe is solid with air bronchograms.",
            "The airspaces are opaque.",
        ),
        (
            "The lung is not consolidated.",
            "The airspaces contain air.",
            "The lung is well aerated and not solid.",
        ),
    ),
    "Bronchiectasis": (
        (
            "The bronchi are dilated.",
            "The airways are widened.",
            "The bronchi are wider than their vessels.",
        ),
        (
            "The bronchi are not dilated.",
            "The airways are of normal width.",
            "The bronchi are as wide as their vessels.",
        ),
    ),
    "Interlobular septal thickening": (
        (
            "The interlobular septa are thickened.",
            "The septa are thick and prominent.",
            "Septal lines are prominent.",
        ),
        (
            "The interlobular septa are not thickened.",
            "The septa are thin.",
            "The interlobular septa are normal.",
        ),
    ),
}
"""Whole sentences that affirm each finding, and that say it is not there without naming it."""
