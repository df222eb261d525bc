"""`POST /v1/next`: whom each key may ask about, and what is answered."""

import pytest

from tests.http.doors import NOW, Client, Keys, basic, bearer, sign_up, token, track
from waypost.model.time import DAY, MINUTE, SECOND
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock

STEPS = {"share_report"}


def names(answer: Json) -> set[str]:
    assert isinstance(answer, dict)
    steps = answer["steps"]
    assert isinstance(steps, list)
    return {str(step["step"]) for step in steps if isinstance(step, dict)}


def test_the_answer_has_the_shape_of_the_contract(client: Client, keys: Keys, runtime: Runtime) -> None:
    sign_up(client, keys, userId="ada")
    client.post("/v1/identify", {"userId": "ada", "traits": {"name": "Ada"}}, headers=basic(keys.write))
    answer = client.post("/v1/next", {"userId": "ada", "page": "/reports", "locale": "en"}, headers=bearer(keys.read))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    assert set(told) == {
        "decision_id",
        "person",
        "at",
        "definition_set",
        "stage",
        "segments",
        "milestones",
        "steps",
        "not_now",
        "holdout",
    }
    assert told["person"] == "ada"
    assert told["at"] == "2026-03-01T12:00:00Z"
    assert told["definition_set"] == runtime.live.definitions.hash
    assert (told["stage"], told["segments"], told["milestones"]) == ("new_arrival", [], {"aha": None})
    (step,) = told["steps"]
    assert step["step"] == "share_report"
    assert step["copy"]["title"] == "Share it, Ada"
    assert step["parameters"] == {"template": "blank", "rows": 3, "ratio": 1.5, "big": True}
    assert step["experiment"] is None
    assert step["because"]
    assert told["not_now"][0]["step"] == "invite"


def test_a_read_key_asks_about_anyone(client: Client, keys: Keys) -> None:
    sign_up(client, keys, userId="ada")
    sign_up(client, keys, anonymousId="phone-1")
    for kind in (keys.read, keys.admin):
        assert names(client.post("/v1/next", {"userId": "ada"}, headers=bearer(kind)).json()) == STEPS
        assert names(client.post("/v1/next", {"anonymousId": "phone-1"}, headers={"X-API-Key": kind}).json()) == STEPS
    assert names(client.post("/v1/next", {"userId": "nobody"}, headers=bearer(keys.read)).json()) == set()


