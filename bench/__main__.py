"""`make bench`: every benchmark one after the other, or those that are named: `python -m bench ingest batch`.

Each runs in a process of its own, so that none inherits another's memory.
"""

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Run them; 1 where one of them failed."""
    here = Path(__file__).parent
    known = sorted(path.stem for path in here.glob("*.py") if not path.stem.startswith("_"))
    wanted = sys.argv[1:] or known
    for name in wanted:
        if name not in known:
            print(f"no benchmark is called {name}; there are {', '.join(known)}")
            return 2
    failed = []
    for name in wanted:
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=here.parent, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
