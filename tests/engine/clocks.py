"""Instants by their text, and tables of zones made from the system's own database, for tests of local time."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo  # noqa: TID251

from waypost.model.time import Instant, Offsets, parse_instant

_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_HALVES = 4 * 366 * 48


def t(text: str) -> Instant:
    """The instant that an RFC 3339 text says."""
    instant = parse_instant(text)
    assert instant is not None, text
    return instant


@lru_cache
def zone(name: str) -> Offsets:
    """A zone's offsets from 2024 to 2027; changes of the clock fall on half hours of UTC at the finest."""
    info = ZoneInfo(name)
    starts: list[int] = []
    shifts: list[int] = []
    for half in range(_HALVES):
        moment = _FIRST + timedelta(minutes=30 * half)
        offset = moment.astimezone(info).utcoffset()
        assert offset is not None
        shift = offset // timedelta(microseconds=1)
        if not shifts or shift != shifts[-1]:
            starts.append(int(moment.timestamp()) * 1_000_000 if shifts else -(2**62))
            shifts.append(shift)
    return Offsets(name, tuple(starts), tuple(shifts))


def local_minute(at: Instant, info: ZoneInfo) -> int:
    """What a wall clock shows, in minutes after midnight, by the system's own database."""
    local = datetime.fromtimestamp(at // 1_000_000, info)
    return local.hour * 60 + local.minute
