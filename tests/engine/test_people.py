"""Who is who, by the set of links alone."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.engine.people import Links, group_by_person, links_of
from waypost.model.events import Event, Kind
from waypost.model.people import Alias, Claim, Id, PersonId, Undo, anonymous, user

PHONE = anonymous("phone")


def message(
    at: int,
    message_id: str,
    *,
    user_id: str | None = None,
    anonymous_id: str | None = None,
    kind: Kind = "track",
    previous_id: str | None = None,
) -> Event:
    """One message with these ids."""
    return Event(message_id, kind, "a", at, user_id, anonymous_id, {}, "web", at, previous_id)


def seen(links: Links, *instants: int) -> list[PersonId]:
    """Whose the phone's events are at these instants."""
    return [links.owner(message(at, "m", anonymous_id="phone")) for at in instants]


def test_an_id_that_nobody_linked_is_its_own_person() -> None:
    links = Links((), ())
    assert links.person(user("ada")) == "u:ada"
    assert links.person(PHONE) == "a:phone"
    assert links.ids(PersonId("a:phone")) == {PHONE}
    assert links.ids(PersonId("u:ada")) == {user("ada")}


def test_events_belong_to_the_latest_claim_before_them_else_to_the_first() -> None:
    links = Links([Claim("phone", "ben", 20, "m2"), Claim("phone", "ada", 10, "m1")], ())
    assert seen(links, 0, 10, 19, 20, 99) == ["u:ada", "u:ada", "u:ada", "u:ben", "u:ben"]
    assert links.person(PHONE) == "u:ben"
    assert links.person(PHONE, 15) == "u:ada"
    assert links.ids(PersonId("u:ada")) == {user("ada"), PHONE}
    assert links.ids(PersonId("a:phone")) == frozenset()


def test_of_claims_at_one_instant_the_greatest_message_id_wins() -> None:
    claims = [Claim("phone", "ada", 10, "b"), Claim("phone", "ben", 10, "a")]
    for order in itertools.permutations(claims):
        # Before both, the first claim is the least.
        assert seen(Links(order, ()), 9, 10, 11) == ["u:ben", "u:ada", "u:ada"]


def test_an_event_with_a_user_id_is_that_users() -> None:
    links = Links([Claim("phone", "ben", 0, "m")], ())
    assert links.owner(message(9, "m", user_id="ada", anonymous_id="phone")) == "u:ada"


def test_an_alias_joins_two_users_and_the_new_id_names_them() -> None:
    links = Links((), [Alias("old", "new", 10, "m1"), Alias("new", "newest", 5, "m2")])
    # The latest alias by its instant names all three: its user_id.
    assert {links.person(user(name)) for name in ("old", "new", "newest")} == {"u:new"}
    assert links.ids(PersonId("u:new")) >= {user("old"), user("new"), user("newest")}
    assert links.ids(PersonId("u:old")) == frozenset()


def test_an_alias_claims_the_previous_id_as_an_anonymous_one() -> None:
    links = Links((), [Alias("phone", "ada", 10, "m1")])
    assert seen(links, 0, 99) == ["u:ada", "u:ada"]
    assert links.ids(PersonId("u:ada")) == {user("ada"), user("phone"), PHONE}


def test_claims_follow_a_merge() -> None:
    links = Links([Claim("phone", "old", 10, "m1")], [Alias("old", "new", 90, "m2")])
    assert seen(links, 0, 99) == ["u:new", "u:new"]


@pytest.mark.parametrize("pair", [("phone", "ada"), ("ada", "phone")])
def test_an_undo_takes_back_the_links_of_a_pair_in_a_range(pair: tuple[str, str]) -> None:
    claims = [Claim("phone", "ada", at, f"m{at}") for at in (10, 20, 30)]
    assert seen(Links(claims, (), [Undo(*pair, 10, 30)]), 99) == ["a:phone"]
    assert seen(Links(claims, (), [Undo(*pair, 10, 29)]), 0, 99) == ["u:ada", "u:ada"]
    other = [*claims, Claim("phone", "ben", 25, "m25")]
    assert seen(Links(other, (), [Undo(*pair, 0, 20)]), 0, 26, 30) == ["u:ben", "u:ben", "u:ada"]


def test_an_undone_merge_comes_apart_with_its_claim() -> None:
    links = Links((), [Alias("phone", "ada", 10, "m")], [Undo("ada", "phone", 10, 10)])
    assert links.person(user("phone")) == "u:phone"
    assert seen(links, 99) == ["a:phone"]


def test_links_of_messages() -> None:
    both = message(1, "m1", user_id="ada", anonymous_id="phone")
    alias = message(2, "m2", user_id="new", previous_id="ada", kind="alias")
    own = message(3, "m3", user_id="ada", anonymous_id="phone", kind="decision")
    assert links_of([both, alias, own, message(4, "m4", anonymous_id="x")]) == (
        [Claim("phone", "ada", 1, "m1")],
        [Alias("ada", "new", 2, "m2")],
    )


def test_an_event_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="neither a user id nor an anonymous id"):
        Links((), ()).owner(message(1, "m"))


def test_group_by_person() -> None:
    events = [
        message(5, "m5", anonymous_id="phone"),
        message(1, "m1", user_id="ada", anonymous_id="phone"),
        message(3, "m3", user_id="ben"),
        message(9, "m5", user_id="ben"),
        message(7, "m7", user_id="ada", previous_id="ben", kind="alias"),
    ]
    assert {person: [one.message_id for one in log] for person, log in group_by_person(events).items()} == {
        "u:ada": ["m1", "m3", "m5", "m7"]
    }
    apart = group_by_person(events, [Undo("ada", "ben", 7, 7)])
    assert {person: [one.message_id for one in log] for person, log in apart.items()} == {
        "u:ada": ["m1", "m5", "m7"],
        "u:ben": ["m3"],
    }


