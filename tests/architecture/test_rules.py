"""Rules about the code itself, so that nobody has to remember them."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "medct_core")
LONGEST_FILE, LONGEST_FUNCTION, MOST_PARAMETERS = 500, 40, 6
# Slow to import, or big: none of it may be loaded before a command needs it.
HEAVY = (
    "torch",
    "transformers",
    "peft",
    "SimpleITK",
    "nibabel",
    "scipy",
    "sklearn",
    "lancedb",
    "PySide6",
)
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"),
    *("app", "medct_core", "resources", "tests", "packaging"),
}

IGNORED = {
    *(".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".benchmarks"),
    *(".import_linter_cache", "__pycache__", "shared", "medct-results", "runs"),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tracked(*suffixes: str) -> list[Path]:
    """List the project's files with one of the suffixes (all files without any)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        # No git, or no checkout: an unpacked archive holds little else.
        paths = [
            path for path in ROOT.rglob("*") if not IGNORED & set(path.relative_to(ROOT).parts)
        ]
    else:
        paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def modules() -> list[Path]:
    """List the modules of both packages, without the rooms' own `__init__.py`."""
    inside = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in PACKAGES]
    return [path for path in inside if path.name != "__init__.py"]


def file_of_tests(module: Path) -> Path:
    path = module.relative_to(ROOT)
    return ROOT / "tests" / path.with_name(f"test_{path.name}")


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    """Lines of a function without its docstring: what must be read to follow it."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    first = body[0].lineno if body else function.lineno
    return (function.end_lineno or first) - first + 1


def parameters(function: Function) -> int:
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def is_command(function: Function) -> bool:
    """Whether the parameters are a command's options, which typer reads from the signature."""
    return "typer." in ast.unparse(function.args)


def places(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_every_module_has_its_test_file() -> None:
    untested = [module for module in modules() if not file_of_tests(module).is_file()]

    assert places(untested) == []


def test_every_test_file_has_its_module() -> None:
    rooms = [ROOT / "tests" / package for package in PACKAGES]
    tests = [path for room in rooms for path in room.rglob("test_*.py")]

    orphans = set(tests) - {file_of_tests(module) for module in modules()}

    assert places(sorted(orphans)) == []


def test_no_file_is_longer_than_a_colleague_reads() -> None:
    long = [
        path
        for path in tracked(".py")
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    ]

    assert places(long) == []


def test_every_function_fits_without_scrolling() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {length(function)} lines"
        for path in tracked(".py")
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    ]

    assert long == []


def test_no_function_takes_more_than_a_hand_can_hold() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {parameters(function)}"
        for path in modules()
        for function in functions(path)
        if parameters(function) > MOST_PARAMETERS and not is_command(function)
    ]

    assert wide == []


def test_a_room_says_its_purpose_and_nothing_else() -> None:
    busy = []
    for path in tracked(".py"):
        if path.name == "__init__.py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if ast.get_docstring(tree) is None or len(tree.body) != 1:
                busy.append(path)

    assert places(busy) == []


def test_tests_and_packaging_are_no_packages() -> None:
    # A package named `packaging` would hide the library of that name.
    inits = [
        path
        for folder in ("tests", "packaging", "resources")
        for path in (ROOT / folder).rglob("__init__.py")
    ]

    assert places(inits) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_rooms_on_the_page_are_the_rooms_on_disk(package: str) -> None:
    page = (ROOT / package / "README.md").read_text(encoding="utf-8")
    drawn = {
        name.removesuffix("/")
        for name in re.findall(r"^[├└]── ([\w.]+/?)", page, flags=re.MULTILINE)
    }

    assert drawn == rooms_of(package)


def rooms_of(package: str) -> set[str]:
    paths = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] == package]
    return {path.relative_to(ROOT / package).parts[0] for path in paths} - {"__init__.py"}


def test_the_top_level_stays_tidy() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}

    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def loaded_after(statement: str) -> set[str]:
    program = f"import sys\n{statement}\nprint(*sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in run.stdout.splitlines()[-1].split()}


def test_starting_the_command_line_loads_nothing_heavy() -> None:
    loaded = loaded_after("from medct_core.commands.main import build_app\nbuild_app()")

    assert loaded.isdisjoint(HEAVY)


def test_no_path_of_one_machine_is_in_the_project() -> None:
    # Split, so that this page does not find itself.
    forbidden = re.compile("|".join(["/wo" + "rk/", r"\.lib" + "rary/", "/ro" + "ot/"]))

    found = [
        path
        for path in tracked(".py", ".md", ".toml", ".txt", ".yaml", ".json", "")
        if forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert places(found) == []


def project() -> dict[str, dict[str, list[str]]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        table: dict[str, dict[str, list[str]]] = tomllib.load(file)["project"]
    return table


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = (line.split("==") for line in lines if not line.startswith("#"))
    return {plain(name): version for name, version in pinned}


def named(requirements: list[str]) -> set[str]:
    return {plain(re.split(r"[<>=!~;\[ ]", one)[0]) for one in requirements}


def test_every_package_that_gets_installed_is_pinned() -> None:
    table = project()
    wanted = named(list(table["dependencies"]))
    for name, requirements in table["optional-dependencies"].items():
        wanted |= named(requirements) if name != "cluster" else set()

    assert wanted - set(pins()) == set()


def test_the_pins_that_numbers_depend_on_are_the_agreed_ones() -> None:
    assert pins()["torch"] == "2.13.0"
    assert pins()["numpy"] == "2.4.6"
    assert pins()["scipy"] == "1.17.1"


def test_nothing_is_pinned_whose_binaries_do_not_match_this_torch() -> None:
    assert set(pins()).isdisjoint({"torchvision", "timm", "open-clip-torch"})
