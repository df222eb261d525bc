"""Instants, durations and zones as texts and tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.model.time import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    UTC_OFFSETS,
    WEEK,
    Offsets,
    parse_duration,
    parse_instant,
    write_duration,
    write_instant,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
instants = st.datetimes().map(lambda moment: (moment.replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("7 days", 7 * DAY),
        ("1 hour", HOUR),
        ("  90   seconds ", 90 * SECOND),
        ("2 weeks", 2 * WEEK),
        ("0 minutes", 0),
        ("1 days", DAY),
        ("7", None),
        ("7days", None),
        ("-1 day", None),
        ("1.5 days", None),
        ("2 months", None),
        ("٧ days", None),
        ("", None),
    ],
)
def test_durations_are_a_whole_number_and_a_unit(text: str, duration: int | None) -> None:
    assert parse_duration(text) == duration


@given(st.integers(0, 9_999), st.sampled_from([SECOND, MINUTE, HOUR, DAY, WEEK]))
def test_a_duration_reads_back(count: int, unit: int) -> None:
    assert parse_duration(write_duration(count * unit)) == count * unit


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-02", DAY),
        ("1970-1-2", DAY),
        ("1970-01-01 01:00", HOUR),
        ("1970-01-01T00:00:00.123456789Z", 123_456),
        ("1970-01-01T00:00:00.5z", 500_000),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:00-0130", 90 * MINUTE),
        ("1970-01-01T01:00:00+01", 0),
        ("2026-02-30", None),
        ("2026-01-01T24:00:00Z", None),
        ("2026-01-01T00:00:00+24:00", None),
        ("2026-01-01T00:00:00+02:60", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_instants_are_rfc_3339(text: str, instant: int | None) -> None:
    assert parse_instant(text) == instant


@given(instants)
def test_an_instant_reads_back(instant: int) -> None:
    assert parse_instant(write_instant(instant)) == instant


def test_an_instant_is_written_with_the_places_it_needs() -> None:
    assert write_instant(0) == "1970-01-01T00:00:00Z"
    assert write_instant(1_000) == "1970-01-01T00:00:00.001Z"
    assert write_instant(1) == "1970-01-01T00:00:00.000001Z"


def test_every_instant_has_a_text() -> None:
    last = parse_instant("9999-12-31T23:59:59Z") or 0
    assert write_instant(last + 1_000_000) == "10000-01-01T00:00:00Z"
    assert write_instant(parse_instant("0001-01-01T00:00:00+01:00") or 0) == "0000-12-31T23:00:00Z"
    assert write_instant(2**63 - 1) == "294247-01-10T04:00:54.775807Z"


LAGOS = Offsets("Here", (-(2**62), 10 * DAY, 20 * DAY), (HOUR, 2 * HOUR, HOUR))


def test_an_offset_holds_from_its_start_on() -> None:
    assert LAGOS.shift(10 * DAY - 1) == HOUR
    assert LAGOS.shift(10 * DAY) == 2 * HOUR
    assert LAGOS.shift(-(10**15)) == HOUR


def test_a_day_is_the_local_one() -> None:
    assert LAGOS.day(5 * DAY - HOUR - 1) == 4
    assert LAGOS.day(5 * DAY - HOUR) == 5
    assert UTC_OFFSETS.day(-1) == -1


def test_a_local_time_gives_its_first_instant() -> None:
    assert LAGOS.instant(5 * DAY) == 5 * DAY - HOUR
    skipped = 10 * DAY + HOUR + 30 * MINUTE
    assert LAGOS.instant(skipped) == 10 * DAY, "a skipped hour gives its end"
    repeated = 20 * DAY + HOUR + 30 * MINUTE
    assert LAGOS.instant(repeated) == 20 * DAY - 30 * MINUTE, "of a repeated hour, the first"


@given(st.integers(0, 30 * DAY))
def test_a_local_time_is_never_reached_before_its_instant(local: int) -> None:
    at = LAGOS.instant(local)
    assert at + LAGOS.shift(at) >= local
    assert at - 1 + LAGOS.shift(at - 1) < local
