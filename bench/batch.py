"""Everyone's state by query: Waypost beside SQL written by hand for DuckDB, polars and chdb, on the same columns.

A log of 5M events of 200k people is made by a fixed rule. `plain` are 20 signals that one grouping can give and 8
segments over them; `harbour` are the example's 21 signals, with a sequence and a peak, 8 segments, 3 milestones and the
ladder. Both sides read the tables that were filled once, and must agree about who is in which segment; ours works out
milestones and states, the SQL by hand does both at once. What filling the tables and writing the queries takes (once a
definition set, not once a question) stands below.

    python -m bench.batch [--events 5000000] [--people 200000]
"""

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.peers import NoPeers, python
from waypost.batch.names import segment_column
from waypost.model.changes import Definitions
from waypost.model.time import DAY
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.warehouse import Warehouse, open_warehouse

HERE = Path(__file__).parent / "_batch"
START = 1_767_225_600_000_000
NOW = START + 70 * DAY
LIMIT = 1.5

LOG = """
WITH numbered AS (SELECT i, hash(i * 3 + 1) AS a, hash(i * 5 + 2) AS b, hash(i * 7 + 3) AS c FROM range({events}) t(i)),
told AS (
  SELECT i, b, c, CASE WHEN i < {people} THEN i ELSE (a % {people})::BIGINT END AS person,
    i >= {people} AND c % 50 = 0 AS identifies,
    CASE WHEN i < {people} THEN 'signed_up' ELSE ['login', 'login', 'workspace_created', 'source_connected',
      'report_created', 'report_viewed', 'report_viewed', 'report_viewed', 'report_viewed', 'report_shared',
      'feature_used', 'feature_used', 'feature_used', 'invite_sent', 'integrations_viewed', 'integration_installed',
      'plan_viewed', 'error_shown', 'ticket_opened', 'ticket_closed'][(b % 20)::INT + 1] END AS label
  FROM numbered)
SELECT i + 1 AS seq, 'm' || i AS message_id, CASE WHEN identifies THEN 'identify' ELSE 'track' END AS kind,
  CASE WHEN identifies THEN '' ELSE label END AS name,
  ({start} + person % 60 * {day} + CASE WHEN i < {people} THEN 0 ELSE c % (40 * {day}) END)::BIGINT AS "at",
  'user-' || person AS user_id, NULL::VARCHAR AS anonymous_id,
  (CASE WHEN identifies
      THEN json_object('plan', ['free', 'team', 'business'][(b % 3)::INT + 1], 'team_size', (b % 9)::INT)
    WHEN label = 'feature_used' THEN json_object('feature', 'feature-' || (b % 40))
    WHEN label = 'report_viewed' THEN json_object('seconds', (b % 12000) / 1000.0)
    WHEN label = 'report_shared' THEN json_object('audience', CASE WHEN b % 40 < 20 THEN 'team' ELSE 'public' END)
    WHEN label = 'plan_viewed' THEN json_object('plan', ['free', 'team', 'business'][(b % 3)::INT + 1])
    WHEN label = 'invite_sent' THEN json_object('seats', 1 + b % 5) ELSE '{{}}' END)::VARCHAR AS properties,
  CASE WHEN label LIKE 'ticket%' THEN 'support' ELSE 'web' END AS source,
  0::BIGINT AS received_at, NULL::VARCHAR AS previous_id, NULL::VARCHAR AS group_id, TRUE AS imported
FROM told"""


Run = Callable[[], pa.Table]


def best(*runs: Run, turns: int = 4) -> list[tuple[float, pa.Table]]:
    """The quickest of a few turns of each, taken one after the other, and what it gave."""
    found: list[tuple[float, pa.Table]] = []
    for turn in range(turns):
        for place, run in enumerate(runs):
            began = time.perf_counter()
            table = run()
            taken = time.perf_counter() - began
            if turn == 0:
                found.append((taken, table))
            else:
                found[place] = (min(found[place][0], taken), table)
    return found


