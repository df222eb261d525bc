"""Attacks on what a token or a write key may read: links that anybody can send open nobody's history (spec.md 5)."""

from collections.abc import Sequence

import pytest

from tests.http.doors import NOW, Client, Keys, basic, bearer, sign_up, token, track
from waypost.model.people import anonymous
from waypost.model.time import HOUR, MINUTE, SECOND, write_instant
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect
from waypost.runtime.importer import import_select
from waypost.runtime.merges import undo_link

OPEN: dict[str, Json] = {"person": "ada", "stage": "active", "segments": ["sharers"]}
CLOSED: dict[str, Json] = {"person": "me", "stage": "new_arrival", "segments": []}


@pytest.fixture(autouse=True)
def ada(client: Client, keys: Keys, clock: HandClock) -> None:
    """Ada has shared twice; half of it on her phone, before she signed up there."""
    sign_up(client, keys, userId="ada")
    send(client, keys, [track(1), track(2)])
    sign_up(client, keys, anonymousId="phone")
    send(client, keys, [anonymously(3), anonymously(4)])
    clock.advance(MINUTE)
    send(client, keys, [{"type": "identify", "userId": "ada", "anonymousId": "phone", "traits": {"name": "Ada"}}])
    sign_up(client, keys, userId="me")
    clock.advance(MINUTE)


def anonymously(number: int, anonymous_id: str = "phone", **more: Json) -> dict[str, Json]:
    return {"type": "track", "event": "report_shared", "anonymousId": anonymous_id, "messageId": f"m{number}", **more}


def send(client: Client, keys: Keys, messages: Sequence[Json], **headers: str) -> None:
    answer = client.post("/v1/batch", {"batch": list(messages)}, headers={**basic(keys.write), **headers})
    assert answer.json() == {"success": True}


def alias(previous: str, user: str, **more: Json) -> dict[str, Json]:
    return {"type": "alias", "previousId": previous, "userId": user, **more}


def told(client: Client, keys: Keys, who: str = "me") -> dict[str, Json]:
    """What the token of a user reads, the same by `next` and by flags."""
    headers = {**basic(keys.write), "Waypost-Token": token(keys, who, NOW + 9 * HOUR)}
    answer = client.post("/v1/next", {"userId": who}, headers=headers)
    assert answer.status_code == 200
    flags = client.post("/ofrep/v1/evaluate/flags", {"context": {"targetingKey": who}}, headers=headers).json()["flags"]
    values = {flag["key"]: flag["value"] for flag in flags}
    found = {key: answer.json()[key] for key in CLOSED}
    assert values["stage"] == found["stage"]
    assert [name for name in ("sharers", "readers") if values[f"segment.{name}"]] == sorted(
        found["segments"], reverse=True
    )
    return found


def everything(client: Client, keys: Keys, who: str) -> dict[str, Json]:
    """What a server reads."""
    answer = client.post("/v1/next", {"userId": who}, headers=bearer(keys.read)).json()
    return {key: answer[key] for key in CLOSED}


