"""How a person stands: as of any instant after the last that was seen, and whether they are a tester."""

import pytest

from tests.engine.acme import ADA, IDLE, LOG, NOON, compare, defined, long
from waypost.engine.observe import fold
from waypost.engine.program import compile_program
from waypost.engine.standing import stand
from waypost.model.conditions import Age, Always, Condition, Op
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR


def test_a_spell_that_began_by_time_alone() -> None:
    step = Step("tip", "tip", show_when=compare(IDLE, Op.GT, long(HOUR)))
    program = compile_program(defined(step))
    profile = fold(program, ADA, LOG, NOON)
    assert profile is not None
    standing = stand(program, profile, NOON)
    assert standing.since("step.tip.show_when", Always(False)) == NOON - DAY + HOUR + 1
    assert profile.seen == NOON - DAY, "the profile itself stays where it was"
    assert standing.state.at == NOON


def test_what_is_not_watched_is_only_always_or_never() -> None:
    program = compile_program(defined(Step("tip", "tip")))
    profile = fold(program, ADA, LOG, NOON)
    assert profile is not None
    standing = stand(program, profile, NOON)
    assert standing.since("nothing", Always(True)) is not None
    assert standing.since("nothing", Always(False)) is None
    assert standing.since("nothing", compare(Age(), Op.GT, long(DAY))) is None


@pytest.mark.parametrize(
    ("testers", "is_one"), [(compare(Age(), Op.GT, long(DAY)), True), (Always(False), False), (None, False)]
)
def test_testers(testers: Condition | None, is_one: bool) -> None:
    program = compile_program(defined(Step("tip", "tip"), delivery="testers", testers=testers))
    profile = fold(program, ADA, LOG, NOON)
    assert profile is not None
    assert stand(program, profile, NOON).tester is is_one
