"""The peers' own virtual environment, made from `requirements/bench.lock` when a benchmark first asks for it.

Peers are never dependencies of Waypost, and some of them want other versions of what it pins. So they run in processes
of their own, started with the Python that `python()` gives.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements" / "bench.lock"
PLACE: Final = ROOT / ".cache" / "bench-venv"


class NoPeers(Exception):  # noqa: N818  the sentence is the message
    """The peers cannot be had here; the message says why, in a sentence."""


def installed() -> bool:
    """Whether the environment is there and up to date."""
    mark = PLACE / "installed"
    return mark.exists() and mark.read_text(encoding="utf-8") == _wanted()


def python() -> Path:
    """The Python that has the peers installed; the environment is made where it is missing or out of date.

    Raises:
        NoPeers: Where the packages cannot be installed.
    """
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    found = PLACE / "bin" / "python"
    with (PLACE.parent / "bench-venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several benchmarks may ask at once
        if installed():
            return found
        print(f"making {PLACE.relative_to(ROOT)} from {LOCK.relative_to(ROOT)} (once)", file=sys.stderr, flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(PLACE))
        _run(str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", str(LOCK))
        (PLACE / "installed").write_text(_wanted(), encoding="utf-8")
    return found


def _wanted() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        reason = said[-1] if said else f"{command[0]} ended with {done.returncode}"
        raise NoPeers(f"the peers cannot be installed here, so they are left out: {reason}")