EARLY = write_instant(NOW - 30 * 24 * HOUR)
ATTACKS: dict[str, list[dict[str, Json]]] = {
    "alias of her into me": [alias("ada", "me")],
    "alias of me into her": [alias("me", "ada")],
    "alias both ways": [alias("ada", "me"), alias("me", "ada")],
    "alias long ago": [alias("ada", "me", timestamp=EARLY)],
    "alias through a third": [alias("ada", "x"), alias("x", "me")],
    "alias through a third from both": [alias("x", "ada"), alias("x", "me")],
    "alias through her phone": [alias("phone", "me"), alias("phone", "ada")],
    "alias of her phone": [alias("phone", "me")],
    "alias with her phone": [alias("x", "me", anonymousId="phone")],
    "marked by the sender": [
        alias("ada", "me", verified=True, properties={"verified": True}, traits={"verified": True})
    ],
    "marked in the context": [alias("ada", "me", context={"verified": True, "traits": {"verified": True}})],
    "claim of her phone": [track(9, userId="me", anonymousId="phone", event="x")],
    "claim of her phone, later": [track(9, userId="me", anonymousId="phone", event="x"), anonymously(10)],
    "claim of her phone before her": [track(9, userId="me", anonymousId="phone", event="x", timestamp=EARLY)],
    "identify with both": [{"type": "identify", "userId": "me", "anonymousId": "phone", "traits": {"verified": True}}],
    "page with both": [{"type": "screen", "userId": "me", "anonymousId": "phone"}],
    "group with both": [{"type": "group", "userId": "me", "anonymousId": "phone", "groupId": "g"}],
    "claim by a second account": [
        track(9, userId="x", anonymousId="phone", event="x", timestamp=EARLY),
        alias("x", "me"),
    ],
    "her claim moved to mine": [track(9, userId="ada", anonymousId="mine", event="x"), alias("mine", "me")],
    "my id as her device": [track(9, userId="ada", anonymousId="me", event="x")],
    "her id as my device": [track(9, userId="me", anonymousId="ada", event="x"), alias("ada", "ada")],
    "me as a user and a device": [alias("me", "me"), alias("ada", "me"), alias("ada", "ada")],
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_write_key_links_opens_nothing_to_a_token(client: Client, keys: Keys, attack: str) -> None:
    send(client, keys, ATTACKS[attack])
    assert told(client, keys) == CLOSED


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_beside_the_write_key_verifies_nothing(client: Client, keys: Keys, attack: str) -> None:
    send(client, keys, ATTACKS[attack], **{"Waypost-Token": token(keys, "me")})
    assert told(client, keys) == CLOSED


@pytest.mark.parametrize("attack", ATTACKS)
def test_nor_does_the_attack_take_from_her_what_she_read_as_a_user(client: Client, keys: Keys, attack: str) -> None:
    send(client, keys, ATTACKS[attack])
    assert told(client, keys, "ada") == OPEN


@pytest.mark.parametrize("attack", ATTACKS)
def test_nor_does_it_open_more_to_a_visitor(client: Client, keys: Keys, attack: str) -> None:
    send(client, keys, ATTACKS[attack])
    for anonymous_id in ("me", "ada", "mine", "x"):
        answer = client.post("/v1/next", {"anonymousId": anonymous_id}, headers=basic(keys.write)).json()
        assert (answer["person"], answer["segments"]) == (anonymous_id, [])


def test_merges_join_people_for_state_all_the_same(client: Client, keys: Keys) -> None:
    send(client, keys, [alias("ada", "me")])
    for who in ("ada", "me"):
        assert everything(client, keys, who) == {**OPEN, "person": "me"}


@pytest.mark.parametrize("kind", ["read", "admin"])
@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
@pytest.mark.parametrize("path", ["/v1/batch", "/v1/alias", "/v1/a"])
def test_a_servers_key_beside_the_write_key_verifies_a_merge(
    client: Client, keys: Keys, kind: str, header: str, path: str
) -> None:
    key = getattr(keys, kind)
    body: dict[str, Json] = {"batch": [alias("ada", "me")]} if path == "/v1/batch" else alias("ada", "me")
    body["writeKey"] = keys.write
    headers = bearer(key) if header == "Authorization" else {**basic(keys.write), header: key}
    assert client.post(path, body, headers=headers).status_code == 200
    assert told(client, keys) == {**OPEN, "person": "me"}
    assert told(client, keys, "ada") == {**OPEN, "person": "me"}


@pytest.mark.parametrize("key", ["write", "identity", "unknown", "revoked"])
def test_no_other_key_does(client: Client, keys: Keys, key: str) -> None:
    text = getattr(keys, key, "wp_read_0000000000_unknown")
    if key == "revoked":
        text, made = client.app.door.access.create("read", "old")
        client.app.door.access.revoke(made.key_id)
    send(client, keys, [alias("ada", "me")], **{"X-API-Key": text})
    assert told(client, keys) == CLOSED


def test_a_read_key_alone_sends_nothing(client: Client, keys: Keys) -> None:
    answer = client.post("/v1/alias", alias("ada", "me"), headers=bearer(keys.read))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_merges_in_process_are_verified(client: Client, keys: Keys, runtime: Runtime) -> None:
    collect(runtime, [alias("ada", "me")], verified=True)
    assert told(client, keys) == {**OPEN, "person": "me"}


def test_merges_of_an_import_are_verified(client: Client, keys: Keys, runtime: Runtime) -> None:
    names = "'alias' AS type, 'me' AS user_id, 'ada' AS previous_id, NULL AS event"
    select = f"SELECT {names}, TIMESTAMP '2026-03-01' AS timestamp"
    assert import_select(runtime, select).accepted == 1
    assert told(client, keys) == {**OPEN, "person": "me"}


def test_a_verified_merge_that_is_taken_back_opens_nothing_more(client: Client, keys: Keys, runtime: Runtime) -> None:
    collect(runtime, [alias("ada", "me")], verified=True)
    undo_link(runtime, "ada", "me")
    assert told(client, keys) == CLOSED
    assert told(client, keys, "ada") == OPEN


def test_a_merge_that_is_sent_again_does_not_come_back(client: Client, keys: Keys, runtime: Runtime) -> None:
    collect(runtime, [alias("ada", "me")], verified=True)
    undo_link(runtime, "ada", "me", end=runtime.clock.now())
    send(client, keys, [alias("ada", "me", timestamp=write_instant(NOW + 3 * HOUR))])
    assert everything(client, keys, "me") == {**OPEN, "person": "me"}
    assert told(client, keys) == CLOSED


def test_a_chain_is_as_weak_as_its_weakest_link(client: Client, keys: Keys, runtime: Runtime) -> None:
    collect(runtime, [alias("work", "me"), track(8, userId="work")], verified=True)
    send(client, keys, [alias("ada", "work")])
    # One of mine at work, two of hers: mine are told, hers are not.
    assert told(client, keys) == {**CLOSED, "stage": "active"}
    assert told(client, keys, "work") == {**CLOSED, "stage": "active"}
    assert everything(client, keys, "me")["segments"] == ["sharers"]


def test_what_i_did_before_i_signed_in_is_mine(client: Client, keys: Keys) -> None:
    send(client, keys, [anonymously(10, "laptop"), anonymously(11, "laptop")])
    send(client, keys, [{"type": "identify", "userId": "me", "anonymousId": "laptop", "traits": {}}])
    assert told(client, keys) == {**CLOSED, "stage": "active", "segments": ["sharers"]}


def test_by_an_alias_too_as_some_products_do(client: Client, keys: Keys) -> None:
    send(client, keys, [anonymously(10, "laptop"), anonymously(11, "laptop"), alias("laptop", "me")])
    assert told(client, keys) == {**CLOSED, "stage": "active", "segments": ["sharers"]}


def test_a_device_that_two_share_is_told_to_neither_unless_verified(
    client: Client, keys: Keys, runtime: Runtime, clock: HandClock
) -> None:
    send(client, keys, [anonymously(10, "tablet"), anonymously(11, "tablet")])
    for number, user in enumerate(("me", "ben")):
        clock.advance(MINUTE)
        send(client, keys, [track(20 + number, event="x", userId=user, anonymousId="tablet")])
    assert told(client, keys) == CLOSED
    assert told(client, keys, "ben")["segments"] == []
    assert everything(client, keys, "me")["segments"] == ["sharers"]
    collect(runtime, [alias("tablet", "me", timestamp=EARLY)], verified=True)
    assert told(client, keys) == {**CLOSED, "stage": "active", "segments": ["sharers"]}
    assert told(client, keys, "ben")["segments"] == []


def test_her_later_claim_closes_what_a_stranger_claimed_first(client: Client, keys: Keys) -> None:
    send(client, keys, [anonymously(10, "new"), anonymously(11, "new")])
    send(client, keys, [track(20, event="x", userId="me", anonymousId="new")])
    send(client, keys, [track(21, event="x", userId="ben", anonymousId="new")])
    assert told(client, keys) == CLOSED


def test_asking_with_a_token_again_gives_the_same_decision(client: Client, keys: Keys, clock: HandClock) -> None:
    send(client, keys, [alias("ada", "me")])
    headers = {**basic(keys.write), "Waypost-Token": token(keys, "me")}
    clock.advance(SECOND)
    first = client.post("/v1/next", {}, headers=headers).json()
    clock.advance(SECOND)
    again = client.post("/v1/next", {}, headers=headers).json()
    assert [step["step"] for step in first["steps"]] == ["share_report"]
    assert again["decision_id"] == first["decision_id"]


def test_a_token_for_somebody_who_is_only_named_by_an_alias(client: Client, keys: Keys) -> None:
    send(client, keys, [alias("ada", "new")])
    assert told(client, keys, "new") == {**CLOSED, "person": "new"}
    send(client, keys, [alias("newer", "ada")])
    assert told(client, keys, "newer") == {**CLOSED, "person": "newer"}


def test_names_and_words_do_not_leak(client: Client, keys: Keys) -> None:
    send(client, keys, [alias("me", "ada")])
    headers = {**basic(keys.write), "Waypost-Token": token(keys, "me")}
    answer = client.post("/v1/next", {}, headers=headers)
    assert b"Ada" not in answer.content
    assert b'"ada"' not in answer.content
    assert answer.json()["steps"][0]["copy"]["title"] == "Share it, friend"


def test_the_store_knows_which_anonymous_ids_were_named(client: Client, keys: Keys, runtime: Runtime) -> None:
    """What is kept of asking is filed under the id that asked."""
    send(client, keys, [alias("ada", "me")])
    told(client, keys)
    assert runtime.identities.person(anonymous("phone")) == "u:me"
