"""The editors' schema agrees with what `load` takes and refuses."""

import jsonschema_rs
import pytest

from tests.definitions.folders import folder
from tests.definitions.reading import read
from waypost.definitions.documents import read_documents
from waypost.definitions.findings import Findings
from waypost.definitions.helps import HELPS
from waypost.definitions.nodes import plain
from waypost.definitions.schema import json_schema
from waypost.definitions.sections import FILE
from waypost.definitions.shapes import MapOf, Record

SCHEMA = json_schema()
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)


def valid(text: str) -> bool:
    documents, _ = read_documents("f.yaml", text, Findings())
    return all(VALIDATOR.is_valid(plain(document)) for document in documents)


def test_it_is_a_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("path", sorted(folder("example")))
def test_the_example_of_the_specification_is_valid(path: str) -> None:
    assert valid(folder("example")[path])


RIGHT = [
    "signals: {a: {count: x, within: 7 days}}",
    "signals: {a: {count: [x, y], between: [0 days, 7 days]}}",
    "signals: {a: {peak: {days: any}, over: 7 days}}",
    "signals:\nsegments: {s: {when: true}}",
    "events: {a: , b: {properties: {x: {type: list}}}}",
    "delivery: off",
    "journeys: {j: {for: TRUE, steps: [s], again: never}}\nsteps: {s: {channel: custom}}",
]
WRONG = [
    "signal: {a: {count: x}}",
    "signals: {a: {cuont: x}}",
    "signals: {a: {count: x, within: 7}}",
    "signals: {a: {count: x, within: 0 days}}",
    "signals: {a: {count: x, within: 2 months}}",
    "signals: {a: {count: x, between: [7 days]}}",
    "signals: {a: }",
    "signals: {a b: {count: x}}",
    "segments: {s: {when: 3}}",
    "segments: {s: {}}",
    "stages: {s: {wen: TRUE}}",
    "events: {a: {properties: {x: {type: text}}}}",
    "delivery: sometimes",
    "steps: {s: {channel: popup}}",
    "steps: {s: {channel: custom, priority: high}}",
    "steps: {s: {channel: custom, max_shows: 0}}",
    "journeys: {j: {for: TRUE, steps: []}}",
    "holdout: {share: 120}",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_loads_is_valid(text: str) -> None:
    assert [issue for issue in read(text).issues if issue.level == "error"] == []
    assert valid(text)


@pytest.mark.parametrize("text", WRONG)
def test_what_has_not_the_shape_is_refused_by_both(text: str) -> None:
    assert read(text).definitions is None
    assert not valid(text)


def test_help_speaks_of_keys_that_there_are() -> None:
    for section, helps in HELPS.items():
        shape = FILE.fields[section]
        assert isinstance(shape, MapOf)
        assert isinstance(shape.value, Record)
        assert set(helps) <= set(shape.value.fields), section


def test_every_section_has_a_line_of_help() -> None:
    properties = SCHEMA["properties"]
    assert isinstance(properties, dict)
    assert all(section["description"] for section in properties.values())
