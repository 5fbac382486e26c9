"""The model card of medct-mini: every number it was measured to have, and how to repeat them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from medct_core.models.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    file_sha256,
    read_manifest,
)

_COMMAND = (
    "medct train mini --work runs/mini --out medct-mini --anatomies {anatomies} --epochs {epochs}"
)


def write_card(model: Path, run: Path, evaluations: Sequence[Path]) -> None:
    """Write the card into a model folder and seal it in the manifest.

    Parameters
    ----------
    model
        The model folder.
    run
        ``run.json`` of the training; a ``note`` in it is printed as it stands.
    evaluations
        Files that ``medct evaluate phantoms --json`` printed, one a section.
    """
    results = [json.loads(path.read_text(encoding="utf-8")) for path in evaluations]
    text = card_text(json.loads(run.read_text(encoding="utf-8")), results)
    (model / CARD_FILE).write_text(text, encoding="utf-8")
    manifest = read_manifest(model)
    files = {**manifest.files, CARD_FILE: file_sha256(model / CARD_FILE)}
    sealed = replace(manifest, files=files).to_json()
    (model / MANIFEST_FILE).write_text(sealed, encoding="utf-8")


def card_text(run: dict[str, Any], results: Sequence[dict[str, Any]]) -> str:
    """Put settings and results into words and tables."""
    sections = [_head(run), *(_section(result) for result in results)]
    return "\n".join(sections)


def _head(run: dict[str, Any]) -> str:
    command = _COMMAND.format(anatomies=run["anatomies"], epochs=run["epochs"])
    settings = ", ".join(f"{name} {value}" for name, value in sorted(run.items()) if name != "note")
    note = f"\n{run['note']}\n" if "note" in run else ""
    return f"""# medct-mini

**Trained on synthetic scans only. Its scores mean nothing clinically. Not a medical device.**

A small CT vision-language model that shows how the program works where no licensed weights are
installed: CTViT with a stem of convolutions and density counts (tokens of 20x32x32 mm) and
all-MiniLM-L6-v2 with a small adapter, meeting in 256 dimensions. It has never seen a patient. On
anything but a phantom its output holds raw scores only: no calibration, no threshold, no verdict.

The eighteen findings are *trained findings, prompted*. Only pneumothorax, rib fracture and
thyroid nodule, which had no label, mask or wording in training, are *zero-shot*.

Made from nothing by:

    {command}
{note}
Settings: {settings}.
"""


def _section(result: dict[str, Any]) -> str:
    rows = "\n".join(_row(name, entry) for name, entry in result["auroc"].items())
    rare = "\n".join(_row(name, entry) for name, entry in result["zero_shot"].items())
    severity = ", ".join(f"{name} {_number(value)}" for name, value in result["severity"].items())
    first, stop = result["seeds"]
    baseline, twins = _number(result["trivial_baseline"]), _number(result["twin_ranking"])
    return f"""## {result["n"]} phantoms, {result["draw"]} draw, domain {result["domain"]}, \
{result["wordings"]} wordings

Phantom version {result["phantom_version"]}, seeds {first} to {stop - 1}, used for nothing else.
Mean AUROC **{_number(result["mean_auroc"])}**; trivial baseline {baseline}; twin ranking {twins};
by severity: {severity}; one wording at a time: {_number(result["single_wordings"])}.

| finding | AUROC | 95 % interval | positive |
|---|---|---|---|
{rows}

Zero-shot:

| finding | AUROC | 95 % interval | positive |
|---|---|---|---|
{rare}
"""


def _row(name: str, entry: dict[str, Any]) -> str:
    low, high = _number(entry["low"]), _number(entry["high"])
    return f"| {name} | {_number(entry['value'])} | {low} to {high} | {entry['positives']} |"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