@pytest.mark.parametrize("body", [{"userId": "ada"}, {"userId": "ada", "anonymousId": "phone-1"}, {"userId": 42}])
def test_a_write_key_alone_does_not_ask_about_a_user(client: Client, keys: Keys, body: Json) -> None:
    answer = client.post("/v1/next", body, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (403, "token_needed")


@pytest.mark.parametrize("place", ["header", "body"])
def test_with_a_token_it_asks_about_that_user(client: Client, keys: Keys, place: str) -> None:
    sign_up(client, keys, userId="ada")
    body: dict[str, Json] = {"userId": "ada", "anonymousId": "phone-1"}
    headers = basic(keys.write)
    if place == "header":
        headers["Waypost-Token"] = token(keys)
    else:
        body["token"] = token(keys)
    answer = client.post("/v1/next", body, headers=headers)
    assert (answer.status_code, answer.json()["person"]) == (200, "ada")
    del body["userId"]
    assert client.post("/v1/next", body, headers=headers).json()["person"] == "ada"


def test_a_token_speaks_for_nobody_else(client: Client, keys: Keys) -> None:
    headers = {**basic(keys.write), "Waypost-Token": token(keys, "ben")}
    answer = client.post("/v1/next", {"userId": "ada"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("spoilt", ["late", "far", "signature", "text", "type"])
def test_a_bad_token_is_refused(client: Client, keys: Keys, spoilt: str) -> None:
    spoils: dict[str, Json] = {
        "late": token(keys, ends=NOW),
        "far": token(keys, ends=NOW + DAY + 10 * MINUTE),
        "signature": token(keys)[:-3] + "abc",
        "text": "token",
        "type": 7,
    }
    given = spoils[spoilt]
    answer = client.post("/v1/next", {"userId": "ada", "token": given}, headers=basic(keys.write))
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")


def test_a_claim_made_with_a_write_key_opens_nothing(client: Client, keys: Keys) -> None:
    """An attacker claims their own anonymous id for Ada, and asks with it."""
    sign_up(client, keys, userId="ada")
    client.post("/v1/batch", {"batch": [track(1), track(2)]}, headers=basic(keys.write))
    client.post("/v1/identify", {"userId": "ada", "anonymousId": "evil-1", "traits": {}}, headers=basic(keys.write))
    client.post("/v1/alias", {"userId": "ada", "previousId": "evil-2"}, headers=basic(keys.write))
    for anonymous_id in ("evil-1", "evil-2"):
        told = client.post("/v1/next", {"anonymousId": anonymous_id}, headers=basic(keys.write)).json()
        assert (told["person"], told["stage"], told["segments"]) == (anonymous_id, "new_arrival", [])
        assert told["milestones"] == {"aha": None}
        read = client.post("/v1/next", {"anonymousId": anonymous_id}, headers=bearer(keys.read)).json()
        assert (read["person"], read["segments"]) == ("ada", ["sharers"])


def test_a_claimed_visitor_still_reads_what_it_did_itself(client: Client, keys: Keys) -> None:
    sign_up(client, keys, anonymousId="phone-1")
    both: dict[str, Json] = {"anonymousId": "phone-1", "userId": "ada"}
    client.post("/v1/identify", {**both, "traits": {"name": "Ada"}}, headers=basic(keys.write))
    client.post("/v1/page", both, headers=basic(keys.write))
    told = client.post("/v1/next", {"anonymousId": "phone-1"}, headers=basic(keys.write)).json()
    assert (told["person"], told["segments"]) == ("phone-1", ["readers"])
    assert told["steps"][0]["copy"]["title"] == "Share it, Ada"


def test_asking_twice_gives_the_same_decision(client: Client, keys: Keys, clock: HandClock) -> None:
    sign_up(client, keys, userId="ada")
    sign_up(client, keys, anonymousId="phone-1")
    client.post("/v1/page", {"anonymousId": "phone-1", "userId": "ben"}, headers=basic(keys.write))
    clock.advance(SECOND)
    for body, headers in (
        ({"userId": "ada"}, bearer(keys.read)),
        ({"anonymousId": "phone-1"}, basic(keys.write)),
    ):
        first = client.post("/v1/next", body, headers=headers).json()
        clock.advance(SECOND)
        again = client.post("/v1/next", body, headers=headers).json()
        assert names(first) == names(again) == STEPS
        assert again["decision_id"] == first["decision_id"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"userId": "null"},
        {"userId": ""},
        {"userId": 1.5},
        {"userId": True},
        {"userId": "x" * 256},
        {"userId": "a\0b"},
        {"userId": ["ada"]},
        {"userId": "ada", "slots": -1},
        {"userId": "ada", "slots": "many"},
        {"userId": "ada", "slots": 10**30},
        {"userId": "ada", "page": 7},
        {"userId": "ada", "page": "x" * 3_000},
        {"userId": "ada", "locale": []},
        [],
        "text",
    ],
)
def test_what_cannot_be_asked_is_a_bad_request(client: Client, keys: Keys, body: Json) -> None:
    answer = client.post("/v1/next", body, headers=bearer(keys.read))
    assert answer.status_code == 400
    assert answer.json()["code"] in {"bad_request", "malformed"}


def test_half_a_surrogate_pair_is_mended_in_a_page_and_a_locale(client: Client, keys: Keys) -> None:
    asked = b'{"userId": "ada", "page": "/\\ud83d", "locale": "e\\ud83d"}'
    for _ in range(2):
        assert client.post("/v1/next", content=asked, headers=bearer(keys.read)).status_code == 200
        sign_up(client, keys, userId="ada")


def test_half_a_surrogate_pair_is_no_id(client: Client, keys: Keys) -> None:
    answer = client.post("/v1/next", content=b'{"userId": "\\ud83d"}', headers=bearer(keys.read))
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "no_key"),
        (bearer("unknown"), 401, "unknown_key"),
        ({"X-API-Key": "unknown"}, 401, "unknown_key"),
    ],
)
def test_without_a_key_nobody_asks(client: Client, headers: dict[str, str], status: int, code: str) -> None:
    answer = client.post("/v1/next", {"anonymousId": "phone-1"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_identity_key_asks_nothing(client: Client, keys: Keys) -> None:
    answer = client.post("/v1/next", {"userId": "ada"}, headers=bearer(keys.identity))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
