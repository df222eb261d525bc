"""One message of the tracking API: what becomes an event, and what is refused with which word."""

import json
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.wire import NOW, accepted, refused, track
from waypost.engine.messages import MAX_MESSAGE, Refusal, read
from waypost.model.events import Event
from waypost.model.time import DAY, Instant
from waypost.model.values import Json


def test_a_track_message_keeps_its_name_and_properties_as_sent() -> None:
    event = accepted(track(messageId="m1", properties={"audience": "team", "seats": 3}, event=" Report Shared "))
    assert (event.message_id, event.kind, event.name) == ("m1", "track", " Report Shared ")
    assert event.properties == {"audience": "team", "seats": 3}
    assert (event.user_id, event.anonymous_id, event.at, event.received_at) == ("ada", None, NOW, NOW)


def test_without_a_message_id_the_callers_is_taken() -> None:
    assert accepted(track()).message_id == "spare"
    assert accepted(track(messageId="")).message_id == "spare"
    assert accepted(track(messageId=7)).message_id == "7"


@pytest.mark.parametrize("path", ["track", "identify", "page", "screen", "group"])
def test_the_path_says_the_kind_before_the_message_does(path: str) -> None:
    message: Json = {"userId": "ada", "event": "x", "groupId": "g", "type": "alias"}
    assert accepted(message, kind=path).kind == path


def test_the_type_may_be_written_in_capitals_or_as_action() -> None:
    assert accepted(track(type="Track")).kind == "track"
    assert accepted({"action": "track", "event": "x", "userId": "ada"}).kind == "track"


# ── ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("value", [42, -5, 2**63])
def test_whole_numbers_are_ids(value: int) -> None:
    assert accepted(track(userId=value)).user_id == str(value)


@pytest.mark.parametrize("value", ["null", "NULL", "undefined", "None", " nan ", "0", 0, "", "  ", "anonymous", None])
def test_ids_that_broken_clients_send_are_as_if_absent(value: Json) -> None:
    assert accepted(track(userId=value, anonymousId="phone-1")).user_id is None
    assert refused(track(userId=value)) == "no_id"


@pytest.mark.parametrize("value", [1.5, 1.0, True, ["ada"], {"id": "ada"}, 10**30, -(2**70)])
def test_other_values_are_no_ids(value: Json) -> None:
    assert refused(track(userId=value)) == "bad_id"
    assert refused(track(anonymousId=value)) == "bad_id"
    assert refused(track(messageId=value)) == "bad_id"


def test_ids_have_at_most_255_characters_and_no_nul() -> None:
    assert accepted(track(userId="x" * 255)).user_id == "x" * 255
    assert refused(track(userId="x" * 10_000)) == "too_long"
    assert refused(track(anonymousId="a\0b")) == "bad_text"
    assert refused(track(anonymousId="a\ud800b")) == "bad_text"
    assert refused(track(messageId="\0")) == "bad_text"
    assert accepted(track(userId="Zoë 🦊\u200b")).user_id == "Zoë 🦊\u200b"


def test_snake_case_ids_are_told_how_to_be_written() -> None:
    refusal = read({"type": "track", "event": "x", "user_id": "ada"}, received_at=NOW)
    assert isinstance(refusal, Refusal)
    assert "userId" in refusal.message


# ── kinds ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [None, "", "  ", 7, ["x"]])
def test_track_needs_a_name(name: Json) -> None:
    assert refused(track(event=name)) == "no_name"


def test_names_have_at_most_200_characters() -> None:
    assert refused(track(event="x" * 201)) == "too_long"
    assert refused(track(event="a\0")) == "bad_text"


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_the_name_of_a_page_is_a_property(kind: str) -> None:
    event = accepted(
        {"type": kind, "userId": "ada", "name": "Home", "category": "Docs", "properties": {"name": "own", "url": "/"}}
    )
    assert event.name == kind
    assert event.properties == {"name": "own", "category": "Docs", "url": "/"}
    assert accepted({"type": kind, "userId": "ada", "name": None}).properties == {}


