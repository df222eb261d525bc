"""OFREP: shapes to the letter, tags, and that asking writes nothing."""

from typing import cast

import pytest

from tests.http.doors import Client, Keys, basic, bearer, logged, sign_up, token, track
from waypost.model.values import Json
from waypost.runtime.bundle import Runtime

BULK = "/ofrep/v1/evaluate/flags"


def about(key: Json) -> Json:
    return {"context": {"targetingKey": key, "plan": "pro"}}


FLAGS: list[dict[str, Json]] = [
    {"key": "stage", "value": "active", "variant": "active"},
    {"key": "segment.sharers", "value": True, "variant": "in"},
    {"key": "segment.readers", "value": False, "variant": "out"},
    {"key": "milestone.aha", "value": True, "variant": "reached"},
    {"key": "step.share_report", "value": False, "variant": "not_offered"},
    {"key": "step.invite", "value": True, "variant": "offered"},
    {"key": "step.share_report.template", "value": "blank", "variant": "control", "reason": "STATIC"},
    {"key": "step.share_report.rows", "value": 3, "variant": "control", "reason": "STATIC"},
    {"key": "step.share_report.big", "value": True, "variant": "control", "reason": "STATIC"},
]


@pytest.mark.parametrize("flag", FLAGS, ids=lambda flag: str(flag["key"]))
def test_one_flag(client: Client, keys: Keys, flag: dict[str, Json]) -> None:
    sign_up(client, keys, userId="ada")
    client.post("/v1/batch", {"batch": [track(1), track(2)]}, headers=basic(keys.write))
    answer = client.post(f"{BULK}/{flag['key']}", about("ada"), headers=bearer(keys.read))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == {"reason": "TARGETING_MATCH", **flag}


def test_a_float_keeps_its_point(client: Client, keys: Keys) -> None:
    answer = client.post(f"{BULK}/step.share_report.ratio", about("ada"), headers=bearer(keys.read))
    assert b'"value":1.5' in answer.content


def test_somebody_unknown_stands_where_everybody_begins(client: Client, keys: Keys) -> None:
    answer = client.post(f"{BULK}/stage", about("nobody"), headers=bearer(keys.read))
    assert answer.json()["value"] == "new_arrival"


@pytest.mark.parametrize("key", ["theme", "segment.", "segment.nobody", "step.x.y", "step", "stage.x", "milestone"])
def test_an_unknown_flag_is_not_found(client: Client, keys: Keys, key: str) -> None:
    answer = client.post(f"{BULK}/{key}", about("ada"), headers=bearer(keys.read))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json()["key"] == key
    assert answer.json()["errorCode"] == "FLAG_NOT_FOUND"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "TARGETING_KEY_MISSING"),
        (b'{"context": {}}', "TARGETING_KEY_MISSING"),
        (b'{"context": {"targetingKey": null}}', "TARGETING_KEY_MISSING"),
        (b'{"context": {"targetingKey": ""}}', "INVALID_CONTEXT"),
        (b'{"context": {"targetingKey": {}}}', "INVALID_CONTEXT"),
        (b'{"context": 7}', "INVALID_CONTEXT"),
        (b"{", "PARSE_ERROR"),
        (b"[]", "PARSE_ERROR"),
        (b"", "PARSE_ERROR"),
    ],
)
def test_what_cannot_be_evaluated_says_why_in_the_protocols_words(
    client: Client, keys: Keys, body: bytes, code: str
) -> None:
    single = client.post(f"{BULK}/stage", content=body, headers=bearer(keys.read))
    assert (single.status_code, single.headers["content-type"]) == (400, "application/json")
    assert (single.json()["key"], single.json()["errorCode"]) == ("stage", code)
    bulk = client.post(BULK, content=body, headers=bearer(keys.read))
    assert (bulk.status_code, bulk.json()["errorCode"]) == (400, code)
    assert "key" not in bulk.json()


def test_all_flags_have_a_tag_that_changes_when_they_do(client: Client, keys: Keys) -> None:
    sign_up(client, keys, userId="ada")
    first = client.post(BULK, about("ada"), headers=bearer(keys.read))
    flags = {flag["key"]: flag for flag in first.json()["flags"]}
    assert set(flags) == {
        "stage",
        "segment.sharers",
        "segment.readers",
        "milestone.aha",
        "step.share_report",
        "step.invite",
        "step.share_report.template",
        "step.share_report.rows",
        "step.share_report.ratio",
        "step.share_report.big",
    }
    assert all(set(flag) == {"key", "value", "reason", "variant"} for flag in flags.values())
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", tag.strip('"'), f'"other", {tag}'):
        same = client.post(BULK, about("ada"), headers={**bearer(keys.read), "If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    client.post("/v1/track", track(1), headers=basic(keys.write))
    changed = client.post(BULK, about("ada"), headers={**bearer(keys.read), "If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_asking_for_flags_writes_nothing(client: Client, keys: Keys, runtime: Runtime) -> None:
    sign_up(client, keys, userId="ada")
    before = logged(runtime)
    client.post(BULK, about("ada"), headers=bearer(keys.read))
    client.post(f"{BULK}/step.share_report", about("ada"), headers=bearer(keys.read))
    assert logged(runtime) == before


def test_with_a_write_key_alone_the_targeting_key_is_an_anonymous_id(client: Client, keys: Keys) -> None:
    sign_up(client, keys, userId="ada")
    client.post("/v1/track", track(1), headers=basic(keys.write))
    stage = f"{BULK}/stage"
    assert client.post(stage, about("ada"), headers=bearer(keys.write)).json()["value"] == "new_arrival"
    vouched = {**bearer(keys.write), "Waypost-Token": token(keys)}
    assert client.post(stage, about("ada"), headers=vouched).json()["value"] == "active"
    assert client.post(stage, about("ben"), headers=vouched).status_code == 403
    assert client.post(stage, about("ada")).status_code == 401


def test_numbers_are_ids_here_too(client: Client, keys: Keys) -> None:
    sign_up(client, keys, userId=42)
    client.post("/v1/track", {"event": "report_shared", "userId": 42}, headers=basic(keys.write))
    answer = client.post(f"{BULK}/stage", about(42), headers=bearer(keys.read))
    assert cast(dict[str, Json], answer.json())["value"] == "active"
