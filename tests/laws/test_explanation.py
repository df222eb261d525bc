"""Law 12: a logged decision, made again with the definitions it names and the events known then, is the same."""

import json
import re

import msgspec
from hypothesis import given, settings

from tests.laws.dice import Seeded
from tests.laws.lives import ADA, Life, life, lives
from waypost.engine.decide import decide
from waypost.engine.entries import decision_event, read_decision
from waypost.engine.explain import explain
from waypost.engine.observe import fold
from waypost.model.decisions import REASONS, Change
from waypost.model.events import Event
from waypost.model.time import HOUR, Instant, parse_instant


def repeat(lived: Life) -> int:
    """Decide every logged decision again, from the log alone; how many there were."""
    count = 0
    for place, entry in enumerate(lived.log):
        if entry.kind != "decision":
            continue
        stored = msgspec.structs.replace(entry, properties=json.loads(json.dumps(entry.properties)))
        decision = read_decision(stored)
        assert decision.definition_set == lived.definitions.hash
        profile = fold(lived.program, ADA, lived.log[:place], decision.at)
        assert profile is not None
        assert decide(lived.program, profile, decision.asked, decision.at) == decision
        count += 1
    return count


@settings(max_examples=60)
@given(lives())
def test_a_logged_decision_can_be_made_again(lived: Life) -> None:
    repeat(lived)


def test_logged_decisions_of_many_lives_can_be_made_again() -> None:
    assert sum(repeat(life(Seeded(seed))) for seed in range(250)) > 500


def test_decisions_that_were_not_logged_can_be_made_again_too() -> None:
    for seed in range(60):
        lived = life(Seeded(seed))
        for made in lived.made:
            profile = fold(lived.program, ADA, made.known, made.decision.at)
            assert profile is not None
            assert decide(lived.program, profile, made.decision.asked, made.decision.at) == made.decision
            assert read_decision(decision_event(made.decision)) == made.decision


def test_the_order_in_which_the_log_arrived_changes_no_decision() -> None:
    for seed in range(60):
        lived = life(Seeded(seed))
        for made in lived.made:
            known: list[Event] = sorted(made.known, key=lambda event: event.message_id)
            profile = fold(lived.program, ADA, known, made.decision.at)
            assert profile is not None
            assert decide(lived.program, profile, made.decision.asked, made.decision.at) == made.decision


def test_an_explanation_says_what_the_decision_says() -> None:
    explained = 0
    for seed in range(60):
        lived = life(Seeded(seed))
        for made in lived.made[-3:]:
            profile = fold(lived.program, ADA, made.known, made.decision.at)
            assert profile is not None
            for verdict in made.decision.verdicts:
                told = explain(lived.program, profile, verdict.step, made.decision.at, made.decision.asked)
                assert told.reasons[-1] == verdict
                assert verdict.reason in REASONS
                assert told.offered is verdict.kept
                assert all(reason.kept for reason in told.reasons[:-1])
                assert not (told.offered and told.would_change)
                explained += 1
    assert explained > 200


def come_true(change: Change, at: Instant, number: int) -> tuple[list[Event], Instant] | None:
    """What has to happen for one change of fact, and when it has; None where the lives have no such deed."""
    waited = re.search(r"wait until (\S+)$", change.needed)
    if waited is not None:
        return [], parse_instant(waited[1]) or 0
    more = re.fullmatch(r">= (\d+)", change.needed)
    if change.fact in ("a", "recent") and more is not None and isinstance(change.now, int):
        done = range(int(more[1]) - change.now)
        return [Event(f"then{number}-{one}", "track", "a", at, "ada", None, {}, "web", at) for one in done], at
    if change.fact == "recent":
        return [], at + 5 * HOUR
    if change.fact == "trait.staff" and change.needed == "TRUE":
        return [Event(f"then{number}", "identify", "", at, "ada", None, {"staff": True}, "web", at)], at
    return None


def test_what_would_change_it_does() -> None:
    """Let everything that is named come true: then that reason stands no longer against the step."""
    tried: set[str] = set()
    for seed in range(120):
        lived = life(Seeded(seed))
        for made in lived.made[-4:]:
            now = made.decision.at
            profile = fold(lived.program, ADA, made.known, now)
            assert profile is not None
            for verdict in made.decision.verdicts:
                told = explain(lived.program, profile, verdict.step, now, made.decision.asked)
                ways = [come_true(change, now + 1, number) for number, change in enumerate(told.would_change)]
                if not ways or None in ways:
                    continue
                if verdict.reason in ("journey", "exited") and len(lived.definitions.journeys) > 1:
                    # What lets her into one journey may leave the reason of the other standing.
                    continue
                events = [event for way in ways if way is not None for event in way[0]]
                at = max(way[1] for way in ways if way is not None)
                later = fold(lived.program, ADA, [*made.known, *events], at)
                assert later is not None
                then = decide(lived.program, later, made.decision.asked, at)
                (found,) = [one for one in then.verdicts if one.step == verdict.step]
                # When a limit has room again, others may go first: that is another phase. When one step is out of the
                # way, or a journey's exit over, the next one, or the pause, is another sentence.
                same = (found.reason, found.phase, found.because) == (verdict.reason, verdict.phase, verdict.because)
                assert not same, f"seed {seed}, {verdict}, {told.would_change}"
                tried.add(verdict.reason)
    assert {"show_when", "send_when", "journey", "cooldown", "per_day", "at_once", "quiet_hours"} <= tried
