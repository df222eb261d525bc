"""Law 5, its last part: killed whenever it may be, no message is sent twice within what its channel can promise.

A channel is handed the same delivery again only where the process died while the channel had it, and then under the
same `delivery_id`, so that a receiver can tell. Nothing is decided twice, and nothing that was due is forgotten.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.laws.dice import Seeded, chance, pick
from tests.runtime.mailroom import tell
from tests.runtime.rooms import MAILING, NOON
from waypost.model.time import DAY, MINUTE
from waypost.runtime.bundle import Runtime
from waypost.runtime.channels import Message, Outcome, Sent
from waypost.runtime.clock import HandClock
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import decisions as outbox
from waypost.runtime.stores import events as log
from waypost.runtime.stores.sqlite import HostLock
from waypost.runtime.worker import run_due

USERS = ("ada", "ben", "cy")


class Died(BaseException):
    """The process was killed here."""


class Mortal:
    """A channel in whose hands the process may die, before or after it gave the message away."""

    def __init__(self) -> None:
        self.dies: str | None = None
        self.given = Counter[str]()
        self.lost = Counter[str]()
        self.of: dict[str, tuple[str, str]] = {}

    def deliver(self, message: Message) -> Outcome:
        dies, self.dies = self.dies, None
        if dies == "before":
            raise Died
        self.given[message.delivery_id] += 1
        self.of[message.delivery_id] = (message.person, message.step)
        if dies == "after":
            self.lost[message.delivery_id] += 1
            raise Died
        return Sent()


class Life:
    """One store through all deaths of its server."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.channel, self.deaths = HandClock(NOON), Mortal(), 0
        self._settings = Settings(MAILING, store=f"sqlite:///{folder}/waypost.db")
        self.runtime = self._start()

    def _start(self) -> Runtime:
        channels = {"email": self.channel, "webhook": self.channel}
        return open_runtime(self._settings, self.clock, host=True, channels=channels)

    def turn(self) -> None:
        """Do what is due; whoever dies of it is started again, with nothing but what is on disk."""
        try:
            run_due(self.runtime)
        except Died:
            self.die()

    def die(self) -> None:
        self.deaths += 1
        self.runtime.commits.close()  # nothing is written that is written behind
        self.runtime.close_readers()
        self.runtime.database.close()
        assert isinstance(self.runtime.hosted, HostLock)
        self.runtime.hosted.release()
        self.runtime = self._start()


def live(folder: Path, seed: int) -> Life:
    dice, life = Seeded(seed), Life(folder)
    for user in USERS:
        tell(life.runtime, user, "signed_up")
    for _ in range(40):
        life.clock.advance(dice.number(1, 6) * MINUTE)
        tell(life.runtime, pick(dice, USERS), pick(dice, ("looked", "looked", "shared")))
        if chance(dice, 40):
            life.channel.dies = pick(dice, ("before", "after"))
        if chance(dice, 5):
            life.die()
        life.turn()
    life.channel.dies = None
    for _ in range(4):
        life.clock.advance(DAY // 4)
        life.turn()
    return life


@pytest.mark.parametrize("seed", range(8))
def test_what_is_sent_is_sent_once_but_where_its_channel_died(tmp_path: Path, seed: int) -> None:
    life = live(tmp_path, seed)
    told = Counter[str]()
    for _, event in log.after(life.runtime.database, 0):
        if event.kind == "delivery":
            assert event.properties["outcome"] in ("sent", "dropped")
            told[f"{event.properties['decision_id']}.{event.properties['step']}"] += 1
    assert max(told.values()) == 1, "each delivery has one end"
    assert outbox.everything(life.runtime.database, 10) == [], "nothing that was due is forgotten"
    for delivery_id, times in life.channel.given.items():
        assert told[delivery_id] == 1
        assert times <= 1 + life.channel.lost[delivery_id]
    decided = Counter(life.channel.of.values())
    assert all(decided[f"u:{user}", "praise"] <= 1 for user in USERS), "its condition begins once"
    assert decided
    assert life.deaths
    close(life.runtime)
