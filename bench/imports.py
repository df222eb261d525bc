"""Import of real history from Parquet, beside DuckDB's own copy of the same rows into a table.

    python -m bench imports [--rows N] [--turns T] [--quick]

The rows are the clicks of the Open University data set (`oulad_2013`), as `waypost import` takes them, from the
command's start to its end: each row gets a message id of its own, is checked, made an event of its person and is on
disk, exact duplicates kept apart. DuckDB runs the same SELECT into a table of a file. Nobody's state is worked out by
an import; what that takes afterwards is a row of its own.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from bench._report import load, machine, middle, note, table
from waypost.runtime.clock import SystemClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.worker import run_due

CLICKS: Final = Path(__file__).resolve().parents[2] / "shared" / "data" / "oulad_2013" / "student_vle.parquet"
PROJECT: Final = """\
project: courses
signals:
  active_days: {days: click, in_first: 7 days}
  clicks: {sum: click.clicks}
  idle: {since: any}
milestones:
  active: {when: active_days >= 3, within: 7 days}
segments:
  away: {when: "idle > INTERVAL '14 days'"}
"""


def select(rows: int) -> str:
    """The rows as an import takes them."""
    return f"""
        SELECT 'click' AS event, code_module || ' ' || code_presentation || ' ' || id_student AS user_id,
            CASE code_presentation WHEN '2013B' THEN TIMESTAMPTZ '2013-02-01 00:00:00Z'
                ELSE TIMESTAMPTZ '2013-10-01 00:00:00Z' END + to_days(CAST(date AS INTEGER)) AS timestamp,
            {{'page': id_site, 'clicks': sum_click}} AS properties
        FROM '{CLICKS}' LIMIT {rows}"""


def imported(folder: Path, rows: int) -> tuple[float, int]:
    """Seconds that `waypost import` takes, and how many rows it took."""
    command = [str(Path(sys.executable).with_name("waypost")), "-C", str(folder), "import", select(rows), "--json"]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - began, int(msgspec.json.decode(done.stdout)["accepted"])


def settled(folder: Path) -> float:
    """Seconds until everybody's state is worked out."""
    runtime = open_runtime(Settings(folder), SystemClock(), host=True)
    began = time.perf_counter()
    run_due(runtime)
    seconds = time.perf_counter() - began
    close(runtime)
    return seconds


def copied(file: Path, rows: int) -> float:
    """Seconds in which DuckDB copies the same rows into a table of a file."""
    began = time.perf_counter()
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"CREATE TABLE history AS {select(rows)}")
        connection.execute("CHECKPOINT")
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Import and copy in turns."""
    parser = argparse.ArgumentParser(prog="python -m bench imports")
    parser.add_argument("--rows", type=int, default=4_875_652, help="at most so many rows")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    given = parser.parse_args(arguments)
    if given.quick:
        given.rows, given.turns = 2_000, 1
    machine()
    if not CLICKS.exists():
        print(f"left out: the data set is not there ({CLICKS.name} of oulad_2013, beside the checkout)")
        return
    ours: list[float] = []
    theirs: list[float] = []
    folding: list[float] = []
    rows = size = 0
    for turn in range(given.turns):
        with tempfile.TemporaryDirectory(prefix="waypost-bench-") as name:
            folder = Path(name)
            (folder / "waypost.yaml").write_text(PROJECT, encoding="utf-8")
            theirs.append(copied(folder / "copy.duckdb", given.rows))
            seconds, rows = imported(folder, given.rows)
            ours.append(seconds)
            size = sum(file.stat().st_size for file in (folder / ".waypost").glob("waypost.db*"))
            note(f"turn {turn + 1}: imported in {seconds:.0f} s")
            folding.append(settled(folder))
    ratio = middle([copy / own for own, copy in zip(ours, theirs, strict=True)])
    table(
        ("oulad_2013 from Parquet", "seconds", "rows/s", "of DuckDB's"),
        [
            ("waypost import", f"{middle(ours):.1f}", f"{rows / middle(ours):,.0f}", f"{ratio:.3f}"),
            ("DuckDB: CREATE TABLE AS", f"{middle(theirs):.1f}", f"{rows / middle(theirs):,.0f}", "1"),
            ("everybody's state, afterwards", f"{middle(folding):.1f}", f"{rows / middle(folding):,.0f}", ""),
        ],
    )
    print(f"{rows:,} rows; the store has {size / max(rows, 1):.0f} bytes a row")
    load()


if __name__ == "__main__":
    main(sys.argv[1:])
