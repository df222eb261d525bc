"""Instants, durations and the offsets of time zones.

An instant is a whole number of microseconds since 1970-01-01T00:00:00Z, a duration a whole number of them. A day is 24
hours; calendar days come from a table of offsets that the caller hands in, so that every engine cuts days alike.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""
Duration = int
"""Microseconds."""

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

_UNITS: Final = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY, "week": WEEK}
_DURATION: Final = re.compile(r"\s*(\d{1,9})\s+(second|minute|hour|day|week)s?\s*", re.ASCII)
_INSTANT: Final = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"\s*(Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.ASCII,
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_CYCLE: Final = 146_097 * DAY
"""400 years, after which the calendar is the same again."""


def parse_duration(text: str) -> Duration | None:
    """The duration that `7 days`, `1 hour`, `90 seconds` … say, or None where the text is something else."""
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _UNITS[match[2]] if match else None


def write_duration(duration: Duration) -> str:
    """A duration in the largest unit that says it exactly: `7 days`, `1 hour`; microseconds where none does."""
    for unit in ("week", "day", "hour", "minute", "second"):
        count, rest = divmod(duration, _UNITS[unit])
        if rest == 0 and count:
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    return f"{duration} microseconds" if duration else "0 seconds"


def parse_instant(text: str) -> Instant | None:
    """An RFC 3339 instant (also a bare date, unpadded months, no offset: UTC); None where the text is something else.

    Digits beyond the microsecond are cut off. The year 1 to 9999.
    """
    match = _INSTANT.fullmatch(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        parsed = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    micros = (parsed - _EPOCH) // timedelta(microseconds=1) + int((fraction or "0")[:6].ljust(6, "0"))
    if offset and offset not in "Zz":
        digits = offset[1:].replace(":", "").ljust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 23 or minutes > 59:
            return None
        shift = hours * HOUR + minutes * MINUTE
        micros += -shift if offset[0] == "+" else shift
    return micros


def write_instant(instant: Instant) -> str:
    """RFC 3339 in UTC, with as many places of the second as it needs (none, three or six).

    Any instant has a text, if only to be told of: a year before 1 or after 9999 is counted on.
    """
    cycles = 0 if _FIRST <= instant <= _LAST else instant // _CYCLE
    moment = _EPOCH + timedelta(microseconds=instant - cycles * _CYCLE)
    places = "seconds" if instant % SECOND == 0 else "milliseconds" if instant % 1000 == 0 else "microseconds"
    text = moment.isoformat(timespec=places).replace("+00:00", "Z")
    return f"{moment.year + 400 * cycles:04}{text[4:]}" if cycles else text


@dataclass(frozen=True, slots=True)
class Offsets:
    """One time zone as a table: from `starts[i]` on, local time is UTC plus `shifts[i]` (both in microseconds).

    `starts[0]` is the lowest instant there is, so every instant has an offset.
    """

    name: str
    starts: tuple[Instant, ...]
    shifts: tuple[Duration, ...]

    def shift(self, at: Instant) -> Duration:
        """What to add to `at` for local time."""
        return self.shifts[max(bisect_right(self.starts, at) - 1, 0)]

    def day(self, at: Instant) -> int:
        """The local calendar day of `at`, counted from 1970-01-01."""
        return (at + self.shift(at)) // DAY

    def instant(self, local: Instant) -> Instant:
        """The first instant at which a local clock shows `local` or later (a skipped hour gives its end)."""
        index = max(bisect_right(self.starts, local - DAY) - 1, 0)
        while True:
            candidate = max(local - self.shifts[index], self.starts[index])
            if index + 1 == len(self.starts) or candidate < self.starts[index + 1]:
                return candidate
            index += 1


UTC_OFFSETS: Final = Offsets("UTC", (-(2**62),), (0,))

Zones = Mapping[str, Offsets]
"""Every zone by its IANA name."""
