"""The tracking plan."""

import pytest

from tests.definitions.reading import definitions, issues, only
from waypost.definitions.tracking import dotted
from waypost.model.tracking import PlannedEvent, Property, PropertyType


def test_an_event_is_read_whole() -> None:
    found = definitions(
        """\
unplanned_events: reject
purposes: {product: {}}
events:
  report_shared:
    also: [Report Shared, shareReport]
    rename: {shared_with: audience}
    owner: core-product
    purpose: product
    properties:
      audience: {type: string, enum: [team, public]}
      seats: {type: integer, min: 1, max: 2.5, required: false, description: How many.}
"""
    )
    assert found.tracking.unplanned == "reject"
    assert found.tracking.events == {
        "report_shared": PlannedEvent(
            "report_shared",
            ("Report Shared", "shareReport"),
            {"shared_with": "audience"},
            {
                "audience": Property("audience", PropertyType.STRING, enum=("team", "public")),
                "seats": Property(
                    "seats", PropertyType.INTEGER, False, minimum=1_000_000, maximum=2_500_000, description="How many."
                ),
            },
            "product",
            "core-product",
        )
    }


def test_the_layout_of_renames_means_nothing() -> None:
    """Of two names for one property the first counts: by its letters, since the hash knows no other order."""
    one = definitions("events: {a: {rename: {price: amount, cost: amount}}}")
    other = definitions("events: {a: {rename: {cost: amount, price: amount}}}")
    assert one.hash == other.hash
    assert [*one.tracking.events["a"].rename] == [*other.tracking.events["a"].rename] == ["cost", "price"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{a: {also: [b]}, b: {}}", "duplicate-name"),
        ("{a: {also: [c]}, b: {also: [c]}}", "duplicate-name"),
        ("{any: {}}", "reserved-name"),
        ("{a: {rename: {x: y}, properties: {z: {type: string}}}}", "unknown-property"),
        ("{a: {properties: {x: {}}}}", "missing-key"),
        ("{a: {properties: {x: {type: text}}}}", "wrong-value"),
        ("{a: {properties: {x: {type: string, min: 3}}}}", "wrong-value"),
        ("{a: {properties: {x: {type: number, min: 3, max: 2}}}}", "wrong-value"),
        ("{a: {properties: {x: {type: integer, enum: [1, 1.5]}}}}", "wrong-value"),
        ("{a: {propertys: {}}}", "unknown-key"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    assert issues(f"events: {text}") == [(2, code)]


def test_an_unknown_purpose_is_a_mistake_where_purposes_are_named() -> None:
    assert issues("events: {a: {purpose: product}}") == []
    assert only("purposes: {product: {}}\nevents: {a: {purpose: produkt}}").hint == "did you mean `product`?"


def test_signup_is_an_event_of_the_plan() -> None:
    assert definitions("signup: Signed Up\nevents: {signed_up: {also: [Signed Up]}}").signup == "signed_up"
    assert only("signup: any").code == "bad-event"
    assert only("unplanned_events: reject\nevents: {signed_up: {}}\nsignup: sign_up").code == "unknown-event"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a.b", ("a", "b")),
        ("a", ("a",)),
        ('"Feature Used"."name"', ("Feature Used", "name")),
        ('"a.b".c."d""e"', ("a.b", "c", 'd"e')),
        ("a.", None),
        (".a", None),
        ('"a"b', None),
        ("", None),
    ],
)
def test_dotted_names(text: str, parts: tuple[str, ...] | None) -> None:
    assert dotted(text) == parts
