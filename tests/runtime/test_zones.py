"""The packaged table of zones against the IANA database, where the same version of that is installed."""

import random
import zoneinfo  # noqa: TID251  (the database itself is what the table is compared with)
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise

import pytest

from waypost.model.time import DAY, SECOND, parse_instant
from waypost.runtime.zones import version, zones

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 4_133_980_799


@pytest.fixture
def database() -> None:
    installed = import_module("tzdata").IANA_VERSION
    if version() != installed:
        pytest.skip(f"the table is of {version()}, the installed tzdata of {installed}")
    zoneinfo.reset_tzpath([])


@pytest.mark.usefixtures("database")
def test_every_zone_has_the_offsets_of_the_database() -> None:
    dice = random.Random(4)
    for name, zone in zones().items():
        reference = zoneinfo.ZoneInfo(name)
        changes = [start // SECOND for start in zone.starts[1:]]
        sampled = dice.sample(changes, min(len(changes), 20))
        for second in [*sampled, *(each - 1 for each in sampled), *(dice.randrange(LAST) for _ in range(20))]:
            expected = (EPOCH + timedelta(seconds=second)).astimezone(reference).utcoffset()
            assert expected is not None
            assert zone.shift(second * SECOND) == expected // timedelta(microseconds=1), (name, second)


@pytest.mark.usefixtures("database")
def test_no_zone_is_left_out() -> None:
    assert set(zones()) == zoneinfo.available_timezones()


def test_tables_are_well_formed() -> None:
    for zone in zones().values():
        assert len(zone.starts) == len(zone.shifts)
        assert all(earlier < later for earlier, later in pairwise(zone.starts))
        assert all(one != other for one, other in pairwise(zone.shifts))
        assert all(abs(shift) <= DAY for shift in zone.shifts)


def test_a_day_starts_at_local_midnight() -> None:
    berlin = zones()["Europe/Berlin"]
    before, after = parse_instant("2026-03-28T22:59:59.999999Z"), parse_instant("2026-03-28T23:00:00Z")
    assert before is not None
    assert after is not None
    assert berlin.day(after) == berlin.day(before) + 1
    end = parse_instant("2026-03-29T22:00:00Z")
    assert end is not None
    assert berlin.day(end) == berlin.day(after) + 1, "the day on which clocks go forward has 23 hours"


def test_aliases_share_one_table() -> None:
    assert zones()["Asia/Calcutta"].starts == zones()["Asia/Kolkata"].starts
