"""Readouts as JSON."""

from tests.http.doors import Client, Keys, basic, sign_up, track
from waypost.model.time import DAY
from waypost.runtime.clock import HandClock


def test_milestones_are_read_out(client: Client, keys: Keys, clock: HandClock) -> None:
    sign_up(client, keys, userId="ada")
    sign_up(client, keys, userId="ben")
    client.post("/v1/track", track(1), headers=basic(keys.write))
    clock.advance(20 * DAY)
    told = client.get("/v1/readouts/milestones", headers={"X-API-Key": keys.read}).json()
    (row,) = told["rows"]
    assert told["as_of"] == "2026-03-21T12:00:00Z"
    assert (row["milestone"], row["group"], row["people"], row["reached"], row["rate"]) == ("aha", {}, 2, 1, 0.5)
    split = client.get("/v1/readouts/milestones", params={"by": "sharers"}, headers={"X-API-Key": keys.read}).json()
    assert {str(row["group"]) for row in split["rows"]} == {"{'sharers': False}"}


def test_what_nobody_can_be_split_by_is_refused(client: Client, keys: Keys) -> None:
    answer = client.get("/v1/readouts/milestones", params={"by": "nonsense ("}, headers={"X-API-Key": keys.read})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_group")


def test_only_read_keys_ask(client: Client, keys: Keys) -> None:
    assert client.get("/v1/readouts/milestones").status_code == 401
    assert client.get("/v1/readouts/milestones", headers={"X-API-Key": keys.write}).status_code == 403
