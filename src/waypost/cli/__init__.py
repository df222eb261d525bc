"""The command line: translates and renders, nothing else."""

import sys


def run() -> None:
    """The command `waypost`: whoever interrupts it while it is still being loaded sees no traceback either."""
    try:
        from waypost.cli.main import run as run_main

        run_main()
    except KeyboardInterrupt:
        sys.exit(130)
