"""Caps and quiet hours on the edges: midnight, weeks, and clocks that are changed."""

from zoneinfo import ZoneInfo  # noqa: TID251

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.clocks import local_minute, t, zone
from tests.engine.stands import NOON, Person, define, journey
from waypost.engine.journeys import Candidate
from waypost.engine.limits import Budget, budget, is_quiet, next_day, quiet_until, zone_of
from waypost.model.journeys import Limits, QuietHours
from waypost.model.steps import Step
from waypost.model.time import DAY, HOUR, MINUTE, UTC_OFFSETS

NIGHT = QuietHours(21 * 60, 8 * 60)
BERLIN = zone("Europe/Berlin")
NEW_YORK = zone("America/New_York")


@pytest.mark.parametrize(
    ("local", "quiet"),
    [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_quiet_hours_over_midnight_take_their_start_and_leave_their_end(local: str, quiet: bool) -> None:
    assert is_quiet(NIGHT, UTC_OFFSETS, t(f"2026-03-10T{local}:00Z")) is quiet


def test_quiet_hours_within_a_day_and_none() -> None:
    lunch = QuietHours(12 * 60, 13 * 60)
    assert is_quiet(lunch, UTC_OFFSETS, NOON)
    assert quiet_until(lunch, UTC_OFFSETS, NOON) == NOON + HOUR
    assert not is_quiet(QuietHours(0, 0), UTC_OFFSETS, NOON)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z"),  # 23:00 in winter time; 08:00 comes an hour early
        ("2026-10-24T21:00:00Z", "2026-10-25T07:00:00Z"),  # 23:00 in summer time; an hour late
        ("2026-07-01T19:00:00Z", "2026-07-02T06:00:00Z"),
    ],
)
def test_the_night_in_berlin_when_the_clock_is_changed(at: str, until: str) -> None:
    assert quiet_until(NIGHT, BERLIN, t(at)) == t(until)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-08T04:00:00Z", "2026-03-08T12:00:00Z"),  # 23:00 EST; 08:00 EDT
        ("2026-11-01T03:00:00Z", "2026-11-01T13:00:00Z"),  # 23:00 EDT; 08:00 EST
    ],
)
def test_the_night_in_new_york_when_the_clock_is_changed(at: str, until: str) -> None:
    assert quiet_until(NIGHT, NEW_YORK, t(at)) == t(until)


def test_an_end_that_the_clock_skips_or_shows_twice() -> None:
    skipped = QuietHours(60, 150)  # 01:00-02:30, and in spring two o'clock is three
    assert quiet_until(skipped, BERLIN, t("2026-03-29T00:30:00Z")) == t("2026-03-29T01:00:00Z")
    twice = t("2026-10-25T00:20:00Z")  # 02:20 in summer time: quiet, until half past for the first time …
    assert quiet_until(skipped, BERLIN, twice) == t("2026-10-25T00:30:00Z")
    again = t("2026-10-25T01:10:00Z")  # … and 02:10 in winter time, quiet until half past for the second
    assert quiet_until(skipped, BERLIN, again) == t("2026-10-25T01:30:00Z")


HOURS = st.builds(QuietHours, st.integers(0, 1439), st.integers(0, 1439))
SEASONS = st.integers(t("2026-01-01T00:00:00Z") // MINUTE, t("2027-01-01T00:00:00Z") // MINUTE)


@given(HOURS, SEASONS, st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]))
def test_quiet_hours_end_at_the_first_minute_that_a_wall_clock_shows_outside_them(
    quiet: QuietHours, minutes: int, name: str
) -> None:
    at, info = minutes * MINUTE, ZoneInfo(name)
    until = quiet_until(quiet, zone(name), at)

    def shows_quiet(instant: int) -> bool:
        minute = local_minute(instant, info)
        if quiet.start <= quiet.end:
            return quiet.start <= minute < quiet.end
        return minute >= quiet.start or minute < quiet.end

    expected = at
    while shows_quiet(expected):
        expected += MINUTE
    assert until == expected


