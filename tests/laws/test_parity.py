"""Law 1, parity: the live evaluator, the batch evaluator and the naive oracle give everyone the same state.

Worlds are met in crowds, since a query takes longer to write than to run over many people. Every definition of every
world must be answered by a query: nothing falls back to the engine's fold.
"""

import pytest

from tests.batch.logs import table
from tests.laws import oracle
from tests.laws.crowds import crowd
from tests.laws.worlds import World
from waypost.engine.observe import fold, view
from waypost.engine.people import group_by_person
from waypost.engine.program import compile_program
from waypost.model.people import PersonId, State
from waypost.model.time import Instant
from waypost.runtime.warehouse import open_warehouse


def live(world: World, at: Instant) -> dict[PersonId, State]:
    """Everyone's state by the live evaluator."""
    program = compile_program(world.definitions)
    found = {}
    for person, events in group_by_person(world.events, world.undos).items():
        profile = fold(program, person, events, at)
        if profile is not None:
            found[person] = view(program, profile, at)
    return found


def compare(world: World, seed: int) -> None:
    """Ask all three about every instant of a world, and about everyone."""
    logs = oracle.logs(world.definitions, world.events, world.undos)
    warehouse = open_warehouse(tail=table(world.events), undos=world.undos)
    try:
        assert set(warehouse.paths(world.definitions).values()) == {"query"}
        for at in world.asked:
            states = {person: log.state(at) for person, log in logs.items()}
            expected = {person: state for person, state in states.items() if state is not None}
            assert warehouse.states(world.definitions, at) == expected, f"batch, seed {seed} at {at}"
            assert live(world, at) == expected, f"live, seed {seed} at {at}"
        end = world.asked[-1]
        for name, reached in warehouse.milestones(world.definitions, end).items():
            assert reached == {
                person: instant for person, log in logs.items() if (instant := log.reached(name, end)) is not None
            }, f"milestone {name}, seed {seed}"
    finally:
        warehouse.close()


@pytest.mark.parametrize("seed", range(6))
def test_all_evaluators_agree(seed: int) -> None:
    compare(crowd(seed, 8), seed)


@pytest.mark.long
@pytest.mark.parametrize("block", range(20))
def test_all_evaluators_agree_on_many_worlds(block: int) -> None:
    for seed in range(100 + block * 25, 100 + (block + 1) * 25):
        compare(crowd(seed, 12), seed)
