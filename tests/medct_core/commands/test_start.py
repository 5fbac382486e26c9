"""Starting the program, and stopping it before it has started."""

import subprocess
import sys
import textwrap

import pytest

from medct_core.commands import console


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("moment", ["typer", "rich.console", "medct_core.commands.main"])
def test_ctrl_c_while_libraries_load_ends_with_130_and_one_word(moment: str) -> None:
    process = python(
        """
        import sys
        from medct_core.commands.start import main
        class Interrupt:
            def find_spec(self, name, *_):
                if name == sys.argv[1]:
                    raise KeyboardInterrupt
        sys.meta_path.insert(0, Interrupt())
        main()
        """,
        moment,
    )

    assert (process.returncode, process.stderr) == (console.INTERRUPTED, "Interrupted.\n")


def test_it_runs_the_command_line_and_keeps_its_exit_code() -> None:
    process = python("from medct_core.commands.start import main; main()", "divine")

    assert process.returncode == 2
    assert "divine" in process.stderr


def test_nothing_heavy_is_loaded_before_interrupts_are_caught() -> None:
    process = python("""
        import sys
        before = set(sys.modules)
        import medct_core.commands.start
        print(*sorted(name for name in set(sys.modules) - before if "medct" not in name))
    """)

    assert process.stdout.split() == []