@given(SEASONS, st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
def test_the_next_day_begins_at_local_midnight(minutes: int, name: str) -> None:
    at, where = minutes * MINUTE, zone(name)
    end = next_day(where, at)
    assert where.day(end - 1) == where.day(at) == where.day(end) - 1
    assert end - at <= DAY + HOUR


def test_a_day_is_the_person_s_own() -> None:
    path = journey("tip", limits=Limits(per_day=1))
    definitions = define(Step("tip", "tip"), journey=path, zone=BERLIN, zones={"America/New_York": NEW_YORK})
    ada = Person(definitions, at=t("2026-03-10T22:30:00Z"))
    assert ada.offered() == ["tip"]
    ada.at = t("2026-03-10T23:10:00Z")  # ten past midnight in Berlin
    assert ada.verdict("tip").reason == "chosen"
    ada.traits = {"timezone": "America/New_York"}  # and ten past seven in the evening over there
    assert (ada.verdict("tip").reason, ada.verdict("tip").until) == ("per_day", t("2026-03-11T04:00:00Z"))


@pytest.mark.parametrize("said", ["Mars/Olympus", 5, ["UTC"], True])
def test_a_zone_that_nobody_knows_falls_back_and_says_so(said: str | int | list[str]) -> None:
    definitions = define(Step("tip", "tip"), zone=BERLIN)
    where, note = zone_of(Person(definitions, traits={"timezone": said}).standing(), definitions)
    assert where is BERLIN
    assert "Europe/Berlin" in note


def test_seven_days_are_over_to_the_microsecond() -> None:
    path = journey("tip", limits=Limits(per_week=1))
    ada = Person(define(Step("tip", "tip"), journey=path))
    assert ada.offered() == ["tip"]
    ada.at = NOON + 7 * DAY - 1
    assert (ada.verdict("tip").reason, ada.verdict("tip").until) == ("per_week", NOON + 7 * DAY)
    ada.at += 1
    assert ada.offered() == ["tip"]


def test_the_end_of_a_cap_is_when_enough_of_it_is_free_again() -> None:
    path = journey("tip", limits=Limits(per_week=2))
    ada = Person(define(Step("tip", "tip"), journey=path))
    for hours in (0, 1):
        ada.at = NOON + hours * HOUR
        assert ada.offered() == ["tip"]
    ada.at = NOON + 2 * HOUR
    assert ada.verdict("tip").until == NOON + 7 * DAY


def test_zero_is_never() -> None:
    for limits in (Limits(per_day=0), Limits(per_week=0), Limits(at_once=0)):
        ada = Person(define(Step("tip", "tip"), journey=journey("tip", limits=limits)))
        assert ada.offered() == []
    mail = Step("mail", "email")
    ada = Person(define(mail, journey=journey("mail", limits=Limits(email_per_week=0))), at=NOON)
    ada.true["journey.onboarding.for"] = NOON
    assert ada.verdict("mail", push=True).reason == "email_per_week"


def test_a_budget_counts_all_channels_and_journeys() -> None:
    steps = [Step("tip", "tip"), Step("mail", "email"), Step("hook", "webhook")]
    ada = Person(define(*steps), true={"journey.onboarding.for": NOON})
    ada.offered()
    assert sorted(ada.offered(push=True)) == ["hook", "mail"]
    counted = budget(ada.standing(), ada.definitions, frozenset())
    assert (counted.today, len(counted.week), len(counted.emails), list(counted.slots)) == (3, 3, 1, ["tip"])


def test_what_repeats_an_offer_is_not_counted_again() -> None:
    counted = Budget(NOON, UTC_OFFSETS)
    definitions = define(Step("tip", "tip"))
    route = Person(definitions).route("tip")
    counted.take(Candidate(route, NOON, NOON, held_until=NOON + MINUTE))
    assert counted.today == 0
    counted.take(Candidate(route, NOON, NOON))
    assert (counted.today, counted.slots) == (1, {"tip": NOON + 10 * MINUTE})
