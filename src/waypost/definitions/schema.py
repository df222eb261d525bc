"""The JSON Schema of definition files, for editors: drawn from the same table of shapes that `load` checks by."""

from collections.abc import Mapping
from typing import Final, assert_never

from waypost.definitions.helps import HELPS
from waypost.definitions.sections import FILE, MERGED
from waypost.definitions.shapes import (
    Anything,
    Either,
    Flag,
    ListOf,
    MapOf,
    Null,
    Number,
    Predicate,
    Record,
    Shape,
    Span,
    Text,
    Words,
    expected,
    may_be_empty,
)
from waypost.model.values import Json

_UNIT: Final = r"\s+(second|minute|hour|day|week)s?\s*$"


def json_schema() -> dict[str, Json]:
    """The schema (draft 2020-12) of every `*.yaml` of a project but its cases."""
    definitions: dict[str, Json] = {}
    properties: dict[str, Json] = {}
    for key, shape in FILE.fields.items():
        if key in MERGED and isinstance(shape, MapOf):
            definitions[key] = _told(schema_of(shape.value), HELPS.get(key, {}))
            drawn = _map(shape, {"$ref": f"#/$defs/{key}"})
        else:
            drawn = schema_of(shape)
        properties[key] = {**drawn, "description": FILE.help[key]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Waypost definitions",
        "description": "waypost.yaml, and every other *.yaml below it that is not a case.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }


def schema_of(shape: Shape) -> dict[str, Json]:
    """One shape as a schema."""
    match shape:
        case Text(what, pattern):
            return (
                {"type": "string", "pattern": f"^(?:{pattern})$", "description": what}
                if pattern
                else {"type": "string"}
            )
        case Number(whole=whole, least=least, most=most):
            bounds: dict[str, Json] = {"minimum": least} if least is not None else {}
            bounds |= {"maximum": most} if most is not None else {}
            return {"type": "integer" if whole else "number", **bounds}
        case Flag():
            return {"type": "boolean"}
        case Span(zero):
            digits = "[0-9]{1,9}" if zero else "0{0,8}[1-9][0-9]{0,8}"
            return {"type": "string", "pattern": rf"^\s*{digits}{_UNIT}", "description": expected(shape)}
        case Predicate():
            return {"type": ["string", "boolean"], "minLength": 1, "description": "An SQL boolean expression."}
        case Words(words):
            return {"enum": list(words)}
        case ListOf(item, least_items, most_items):
            drawn: dict[str, Json] = {"type": _or_null("array", shape), "items": schema_of(item)}
            drawn |= {"minItems": least_items} if least_items else {}
            return drawn | ({"maxItems": most_items} if most_items is not None else {})
        case MapOf(value):
            return _map(shape, schema_of(value))
        case Record(fields, required):
            inner: dict[str, Json] = {key: schema_of(each) for key, each in fields.items()}
            record: dict[str, Json] = {
                "type": _or_null("object", shape),
                "properties": inner,
                "additionalProperties": False,
            }
            record |= {"minProperties": shape.least} if shape.least else {}
            return record | ({"required": list(required)} if required else {})
        case Either(shapes, what):
            return {"anyOf": [schema_of(each) for each in shapes], "description": what}
        case Null():
            return {"type": "null"}
        case Anything():
            return {}
        case _:
            assert_never(shape)


def _told(schema: dict[str, Json], helps: Mapping[str, str]) -> dict[str, Json]:
    """A definition's schema with a line of help at each key that has one."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return schema
    told = {key: {**each, "description": helps[key]} if key in helps else each for key, each in properties.items()}
    return {**schema, "properties": told}


def _map(shape: MapOf, value: dict[str, Json]) -> dict[str, Json]:
    drawn: dict[str, Json] = {"type": _or_null("object", shape), "additionalProperties": False}
    drawn["patternProperties"] = {f"^(?:{shape.name})$": value}
    return drawn | ({"minProperties": shape.least} if shape.least else {})


def _or_null(kind: str, shape: Shape) -> Json:
    return [kind, "null"] if may_be_empty(shape) else kind
