"""An evaluation of a made-up base and adapter, and scans that are kept in memory."""

from dataclasses import replace

import numpy as np

from medct_core.evaluation.multilabel.predictions import Predictions
from medct_core.evaluation.scans.evaluation import Contest, Entry, Evaluation, Split, judge
from medct_core.evaluation.scans.labelled_scans import LeftOut
from medct_core.models.stamp import ModelStamp
from medct_core.vocabulary import FINDINGS
from tests.prediction_samples import modelled

BASE = ModelStamp("medct-mini", "ab" * 32, "mini-1", "float32")
ADAPTED = replace(BASE, adapter="site", adapter_sha256="cd" * 32)
WORDINGS = {
    name: {"present": [f"{name} is present."], "absent": [f"{name} is not present."]}
    for name in FINDINGS
}


def split(name: str, table: Predictions, *left_out: LeftOut) -> Split:
    return Split(name, "ef" * 32, len(table), table.patient_count, left_out)


def named(table: Predictions) -> Predictions:
    return replace(table, findings=FINDINGS)


def evaluation(scans: int = 200, *, without_positives: bool = True) -> Evaluation:
    """Eighteen findings, of which nobody has the sixth; the adapter is the better one."""
    tables = []
    for seed in (0, 1):
        base = named(modelled(scans, 0.6, seed=seed, findings=len(FINDINGS)))
        if without_positives:
            truth = base.truth.copy()
            truth[:, 5] = False
            base = replace(base, truth=truth)
        logits = np.log(base.probability / (1 - base.probability)) + 0.5 * base.truth
        tables.append((base, replace(base, probability=1 / (1 + np.exp(-logits)))))
    (test, better), (validation, better_validation) = tables
    contest = Contest(
        task="zero-shot",
        labels="18 columns of valid_labels.csv",
        test=split("valid_labels.csv", test, LeftOut("valid_3_a_1", "there is no such file")),
        validation=split("train_labels.csv", validation),
        findings=FINDINGS,
        specificity=0.9,
        seed=0,
    )
    asked = "prompts ct-clip: a pair of sentences a finding"
    return judge(
        contest,
        [
            Entry("base", BASE, asked, WORDINGS, test, validation),
            Entry("site", ADAPTED, asked, WORDINGS, better, better_validation),
        ],
    )
