"""Which function draws which finding, in the order in which they are painted."""

from collections.abc import Mapping

from medct_core.phantom.body import Body
from medct_core.phantom.drawing.airways import (
    draw_bronchiectasis,
    draw_peribronchial_thickening,
)
from medct_core.phantom.drawing.bone_and_neck import draw_rib_fracture, draw_thyroid_nodule
from medct_core.phantom.drawing.devices import draw_medical_material
from medct_core.phantom.drawing.heart import (
    draw_cardiomegaly,
    draw_coronary_calcification,
    draw_pericardial_effusion,
    enlarge_heart,
)
from medct_core.phantom.drawing.look_alikes import (
    draw_accessory_fissure,
    draw_azygos_arch,
    draw_costal_cartilage_calcification,
    draw_dependent_density,
    draw_nipple_shadow,
    draw_paraseptal_air,
    draw_pericardial_fat,
    draw_small_nodes,
    draw_vessel_end_on,
)
from medct_core.phantom.drawing.lung_air import draw_emphysema, draw_mosaic
from medct_core.phantom.drawing.lung_opacity import (
    draw_consolidation,
    draw_nodule,
    draw_opacity,
)
from medct_core.phantom.drawing.lung_scars import (
    draw_atelectasis,
    draw_fibrosis,
    draw_septal_thickening,
)
from medct_core.phantom.drawing.mediastinum import draw_hiatal_hernia, draw_lymphadenopathy
from medct_core.phantom.drawing.pleura import draw_effusion, draw_pneumothorax
from medct_core.phantom.drawing.vessels import draw_arterial_calcification
from medct_core.phantom.drawing.visible import visible
from medct_core.phantom.request import Drawer, Drawn, DrawRequest

DRAWERS: dict[str, Drawer] = {
    "Cardiomegaly": draw_cardiomegaly,
    "Emphysema": draw_emphysema,
    "Mosaic attenuation pattern": draw_mosaic,
    "Pulmonary fibrotic sequela": draw_fibrosis,
    "Interlobular septal thickening": draw_septal_thickening,
    "Peribronchial thickening": draw_peribronchial_thickening,
    "Bronchiectasis": draw_bronchiectasis,
    "Lung opacity": draw_opacity,
    "Consolidation": draw_consolidation,
    "Atelectasis": draw_atelectasis,
    "Lung nodule": draw_nodule,
    "Pleural effusion": draw_effusion,
    "Pneumothorax": draw_pneumothorax,
    "Pericardial effusion": draw_pericardial_effusion,
    "Hiatal hernia": draw_hiatal_hernia,
    "Lymphadenopathy": draw_lymphadenopathy,
    "Arterial wall calcification": draw_arterial_calcification,
    "Coronary artery wall calcification": draw_coronary_calcification,
    "Thyroid nodule": draw_thyroid_nodule,
    "Rib fracture": draw_rib_fracture,
    "Medical material": draw_medical_material,
}
"""Findings in painting order: the lung's own texture first, what displaces it next, metal last."""

LOOK_ALIKES: dict[str, Drawer] = {
    "vessel end-on": draw_vessel_end_on,
    "dependent density": draw_dependent_density,
    "costal cartilage calcification": draw_costal_cartilage_calcification,
    "pericardial fat": draw_pericardial_fat,
    "paraseptal air": draw_paraseptal_air,
    "accessory fissure": draw_accessory_fissure,
    "azygos arch": draw_azygos_arch,
    "nipple shadow": draw_nipple_shadow,
    "small lymph nodes": draw_small_nodes,
}
"""Harmless things, painted before any finding."""


def draw_findings(body: Body, requests: Mapping[str, DrawRequest]) -> dict[str, Drawn]:
    """Paint several findings in painting order.

    A large heart is painted first, and all others are drawn into the body that has it.

    Parameters
    ----------
    body
        Its canvas is painted in place.
    requests
        Finding to request; names are keys of `DRAWERS`.

    Returns
    -------
    What is visible of what was drawn, in painting order: a finding wholly hidden by others is
    left out.

    Raises
    ------
    KeyError
        If a finding has no drawer.
    """
    unknown = [name for name in requests if name not in DRAWERS]
    if unknown:
        raise KeyError(unknown[0])
    drawn: dict[str, Drawn] = {}
    if "Cardiomegaly" in requests:
        body, drawn["Cardiomegaly"] = enlarge_heart(body, requests["Cardiomegaly"])
    for name, draw in DRAWERS.items():
        if name in requests and name not in drawn:
            drawn[name] = draw(body, requests[name])
    return visible(drawn, body.lobes)