def test_identify_takes_traits_or_those_in_the_context() -> None:
    own = {"type": "identify", "userId": "ada", "traits": {"plan": "pro"}, "context": {"traits": {"plan": "old"}}}
    assert accepted(cast(Json, own)).properties == {"plan": "pro"}
    rudder = {"type": "identify", "userId": "ada", "traits": {}, "context": {"traits": {"plan": "trial"}}}
    assert accepted(cast(Json, rudder)).properties == {"plan": "trial"}


def test_only_identify_sets_traits() -> None:
    assert accepted(track(context={"traits": {"plan": "pro"}}, traits={"plan": "pro"})).properties == {}


def test_group_takes_its_own_traits_and_never_the_persons() -> None:
    event = accepted({"type": "group", "userId": "ada", "groupId": 12, "context": {"traits": {"plan": "pro"}}})
    assert (event.group_id, event.properties) == ("12", {})
    assert refused({"type": "group", "userId": "ada"}) == "no_id"


def test_alias_needs_both_ids() -> None:
    event = accepted({"type": "alias", "userId": "ada", "previousId": "phone-1"})
    assert (event.user_id, event.previous_id) == ("ada", "phone-1")
    assert refused({"type": "alias", "userId": "ada"}) == "no_id"
    assert refused({"type": "alias", "anonymousId": "a", "previousId": "b"}) == "no_id"
    assert refused({"type": "alias", "userId": "ada", "previousId": "undefined"}) == "no_id"


@pytest.mark.parametrize("message", [None, "text", 3, [], True])
def test_a_message_is_an_object(message: Json) -> None:
    assert refused(message) == "not_an_object"


@pytest.mark.parametrize("kind", [None, "", "delivery", "decision", "undo", "merge", 3])
def test_other_kinds_are_refused(kind: Json) -> None:
    assert refused(track(type=kind)) == "unknown_type"


# ── sizes and contents ───────────────────────────────────────────────────────────────────────────────────────────────


def test_messages_over_32_kb_are_refused() -> None:
    assert isinstance(read(track(), received_at=NOW, size=MAX_MESSAGE), Event)
    refusal = read(track(), received_at=NOW, size=MAX_MESSAGE + 1)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "too_large"


def test_what_no_store_can_hold_is_mended_in_properties() -> None:
    properties: dict[str, Json] = {
        "a\0": "b\0c",
        "half": "x\ud83d",
        "fine": "two\nlines",
        "deep": [{"\0": "\0"}],
        "huge": 1e999,
        "wide": 10**5000,
    }
    event = accepted(track(properties=properties))
    assert event.properties == {
        "a\ufffd": "b\ufffdc",
        "half": "x\ufffd",
        "fine": "two\nlines",
        "deep": [{"\ufffd": "\ufffd"}],
        "huge": None,
        "wide": None,
    }


def test_whole_numbers_beyond_64_bits_are_kept_as_doubles() -> None:
    event = accepted(track(properties={"wide": 10**20, "fits": 2**63 - 1, "deep": [-(10**20)]}))
    assert event.properties == {"wide": 1e20, "fits": 2**63 - 1, "deep": [-1e20]}
    assert isinstance(event.properties["wide"], float)


def test_properties_nest_at_most_20_levels() -> None:
    def nested(levels: int) -> Json:
        value: Json = 1
        for _ in range(levels):
            value = [value]
        return value

    assert accepted(track(properties={"x": nested(20)})).properties == {"x": nested(20)}
    assert refused(track(properties={"x": nested(21)})) == "too_deep"
    assert refused(track(properties={"x": nested(5_000)})) == "too_deep"


@pytest.mark.parametrize("value", ["text", 3, [1], True])
def test_properties_and_traits_are_objects(value: Json) -> None:
    assert refused(track(properties=value)) == "not_an_object"
    assert refused({"type": "identify", "userId": "ada", "traits": value}) == "not_an_object"


def test_values_that_are_no_json_are_refused() -> None:
    strange = cast(Json, {"when": object()})
    assert refused(track(properties=strange)) == "bad_value"
    assert refused(track(properties=cast(Json, {3: "x"}))) == "bad_value"


