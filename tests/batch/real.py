"""The real data sets as logs: SELECTs of DuckDB that turn their files into the columns of events."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from waypost.model.events import Event

COLUMNS = """SELECT row_number() OVER () AS seq, message_id, kind, name, "at", user_id, NULL::VARCHAR AS anonymous_id,
    properties, 'import' AS source, "at" AS received_at, NULL::VARCHAR AS previous_id, NULL::VARCHAR AS group_id,
    TRUE AS imported FROM ({events})"""

RELAX = """
    SELECT 'signup-' || object_id AS message_id, 'track' AS kind, 'signed_up' AS name,
        epoch_us(creation_time::TIMESTAMP) AS "at", object_id::VARCHAR AS user_id, '{{}}' AS properties
    FROM read_csv('{folder}/users.csv.gz')
    UNION ALL SELECT 'traits-' || object_id, 'identify', '', epoch_us(creation_time::TIMESTAMP), object_id::VARCHAR,
        json_object('creation_source', creation_source)::VARCHAR FROM read_csv('{folder}/users.csv.gz')
    UNION ALL SELECT 'login-' || user_id || '-' || day, 'track', 'login', epoch_us(day::TIMESTAMP), user_id::VARCHAR,
        '{{}}' FROM read_csv('{folder}/engagement.csv.gz')"""

OULAD = """
    WITH enrolled AS (
        SELECT *, code_module || ' ' || code_presentation AS course,
            code_module || code_presentation || id_student AS user_id,
            epoch_us(CASE code_presentation WHEN '2013B' THEN TIMESTAMP '2013-02-01' ELSE TIMESTAMP '2013-10-01' END)
                AS start
        FROM read_csv('{folder}/student_registration.csv.gz', nullstr = '')),
    eligible AS (
        FROM enrolled WHERE date_registration <= 0 AND (date_unregistration IS NULL OR date_unregistration > 0))
    SELECT 'signup-' || user_id AS message_id, 'track' AS kind, 'signed_up' AS name, start AS "at", user_id,
        '{{}}' AS properties FROM eligible
    UNION ALL SELECT 'traits-' || user_id, 'identify', '', start, user_id, json_object('course', course)::VARCHAR
    FROM eligible
    UNION ALL SELECT 'click-' || number, 'track', 'click', start + date * 86400000000, user_id, '{{}}'
    FROM (SELECT row_number() OVER () AS number, * FROM '{folder}/student_vle.parquet')
        JOIN enrolled USING (code_module, code_presentation, id_student)"""


def log(select: str, folder: Path) -> pa.Table:
    """The events of a data set."""
    connection = duckdb.connect()
    return connection.execute(COLUMNS.format(events=select.format(folder=folder))).to_arrow_table()


def events(table: pa.Table) -> Iterator[Event]:
    """The same as events; their properties are `{}` but for the identifies, whose traits are not read."""
    for row in table.select(["message_id", "kind", "name", "at", "user_id"]).to_pylist():
        yield Event(
            message_id=row["message_id"],
            kind=row["kind"],
            name=row["name"],
            at=row["at"],
            user_id=row["user_id"],
            anonymous_id=None,
            properties={},
            source="import",
            received_at=row["at"],
            imported=True,
        )


BY_COURSE: Final = {
    "AAA 2013J": (219, 372),
    "BBB 2013B": (595, 1634),
    "BBB 2013J": (614, 1883),
    "DDD 2013B": (669, 1211),
    "DDD 2013J": (869, 1701),
    "EEE 2013J": (437, 953),
    "FFF 2013B": (920, 1521),
    "FFF 2013J": (1265, 2029),
    "GGG 2013J": (139, 929),
}
"""How many of the enrolled were activated, of how many, by course, as the README of oulad_2013 lists them."""
