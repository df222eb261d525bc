"""SQL that brings the log into the tables that queries read: DuckDB's, since each engine has its own words for JSON.

Everything that must be read from text is read here, once: names and properties as the tracking plan says, numbers as
whole millionths, instants, local days by the table of offsets, and the spells of traits. What the tables are,
`batch.tables` says; `warehouse` runs these statements.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from waypost.batch.tables import PERSON, Looks
from waypost.engine.properties import spellings
from waypost.model.changes import Definitions
from waypost.model.conditions import Literal, Path
from waypost.model.events import OWN_PREFIXES
from waypost.model.signals import ANY_EVENT
from waypost.model.time import DAY, Offsets
from waypost.model.tracking import PropertyType
from waypost.model.values import LIMIT, MILLION, Type

_NUMBERS: Final = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
_HOURS: Final = r"([01]\d|2[0-3]):([0-5]\d)"
_CLOCK: Final = rf"^(\d{{4}}-\d\d-\d\d)[Tt ]{_HOURS}:([0-5]\d)(?:\.(\d{{1,9}}))?(?:[Zz]|([+-]){_HOURS})$"
"""An RFC 3339 instant with date, time and offset."""
_FAR: Final = 1_000_000
"""Days before 1970 that no instant reaches: added so that an integer division need not round below zero."""

MACROS: Final = (
    # What ibis has no words for (batch.cells).
    "CREATE MACRO waypost_wide(x) AS CAST(x AS HUGEINT)",
    "CREATE MACRO waypost_divide(a, b) AS divide(a, b)",
    # Values of a JSON value `v` of type `kind`, each NULL where it is of another type.
    "CREATE MACRO json_text(v) AS json_extract_string(v, '$')",
    "CREATE MACRO json_decimal(v) AS TRY_CAST(json_text(v) AS DECIMAL(38, 6))",
    f"""CREATE MACRO json_number(v) AS CASE
        WHEN json_type(v) IN {_NUMBERS} AND json_decimal(v) BETWEEN -{LIMIT // MILLION} AND {LIMIT // MILLION}
        THEN CAST(json_decimal(v) * {MILLION} AS BIGINT) END""",
    "CREATE MACRO json_string(v) AS CASE WHEN json_type(v) = 'VARCHAR' THEN json_text(v) END",
    "CREATE MACRO json_boolean(v) AS CASE WHEN json_type(v) = 'BOOLEAN' THEN json_text(v) = 'true' END",
    f"""CREATE MACRO json_instant(v) AS CASE
        WHEN json_type(v) = 'VARCHAR' AND regexp_matches(json_text(v), '{_CLOCK}')
        THEN clock_instant(regexp_extract(json_text(v), '{_CLOCK}',
            ['day', 'hour', 'minute', 'second', 'fraction', 'sign', 'hours', 'minutes'])) END""",
    # `p` holds the parts of an RFC 3339 text; the year 0000 is none, and digits beyond the microsecond are cut off.
    f"""CREATE MACRO clock_instant(p) AS CASE WHEN p.day >= '0001' THEN
        datediff('day', DATE '1970-01-01', TRY_CAST(p.day AS DATE)) * {DAY}
        + (p.hour::BIGINT * 3600 + p.minute::BIGINT * 60 + p.second::BIGINT) * {MILLION}
        + rpad(substr(p.fraction, 1, 6), 6, '0')::BIGINT
        - CASE p.sign WHEN '+' THEN 1 WHEN '-' THEN -1 ELSE 0 END
            * coalesce(TRY_CAST(p.hours AS BIGINT) * 60 + TRY_CAST(p.minutes AS BIGINT), 0) * 60 * {MILLION} END""",
    # A text that is equal where two JSON values are: 1 is 1.0, and what is missing is null.
    f"""CREATE MACRO json_canonical(v) AS CASE
        WHEN json_type(v) IN {_NUMBERS} THEN CASE WHEN abs(json_text(v)::DOUBLE) < 1e15
            THEN regexp_replace(regexp_replace(json_text(v), '\\.0$', ''), '^-0$', '0')
            ELSE json_text(v)::DOUBLE::VARCHAR END
        ELSE coalesce(v::VARCHAR, 'null') END""",
)


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"


def at_path(value: str, path: Path) -> str:
    """The JSON value that the keys lead to; a key that looks like a number does not count into a list."""
    pointer = ""
    for depth, key in enumerate(path):
        step = "/" + key.replace("~", "~0").replace("/", "~1")
        if depth and (key.isdigit() or key == "-"):
            inside = f"json_extract({value}, {quoted(pointer)})" if pointer else value
            value, pointer = f"CASE WHEN json_type({inside}) = 'OBJECT' THEN {inside} END", ""
        pointer += step
    return f"json_extract({value}, {quoted(pointer)})"


def people_sql(definitions: Definitions) -> str:
    """Everyone who exists, from when on, and their signup."""
    return f"""
        CREATE TABLE people AS
        SELECT person, any_value(id) AS id, min(instant) AS born,
            min(instant) FILTER (WHERE {_is_signup(definitions)}) AS signup
        FROM (SELECT person, id, instant, kind, {_name(definitions)} AS name FROM owned) GROUP BY person"""  # noqa: S608


def _is_signup(definitions: Definitions) -> str:
    if definitions.signup is None or definitions.signup == ANY_EVENT:
        return _PRODUCT
    return f"{_LABEL} = {quoted(definitions.signup)}"


_OWN: Final = " OR ".join(f"starts_with(name, {quoted(prefix)})" for prefix in OWN_PREFIXES)
_PRODUCT: Final = f"(kind IN ('page', 'screen') OR kind = 'track' AND NOT ({_OWN}))"
_LABEL: Final = "CASE WHEN kind <> 'track' THEN kind WHEN name NOT IN ('page', 'screen') THEN name END"


def _name(definitions: Definitions) -> str:
    """What the plan calls an event."""
    others = {sent: name for sent, name in spellings(definitions.tracking).items() if sent != name}
    branches = " ".join(f"WHEN {quoted(sent)} THEN {quoted(name)}" for sent, name in others.items())
    named = f"CASE name {branches} ELSE name END" if branches else "name"
    return f"CASE kind WHEN 'track' THEN {named} ELSE kind END"


def events_sql(definitions: Definitions, seen: Looks) -> str:
    """The product events, with everything that the definitions look at."""
    raw = [f"{_raw(definitions, path)} AS v{index}" for index, path in enumerate(seen.properties) if path != PERSON]
    columns = [column for i, path in enumerate(seen.properties) for column in _property(definitions, i, path)]
    place = (
        "row_number() OVER (PARTITION BY person ORDER BY instant, message_id)"
        if seen.ordered
        else "CAST(NULL AS BIGINT)"
    )
    return f"""
        CREATE TABLE events AS
        SELECT person, instant AS "at", instant - signup AS lapse, {_day(definitions.zone)} AS day,
            {place} AS place, {_LABEL} AS label, {", ".join(["name", "source", f"{_PRODUCT} AS product", *columns])}
        FROM (SELECT {", ".join(["*", *raw])} FROM (
            SELECT person, id, instant, message_id, kind, {_name(definitions)} AS name, source, properties
            FROM owned WHERE kind IN ('track', 'page', 'screen')))
        JOIN (SELECT person, signup FROM people) USING (person)"""  # noqa: S608


def _raw(definitions: Definitions, path: Path) -> str:
    """The JSON value of a property: under the plan's name, else under the first of those renamed to it."""
    own = at_path("properties", path)
    branches = []
    for planned in definitions.tracking.events.values():
        sent = [name for name, plans in planned.rename.items() if plans == path[0]]
        if sent:
            tops = "".join(
                f" WHEN {at_path('properties', (name,))} IS NOT NULL THEN {at_path('properties', (name, *path[1:]))}"
                for name in sent
            )
            found = f"CASE WHEN {at_path('properties', path[:1])} IS NOT NULL THEN {own}{tops} END"
            branches.append(f"WHEN {quoted(planned.name)} THEN {found}")
    return f"CASE name {' '.join(branches)} ELSE {own} END" if branches else own


_READ: Final = {
    PropertyType.NUMBER: ("n", "json_number({v})"),
    PropertyType.INTEGER: ("n", f"CASE WHEN json_number({{v}}) % {MILLION} = 0 THEN json_number({{v}}) END"),
    PropertyType.STRING: ("s", "json_string({v})"),
    PropertyType.BOOLEAN: ("b", "json_boolean({v})"),
    PropertyType.TIMESTAMP: ("t", "json_instant({v})"),
}
_PLAIN: Final = {
    "b": "json_boolean({v})",
    "n": "json_number({v})",
    "s": "json_string({v})",
    "t": "CAST(NULL AS BIGINT)",
}
_IS_PRESENT: Final = "(json_type({v}) IN ('VARCHAR', 'BOOLEAN', 'ARRAY', 'OBJECT') OR json_number({v}) IS NOT NULL)"
_NOTHING: Final = {
    "b": "CAST(NULL AS BOOLEAN)",
    "n": "CAST(NULL AS BIGINT)",
    "s": "CAST(NULL AS VARCHAR)",
    "t": "CAST(NULL AS BIGINT)",
}


def _property(definitions: Definitions, index: int, path: Path) -> Iterator[str]:
    """The typed columns of one property: by its declared type in each event that declares one."""
    if path == PERSON:
        texts = {**_NOTHING, "s": "id", "set": "TRUE"}
        yield from (f"{sql} AS p{index}_{letter}" for letter, sql in texts.items())
        return
    declared = {
        event.name: event.properties[path[0]].type
        for event in definitions.tracking.events.values()
        if len(path) == 1 and path[0] in event.properties
    }
    for letter, plain in _PLAIN.items():
        branches = []
        for name, type_ in declared.items():
            of, sql = _READ.get(type_, ("", ""))
            branches.append(f"WHEN {quoted(name)} THEN {sql if of == letter else 'NULL'}")
        yield _by_name(branches, plain).format(v=f"v{index}") + f" AS p{index}_{letter}"
    branches = []
    for name, type_ in declared.items():
        compound = {PropertyType.LIST: "json_type({v}) = 'ARRAY'", PropertyType.OBJECT: "json_type({v}) = 'OBJECT'"}
        fits = compound.get(type_) or f"({_READ[type_][1]}) IS NOT NULL"
        branches.append(f"WHEN {quoted(name)} THEN {fits}")
    yield f"coalesce({_by_name(branches, _IS_PRESENT)}, FALSE)".format(v=f"v{index}") + f" AS p{index}_set"


def _by_name(branches: Sequence[str], plain: str) -> str:
    escaped = [
        branch.replace("{v}", "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{v}") for branch in branches
    ]
    return f"CASE name {' '.join(escaped)} ELSE {plain} END" if branches else plain


def _day(zone: Offsets) -> str:
    """The local calendar day of `at`: a tree of comparisons over the zone's offsets."""
    return f"((instant + {_shift(zone.starts, zone.shifts)} + {_FAR * DAY}) // {DAY} - {_FAR})"


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
    columns = [f"{sql.format(v='v')} AS {letter}" for letter, sql in _PLAIN.items()]
    columns.append(f"coalesce({_IS_PRESENT.format(v='v')}, FALSE) AS set")
    columns += [f"{_contains(literal)} AS h{index}" for index, (_, literal) in enumerate(seen.members)]
    return f"""
        CREATE TABLE traits AS
        WITH told AS ({" UNION ALL ".join(told)}),
        compared AS (SELECT *, json_canonical(v) IS DISTINCT FROM lag(json_canonical(v)) OVER along AS changed
            FROM told WINDOW along AS (PARTITION BY person, trait ORDER BY instant, message_id)),
        spells AS (SELECT *, lead(instant, 1, {2**62}) OVER along AS until
            FROM compared WHERE changed WINDOW along AS (PARTITION BY person, trait ORDER BY instant, message_id))
        SELECT person, CAST(trait AS BIGINT) AS trait, instant AS "at", until,
            coalesce(json_type(v) <> 'NULL', FALSE) AS told, {", ".join(columns)}
        FROM spells WHERE instant < until"""  # noqa: S608


def _contains(literal: Literal) -> str:
    """Whether the JSON list `v` has the literal in it."""
    value = quoted(literal.value) if isinstance(literal.value, str) else str(literal.value).upper()
    read = {Type.NUMBER: "json_number(x)", Type.STRING: "json_string(x)", Type.BOOLEAN: "json_boolean(x)"}[literal.type]
    return f"(json_type(v) = 'ARRAY' AND list_contains(list_transform(json_extract(v, '$[*]'), x -> {read}), {value}))"


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
