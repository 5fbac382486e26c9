"""The folder of a report: page, numbers and figures, each written whole or not at all."""

import json
from pathlib import Path

from matplotlib.figure import Figure

from medct_core.evaluation.report.figures import auroc_by_finding, overall_bars, overall_radar
from medct_core.evaluation.report.markdown import markdown
from medct_core.evaluation.report.retrieval_page import write_whole
from medct_core.evaluation.scans.evaluation import Evaluation
from medct_core.inference.safe_write import replacing

_FIGURES = {"overall": overall_bars, "radar": overall_radar, "auroc": auroc_by_finding}
_DOTS_PER_INCH = 150


def write_report(evaluation: Evaluation, folder: Path, stem: str) -> tuple[Path, ...]:
    """Write an evaluation.

    Parameters
    ----------
    evaluation
        What was measured.
    folder
        Made if it is not there.
    stem
        What all file names begin with, so that one folder holds several evaluations.

    Returns
    -------
    The page first, then the numbers, then the figures, each as PNG and PDF.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    figures = []
    for name, draw in _FIGURES.items():
        drawn = draw(evaluation)
        figures += [_save(drawn, folder / f"{stem}-{name}.{kind}") for kind in ("png", "pdf")]
    page, numbers = folder / f"{stem}.md", folder / f"{stem}.json"
    write_whole(page, markdown(evaluation, [one.name for one in figures if one.suffix == ".png"]))
    write_whole(numbers, json.dumps(evaluation.to_json(), indent=2, allow_nan=False) + "\n")
    return (page, numbers, *figures)


def _save(figure: Figure, path: Path) -> Path:
    # A date in a PDF would make two files of one evaluation differ.
    dated = {"CreationDate": None} if path.suffix == ".pdf" else None
    with replacing(path) as part:
        figure.savefig(part, format=path.suffix[1:], dpi=_DOTS_PER_INCH, metadata=dated)
    return path
