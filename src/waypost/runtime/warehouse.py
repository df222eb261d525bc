"""The warehouse: the whole log in DuckDB, where the queries of `batch` answer for everyone as of any instant.

It reads sealed history as Parquet and the rest as Arrow, keeps within a memory limit by spilling to a folder, and fills
the tables that definitions ask for once for all questions about them. What is asked, `batch` says; how text becomes
columns, `extraction` does.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal as OneOf

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from duckdb.sqltypes import VARCHAR

from waypost.batch import milestones, names, people, segments
from waypost.batch.panels import involved
from waypost.batch.tables import Looks, looks, tables
from waypost.engine.people import Links
from waypost.model.changes import Definitions
from waypost.model.people import Alias, PersonId, State, Undo, user
from waypost.model.time import Instant
from waypost.model.values import Json, Value, canonical
from waypost.runtime import columns, extraction
from waypost.runtime.stores import history

Answer = OneOf["query", "fold"]
"""Which path answers for a signal, segment, stage or milestone: a query, or the engine's fold where none is exact."""


@dataclass
class Warehouse:
    """All events known, ready to be asked about any instant. One thread at a time asks; the others wait."""

    connection: duckdb.DuckDBPyConnection
    _schemas: dict[str, str] = field(default_factory=dict)
    _queries: dict[str, str] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def states(self, definitions: Definitions, at: Instant) -> dict[PersonId, State]:
        """The state of everyone who exists at `at`."""
        with self._lock:
            rows = self.states_arrow(definitions, at)
            traits = self._traits(at)
        return {state.person: state for state in _states(definitions, at, rows, traits)}

    def states_arrow(self, definitions: Definitions, at: Instant) -> pa.Table:
        """The same as a table: `id`, `signup`, `stage`, a column a segment, milestone and signal (`batch.names`)."""
        with self.prepared(definitions):
            return self._ask(self._query(definitions), at)

    def milestones(self, definitions: Definitions, at: Instant) -> dict[str, dict[PersonId, Instant]]:
        """Who reached each milestone by `at`, and when."""
        with self.prepared(definitions):
            return {
                name: {
                    PersonId(person): reached
                    for person, reached in self.connection.execute(
                        f"SELECT id, reached FROM {names.reached_name(definitions, name)} JOIN humans USING (person)"  # noqa: S608
                        " WHERE reached <= ?",
                        [at],
                    ).fetchall()
                }
                for name in definitions.milestones
            }

    def paths(self, definitions: Definitions) -> Mapping[str, Answer]:
        """Which path answers for each signal, milestone, segment and the `stage`: today every one is a query."""
        return dict.fromkeys([*definitions.signals, *definitions.milestones, *definitions.segments, "stage"], "query")

    def ask(self, definitions: Definitions, query: ir.Table, at: Instant) -> pa.Table:
        """What a query of `batch` over the tables of these definitions gives, as of an instant."""
        with self.prepared(definitions):
            return self._ask(ibis.to_sql(query, dialect="duckdb"), at)

    def _query(self, definitions: Definitions) -> str:
        """The query of states; to write one takes longer than many take to run, so it is kept."""
        judged = (definitions.milestones, definitions.stages, definitions.segments, definitions.evaluation)
        key = repr((definitions.signals, *judged))
        if key not in self._queries:
            rows = segments.states(definitions, tables(definitions))
            self._queries[key] = ibis.to_sql(segments.answer(definitions, rows), dialect="duckdb")
        return self._queries[key]

    def _ask(self, query: str, at: Instant) -> pa.Table:
        self.connection.execute(f"CREATE OR REPLACE MACRO main.waypost_now() AS {at}::BIGINT")
        return self.connection.execute(query).to_arrow_table()

    @contextmanager
    def prepared(self, definitions: Definitions) -> Iterator[None]:
        """Within, the tables are those that the definitions ask for. What was filled once is found again."""
        with self._lock:
            seen = looks(definitions)
            reading = (definitions.signup, definitions.tracking, definitions.zone)
            of_events = repr((*reading, seen.properties, seen.events, seen.ordered))
            path = [self._schema(of_events, lambda: self._fill_events(definitions, seen), [])]
            of_traits = repr((seen.traits, seen.members))
            path.append(self._schema(of_traits, lambda: self.connection.execute(extraction.traits_sql(seen)), path))
            of_milestones = of_events + repr(list(_deciding(definitions)))
            path.append(self._schema(of_milestones, lambda: self._fill_milestones(definitions), path))
            self._use(path)
            yield

    def close(self) -> None:
        """Let go of everything."""
        self.connection.close()

    def _schema(self, key: str, fill: Callable[[], object], path: Sequence[str]) -> str:
        """The schema whose tables were filled for this key; they are filled now if they were not."""
        name = self._schemas.get(key)
        if name is None:
            name = f"filled_{len(self._schemas)}"
            self.connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")  # where filling it failed before
            self.connection.execute(f"CREATE SCHEMA {name}")
            self._use([name, *path])
            fill()
            self._schemas[key] = name
        return name

    def _use(self, path: Sequence[str]) -> None:
        self.connection.execute(f"SET search_path = '{','.join([*path, 'main'])}'")

    def _fill_events(self, definitions: Definitions, seen: Looks) -> None:
        self.connection.execute(extraction.people_sql(definitions))
        ((first, last),) = self.connection.execute("SELECT min(instant), max(instant) FROM log").fetchall()
        self.connection.execute(extraction.events_sql(definitions, seen, (first or 0, last or 0)))

    def _fill_milestones(self, definitions: Definitions) -> None:
        for kind, name in definitions.evaluation:
            if kind == "milestone":
                query = ibis.to_sql(milestones.reached(definitions, tables(definitions), name), dialect="duckdb")
                self.connection.execute(f"CREATE TABLE {names.reached_name(definitions, name)} AS {query}")

    def _traits(self, at: Instant) -> dict[str, dict[str, Json]]:
        found: dict[str, dict[str, Json]] = {}
        for person, key, value in self.connection.execute(extraction.TRAITS_NOW, [at]).fetchall():
            if value != "null":
                found.setdefault(person, {})[key] = json.loads(value)
        return found


