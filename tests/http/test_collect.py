"""The tracking API as its clients use it: every path, key, encoding and limit, and what is answered."""

import base64
import gzip
import json
from typing import cast

import pytest

from tests.http.doors import NOW, Client, Keys, basic, logged, quarantined, track
from waypost.model.people import user
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock

DONE = {"success": True}


SINGLES: dict[str, dict[str, Json]] = {
    "track": {"event": "report_shared", "userId": "ada"},
    "identify": {"userId": "ada", "traits": {"plan": "pro"}},
    "page": {"anonymousId": "phone-1", "name": "Home"},
    "screen": {"anonymousId": "phone-1", "name": "Home"},
    "group": {"userId": "ada", "groupId": "acme"},
    "alias": {"userId": "ada", "previousId": "phone-1"},
}


@pytest.mark.parametrize("kind", SINGLES)
@pytest.mark.parametrize("short", [False, True])
def test_each_kind_has_a_path_and_a_short_one(
    client: Client, keys: Keys, runtime: Runtime, kind: str, short: bool
) -> None:
    answer = client.post(f"/v1/{kind[0] if short else kind}", SINGLES[kind], headers=basic(keys.write))
    assert (answer.status_code, answer.json()) == (200, DONE)
    (event,) = logged(runtime)
    assert (event.kind, event.at, event.received_at) == (kind, NOW, NOW)


@pytest.mark.parametrize("path", ["/v1/batch", "/v1/b", "/beacon/v1/batch", "/v1/batch/"])
def test_a_batch_has_three_paths(client: Client, keys: Keys, runtime: Runtime, path: str) -> None:
    answer = client.post(path, {"batch": [track(1), track(2)]}, headers=basic(keys.write))
    assert (answer.status_code, answer.json()) == (200, DONE)
    assert len(logged(runtime)) == 2


def test_the_answer_leaves_when_the_segments_stand(client: Client, keys: Keys, runtime: Runtime) -> None:
    client.post("/v1/batch", {"batch": [track(1), track(2)]}, headers=basic(keys.write))
    answer = client.post("/v1/next", {"userId": "ada"}, headers={"X-API-Key": keys.read})
    assert answer.json()["segments"] == ["sharers"]


@pytest.mark.parametrize("how", ["basic", "no padding", "bearer", "api key", "body", "message", "query", "both"])
def test_the_write_key_is_found_wherever_clients_put_it(client: Client, keys: Keys, how: str) -> None:
    message = track()
    body: dict[str, Json] = {"batch": [message]}
    headers: dict[str, str] = {}
    path = "/v1/batch"
    if how in {"basic", "both"}:
        headers = basic(keys.write)
    elif how == "no padding":
        headers = {"Authorization": basic(keys.write)["Authorization"].rstrip("=")}
    elif how == "bearer":
        headers = {"Authorization": f"Bearer {keys.write}"}
    elif how == "api key":
        headers = {"X-API-Key": keys.write}
    elif how == "message":
        message["writeKey"] = keys.write
    elif how == "query":
        path += f"?writeKey={keys.write}"
    if how in {"body", "both"}:
        body["writeKey"] = keys.write
    assert client.post(path, body, headers=headers).status_code == 200


def test_an_oauth_token_beside_a_write_key_in_the_body_is_no_hindrance(client: Client, keys: Keys) -> None:
    body = {"batch": [track()], "writeKey": keys.write}
    assert client.post("/v1/batch", body, headers={"Authorization": "Bearer of-somebody-else"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "code", "status"),
    [
        ({}, "no_key", 401),
        (basic("unknown"), "unknown_key", 401),
        (basic(""), "no_key", 401),
        ({"Authorization": "Basic é"}, "no_key", 401),
        ({"Authorization": "Basic"}, "no_key", 401),
        ({"Authorization": "Digest x"}, "no_key", 401),
    ],
)
def test_without_a_known_write_key_nothing_is_taken(
    client: Client, runtime: Runtime, headers: dict[str, str], code: str, status: int
) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = client.post("/v1/batch", {"batch": [track()]}, headers=encoded)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert logged(runtime) == []


