"""The table of time zones that this release carries, so that every engine cuts days alike (semantics.md 4).

`tools/zones.py` makes it from the IANA database; `version` says from which. Before 1970 a zone keeps its offset of
1970-01-01, after 2100 its last one.
"""

from functools import cache
from importlib import resources
from itertools import accumulate

import msgspec

from waypost.model.time import SECOND, UTC_OFFSETS, Offsets, Zones

_Encoded = tuple[list[int], str, list[int]]
"""The offsets met, in seconds; which of them in which order, as letters; and the gaps between their starts."""


class _File(msgspec.Struct):
    """What zones.json holds."""

    tzdata: str
    start: int
    tables: list[_Encoded]
    zones: dict[str, int]


@cache
def zones() -> Zones:
    """Every zone by its IANA name, aliases included."""
    file = _file()
    tables = [_table(file.start, encoded) for encoded in file.tables]
    return {name: Offsets(name, *tables[number]) for name, number in file.zones.items()}


def version() -> str:
    """The version of the IANA database that the table was made from, as in `2026a`."""
    return _file().tzdata


@cache
def _file() -> _File:
    return msgspec.json.decode(resources.files("waypost.runtime").joinpath("zones.json").read_bytes(), type=_File)


def _table(start: int, encoded: _Encoded) -> tuple[tuple[int, ...], tuple[int, ...]]:
    offsets, letters, gaps = encoded
    starts = [second * SECOND for second in accumulate(gaps, initial=start)]
    shifts = tuple(offsets[ord(letter) - ord("a")] * SECOND for letter in letters)
    return (UTC_OFFSETS.starts[0], *starts[1:]), shifts
