"""Cautions: what weakens the numbers of an evaluation, in sentences for whoever reads them."""

from collections.abc import Sequence

from medct_core.evaluation.multilabel.predictions import Bool

FEW_PATIENTS = 30
"""Below it an interval over patients is too wide to tell two models apart, and too narrow to be
trusted: drawing anew from so few understates how much they differ."""


def of_few_patients(part: str, patients: int) -> list[str]:
    """Warn of a part with few patients.

    Parameters
    ----------
    part
        What the patients are of, in words.
    patients
        How many.
    """
    if patients >= FEW_PATIENTS:
        return []
    return [f"{part} has {patients} patients only: too few to tell a better model from luck."]


def of_unknown_patients(part: str, scans: int) -> list[str]:
    """Warn of scans of which nobody says whose they are.

    Parameters
    ----------
    part
        What the scans are of, in words.
    scans
        How many.
    """
    if not scans:
        return []
    return [
        f"{scans} scans of {part} do not say whose they are and count as a patient each: if some "
        "are of one patient, intervals are too narrow, and one patient may be in two parts."
    ]


def of_one_sided_findings(part: str, findings: Sequence[str], truth: Bool) -> list[str]:
    """Warn of findings that no scan has, or every scan.

    Parameters
    ----------
    part
        What the scans are of, in words.
    findings, truth
        Names, and ``(n, findings)`` bool.
    """
    counts, scans = truth.sum(axis=0).tolist(), len(truth)
    return [
        f"{whose} of {part} has {', '.join(names)}: no AUROC is defined."
        for whose, wanted in (("No scan", 0), ("Every scan", scans))
        if (
            names := [name for name, count in zip(findings, counts, strict=True) if count == wanted]
        )
    ]


def of_learned_scans(model: str, part: str, learned: int, scans: int) -> list[str]:
    """Warn of scans that a model has learned from, to be tested on or to choose thresholds.

    Parameters
    ----------
    model
        Its name.
    part
        What the scans are of, in words.
    learned, scans
        How many of them it knows, of how many.
    """
    if not learned:
        return []
    return [
        f"{model} has learned from {learned} of the {scans} scans of {part}: what they are used "
        "for here says nothing of new scans."
    ]
