"""Circles of merged users, beside what the merges mean when all of them are read at once."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest

from waypost.engine.people import Links
from waypost.model.people import Alias, PersonId, Undo, user
from waypost.runtime.circles import Circles
from waypost.runtime.stores import people as store
from waypost.runtime.stores.database import Cell, Row
from waypost.runtime.stores.sqlite import Sqlite


def opened(undos: tuple[Undo, ...] = ()) -> tuple[Sqlite, Circles]:
    database = Sqlite(None)
    circles = Circles(database)
    circles.reset(undos)
    return database, circles


def test_whoever_was_never_merged_is_alone() -> None:
    _, circles = opened()
    assert circles.person("ada") == PersonId(user("ada"))
    assert circles.of("ada").users == {"ada"}
    assert not circles.is_merged("ada")


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("undone", [False, True])
def test_circles_grow_as_though_all_merges_were_read_at_once(seed: int, undone: bool) -> None:
    dice = Random(seed)
    names = [f"u{number}" for number in range(8)]
    undos = (Undo("u1", "u2", 0, 500),) if undone else ()
    database, circles = opened(undos)
    merges: list[Alias] = []
    for number in range(12):
        one, other = dice.choices(names, k=2)
        alias = Alias(one, other, dice.randrange(1_000), f"m{number}", dice.random() < 0.5)
        with database.transaction():
            circles.add(alias)
        merges.append(alias)
        if dice.random() < 0.2:
            circles.reset(undos)
        together = Links((), merges, undos)
        assert {name: circles.person(name) for name in names} == {name: together.person(user(name)) for name in names}
        whole = {alias.message_id for circle in circles.gather(names) for alias in circle.aliases.values()}
        assert whole == {alias.message_id for alias in merges}


def test_a_long_chain_is_read_in_one_go_and_not_again_for_each_link(monkeypatch: pytest.MonkeyPatch) -> None:
    database, circles = opened()
    chain = [Alias(one, other, at, f"m{at}") for at, (one, other) in enumerate(pairwise(map(str, range(3_000))))]
    with database.transaction():
        for alias in chain[:-1]:
            store.add_alias(database, alias)
    circles.reset(())
    reads: list[str] = []
    fetch = database.fetch

    def counted(query: str, parameters: Sequence[Cell] = ()) -> list[Row]:
        reads.append(query)
        return fetch(query, parameters)

    monkeypatch.setattr(database, "fetch", counted)
    with database.transaction():
        circles.add(chain[-1])
    assert {circles.person(name) for name in ("0", "1500", "2999")} == {PersonId(user("2999"))}
    assert len(circles.of("7").users) == 3_000
    assert reads == ["aliases_circle"]
