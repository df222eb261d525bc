"""Decisions and conditions per core, beside GrowthBook and Flagsmith on equal rules.

    python -m bench decide [--people N] [--turns T] [--times K] [--quick]

`_rules` has the rules, each in all three languages. Pretend people's logs are folded into profiles; their signals and
traits are the attributes that the peers get ready made. Before anything is timed all three must say the same of
everyone. A decision of Waypost says which of the thirty steps the person gets, in which order, and why not the others;
the peers say which flags are on. Time is processor time of each process, in which nothing that was there before is
looked through for garbage.
"""

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from bench._crowd import Calendar, Crowd, timed
from bench._report import goal, load, machine, middle, table
from bench._rules import SEGMENTS, STEPS, TRAITS, definitions
from bench.peers import NoPeers, installed, python
from waypost.definitions.load import load as load_definitions
from waypost.engine import observe
from waypost.engine.decide import decide
from waypost.engine.messages import Refusal, read
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.model.decisions import Asked
from waypost.model.events import Event
from waypost.model.people import PersonId
from waypost.model.time import DAY, SECOND, Instant
from waypost.model.values import Type, present
from waypost.runtime.zones import zones

GOAL: Final = 5.0
NOW: Final[Instant] = 1_790_000_000 * SECOND
PEERS: Final = ("growthbook", "flagsmith")
WHAT: Final = {"conditions": len(SEGMENTS) + len(STEPS), "decisions": 1}
"""What is timed, and how many of it one person is worth."""


def profiles(program: Program, people: int) -> list[Profile]:
    """Pretend people, folded."""
    chance, calendar, decode = Random(3), Calendar(), msgspec.json.Decoder().decode
    found = []
    for number, past in enumerate(Crowd(people).past()):
        traits = {
            "plan": chance.choice(("free", "team", "business")),
            "team_size": chance.randrange(1, 9),
            "role": chance.choice(("admin", "analyst", "engineer", "sales")),
            "country": chance.choice(("NL", "BE", "DE", "US", "IN")),
            "staff": chance.random() < 0.1,
        }
        log: list[Event] = []
        for before, message in past:
            at = NOW - DAY - before
            event = read(decode(timed(message, calendar.write(at))), received_at=at + SECOND)
            assert not isinstance(event, Refusal)
            log.append(event)
        last = log[-1]
        log.append(
            msgspec.structs.replace(
                last, kind="identify", name="", at=last.at + SECOND, message_id="z", properties=traits
            )
        )
        profile = observe.fold(program, PersonId(f"u:p{number}"), log, NOW)
        assert profile is not None
        found.append(profile)
    return found


def attributes(program: Program, profile: Profile) -> dict[str, Any]:
    """What the peers get to know of somebody."""
    state = observe.view(program, profile, NOW)
    signals = program.definitions.signals
    told = {
        name: present(value, Type.NUMBER if isinstance(value, int) else signals[name].type)
        for name, value in state.signals.items()
        if value is not None
    }
    return {**told, **{name: state.traits[name] for name in TRAITS}}


class Peers:
    """The process that has the peers."""

    def __init__(self, people: Sequence[dict[str, Any]]) -> None:
        self._process = subprocess.Popen(
            [str(python()), "-m", "bench._peers_decide"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parent.parent,
        )
        self.answers = self._ask(people)

    def seconds(self, peer: str, what: str, times: int) -> float:
        """How much processor time it takes to do something for everyone so often."""
        return float(self._ask([peer, what, times]))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _ask(self, question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise NoPeers("the process with the peers has ended")
        return json.loads(line)


def agree(ours: Sequence[Any], theirs: Sequence[Any], peer: str, what: str) -> None:
    """Refuse to time what is not equal."""
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one != other:
            raise SystemExit(f"{peer} says otherwise of person {place}, {what}: {other}, where Waypost says {one}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fold people, see that all agree, time everyone in turns."""
    parser = argparse.ArgumentParser(prog="python -m bench decide")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--times", type=int, default=4, help="how often each asks about everybody in its turn")
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it runs")
    given = parser.parse_args(arguments)
    if given.quick:
        given.people, given.turns, given.times = 20, 1, 1
    machine()
    loaded = load_definitions({"waypost.yaml": definitions()}, zones())
    if loaded.definitions is None:
        raise SystemExit("\n".join(map(str, loaded.issues)))
    program = compile_program(loaded.definitions)
    people = profiles(program, given.people)
    tests = [program.test(loaded.definitions.segments[rule.name].when) for rule in SEGMENTS]
    steps = [loaded.definitions.steps[rule.name].show_when for rule in STEPS]
    tests += [program.test(condition) for condition in steps if condition is not None]
    asked = Asked()
    ours: dict[str, Callable[[], Any]] = {
        "conditions": lambda: [[test(profile, NOW) for test in tests] for profile in people],
        "decisions": lambda: [decide(program, profile, asked, NOW) for profile in people],
    }
    peers: Peers | None = None
    try:
        if given.quick and not installed():
            raise NoPeers("the peers are not installed yet, and a quick look does not install them: left out")
        peers = Peers([attributes(program, profile) for profile in people])
    except NoPeers as sentence:
        print(sentence)
    if peers is not None:
        truths = [[test(profile, NOW) is True for test in tests] for profile in people]
        offered = [sorted(offer.step for offer in decide(program, profile, asked, NOW).offers) for profile in people]
        for peer in PEERS:
            agree(truths, peers.answers[peer]["conditions"], peer, "conditions")
            agree(offered, [sorted(on) for on in peers.answers[peer]["decisions"]], peer, "steps")
        share = sum(map(sum, truths)) / (len(truths) * len(tests))
        print(f"all three agree on {len(people)} people × {len(tests)} conditions, {share:.0%} of them true")
    gc.collect()
    gc.freeze()
    rows: list[Sequence[object]] = []
    for what, worth in WHAT.items():
        rates: dict[str, list[float]] = {}
        for turn in range(-1, given.turns):
            began = time.process_time()
            for _ in range(given.times):
                ours[what]()
            seconds = {"waypost": time.process_time() - began}
            for peer in PEERS if peers is not None else ():
                assert peers is not None
                seconds[peer] = peers.seconds(peer, what, given.times)
            if turn >= 0:
                for name, spent in seconds.items():
                    rates.setdefault(name, []).append(len(people) * given.times * worth / spent)
        for name, found in rates.items():
            times = middle([one / other for one, other in zip(rates["waypost"], found, strict=True)])
            rows.append((f"{what}: {name}", f"{middle(found):,.0f}", f"{times:.1f}"))
    table(("on one core", "a second", "waypost ÷ it"), rows)
    for row in rows:
        if not str(row[0]).endswith("waypost"):
            goal(f"{row[0]}, waypost ÷ it", float(str(row[2])), GOAL, least=True)
    if peers is not None:
        peers.close()
    load()


if __name__ == "__main__":
    main(sys.argv[1:])
