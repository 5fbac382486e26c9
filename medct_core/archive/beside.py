"""Beside a scan: the report and the findings that `medct phantom make` writes next to one."""

import json
from pathlib import Path
from typing import Any

from medct_core.archive.known_facts import KnownFacts
from medct_core.retrieval.library_case import KnownFinding, LibraryCase
from medct_core.vocabulary import FINDINGS

DRAWN_BY = "phantom"
"""Stands as the one who says so: whoever drew a phantom knows what is in it."""

_ENDINGS = (".gz", ".nii")


def facts_beside(scan: Path) -> KnownFacts:
    """Read what lies beside a phantom; nothing where no phantom's files lie there.

    Findings that are not drawn are known to be absent. The number of a phantom is its patient:
    the same seed is the same patient, whatever is found. Its domain stands for its scanner.
    """
    stem = scan.name
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending)
    drawn = _drawn(scan.with_name(f"{stem}.findings.json"))
    if drawn is None:
        return KnownFacts()
    names = {finding["name"] for finding in drawn["findings"]}
    return KnownFacts(
        patient=f"phantom:{drawn['seed']}",
        scanner=f"phantom {drawn['domain']}" if drawn.get("domain") else "",
        report=_text(scan.with_name(f"{stem}.report.txt")),
        findings=tuple(
            KnownFinding(name, name in names, is_verified=True, by=DRAWN_BY)
            for name in (*FINDINGS, *sorted(names - set(FINDINGS)))
        ),
    )


def is_drawn(case: LibraryCase) -> bool:
    """Whether a case is known to be a phantom: who drew it says what is in it."""
    return any(finding.by == DRAWN_BY for finding in case.findings)


def _drawn(path: Path) -> dict[str, Any] | None:
    """Read what was drawn; None where it is another program's file, or none."""
    try:
        drawn = json.loads(path.read_text(encoding="utf-8"))
        is_ours = "phantom_version" in drawn and isinstance(drawn["seed"], int)
        _ = [finding["name"] for finding in drawn["findings"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return drawn if is_ours else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
