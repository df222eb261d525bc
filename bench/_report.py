"""What every benchmark prints: the machine and versions once, then small tables.

Ratios are worked out in each turn, between two things that ran one after the other, and the median of the turns is
told: a machine that is slower for a while then slows down both.
"""

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

VERSIONS = ("granian", "msgspec", "duckdb", "pyarrow")


def machine() -> None:
    """One line about the machine and one about versions."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    print(f"machine: {model}, {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.release()}")
    parts = ", ".join(f"{name} {version(name)}" for name in VERSIONS)
    print(f"versions: Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {parts}")
    load()


def load() -> None:
    """How busy the machine is; much more than what is measured here means that it is shared."""
    print(f"load average: {os.getloadavg()[0]:.1f} (of {os.cpu_count()} cores)", flush=True)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns, the first to the left, the others to the right."""
    cells = [[*header], *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        line = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        print("  ".join(line).rstrip(), flush=True)
    print(flush=True)


def goal(name: str, found: float, wanted: float, *, least: bool) -> None:
    """A ratio beside its goal."""
    met = found >= wanted if least else found <= wanted
    print(f"{name}: {found:.2f} (goal: {'at least' if least else 'at most'} {wanted:g}; {'met' if met else 'not met'})")


def middle(values: Sequence[float]) -> float:
    """The median of the turns."""
    return median(values)


def interleaved(turns: int, *sides: Callable[[], float]) -> list[list[float]]:
    """The figure of each side in each turn, the sides one after the other within a turn."""
    found: list[list[float]] = [[] for _ in sides]
    for _ in range(turns):
        for figures, side in zip(found, sides, strict=True):
            figures.append(side())
    return found


def note(text: str) -> None:
    """Something for whoever waits, not for whoever reads the figures."""
    print(text, file=sys.stderr, flush=True)