@pytest.mark.parametrize("kind", ["read", "admin", "identity"])
def test_other_keys_do_not_send(client: Client, keys: Keys, kind: str) -> None:
    answer = client.post("/v1/track", track(), headers=basic(getattr(keys, kind)))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "media",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/json;charset=UTF-8", ""],
)
@pytest.mark.parametrize("encoding", ["", "gzip", "gzip unsaid"])
def test_the_body_is_json_whatever_its_content_type_says(
    client: Client, keys: Keys, runtime: Runtime, media: str, encoding: str
) -> None:
    body = json.dumps({"batch": [track(properties={"name": "Zoë 🦊"})]}, ensure_ascii=False).encode()
    headers = {**basic(keys.write), "Content-Type": media}
    if encoding:
        body = gzip.compress(body)
    if encoding == "gzip":
        headers["Content-Encoding"] = "gzip"
    assert client.post("/v1/batch", content=body, headers=headers).status_code == 200
    assert logged(runtime)[0].properties == {"name": "Zoë 🦊"}


def test_a_batch_sent_twice_counts_once(client: Client, keys: Keys, runtime: Runtime) -> None:
    body = {"batch": [track(1), track(2), track(1)]}
    for _ in range(2):
        answer = client.post("/v1/batch", body, headers=basic(keys.write))
        assert (answer.status_code, answer.json()) == (200, DONE)
    client.post("/v1/batch", {"batch": [track(2), track(3)]}, headers=basic(keys.write))
    assert sorted(event.message_id for event in logged(runtime)) == ["m1", "m2", "m3"]


