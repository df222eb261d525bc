"""What servers with a read key are told of people and of the log."""

import pytest

from tests.http.doors import Client, Keys, basic, sign_up, track
from waypost.model.time import HOUR
from waypost.model.values import Json
from waypost.runtime.clock import HandClock


@pytest.fixture
def ada(client: Client, keys: Keys, clock: HandClock) -> None:
    sign_up(client, keys, userId="ada", messageId="signup-1")
    clock.advance(HOUR)
    client.post("/v1/batch", {"batch": [track(1), track(2)]}, headers=basic(keys.write))


def ask(client: Client, key: str, path: str, **query: str) -> Json:
    answer = client.get(path, params=query, headers={"X-API-Key": key})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


@pytest.mark.usefixtures("ada")
def test_counts_by_stage_and_segment(client: Client, keys: Keys) -> None:
    sign_up(client, keys, userId="ben")
    assert ask(client, keys.read, "/v1/people") == {
        "at": "2026-03-01T13:00:00Z",
        "people": 2,
        "stages": {"active": 1, "new_arrival": 1},
        "segments": {"sharers": 1, "readers": 0},
    }
    before = ask(client, keys.read, "/v1/people", as_of="2026-03-01T12:30:00Z")
    assert isinstance(before, dict)
    assert (before["people"], before["stages"]) == (1, {"active": 0, "new_arrival": 1})


@pytest.mark.usefixtures("ada")
@pytest.mark.parametrize("key", ["read", "admin"])
def test_one_person(client: Client, keys: Keys, key: str) -> None:
    told = ask(client, getattr(keys, key), "/v1/people/ada")
    assert isinstance(told, dict)
    assert (told["person"], told["stage"], told["segments"]) == ("ada", "active", ["sharers"])
    assert told["signals"] == {"reports": 2, "visits": 0}
    assert told["milestones"] == {"aha": "2026-03-01T13:00:00Z"}
    before = ask(client, keys.read, "/v1/people/ada", as_of="2026-03-01T13:30:00+01:00")
    assert isinstance(before, dict)
    assert (before["stage"], before["at"]) == ("new_arrival", "2026-03-01T12:30:00Z")


@pytest.mark.usefixtures("ada")
def test_why_not(client: Client, keys: Keys) -> None:
    told = ask(client, keys.read, "/v1/people/ada/explain", step="share_report")
    assert isinstance(told, dict)
    assert (told["person"], told["step"], told["offered"]) == ("ada", "share_report", False)
    everything = ask(client, keys.read, "/v1/people/ada/explain")
    assert isinstance(everything, list), "as the command line prints it"
    assert len(everything) == 2


@pytest.mark.usefixtures("ada")
def test_the_log_and_the_quarantine(client: Client, keys: Keys) -> None:
    client.post("/v1/batch", {"batch": [{"type": "track", "event": "x"}]}, headers=basic(keys.write))
    told = ask(client, keys.read, "/v1/events", person="ada", prefix="m", limit="1")
    assert isinstance(told, dict)
    assert isinstance(told["events"], list)
    assert [event["message_id"] for event in told["events"] if isinstance(event, dict)] == ["m2"]
    assert ask(client, keys.read, "/v1/events/count") == {"count": 3}
    assert ask(client, keys.read, "/v1/events/count", prefix="signup") == {"count": 1}
    assert ask(client, keys.read, "/v1/events/count", quarantined="") == {"count": 1}
    held = ask(client, keys.read, "/v1/events", quarantined="")
    assert isinstance(held, dict)
    assert isinstance(held["quarantined"], list)
    assert isinstance(held["quarantined"][0], dict)
    assert held["quarantined"][0]["code"] == "no_id"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/people/nobody", 404, "unknown_person"),
        ("/v1/people/ada/explain?step=nothing", 404, "unknown_step"),
        ("/v1/people/ada?as_of=yesterday", 400, "bad_request"),
        ("/v1/people/ada?as_of=2020-01-01T00:00:00Z", 404, "unknown_person"),
        ("/v1/people?as_of=", 400, "bad_request"),
        ("/v1/events?limit=0", 400, "bad_request"),
        ("/v1/events?limit=many", 400, "bad_request"),
        ("/v1/events?limit=99999999999999999999", 400, "bad_request"),
        ("/v1/events?person=nobody", 404, "unknown_person"),
    ],
)
@pytest.mark.usefixtures("ada")
def test_what_cannot_be_told(client: Client, keys: Keys, path: str, status: int, code: str) -> None:
    answer = client.get(path, headers={"X-API-Key": keys.read})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    "path", ["/v1/people", "/v1/people/ada", "/v1/people/ada/explain", "/v1/events", "/v1/events/count"]
)
def test_only_read_and_admin_keys_ask(client: Client, keys: Keys, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"X-API-Key": "unknown"}).status_code == 401
    assert client.get(path, headers={"X-API-Key": keys.write}).status_code == 403
    assert client.get(path, headers={"X-API-Key": keys.identity}).status_code == 403
