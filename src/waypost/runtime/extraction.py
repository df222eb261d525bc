"""SQL that brings the log into the tables that queries read, once for all questions about a set of definitions.

Names are read as the tracking plan says, local days by the table of offsets, traits as the spells of their values, and
each event's person from the links. What the tables are, `batch.tables` says; how JSON becomes columns, `columns`;
`warehouse` runs these statements.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from waypost.batch.tables import PERSON, Looks
from waypost.engine.properties import spellings
from waypost.model.changes import Definitions
from waypost.model.events import OWN_PREFIXES
from waypost.model.signals import ANY_EVENT
from waypost.model.time import DAY, Instant, Offsets
from waypost.runtime.columns import at_path, property_columns, quoted, raw_property, trait_columns

_FAR: Final = 1_000_000
"""Days before 1970 that no instant reaches: added so that an integer division need not round below zero."""

MACROS: Final = (
    # What ibis has no words for (batch.cells); `waypost_now` is made anew for each question.
    "CREATE MACRO waypost_wide(x) AS CAST(x AS HUGEINT)",
    "CREATE MACRO waypost_divide(a, b) AS divide(a, b)",
    "CREATE MACRO waypost_bit(n) AS CASE WHEN n BETWEEN 0 AND 126 THEN 1::HUGEINT << n::INTEGER END",
    "CREATE MACRO waypost_bits(x) AS bit_count(x)::BIGINT",
)


def people_sql(definitions: Definitions) -> str:
    """Everyone who exists, from when on, and their signup."""
    return f"""
        CREATE TABLE people AS
        SELECT person, any_value(id) AS id, min(instant) AS born,
            min(instant) FILTER (WHERE {_is_signup(definitions)}) AS signup
        FROM (SELECT person, id, instant, kind, name AS sent, {_name(definitions)} AS name FROM owned)
        GROUP BY person"""  # noqa: S608


def _is_signup(definitions: Definitions) -> str:
    if definitions.signup is None or definitions.signup == ANY_EVENT:
        return _PRODUCT
    return f"{_LABEL} = {quoted(definitions.signup)}"


_OWN: Final = " OR ".join(f"starts_with(name, {quoted(prefix)})" for prefix in OWN_PREFIXES)
_PRODUCT: Final = f"(kind IN ('page', 'screen') OR kind = 'track' AND NOT ({_OWN}))"
_LABEL: Final = """CASE WHEN kind IN ('page', 'screen') THEN kind
    WHEN kind = 'track' AND (name NOT IN ('page', 'screen') OR name <> sent) THEN name END"""
"""By what name an event is selected and planned: a track event that is only called `page` by none, nor an identify."""


def _name(definitions: Definitions) -> str:
    """What the plan calls an event."""
    others = {sent: name for sent, name in spellings(definitions.tracking).items() if sent != name}
    branches = " ".join(f"WHEN {quoted(sent)} THEN {quoted(name)}" for sent, name in others.items())
    named = f"CASE name {branches} ELSE name END" if branches else "name"
    return f"CASE kind WHEN 'track' THEN {named} ELSE kind END"


def events_sql(definitions: Definitions, seen: Looks, span: tuple[Instant, Instant]) -> str:
    """The product events, with everything that the definitions look at; all of them lie in `span`."""
    plan = definitions.tracking
    raw = [f"{raw_property(plan, seen, i)} AS v{i}" for i, path in enumerate(seen.properties) if path != PERSON]
    columns = [column for index in range(len(seen.properties)) for column in property_columns(plan, seen, index)]
    named = ", ".join(["label", "name", "source", f"{_PRODUCT} AS product", *columns])

    def rows(place: str, which: str) -> str:
        return f"""
            SELECT person, instant AS "at", instant - signup AS lapse, {_day(definitions.zone, span)} AS day,
                {place} AS place, {named}
            FROM (SELECT {", ".join(["* EXCLUDE (properties)", *raw])} FROM (SELECT *, {_LABEL} AS label FROM (
                SELECT person, id, instant, message_id, kind, name AS sent, {_name(definitions)} AS name, source,
                    properties
                FROM owned WHERE kind IN ('track', 'page', 'screen'))))
            JOIN (SELECT person, signup FROM people) USING (person) WHERE {which}"""  # noqa: S608

    labels = ", ".join(map(quoted, seen.ordered))
    in_order, anyhow = "row_number() OVER (PARTITION BY person ORDER BY instant, message_id)", "CAST(NULL AS BIGINT)"
    if not labels or ANY_EVENT in seen.ordered:
        return f"CREATE TABLE events AS {rows(in_order if labels else anyhow, 'TRUE')}"
    # Only those that need it are put in order.
    ordered, others = rows(in_order, f"label IN ({labels})"), rows(anyhow, f"label IS NULL OR label NOT IN ({labels})")
    return f"CREATE TABLE events AS {ordered} UNION ALL {others}"


def _day(zone: Offsets, span: tuple[Instant, Instant]) -> str:
    """The local calendar day of `at`: a tree of comparisons over those of the zone's offsets that lie in the span."""
    first = max(bisect_right(zone.starts, span[0]) - 1, 0)
    last = max(bisect_right(zone.starts, span[1]), first + 1)
    return f"((instant + {_shift(zone.starts[first:last], zone.shifts[first:last])} + {_FAR * DAY}) // {DAY} - {_FAR})"


