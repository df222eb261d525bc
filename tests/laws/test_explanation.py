"""Law 12: a logged decision, made again with the definitions it names and the events known then, is the same."""

import json

import msgspec
from hypothesis import given, settings

from tests.laws.dice import Seeded
from tests.laws.lives import ADA, Life, life, lives
from waypost.engine.decide import decide
from waypost.engine.entries import decision_event, read_decision
from waypost.engine.explain import explain
from waypost.engine.observe import fold
from waypost.model.decisions import REASONS
from waypost.model.events import Event


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
