"""The SELECT of an import, run by DuckDB: columns checked, instants and JSON brought into one form, rows numbered.

A row without a `message_id` gets one from its content and its ordinal among equal rows, so that importing it again
changes nothing, in whatever order the rows come. What a row means, `importer` says.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from waypost.model.problems import Problem

COLUMNS: Final = (
    "type",
    "event",
    "timestamp",
    "user_id",
    "anonymous_id",
    "properties",
    "traits",
    "message_id",
    "previous_id",
    "group_id",
    "received_at",
    "source",
)
"""What an import may yield, in the order in which rows are handed on, behind the number of the row."""

MEMORY: Final = "1GB"
"""How much memory the rows take before they are put on the disk."""

_JSON: Final = frozenset({"properties", "traits"})
_INSTANTS: Final = frozenset({"timestamp", "received_at"})
_CONTENT: Final = [name for name in COLUMNS if name not in ("message_id", "received_at")]

_EQUAL: Final = """CREATE TEMP TABLE equal AS
    SELECT line, row_number() OVER (PARTITION BY hash ORDER BY line) AS ordinal FROM staged
    WHERE hash IN (SELECT hash FROM staged GROUP BY hash HAVING count(*) > 1)"""
"""The ordinal of each row among equal ones: few rows have equals, and only those need to be sorted."""

_NAMED: Final = "coalesce(nullif(message_id, ''), hash || '-' || coalesce(ordinal, 1)) AS message_id"
_SHOWN: Final = ", ".join(_NAMED if name == "message_id" else f'"{name}"' for name in COLUMNS)
_FOUND: Final = f"SELECT line, {_SHOWN} FROM staged LEFT JOIN equal USING (line)"  # noqa: S608 — the columns above
_ROWS: Final = f"SELECT md5_number_lower(message_id) AS digest, * FROM ({_FOUND})"  # noqa: S608


class Staged:
    """The rows of one import."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.total: int = connection.execute("SELECT count(*) FROM staged").fetchall()[0][0]

    def batches(self, size: int) -> Iterator[pa.RecordBatch]:
        """The rows, so many at a time: the digest of the message id, the number of the row, `COLUMNS`.

        Instants are microseconds, or text as it was given.
        """
        yield from self._connection.execute(_ROWS).to_arrow_reader(size)


@contextmanager
def staged(select: str, spill: Path | None) -> Iterator[Staged]:
    """The rows that a SELECT yields; files are named relative to the working directory.

    Raises:
        Problem: `bad_query` where DuckDB cannot run it, `bad_column` where a column is unknown, missing or of a type
            that it cannot have.
    """
    connection = duckdb.connect(":memory:")
    try:
        if spill is not None:
            connection.execute("SET temp_directory = " + _quoted(str(spill)))
            connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute("SET TimeZone = 'UTC'")
        # A table that is named as a variable of this program is not that variable.
        connection.execute("SET python_enable_replacements = false")
        try:
            _check_single(select)
            connection.sql(select).create_view("given")
            described = connection.execute("DESCRIBE given").fetchall()
            columns = {name.lower(): (name, kind) for name, kind, *_ in described}
            _check(columns)
            connection.execute(f"CREATE TEMP TABLE staged AS {_staging(columns)}")
            connection.execute(_EQUAL)
        except duckdb.Error as error:
            raise Problem(
                "bad_query", f"DuckDB cannot run the SELECT: {error}", "try it in DuckDB's own shell"
            ) from error
        yield Staged(connection)
    finally:
        connection.close()


def _check_single(select: str) -> None:
    kinds = [statement.type.name for statement in duckdb.extract_statements(select)]
    if kinds != ["SELECT"]:
        raise Problem("bad_query", "an import takes one SELECT", "write SELECT … FROM 'file.csv'")


def _check(columns: Mapping[str, tuple[str, str]]) -> None:
    """Raise a Problem that names everything that is wrong with the columns, each with what to do."""
    wrong = [found for name, (written, kind) in columns.items() if (found := _fault(name, written, kind))]
    if "timestamp" not in columns:
        wrong.append("the SELECT yields no column `timestamp`; add it, as in: day AS timestamp")
    if "user_id" not in columns and "anonymous_id" not in columns:
        wrong.append("the SELECT yields neither `user_id` nor `anonymous_id`; add one of them")
    if "event" not in columns and "type" not in columns:
        wrong.append("the SELECT yields no column `event`; add it, as in: 'login' AS event")
    if wrong:
        raise Problem("bad_column", "\n".join(wrong))


def _fault(name: str, written: str, kind: str) -> str | None:
    """What is wrong with one column, and what to do; None where it is fit."""
    if name not in COLUMNS:
        if close := get_close_matches(name, COLUMNS, 1):
            hint = f"did you mean {close[0]}?"
        else:
            hint = f"leave it out, or put it into `properties`, as in: {{'{written}': {written}}} AS properties"
        return f"the SELECT yields a column {written!r}, which an import does not know; {hint}"
    said = f"the column {written!r} is {kind}"
    nested = kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION"))
    if name in _INSTANTS:
        fit = kind.startswith(("TIMESTAMP", "DATE", "VARCHAR")) and not nested
        return None if fit else f"{said}; make it a TIMESTAMP, as by to_timestamp(x)"
    if name in _JSON:
        fit = kind.startswith(("STRUCT", "MAP", "JSON", "VARCHAR")) and not kind.endswith("]")
        return None if fit else f"{said}; make it a STRUCT, a MAP or JSON"
    if kind == "JSON":
        # As a text it would keep its quotes, and be another id than everywhere else.
        return f"{said}; take its text out, as by column->>'{name}' or column->>'$'"
    if nested or kind in ("FLOAT", "DOUBLE", "BOOLEAN", "BLOB"):
        return f"{said}; make it a text, as by CAST(CAST(x AS BIGINT) AS VARCHAR) for whole numbers"
    return None


def _staging(columns: Mapping[str, tuple[str, str]]) -> str:
    """One form for every row, with its number and a hash of what it says."""
    forms = ", ".join(f"{_form(name, columns.get(name))} AS {_name(name)}" for name in COLUMNS)
    numbered = f"SELECT row_number() OVER () AS line, {forms} FROM given"  # noqa: S608 — quoted names
    content = ", ".join(f"{name}_ := {_name(name)}" for name in _CONTENT)
    if "message_id" in columns:
        # Those with an id of their own are no copies of one another, whatever they say.
        content += f", own_ := {_name('message_id')}"
    return f"SELECT *, md5(CAST(to_json(struct_pack({content})) AS VARCHAR)) AS hash FROM ({numbered})"  # noqa: S608


def _form(name: str, column: tuple[str, str] | None) -> str:
    if column is None:
        return "CAST(NULL AS VARCHAR)"
    written, kind = _name(column[0]), column[1]
    if name in _INSTANTS and not kind.startswith("VARCHAR"):
        # What lies beyond all that a TIMESTAMP can say is one bad row, and not the end of the import.
        as_timestamp = written if kind.endswith("TIME ZONE") else f"TRY_CAST({written} AS TIMESTAMP)"
        return f"CASE WHEN isfinite({as_timestamp}) THEN epoch_us({as_timestamp}) END"
    if name in _JSON and not kind.startswith("VARCHAR"):
        return f"CAST(to_json({written}) AS VARCHAR)"
    return f"CAST({written} AS VARCHAR)"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
