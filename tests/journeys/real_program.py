"""The real program in a process of its own: its display, its folders, and what it said."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 600
_MEDCT = "from medct_core.commands.main import main; main()"
_WRONG = re.compile(r"Traceback|QObject::|QPainter|ERR|CRITICAL|Segmentation|already deleted")


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended."""

    code: int
    output: str


@dataclass(frozen=True, slots=True)
class RealProgram:
    """Runs commands as a person's desktop does.

    Attributes
    ----------
    display
        Of X.
    folder
        Everything is kept in it.
    """

    display: str
    folder: Path

    @property
    def cases(self) -> Path:
        """Where the case records lie."""
        return self.folder / "cases"

    def write_settings(self, text: str) -> None:
        """Have chosen something before."""
        folder = self.folder / "CONFIG" / "medct"
        folder.mkdir(parents=True)
        (folder / "settings.toml").write_text(text, encoding="utf-8")

    def run(self, *command: str | Path, **more: str) -> Ended:
        """Run Python to its end; other variables of the environment by name."""
        ran = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=ROOT,
            env=self._environment() | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        return Ended(ran.returncode, ran.stdout)

    def view(self, *options: str | Path) -> Ended:
        """Run ``medct view``."""
        return self.run("-c", _MEDCT, "view", *options)

    def complaints(self, ended: Ended) -> list[str]:
        """Give every line that tells of a mistake, on the terminal and in the logs."""
        written = [one.read_text(encoding="utf-8") for one in (self.folder / "logs").glob("*")]
        lines = "\n".join([ended.output, *written]).splitlines()
        return [line for line in lines if _WRONG.search(line)]

    def _environment(self) -> dict[str, str]:
        own = {
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(self.folder / "home"),
            **{f"XDG_{name}_HOME": str(self.folder / name) for name in ("CONFIG", "DATA", "CACHE")},
            **{
                f"MEDCT_{name.upper()}": str(self.folder / name)
                for name in ("cases", "autosave", "logs", "cache")
            },
        }
        (self.folder / "home").mkdir(exist_ok=True)
        return os.environ | own
