"""Write src/waypost/runtime/zones.json: every IANA zone as a table of offsets, 1970 to 2100, from the `tzdata` package.

Run it after `tzdata` moved in requirements/dev.lock: `.venv/bin/python tools/zones.py`. Zone databases differ from
machine to machine, so a release carries one table and hands it to every engine.
"""

import json
import struct
import zoneinfo  # noqa: TID251  (this is the one place that reads the database itself)
from datetime import UTC, datetime, timedelta
from importlib import import_module, resources
from itertools import pairwise
from pathlib import Path

FIRST, LAST = 1970, 2100
TARGET = Path(__file__).parents[1] / "src" / "waypost" / "runtime" / "zones.json"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = int(datetime(FIRST, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(LAST + 1, 1, 1, tzinfo=UTC).timestamp())
WEEK = 7 * 86_400


def names() -> list[str]:
    """Every zone of the package, aliases included."""
    return sorted(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def written(name: str) -> list[int]:
    """The transitions that the zone's own file spells out (TZif version 2, 64-bit block)."""
    data = resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()
    head = struct.Struct(">4s16x6l")
    at = 0
    for width in (4, 8):
        _, isut, isstd, leaps, times, types, chars = head.unpack_from(data, at)
        at += head.size
        if width == 8:
            return list(struct.unpack_from(f">{times}q", data, at))
        at += times * (width + 1) + types * 6 + chars + leaps * (width + 4) + isstd + isut
    return []


def table(name: str) -> tuple[list[int], list[int]]:
    """From which second on (UTC) which offset in seconds holds; the first entry holds before it, too."""
    zone = zoneinfo.ZoneInfo(name)

    def offset(second: int) -> int:
        shift = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
        return 0 if shift is None else int(shift.total_seconds())

    corners = sorted({*range(START, END, WEEK), END - 1, *(each for each in written(name) if START <= each < END)})
    starts, shifts = [START], [offset(START)]
    for low, high in pairwise(corners):
        while shifts[-1] != offset(high):
            below, above = max(low, starts[-1]), high
            while above - below > 1:
                middle = (below + above) // 2
                below, above = (middle, above) if offset(middle) == shifts[-1] else (below, middle)
            starts.append(above)
            shifts.append(offset(above))
    return starts, shifts


def encode(starts: list[int], shifts: list[int]) -> list[object]:
    """A table as three small values: the offsets met, which of them in which order (letters), and the gaps between."""
    offsets = sorted(set(shifts))
    letters = "".join(chr(ord("a") + offsets.index(shift)) for shift in shifts)
    return [offsets, letters, [later - earlier for earlier, later in pairwise(starts)]]


def main() -> None:
    """Write the file, one table a line so that a new version reads well as a difference."""
    zoneinfo.reset_tzpath([])
    tables: dict[str, int] = {}
    zones: dict[str, int] = {}
    for name in names():
        line = json.dumps(encode(*table(name)), separators=(",", ":"))
        zones[name] = tables.setdefault(line, len(tables))
    head = f'"tzdata":"{import_module("tzdata").IANA_VERSION}","from":{FIRST},"to":{LAST},"start":{START}'
    body = ",\n".join(tables)
    index = ",\n".join(f'"{name}":{number}' for name, number in zones.items())
    TARGET.write_text(f'{{{head},\n"tables":[\n{body}\n],\n"zones":{{\n{index}\n}}}}\n', "ascii")


if __name__ == "__main__":
    main()
