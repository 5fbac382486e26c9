"""The first thing the program does: it can be interrupted even while it is still loading."""

import sys

_INTERRUPTED = 130  # `console.INTERRUPTED`, which is not loaded yet


def main() -> None:
    """Load the command line and run it; Ctrl-C meanwhile ends the process without a traceback."""
    try:
        from medct_core.commands.main import main as run_main

        run_main()
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        sys.exit(_INTERRUPTED)
