"""Law: identity depends on the set of links; a merge can be taken back, and everything derived from it with it."""

import msgspec
import pytest
from hypothesis import given

from tests.laws import oracle, owners, worlds
from tests.laws.dice import Seeded, shuffled
from tests.laws.worlds import World
from waypost.engine.people import Links, group_by_person, links_of
from waypost.model.events import Event
from waypost.model.people import Id, PersonId, State, Undo, anonymous, user
from waypost.model.time import DAY


@given(worlds.worlds())
def test_every_event_has_the_owner_that_scanning_the_links_gives(world: World) -> None:
    assert group_by_person(world.events, world.undos) == owners.owned(world.events, world.undos)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_owners_do_not_depend_on_the_order_of_arrival(block: int) -> None:
    for world in worlds.block(block):
        mixed = shuffled(Seeded(block), world.events)
        assert group_by_person(mixed, world.undos) == owners.owned(world.events, world.undos)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_ids_and_people_point_to_one_another(block: int) -> None:
    for world in worlds.block(block):
        links = Links(*links_of(world.events), world.undos)
        for person, events in group_by_person(world.events, world.undos).items():
            ids = links.ids(person)
            assert Id(person) in ids
            for event in events:
                mine = user(event.user_id) if event.user_id is not None else anonymous(event.anonymous_id or "")
                assert mine in ids
                assert links.owner(event) == links.person(mine, event.at) == person
        everyone = {links.person(user(name)) for name in worlds.USERS}
        held = [one for person in everyone for one in links.ids(person) if one.startswith("u:")]
        assert len(held) == len(set(held)), "a user id belongs to one person only"


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_undoing_every_link_of_two_ids_is_as_though_nobody_had_linked_them(block: int) -> None:
    for world in worlds.block(block):
        pairs = {(event.user_id, event.previous_id or event.anonymous_id) for event in world.events}
        for one, other in sorted((one, other) for one, other in pairs if one and other):
            start, end = min(e.at for e in world.events), max(e.at for e in world.events)
            undone = group_by_person(world.events, [Undo(other, one, start, end)])
            never = group_by_person([unlinked(event, {one, other}) for event in world.events])
            assert message_ids(undone) == message_ids(never)


def test_an_undo_takes_its_own_range_of_time_only() -> None:
    world = next(found for found in worlds.block(0) if any(event.kind == "alias" for event in found.events))
    alias = next(event for event in world.events if event.kind == "alias")
    beside = Undo(alias.user_id or "", alias.previous_id or "", alias.at + DAY * 30, alias.at + DAY * 60)
    assert group_by_person(world.events, [beside]) == group_by_person(world.events)


@pytest.mark.parametrize("block", worlds.BLOCKS)
def test_a_merged_person_is_as_one_person_who_did_both(block: int) -> None:
    for world in worlds.block(block):
        for person, events in group_by_person(world.events, world.undos).items():
            alone = [as_one(event) for event in events]
            for at in world.asked:
                merged = oracle.Log(world.definitions, person, events).state(at)
                single = oracle.states(world.definitions, alone, at).get(PersonId("u:one"))
                assert merged is None or single is None or without_name(merged) == without_name(single)
                assert (merged is None) is (single is None)


def without_name(state: State) -> dict[str, object]:
    return {name: getattr(state, name) for name in state.__struct_fields__ if name != "person"}


def unlinked(event: Event, pair: set[str]) -> Event:
    """The message as it would be had it not linked these two."""
    if event.user_id is None or {event.user_id, event.previous_id or event.anonymous_id} != pair:
        return event
    return msgspec.structs.replace(event, anonymous_id=None, previous_id=None)


def as_one(event: Event) -> Event:
    """The same deed of somebody with one id."""
    return msgspec.structs.replace(event, user_id="one", anonymous_id=None, previous_id=None)


def message_ids(people: dict[PersonId, list[Event]]) -> dict[PersonId, list[str]]:
    return {person: [event.message_id for event in events] for person, events in people.items()}