def test_a_merge_is_verified_by_its_own_property_alone() -> None:
    alias = message(2, "m2", user_id="new", previous_id="ada", kind="alias")
    marked = msgspec.structs.replace(alias, properties={"verified": True})
    for said in ({"verified": 1}, {"verified": "true"}, {"Verified": True}, {}):
        assert links_of([msgspec.structs.replace(alias, properties=said)])[1] == [Alias("ada", "new", 2, "m2", False)]
    assert links_of([marked])[1] == [Alias("ada", "new", 2, "m2", True)]


def test_verified_merges_vouch_for_those_that_they_join() -> None:
    merges = [Alias("a", "b", 1, "m1", True), Alias("b", "c", 2, "m2"), Alias("c", "d", 3, "m3", True)]
    links = Links((), merges)
    assert links.vouched("a") == {"a", "b"}
    assert links.vouched("d") == {"c", "d"}
    assert links.vouched("x") == {"x"}
    assert Links((), merges, [Undo("a", "b", 1, 1)]).vouched("a") == {"a"}


def told(links: Links, user_id: str, *instants: int) -> list[bool]:
    """Whether the phone's events at these instants are told to a user."""
    return [links.may_tell(message(at, "m", anonymous_id="phone"), links.vouched(user_id)) for at in instants]


def test_an_anonymous_id_tells_its_only_claimant_everything() -> None:
    assert told(Links((), ()), "me", 0, 99) == [False, False]
    assert told(Links([Claim("phone", "me", 10, "m1")], ()), "me", 0, 99) == [True, True]
    assert told(Links((), [Alias("phone", "me", 10, "m1")]), "me", 0, 99) == [True, True]


def test_where_others_claimed_it_too_only_a_verified_claim_counts() -> None:
    claims = [Claim("phone", "me", 10, "m1"), Claim("phone", "ada", 20, "m2")]
    for who in ("me", "ada"):
        assert told(Links(claims, ()), who, 0, 15, 99) == [False, False, False]
    vouched = Links(claims, [Alias("phone", "me", 12, "m3", True)])
    assert told(vouched, "me", 0, 15, 20, 99) == [True, True, False, False]
    assert told(vouched, "ada", 0, 15, 20, 99) == [False, False, False, False]


NAMES = st.sampled_from(["a", "b", "c", "d"])


@given(
    st.lists(st.tuples(NAMES, NAMES, st.integers(0, 5), st.integers(0, 3)), max_size=8),
    st.lists(st.tuples(NAMES, NAMES, st.integers(0, 5), st.integers(0, 3)), max_size=5),
)
def test_the_order_of_links_changes_nothing(
    claimed: list[tuple[str, str, int, int]], merged: list[tuple[str, str, int, int]]
) -> None:
    claims = [Claim(one, other, at, f"c{place}{tie}") for place, (one, other, at, tie) in enumerate(claimed)]
    aliases = [Alias(one, other, at, f"a{place}{tie}") for place, (one, other, at, tie) in enumerate(merged)]
    straight, turned = Links(claims, aliases), Links(claims[::-1], aliases[::-1])
    ids: list[Id] = [*map(user, "abcd"), *map(anonymous, "abcd")]
    for identity in ids:
        for at in (None, 0, 3, 9):
            assert straight.person(identity, at) == turned.person(identity, at)
        person = straight.person(identity)
        assert identity in straight.ids(person) or identity[0] == "a"
        # Every id of a person was theirs at some time, and every person is one of their own ids.
        assert Id(person) in straight.ids(person)


MADE = st.tuples(NAMES, NAMES, st.integers(0, 5))


@given(
    st.lists(st.tuples(MADE, st.booleans(), st.booleans()), max_size=6),
    st.lists(st.tuples(MADE, st.booleans()), max_size=5),
)
def test_links_that_nobody_verified_open_nothing_that_was_another_users(
    there: list[tuple[tuple[str, str, int], bool, bool]], forged: list[tuple[tuple[str, str, int], bool]]
) -> None:
    claims = [Claim(one, by, at, f"c{place}") for place, ((one, by, at), merges, _) in enumerate(there) if not merges]
    aliases = [
        Alias(one, by, at, f"a{place}", verified)
        for place, ((one, by, at), merges, verified) in enumerate(there)
        if merges
    ]
    more_claims = [
        Claim(one, by, at, f"f{place}") for place, ((one, by, at), merges) in enumerate(forged) if not merges
    ]
    more_aliases = [Alias(one, by, at, f"g{place}") for place, ((one, by, at), merges) in enumerate(forged) if merges]
    before, after = Links(claims, aliases), Links([*claims, *more_claims], [*aliases, *more_aliases])
    for me in "abcd":
        users = before.vouched(me)
        assert after.vouched(me) == users
        others = {claim.anonymous_id for claim in claims if claim.user_id not in users}
        others |= {alias.previous_id for alias in aliases if alias.user_id not in users}
        for name in "abcd":
            for at in (0, 3, 9):
                named = message(at, "m", user_id=name, anonymous_id="a")
                assert before.may_tell(named, users) == after.may_tell(named, users) == (name in users)
                event = message(at, "m", anonymous_id=name)
                if after.may_tell(event, users) and not before.may_tell(event, users):
                    assert name not in others, "it was claimed by others, and is opened by a forged claim"
