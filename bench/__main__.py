"""`make bench`: every benchmark one after the other, or those that are named: `python -m bench http_ingest decide`.

Each runs in a process of its own, so that none inherits another's memory. Options go to each of them; `--quick` takes
seconds and only shows that they run.
"""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("http_ingest", "next", "decide", "batch", "imports", "footprint")


def main() -> int:
    """Run them; 1 where one of them failed."""
    given = sys.argv[1:]
    first = next((place for place, word in enumerate(given) if word.startswith("-")), len(given))
    wanted, options = (
        given[:first] or [name for name in NAMES if importlib.util.find_spec(f"bench.{name}")],
        given[first:],
    )
    for name in wanted:
        if name not in NAMES:
            print(f"no benchmark is called {name}; there are {', '.join(NAMES)}")
            return 2
    failed = []
    for name in wanted:
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{name}", *options]
        if subprocess.run(command, cwd=Path(__file__).resolve().parent.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
