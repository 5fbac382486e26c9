"""The file of a training run over tables of small chests."""

from pathlib import Path

from tests.scan_rows import write_table

SCANS = 12


def write_run(place: Path, model: Path | str, **run: object) -> Path:
    """Write scans, their table, and a run of an epoch that divides it.

    Parameters
    ----------
    place
        Where all of it goes.
    model
        Folder or name of the base.
    run
        Entries of [run] that differ; a text is quoted.
    """
    write_table(place, SCANS)
    entries = {"folder": "run", "name": "site", "epochs": 1, "batch": 4, "device": "cpu", **run}
    lines = [
        "[base]",
        f"model = '{model}'",
        "[data]",
        "train = 'table.csv'",
        "split = [0.5, 0.25, 0.25]",
        "cache = 'prepared'",
        "[head]",
        "kind = 'both'",
        "[run]",
        *(f"{key} = {_toml(value)}" for key, value in entries.items()),
    ]
    path = place / "run.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _toml(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value).lower()