def by_hand(warehouse: Warehouse, definitions: Definitions, name: str) -> Run:
    """The same by the SQL beside this file."""
    query = (HERE / f"{name}.sql").read_text(encoding="utf-8").replace("$now", f"{NOW}::BIGINT")

    def run() -> pa.Table:
        with warehouse.prepared(definitions):
            return warehouse.connection.execute(query).to_arrow_table()

    return run


def agree(definitions: Definitions, mine: pa.Table, other: pa.Table) -> None:
    """Both must have the same people in each segment."""
    for name in definitions.segments:
        column = mine.column(segment_column(definitions, name)).to_pylist()
        members = {who for who, member in zip(mine.column("id").to_pylist(), column, strict=True) if member}
        others = zip(other.column("id").to_pylist(), other.column(name).to_pylist(), strict=True)
        assert members == {who for who, member in others if member}, f"they disagree about {name}"


def peers(warehouse: Warehouse, definitions: Definitions, folder: Path) -> dict[str, float]:
    """Seconds of polars and chdb for the plain set, in the peers' environment; reading the files is not counted.

    Raises:
        NoPeers: Where the peers cannot be had.
    """
    states = warehouse.states_arrow(definitions, NOW)
    members = {name: sum(states.column(segment_column(definitions, name)).to_pylist()) for name in definitions.segments}
    with warehouse.prepared(definitions):
        for table in ("events", "people"):
            warehouse.connection.execute(f"COPY (FROM {table}) TO '{folder / table}.parquet' (FORMAT parquet)")
    found = {}
    for peer in ("polars", "chdb"):
        run = [str(python()), str(HERE / f"by_{peer}.py"), str(folder), str(NOW)]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{peer} is left out: {(done.stderr.strip().splitlines() or ['it failed'])[-1]}")
            continue
        said = json.loads(done.stdout.strip().splitlines()[-1])
        assert said["members"] == members, f"{peer} disagrees: {said['members']}, not {members}"
        found[peer] = float(said["seconds"])
    return found


def compare(warehouse: Warehouse, name: str, definitions: Definitions) -> None:
    """One definition set: ours, by hand, and what comes before."""
    began = time.perf_counter()
    with warehouse.prepared(replace(definitions, milestones={}, evaluation=())):
        filled = time.perf_counter() - began
    began = time.perf_counter()
    with warehouse.prepared(definitions):
        reached = time.perf_counter() - began
    began = time.perf_counter()
    warehouse.states_arrow(definitions, START)
    written = time.perf_counter() - began
    (seconds, mine), (limit, other) = best(
        lambda: warehouse.states_arrow(definitions, NOW), by_hand(warehouse, definitions, name)
    )
    agree(definitions, mine, other)
    total = reached + seconds
    print(f"{name:8} ours {total:6.2f} s   by hand {limit:6.2f} s   ratio {total / limit:4.2f} (goal: at most {LIMIT})")
    print(f"         of which milestones {reached:.2f} s (with their queries), states {seconds:.2f} s")
    print(f"         before: filling the tables {filled:.1f} s, writing the query {written:.1f} s")


def main() -> None:
    """Print every figure beside its peer or limit."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--events", type=int, default=5_000_000)
    options.add_argument("--people", type=int, default=200_000)
    given = options.parse_args()
    plain = load_files({"waypost.yaml": (HERE / "plain.yaml").read_text(encoding="utf-8")})
    harbour = load_files(read_folder(HERE.parents[1] / "examples" / "harbour"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.parquet"
        query = LOG.format(events=given.events, people=given.people, start=START, day=DAY)
        duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        began = time.perf_counter()
        warehouse = open_warehouse([path], folder=Path(folder) / "spill")
        print(f"{given.events:,} events, {given.people:,} people; who is who in {time.perf_counter() - began:.1f} s")
        compare(warehouse, "plain", plain)
        try:
            for peer, seconds in peers(warehouse, plain, Path(folder)).items():
                print(f"         {peer} {seconds:.2f} s")
        except NoPeers as why:
            print(why)
        compare(warehouse, "harbour", harbour)
        warehouse.close()


if __name__ == "__main__":
    main()