def _deciding(definitions: Definitions) -> Iterator[object]:
    """All that decides when milestones are reached."""
    for milestone in definitions.milestones.values():
        about = involved(definitions, milestone.when)
        yield milestone
        yield [definitions.signals[name] for name in about.signals]
        yield [definitions.segments[name] if kind == "segment" else definitions.stages for kind, name in about.nodes]


def open_warehouse(
    sealed: Sequence[Path] = (),
    tail: pa.RecordBatchReader | pa.Table | None = None,
    undos: Sequence[Undo] = (),
    *,
    folder: Path | None = None,
    memory: str | None = None,
    threads: int | None = None,
) -> Warehouse:
    """A warehouse over sealed history and what arrived since; both have the columns of `stores.events`.

    Args:
        sealed: Parquet files of sealed history.
        tail: The events behind it.
        undos: Links that were taken back.
        folder: Where to spill what does not fit into memory; without one, everything stays in memory.
        memory: How much memory to take, such as `2GB`; without one, DuckDB's own limit.
        threads: How many threads to work on; without one, as many as the machine has. One costs least for little data.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,  # nothing is downloaded: all that is needed is built in
    }
    if memory is not None:
        config["memory_limit"] = memory
    if threads is not None:
        config["threads"] = threads
    if folder is not None:
        config["temp_directory"] = str(folder)
    connection = duckdb.connect(":memory:", config=config)
    connection.create_function(columns.EXACTLY, lambda text: canonical(json.loads(text)), [VARCHAR], VARCHAR)
    for macro in (*columns.MACROS, *extraction.MACROS):
        connection.execute(macro)
    _load(connection, sealed, tail)
    connection.execute("CREATE TABLE undos (one VARCHAR, other VARCHAR, start BIGINT, until BIGINT)")
    if undos:
        connection.executemany(
            "INSERT INTO undos VALUES (?, ?, ?, ?)", [(u.one, u.other, u.start, u.end) for u in undos]
        )
    connection.execute("CREATE TABLE users (user_id VARCHAR, person VARCHAR)")
    merged = _merged(connection, undos)
    if merged:
        connection.executemany("INSERT INTO users VALUES (?, ?)", merged)
    owners = ibis.to_sql(people.owners(), dialect="duckdb")
    for statement in extraction.IDENTITY:
        connection.execute(statement.format(owners=owners))
    return Warehouse(connection)


def _load(
    connection: duckdb.DuckDBPyConnection, sealed: Sequence[Path], tail: pa.RecordBatchReader | pa.Table | None
) -> None:
    """The view `log`: sealed files are read where they lie, the tail is taken in."""
    sources = []
    if sealed:
        files = ", ".join(columns.quoted(str(path)) for path in sealed)
        sources.append(extraction.LOG.format(source=f"read_parquet([{files}])"))
    if tail is not None or not sources:
        connection.register("arrived", tail if tail is not None else history.SCHEMA.empty_table())
        connection.execute("CREATE TABLE tail AS " + extraction.LOG.format(source="arrived"))
        connection.unregister("arrived")
        sources.append("FROM tail")
    connection.execute("CREATE VIEW log AS " + " UNION ALL ".join(sources))


def _merged(connection: duckdb.DuckDBPyConnection, undos: Sequence[Undo]) -> list[tuple[str, str]]:
    """The person of every user id that an alias joined to another."""
    aliases = [
        Alias(*row)
        for row in connection.execute(
            "SELECT previous_id, user_id, instant, message_id FROM log"
            " WHERE kind = 'alias' AND previous_id IS NOT NULL AND user_id IS NOT NULL"
        ).fetchall()
    ]
    links = Links((), aliases, undos)
    ids = {name for alias in aliases for name in (alias.previous_id, alias.user_id)}
    return sorted((name, links.person(user(name))) for name in ids)


def _states(
    definitions: Definitions, at: Instant, rows: pa.Table, traits: Mapping[str, Mapping[str, Json]]
) -> Iterator[State]:
    """The rows of a states query as states."""
    prefixes = {name: names.signal_prefix(definitions, name) + "." for name in definitions.signals}
    of_signals = {
        name: [column for column in rows.column_names if column.startswith(prefix)] for name, prefix in prefixes.items()
    }
    of_segments = {name: names.segment_column(definitions, name) for name in definitions.segments}
    of_milestones = {name: names.milestone_column(definitions, name) for name in definitions.milestones}
    for row in rows.to_pylist():
        yield State(
            person=PersonId(row["id"]),
            at=at,
            signup=row["signup"],
            stage=row["stage"],
            segments=frozenset(name for name, column in of_segments.items() if row[column]),
            milestones={name: row[column] for name, column in of_milestones.items()},
            signals={name: _value([row[column] for column in columns]) for name, columns in of_signals.items()},
            traits=traits.get(row["id"], {}),
        )


def _value(cells: Sequence[int | str | bool | Decimal | None]) -> Value | None:
    """The one value among the columns of a signal."""
    found = next((cell for cell in cells if cell is not None), None)
    return int(found) if isinstance(found, Decimal) else found
