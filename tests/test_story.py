"""Ada, Ben and Cy in their first week. Read this first.

Harbour is the example's pretend product: a small workspace where a team connects its data and shares reports. Its own
definition files (`examples/harbour`) run here on the real store, in memory. What people do comes in by the same door as
over HTTP; only the clock is moved by hand.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from waypost.demo.harbour import copy_to
from waypost.model.people import user
from waypost.model.time import DAY, HOUR, MINUTE, Duration, parse_instant, write_instant
from waypost.model.values import Json
from waypost.runtime import lookup
from waypost.runtime.channels import Message, Outcome, Sent
from waypost.runtime.clock import HandClock
from waypost.runtime.collect import collect
from waypost.runtime.decide import ask
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.worker import run_due

MONDAY = parse_instant("2026-01-05T09:00:00Z") or 0


class Harbour:
    """The product as Waypost sees it: people do things, pages ask what to show, and time goes by."""

    def __init__(self, folder: Path) -> None:
        copy_to(folder, deliver=True)
        self.clock = HandClock(MONDAY)
        self.letters: list[tuple[str, Json]] = []
        self.waypost = open_runtime(Settings(folder, store="sqlite://"), self.clock, channels={"email": self})

    def does(self, who: str, event: str, **properties: Json) -> None:
        """Somebody who is signed in does something."""
        self.sends({"type": "track", "userId": who, "event": event, "properties": properties})

    def sends(self, *messages: dict[str, Json]) -> int:
        """Messages arrive, as an SDK sends them; how many were new."""
        return collect(self.waypost, messages).accepted

    def wait(self, duration: Duration) -> None:
        """Time goes by, and whatever it brings happens."""
        self.clock.advance(duration)
        run_due(self.waypost)

    def next(self, who: str, page: str = "/home") -> Any:
        """Somebody opens a page, and it asks what to show."""
        return ask(self.waypost, user(who), page=page).body

    def sees(self, who: str, page: str = "/home") -> list[str]:
        """The steps that they are shown there."""
        return [step["step"] for step in self.next(who, page)["steps"]]

    def person(self, who: str) -> Any:
        """What is known of somebody now."""
        return lookup.person(self.waypost, who)

    def deliver(self, message: Message) -> Outcome:
        """An e-mail leaves."""
        self.letters.append((message.person, message.content.copy["subject"]))
        return Sent()


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    product = Harbour(tmp_path)
    yield product
    close(product.waypost)


def test_ada_finds_her_way(harbour: Harbour) -> None:
    # Monday, nine o'clock. Ada signs up, and the page asks what she should see.
    harbour.does("ada", "signed_up", plan="free")
    assert harbour.person("ada")["stage"] == "newcomer"
    assert harbour.sees("ada") == ["create_workspace"]

    # The next step follows what she does, not a script: the moment her workspace is there, so is the next one.
    harbour.wait(5 * MINUTE)
    harbour.does("ada", "workspace_created", template="sales")
    assert harbour.person("ada")["stage"] == "builder"
    assert harbour.sees("ada") == ["connect_source"]

    # Sixteen minutes after signing up she has data. Setup is reached, and Ada is one of the fast ones.
    harbour.wait(11 * MINUTE)
    harbour.does("ada", "source_connected", kind="sheet")
    ada = harbour.person("ada")
    assert ada["milestones"]["setup"] == "2026-01-05T09:16:00Z"
    assert ada["segments"] == ["fast_finisher"]

    # She shares her first report. That is what this project calls activation.
    harbour.does("ada", "report_created", template="weekly")
    harbour.wait(1 * HOUR)
    harbour.does("ada", "report_shared", audience="team")
    assert harbour.person("ada")["milestones"]["aha"] == "2026-01-05T10:16:00Z"

    # Tuesday, Wednesday, Thursday: she comes back to it. A habit; the journey has done its work, and leaves her alone.
    for _ in range(3):
        harbour.wait(1 * DAY)
        harbour.does("ada", "report_viewed", seconds=0.4)
    assert harbour.person("ada")["stage"] == "regular"
    assert harbour.sees("ada") == []
    assert {one["reason"] for one in harbour.next("ada")["not_now"]} == {"exited"}


def test_ben_gets_stuck(harbour: Harbour) -> None:
    # Ben makes a workspace, and then nothing more happens.
    harbour.sends({"type": "identify", "userId": "ben", "traits": {"first_name": "Ben", "timezone": "Europe/Lisbon"}})
    harbour.does("ben", "signed_up", plan="free")
    harbour.does("ben", "workspace_created")

    # After exactly two days he has not stalled yet; an instant later he has. No event came, and nobody polled everyone.
    harbour.wait(2 * DAY)
    assert "stalled_at_setup" not in harbour.person("ben")["segments"]
    harbour.wait(1)
    assert "stalled_at_setup" in harbour.person("ben")["segments"]

    # An e-mail is due, but only if he is still stuck an hour later. He is.
    harbour.wait(59 * MINUTE)
    assert harbour.letters == []
    harbour.wait(1 * MINUTE)
    assert harbour.letters == [("u:ben", "Your workspace is waiting for data")]

    # Why is he not asked to share a report? Because of what comes before; and this would change it.
    why: Any = lookup.explain(harbour.waypost, "ben", "share_report")
    assert not why["offered"]
    assert [reason["reason"] for reason in why["reasons"]] == ["after"]

    # The e-mail helps: he connects a sheet, and is stuck no longer.
    harbour.does("ben", "source_connected", kind="sheet")
    ben = harbour.person("ben")
    assert ben["segments"] == []
    assert ben["milestones"]["setup"] == write_instant(MONDAY + 2 * DAY + 1 * HOUR + 1)


def test_cy_has_a_phone(harbour: Harbour) -> None:
    # On Monday somebody reads the pricing page on a phone. Nobody knows who that is.
    page: dict[str, Json] = {"type": "page", "anonymousId": "phone-1", "properties": {"path": "/pricing"}}
    harbour.sends(page)

    # On Tuesday Cy signs up on a laptop: a new person, who has done nothing before today.
    harbour.wait(1 * DAY)
    harbour.does("cy", "signed_up", plan="team")
    assert harbour.person("cy")["signals"]["days_active"] == 1

    # On Wednesday Cy signs in on the phone, and it turns out whose it was: Monday was Cy's as well.
    harbour.wait(1 * DAY)
    harbour.sends({"type": "identify", "userId": "cy", "anonymousId": "phone-1", "traits": {"plan": "team"}})
    assert harbour.person("cy")["signals"]["days_active"] == 2

    # A share of that day, out of reach of any network, arrives on Friday under the name that the old app gives it. It
    # counts at its own time. The phone is not sure that it got through, and sends it again: it counts once.
    share: dict[str, Json] = {
        "type": "track",
        "messageId": "share-1",
        "userId": "cy",
        "event": "shareReport",
        "properties": {"shared_with": "public"},
        "timestamp": write_instant(harbour.clock.now() + 3 * HOUR),
    }
    harbour.wait(2 * DAY)
    assert [harbour.sends(share), harbour.sends(share)] == [1, 0]
    cy = harbour.person("cy")
    assert cy["signals"]["reports_shared"] == 1
    assert cy["milestones"]["aha"] == share["timestamp"]
    assert cy["stage"] == "activated"


def test_and_everyone_together(harbour: Harbour) -> None:
    # The same files, asked of everybody at once by the other evaluator: as queries, as of any instant.
    harbour.does("ada", "signed_up", plan="free")
    harbour.does("ben", "signed_up", plan="free")
    harbour.wait(1 * HOUR)
    before_the_share = harbour.clock.now()
    harbour.wait(1 * HOUR)
    harbour.does("ada", "report_shared", audience="team")

    then: Any = lookup.people(harbour.waypost, as_of=before_the_share)
    now: Any = lookup.people(harbour.waypost)
    assert then["stages"] == {"regular": 0, "activated": 0, "builder": 0, "newcomer": 2}
    assert now["stages"] == {"regular": 0, "activated": 1, "builder": 0, "newcomer": 1}
