"""How JSON text becomes typed columns, in DuckDB's SQL: numbers as whole millionths, texts, booleans, instants.

A JSON value lies in a column `v` (NULL where there is none); what it is, its first character says. The engine reads the
same values in `engine.properties`; each engine of a warehouse has words of its own for it, and these are DuckDB's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from waypost.batch.tables import PERSON, Looks
from waypost.model.conditions import Literal, Path
from waypost.model.signals import ANY_EVENT
from waypost.model.time import DAY
from waypost.model.tracking import PropertyType, TrackingPlan
from waypost.model.values import LIMIT, MILLION, Type

_HOURS: Final = r"([01]\d|2[0-3]):([0-5]\d)"
_CLOCK: Final = rf"^(\d{{4}}-\d\d-\d\d)[Tt ]{_HOURS}:([0-5]\d)(?:\.(\d{{1,9}}))?(?:[Zz]|([+-]){_HOURS})$"
"""An RFC 3339 instant with date, time and offset."""

EXACTLY: Final = "json_exactly"
"""The function `model.values.canonical` over JSON text, which the warehouse supplies."""

MACROS: Final = (
    "CREATE MACRO json_head(v) AS left(v::VARCHAR, 1)",
    "CREATE MACRO json_text(v) AS json_extract_string(v, '$')",
    # Only a number's text is one: a text has quotes around it.
    "CREATE MACRO json_double(v) AS TRY_CAST(v::VARCHAR AS DOUBLE)",
    # A double decides unless it lies near a half, or is large: then the decimal text does, at ten times the cost.
    f"""CREATE MACRO json_number(v) AS CASE
        WHEN abs(json_double(v)) < 1e8 AND abs(json_double(v) * 1e6 - round(json_double(v) * 1e6)) < 0.45
        THEN CAST(round(json_double(v) * 1e6) AS BIGINT)
        WHEN abs(json_double(v)) <= {LIMIT // MILLION}
        THEN CAST(TRY_CAST(v::VARCHAR AS DECIMAL(38, 6)) * {MILLION} AS BIGINT) END""",
    "CREATE MACRO json_string(v) AS CASE WHEN json_head(v) = '\"' THEN json_text(v) END",
    "CREATE MACRO json_boolean(v) AS CASE v::VARCHAR WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END",
    f"""CREATE MACRO json_is_present(v) AS
        coalesce(json_head(v) IN ('"', 't', 'f', '[', '{{') OR abs(json_double(v)) <= {LIMIT // MILLION}, FALSE)""",
    f"""CREATE MACRO json_instant(v) AS CASE
        WHEN regexp_matches(json_string(v), '{_CLOCK}')
        THEN clock_instant(regexp_extract(json_string(v), '{_CLOCK}',
            ['day', 'hour', 'minute', 'second', 'fraction', 'sign', 'hours', 'minutes'])) END""",
    # `p` holds the parts of an RFC 3339 text; the year 0000 is none, and digits beyond the microsecond are cut off.
    f"""CREATE MACRO clock_instant(p) AS CASE WHEN p.day >= '0001' THEN
        datediff('day', DATE '1970-01-01', TRY_CAST(p.day AS DATE)) * {DAY}
        + (p.hour::BIGINT * 3600 + p.minute::BIGINT * 60 + p.second::BIGINT) * {MILLION}
        + rpad(substr(p.fraction, 1, 6), 6, '0')::BIGINT
        - CASE p.sign WHEN '+' THEN 1 WHEN '-' THEN -1 ELSE 0 END
            * coalesce(TRY_CAST(p.hours AS BIGINT) * 60 + TRY_CAST(p.minutes AS BIGINT), 0) * 60 * {MILLION} END""",
    # A text that is equal where two JSON values are: 1 is 1.0, and what is missing is null. A number is its own text
    # but for `.0` behind it or an exponent; the few texts that need more are given to the engine's own function.
    f"""CREATE MACRO json_canonical(v) AS CASE
        WHEN json_head(v) IN ('"', 't', 'f', 'n') THEN v::VARCHAR
        WHEN json_head(v) NOT IN ('[', '{{') AND NOT contains(v::VARCHAR, 'e')
        THEN regexp_replace(regexp_replace(v::VARCHAR, '\\.0$', ''), '^-0$', '0')
        WHEN regexp_matches(v::VARCHAR, '\\d\\.0[,\\]}}]|\\de|-0') THEN {EXACTLY}(v::VARCHAR)
        ELSE coalesce(v::VARCHAR, 'null') END""",
)


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''").replace("\0", "' || chr(0) || '") + "'"


def at_path(value: str, path: Path) -> str:
    """The JSON value that the keys lead to; a key that looks like a number does not count into a list."""
    pointer = ""
    for depth, key in enumerate(path):
        if depth and (key.isdigit() or key == "-"):
            inside = f"json_extract({value}, {quoted(pointer)})" if pointer else value
            value, pointer = f"CASE WHEN json_head({inside}) = '{{' THEN {inside} END", ""
        pointer += "/" + key.replace("~", "~0").replace("/", "~1")
    return f"json_extract({value}, {quoted(pointer)})"


def raw_property(plan: TrackingPlan, seen: Looks, index: int) -> str:
    """The JSON value of a property, of the events of which it is looked at.

    Under the plan's name of it, else under the first of those that the plan renames to it.
    """
    path, names = seen.properties[index], seen.events[index]
    own = at_path("properties", path)
    branches = []
    for planned in plan.events.values():
        sent = [name for name, plans in planned.rename.items() if plans == path[0]]
        if sent and (ANY_EVENT in names or planned.name in names):
            others = "".join(
                f" WHEN {at_path('properties', (name,))} IS NOT NULL THEN {at_path('properties', (name, *path[1:]))}"
                for name in sent
            )
            found = f"CASE WHEN {at_path('properties', path[:1])} IS NOT NULL THEN {own}{others} END"
            branches.append(f"WHEN {quoted(planned.name)} THEN {found}")
    found = f"CASE label {' '.join(branches)} ELSE {own} END" if branches else own
    if ANY_EVENT in names:
        return found
    return f"CASE WHEN label IN ({', '.join(map(quoted, names))}) THEN {found} END"


_PLAIN: Final = {"b": "json_boolean", "n": "json_number", "s": "json_string"}
"""What reads a value of no declared type."""
_DTYPES: Final = {"b": "BOOLEAN", "n": "BIGINT", "s": "VARCHAR", "t": "BIGINT"}


def property_columns(plan: TrackingPlan, seen: Looks, index: int) -> Iterator[str]:
    """The typed columns of one property: by its declared type in each event that declares one."""
    path, names = seen.properties[index], seen.events[index]
    if path == PERSON:
        columns = {letter: f"CAST(NULL AS {dtype})" for letter, dtype in _DTYPES.items()} | {"s": "id", "set": "TRUE"}
        yield from (f"{sql} AS p{index}_{letter}" for letter, sql in columns.items())
        return
    v = f"v{index}"
    declared = {
        event.name: event.properties[path[0]].type
        for event in plan.events.values()
        if len(path) == 1 and path[0] in event.properties and (ANY_EVENT in names or event.name in names)
    }
    all_declared = ANY_EVENT not in names and set(names) <= set(declared)
    reads = {name: _typed(type_, v) for name, type_ in declared.items()}
    for letter, dtype in _DTYPES.items():
        plain = f"{_PLAIN[letter]}({v})" if letter in _PLAIN and not all_declared else None
        by_name = {name: sql for name, (of, sql) in reads.items() if of == letter}
        if plain is None and not by_name:
            yield f"CAST(NULL AS {dtype}) AS p{index}_{letter}"
        else:
            branches = {name: by_name.get(name, "NULL") for name in declared}
            yield f"{_by_name(branches, plain or 'NULL')} AS p{index}_{letter}"
    fits = {name: sql if of == "set" else f"({sql}) IS NOT NULL" for name, (of, sql) in reads.items()}
    yield f"coalesce({_by_name(fits, f'json_is_present({v})')}, FALSE) AS p{index}_set"


def _typed(type_: PropertyType, v: str) -> tuple[str, str]:
    """The column that a declared value goes into, and how it is read; lists and objects are only there, or not."""
    match type_:
        case PropertyType.NUMBER:
            return "n", f"json_number({v})"
        case PropertyType.INTEGER:
            return "n", f"CASE WHEN json_number({v}) % {MILLION} = 0 THEN json_number({v}) END"
        case PropertyType.STRING:
            return "s", f"json_string({v})"
        case PropertyType.BOOLEAN:
            return "b", f"json_boolean({v})"
        case PropertyType.TIMESTAMP:
            return "t", f"json_instant({v})"
        case PropertyType.LIST:
            return "set", f"json_head({v}) = '['"
        case PropertyType.OBJECT:
            return "set", f"json_head({v}) = '{{'"


def _by_name(branches: Mapping[str, str], otherwise: str) -> str:
    if len(set(branches.values()) | {otherwise}) == 1:
        return otherwise
    tests = " ".join(f"WHEN {quoted(name)} THEN {sql}" for name, sql in branches.items())
    return f"CASE label {tests} ELSE {otherwise} END"


def trait_columns(members: Sequence[tuple[Path, Literal]]) -> Iterator[str]:
    """The columns of a trait's value `v`, which nobody declares a type for."""
    yield from (f"{read}(v) AS {letter}" for letter, read in _PLAIN.items())
    yield "CAST(NULL AS BIGINT) AS t"
    yield "json_is_present(v) AS set"
    yield "coalesce(v::VARCHAR <> 'null', FALSE) AS told"
    yield from (f"{_contains(literal)} AS h{index}" for index, (_, literal) in enumerate(members))


def _contains(literal: Literal) -> str:
    """Whether the JSON list `v` has the literal in it."""
    value = quoted(literal.value) if isinstance(literal.value, str) else str(literal.value).upper()
    read = {Type.NUMBER: "json_number", Type.STRING: "json_string", Type.BOOLEAN: "json_boolean"}[literal.type]
    return f"(json_head(v) = '[' AND list_contains([{read}(x) FOR x IN json_extract(v, '$[*]')], {value}))"
