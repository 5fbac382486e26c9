"""Domain B of the experiment: another protocol, fixed before the first adapter was trained.

What the scanner does is `SCANNERS["far"]`: always contrast-enhanced, thick slices, low dose, a
sharp kernel, shifted and stretched HU, streaks, and a patient off centre. The experiment adds
another field of view. It was chosen by what base M loses on validation phantoms (a mean AUROC of
0.857 on domain A, 0.799 here), when no adapter had been trained, and is not changed after.
"""

from medct_core.training.corpus import CorpusForm
from medct_core.training.reproduce.form import GRID, TOKEN_VOXELS

SCANNER = "far"

DOMAIN_B = CorpusForm(GRID, TOKEN_VOXELS, field_of_view_mm=300.0)