def _shift(starts: Sequence[int], shifts: Sequence[int]) -> str:
    if len(shifts) == 1:
        return str(shifts[0]) if shifts[0] >= 0 else f"({shifts[0]})"
    half = len(shifts) // 2
    early, late = _shift(starts[:half], shifts[:half]), _shift(starts[half:], shifts[half:])
    return f"CASE WHEN instant < {starts[half]} THEN {early} ELSE {late} END"


def traits_sql(seen: Looks) -> str:
    """The spells in which each trait had one value: identifies that give it the value it has already change nothing."""
    told = [
        f"""SELECT person, {index} AS trait, instant, message_id, {at_path("properties", path)} AS v
            FROM owned WHERE kind = 'identify' AND {at_path("properties", path[:1])} IS NOT NULL"""  # noqa: S608
        for index, path in enumerate(seen.traits)
    ] or ["SELECT person, 0 AS trait, instant, message_id, CAST(NULL AS JSON) AS v FROM owned WHERE FALSE"]
    return f"""
        CREATE TABLE traits AS
        WITH told AS ({" UNION ALL ".join(told)}),
        compared AS (SELECT *, json_canonical(v) IS DISTINCT FROM lag(json_canonical(v)) OVER along AS changed
            FROM told WINDOW along AS (PARTITION BY person, trait ORDER BY instant, message_id)),
        spells AS (SELECT *, lead(instant, 1, {2**62}) OVER along AS until
            FROM compared WHERE changed WINDOW along AS (PARTITION BY person, trait ORDER BY instant, message_id))
        SELECT person, CAST(trait AS BIGINT) AS trait, instant AS "at", until, {", ".join(trait_columns(seen.members))}
        FROM spells WHERE instant < until"""  # noqa: S608


TRAITS_NOW: Final = """
    SELECT id, key, arg_max(value, (instant, message_id)) AS value FROM (
        SELECT id, instant, message_id, key,
            json_extract(properties, '/' || replace(replace(key, '~', '~0'), '/', '~1'))::VARCHAR AS value
        FROM (SELECT id, instant, message_id, properties, unnest(json_keys(properties)) AS key
            FROM owned WHERE kind = 'identify' AND instant <= ?))
    GROUP BY ALL"""
"""Every trait of everyone as of an instant as JSON text, `null` where it was deleted."""

LOG: Final = """
    SELECT message_id, kind, name, "at" AS instant, user_id, anonymous_id, properties, source, previous_id
    FROM {source} WHERE kind NOT IN ('decision', 'delivery', 'undo')"""
"""What states depend on: not Waypost's own entries."""

IDENTITY: Final = (
    """CREATE VIEW linked AS
        SELECT * FROM (
            SELECT anonymous_id, user_id, instant, message_id FROM log
            WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL
            UNION ALL SELECT previous_id, user_id, instant, message_id FROM log
            WHERE kind = 'alias' AND previous_id IS NOT NULL AND user_id IS NOT NULL) links
        WHERE NOT EXISTS (SELECT 1 FROM undos WHERE instant BETWEEN undos.start AND undos.until AND
            (one = anonymous_id AND other = user_id OR other = anonymous_id AND one = user_id))""",
    """CREATE VIEW claims AS
        SELECT anonymous_id, coalesce(person, 'u:' || linked.user_id) AS person, instant AS "at", message_id
        FROM linked LEFT JOIN users ON linked.user_id = users.user_id""",
    "CREATE TABLE owners AS {owners}",
    """CREATE VIEW resolved AS
        SELECT log.*, CASE WHEN log.user_id IS NULL THEN coalesce(owners.person, 'a:' || log.anonymous_id)
            ELSE coalesce(users.person, 'u:' || log.user_id) END AS id
        FROM log LEFT JOIN users ON log.user_id = users.user_id
        LEFT JOIN owners ON log.user_id IS NULL AND log.anonymous_id = owners.anonymous_id
            AND log.instant >= owners.start AND log.instant < owners.until""",
    """CREATE TABLE humans AS
        SELECT row_number() OVER (ORDER BY id) AS person, id FROM (SELECT DISTINCT id FROM resolved)""",
    "CREATE VIEW owned AS SELECT * FROM resolved JOIN humans USING (id)",
)
"""Whose each event is, from the tables `undos` and `users` (aliased ids and their person) and the query of `owners`."""
