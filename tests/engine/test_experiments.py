"""Who is held out: shares, keys that stay, and shares that grow without moving anybody back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.stands import ADA, NOON, Person, define
from waypost.engine.experiments import assignment_key, drawn, held_out
from waypost.engine.history import History
from waypost.model.journeys import Holdout
from waypost.model.steps import Step


@pytest.mark.parametrize("share", [0, 1, 5, 50, 99, 100])
def test_a_share_of_all_keys_is_drawn(share: int) -> None:
    count = sum(drawn("salt", f"u:{number}", share) for number in range(20_000))
    assert abs(count - 200 * share) <= 300


@given(st.text(), st.text(), st.integers(0, 100), st.integers(0, 100))
def test_a_larger_share_takes_nobody_out(salt: str, key: str, one: int, other: int) -> None:
    if drawn(salt, key, min(one, other)):
        assert drawn(salt, key, max(one, other))


def test_a_salt_of_its_own_draws_anew() -> None:
    both = sum(drawn("one", str(number), 50) and drawn("two", str(number), 50) for number in range(10_000))
    assert abs(both - 2_500) <= 200


def test_no_holdout_holds_nobody() -> None:
    assert not held_out(define(Step("tip", "tip")), "u:ada")
    assert held_out(define(Step("tip", "tip"), holdout=Holdout(100)), "u:ada")


def test_the_key_is_who_they_first_were_and_then_what_the_log_says() -> None:
    assert assignment_key(ADA, History()) == "u:ada"
    assert assignment_key(ADA, History(first_id="a:phone")) == "a:phone"
    assert assignment_key(ADA, History(first_id="a:phone", decided_key="u:ben")) == "u:ben"


def test_a_decision_keeps_the_key_so_that_an_earlier_event_moves_nobody() -> None:
    ada = Person(define(Step("tip", "tip")), history=History(first_id="a:phone"))
    ada.offered()
    ada.history.first_id = "a:tablet"
    assert ada.ask().decision.key == "a:phone"
    assert ada.at == NOON