# ── source ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({}, "server"),
        ({"context": {"library": {"name": "analytics.js", "version": "npm:next-1.84.3"}}}, "web"),
        ({"context": {"library": {"name": "@segment/analytics-node"}}}, "server"),
        ({"context": {"library": {"name": "analytics-python"}}}, "server"),
        ({"context": {"library": {"name": "analytics-swift"}, "os": {"name": "iOS"}}}, "ios"),
        ({"context": {"device": {"type": "android"}}, "channel": "mobile"}, "android"),
        ({"context": {"os": {"name": "iOS"}}, "channel": "web"}, "web"),
        ({"channel": "mobile"}, "mobile"),
        ({"channel": "browser"}, "web"),
        ({"context": {"source": "support", "library": {"name": "analytics-python"}}}, "support"),
        ({"context": {"source": 7, "library": "x", "device": [], "os": {"name": 3}}, "channel": {}}, "server"),
        ({"context": "none"}, "server"),
    ],
)
def test_the_source_is_what_the_sender_tells(fields: dict[str, Json], source: str) -> None:
    assert accepted(track(**fields)).source == source


def test_the_batchs_context_fills_in_what_the_message_lacks() -> None:
    defaults: dict[str, Json] = {"source": "support", "traits": {"plan": "pro"}}
    event = read({"type": "identify", "userId": "ada", "context": {"ip": "::1"}}, received_at=NOW, defaults=defaults)
    assert isinstance(event, Event)
    assert (event.source, event.properties) == ("support", {"plan": "pro"})
    own = read(track(context={"source": "ios"}), received_at=NOW, defaults=defaults)
    assert isinstance(own, Event)
    assert own.source == "ios"


# ── anything ─────────────────────────────────────────────────────────────────────────────────────────────────────────

anything: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["track", "null", "ada"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["action", "anonymousId", "previousId", "groupId", "messageId", "timestamp", "originalTimestamp", "sentAt"]
FIELDS += ["type", "event", "userId", "properties", "traits", "context", "name", "category", "channel"]
plausible = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["track", "identify", "page", "group", "alias"]),
        "userId": st.text(),
        "event": st.text(),
        "properties": st.dictionaries(st.text(), anything, max_size=4),
    },
)
messages = st.builds(
    lambda message, noise: {**message, **noise},
    plausible,
    st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4),
)


@given(messages | anything, st.none() | st.integers(0, 2**53))
def test_no_message_raises_and_every_event_can_be_written(message: Json, sent_at: Instant | None) -> None:
    event = read(message, received_at=NOW, sent_at=sent_at, spare_id="spare")
    if isinstance(event, Event):
        assert event.user_id or event.anonymous_id
        assert 0 <= event.at <= NOW + DAY
        written = json.dumps(event.properties, allow_nan=False, ensure_ascii=False)
        assert "\\u0000" not in written
        for text in (written, event.name, event.message_id, event.user_id or "", event.source):
            text.encode()


def test_the_examples_of_segments_documentation_are_read(examples: list[dict[str, Json]]) -> None:
    refusals: dict[str, list[Json]] = {}
    for example in examples:
        payload = example["payload"]
        assert isinstance(payload, dict)
        event = read(payload, received_at=NOW, spare_id="spare")
        if isinstance(event, Refusal):
            refusals.setdefault(event.code, []).append(payload)
    # Fragments without any id, and the e-mail events that write user_id, are what remains.
    assert set(refusals) == {"no_id"}
    assert all(isinstance(payload, dict) and "userId" not in payload for payload in refusals["no_id"])
    assert len(refusals["no_id"]) == 10


@pytest.fixture
def examples() -> list[dict[str, Json]]:
    file = Path(__file__).parents[3] / "shared" / "reference" / "segment_example_payloads.json"
    if not file.is_file():
        pytest.skip("the example payloads (../shared/reference) are not beside this checkout")
    return cast(list[dict[str, Json]], json.loads(file.read_text()))