def test_one_bad_message_does_not_cost_the_good_ones(client: Client, keys: Keys, runtime: Runtime) -> None:
    bad: list[Json] = [
        {"type": "track", "userId": "ada"},
        {"type": "track", "event": "x", "userId": "null"},
        track(9, userId="x" * 10_000),
        track(9, anonymousId="a\0b"),
        track(9, timestamp="2099-01-01T00:00:00Z"),
        track(9, timestamp="1969-01-01T00:00:00Z"),
        track(9, properties={"x": "y" * 40_000}),
        track(9, properties=[1]),
        None,
        "text",
    ]
    body = {"batch": [track(1), *bad, track(2)]}
    answer = client.post("/v1/batch", body, headers=basic(keys.write))
    assert answer.status_code == 200
    told = answer.json()
    assert told["success"] is True
    assert [item["index"] for item in told["refused"]] == list(range(1, len(bad) + 1))
    assert sorted(event.message_id for event in logged(runtime)) == ["m1", "m2"]
    assert sorted(quarantined(runtime)) == sorted(item["code"] for item in told["refused"])
    assert {"no_name", "no_id", "too_long", "bad_text", "future", "too_early", "too_large", "not_an_object"} == set(
        quarantined(runtime)
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"event": "x"}, "no_id"),
        ({"event": "x", "userId": "undefined"}, "no_id"),
        ({"userId": "ada"}, "no_name"),
        ({"event": "x", "userId": "ada", "timestamp": "2099-01-01T00:00:00Z"}, "future"),
    ],
)
def test_a_lone_bad_message_is_told_what_is_wrong_and_kept(
    client: Client, keys: Keys, runtime: Runtime, message: Json, code: str
) -> None:
    answer = client.post("/v1/track", message, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "quarantine" in answer.json()["detail"]
    assert quarantined(runtime) == [code]


MALFORMED = {
    "empty": b"",
    "half": b"{",
    "a list": b"[]",
    "not UTF-8": b"\xff",
    "deep": b"[" * 20_000,
    "half a gzip stream": gzip.compress(b"{}" * 99)[:20],
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/track"])
def test_malformed_bodies_are_refused(client: Client, keys: Keys, path: str, body: bytes) -> None:
    answer = client.post(path, content=body, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_an_empty_batch_is_taken(client: Client, keys: Keys) -> None:
    assert client.post("/v1/batch", {"batch": []}, headers=basic(keys.write)).json() == DONE


def padded(size: int, **more: Json) -> bytes:
    filling = [track(number, properties={"x": "y" * 30_000}, **more) for number in range(size // 30_000)]
    return json.dumps({"batch": filling}).encode()


def test_batches_over_500_kb_are_refused_but_rudderstacks(client: Client, keys: Keys, runtime: Runtime) -> None:
    assert client.post("/v1/batch", content=padded(480_000), headers=basic(keys.write)).status_code == 200
    answer = client.post("/v1/batch", content=padded(600_000), headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    theirs = padded(3_000_000, channel="server")
    assert client.post("/v1/batch", content=theirs, headers=basic(keys.write)).status_code == 200
    answer = client.post("/v1/batch", content=padded(10_000_000, channel="server"), headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert quarantined(runtime) == []


def test_a_gzip_bomb_is_refused(client: Client, keys: Keys) -> None:
    bomb = gzip.compress(b"\0" * 100_000_000)
    answer = client.post("/v1/batch", content=bomb, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_more_than_2500_messages_are_refused(client: Client, keys: Keys) -> None:
    body = b'{"batch": [%s]}' % b",".join([b"{}"] * 2501)
    answer = client.post("/v1/batch", content=body, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_single_message_over_32_kb_is_refused(client: Client, keys: Keys) -> None:
    answer = client.post("/v1/track", track(properties={"x": "y" * 40_000}), headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_the_batchs_clock_and_context_count_under_the_messages(
    client: Client, keys: Keys, runtime: Runtime, clock: HandClock
) -> None:
    body = {
        "batch": [track(1, timestamp="2001-01-01T00:00:00Z"), track(2, context={"source": "ios"})],
        "sentAt": "2001-01-01T00:00:07Z",
        "context": {"source": "support"},
    }
    client.post("/v1/batch", body, headers=basic(keys.write))
    by_id = {event.message_id: event for event in logged(runtime)}
    assert by_id["m1"].at == NOW - 7_000_000
    assert (by_id["m1"].source, by_id["m2"].source) == ("support", "ios")


def test_traits_of_rudderstacks_identify_are_in_the_context(client: Client, keys: Keys, runtime: Runtime) -> None:
    message: Json = {"type": "identify", "userId": "ada", "context": {"traits": {"plan": "pro"}}, "channel": "server"}
    client.post("/v1/batch", {"batch": [message]}, headers=basic(keys.write))
    assert logged(runtime)[0].properties == {"plan": "pro"}


@pytest.mark.parametrize("alphabet", ["standard", "url-safe", "no padding"])
def test_a_pixel_carries_one_message(client: Client, keys: Keys, runtime: Runtime, alphabet: str) -> None:
    text = json.dumps({"event": "mail opened ???>>>", "userId": "ada", "writeKey": keys.write}).encode()
    data = (base64.urlsafe_b64encode if alphabet == "url-safe" else base64.b64encode)(text).decode()
    answer = client.get("/v1/pixel/track", params={"data": data.rstrip("=") if alphabet == "no padding" else data})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert logged(runtime)[0].name == "mail opened ???>>>"


def test_a_pixel_that_cannot_be_read_is_refused(client: Client) -> None:
    assert client.get("/v1/pixel/track?data=%%%").status_code == 400
    assert client.get("/v1/pixel/track").status_code == 400
    assert client.get("/v1/pixel/merge?data=e30=").status_code == 404


def test_self_metrics_are_read_and_forgotten(client: Client, runtime: Runtime) -> None:
    assert client.post("/v1/m", {"series": [{"type": "Counter"}]}).status_code == 200
    assert logged(runtime) == []


def test_too_much_that_waits_is_sent_away_for_a_moment(client: Client, keys: Keys, runtime: Runtime) -> None:
    from waypost.http.collect import MOST_WAITING

    client.app.door.waiting = MOST_WAITING
    answer = client.post("/v1/track", track(), headers=basic(keys.write))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    client.app.door.waiting = 0
    assert client.post("/v1/track", track(), headers=basic(keys.write)).status_code == 200


def test_a_store_that_is_full_keeps_nothing_and_says_so(client: Client, keys: Keys, runtime: Runtime) -> None:
    database = cast("object", runtime.database)
    client.post("/v1/track", track(1), headers=basic(keys.write))
    database.limit_pages(1)  # type: ignore[attr-defined]  # SQLite's, for exactly this
    body = {"batch": [track(number, properties={"x": "y" * 20_000}) for number in range(10, 30)]}
    answer = client.post("/v1/batch", body, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert answer.headers["retry-after"] == "1"
    database.limit_pages(2**30)  # type: ignore[attr-defined]
    assert [event.message_id for event in logged(runtime)] == ["m1"]
    assert client.post("/v1/batch", body, headers=basic(keys.write)).status_code == 200
    assert len(logged(runtime)) == 21
    assert runtime.identities.person(user("ada")) is not None


def test_an_unplanned_event_is_held_or_refused_as_the_plan_says(client: Client, keys: Keys, runtime: Runtime) -> None:
    assert client.post("/v1/track", track(event="nobody planned this"), headers=basic(keys.write)).json() == DONE
