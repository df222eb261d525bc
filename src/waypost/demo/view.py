"""What the demo shows: a live screen on a terminal, lines where there is none. Values in, text out; it asks nobody.

`Scene` is all that is known at one moment; `live` keeps it up to date.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from waypost.model.time import HOUR, Instant

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BAR: Final = 9
_LEFT: Final = 34
_ROWS: Final = 11


@dataclass(frozen=True, slots=True)
class Movement:
    """Somebody went somewhere: `what` says it in words."""

    at: Instant
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Followed:
    """One person, and the latest decision that was made for them.

    `steps` are (step, channel, because), `not_now` are (step, reason).
    """

    name: str
    habit: str
    asked_at: Instant | None = None
    page: str | None = None
    stage: str | None = None
    segments: Sequence[str] = ()
    milestones: Sequence[str] = ()
    steps: Sequence[tuple[str, str, str]] = ()
    not_now: Sequence[tuple[str, str]] = ()
    holdout: bool = False


@dataclass(slots=True)
class Scene:
    """Everything that one picture shows; `look` is a command with which to look for oneself."""

    url: str
    speed: float
    look: str = ""
    now: Instant = 0
    caught_up: bool = False
    sent: int = 0
    people: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, int] = field(default_factory=dict)
    segments: Mapping[str, int] = field(default_factory=dict)
    movements: Sequence[Movement] = ()
    followed: Followed | None = None


def clock_text(at: Instant) -> str:
    """An instant as people say it: `Mon 5 Jan 09:04`."""
    moment = _EPOCH + timedelta(microseconds=at)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def honesty(scene: Scene) -> str:
    """One sentence about what is real here and what is not."""
    if scene.caught_up:
        return "Invented people, and their days were hurried: now the clock shows your own time."
    pace = f"{scene.speed * 1_000_000 / HOUR:.0f} hours"
    return f"Invented people, and a hurried clock: a second is {pace}. The rest is real."


def screen(scene: Scene) -> RenderableType:
    """The live screen; it fits 80 columns and 24 lines."""
    head = Text.assemble(("Waypost demo", "bold"), f"  {clock_text(scene.now)} UTC  ", (scene.url, "cyan"))
    head.append(f"  {scene.sent:,} events, {scene.people:,} people", "dim")
    upper, lower = (Table.grid(expand=True, padding=(0, 1)) for _ in range(2))
    for table, left, right in ((upper, _stages(scene), _segments(scene)), (lower, _moved(scene), _one(scene))):
        table.add_column(width=_LEFT)
        table.add_column(ratio=1)
        table.add_row(left, right)
    return Group(
        head,
        Text(honesty(scene), "dim"),
        upper,
        lower,
        Text(f"Ctrl-C stops it; nothing is left behind. Look yourself:\n{scene.look}", "dim"),
    )


def _stages(scene: Scene) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(width=_BAR)
    table.add_column()
    most = max(scene.stages.values(), default=0) or 1
    for name, count in scene.stages.items():
        change = count - scene.before.get(name, count)
        moved = Text(f"{change:+d}", "green" if change > 0 else "yellow") if change else Text("")
        table.add_row(escape(name), f"{count:,}", Text("█" * round(_BAR * count / most), "blue"), moved)
    return Panel(table, title="stages", title_align="left", border_style="dim")


def _segments(scene: Scene) -> RenderableType:
    table = Table.grid(padding=(0, 1), expand=True)
    for _ in range(2):
        table.add_column(overflow="ellipsis", no_wrap=True)
        table.add_column(justify="right")
    pairs = list(scene.segments.items())
    half = (len(pairs) + 1) // 2
    for left, right in zip(pairs[:half], [*pairs[half:], ("", None)], strict=False):
        table.add_row(escape(left[0]), str(left[1]), escape(right[0]), "" if right[1] is None else str(right[1]))
    return Panel(table, title="segments", title_align="left", border_style="dim")


def _moved(scene: Scene) -> RenderableType:
    rows = Text(no_wrap=True, overflow="ellipsis")
    for movement in list(scene.movements)[-_ROWS:][::-1]:
        rows.append(f"{movement.who:<8} ", "bold").append(f"{movement.what}\n")
    return Panel(rows, title="latest movements", title_align="left", border_style="dim", height=_ROWS + 2)


def _one(scene: Scene) -> RenderableType:
    followed = scene.followed
    rows = [Text("nobody yet", "dim")] if followed is None else _told(followed)
    return Panel(Group(*rows), title="one of them", title_align="left", border_style="dim", height=_ROWS + 2)


def _told(followed: Followed) -> list[Text]:
    rows = [
        Text.assemble((followed.name, "bold"), f", {followed.habit}", (" (as planted)", "dim")),
        Text.assemble("stage ", (followed.stage or "none yet", "blue"), f"; reached {_list(followed.milestones)}"),
        Text(f"segments: {_list(followed.segments)}"),
    ]
    if followed.asked_at is None:
        return [*rows, Text("has not opened a page yet", "dim")]
    where = f" on {followed.page}" if followed.page else ""
    rows.append(Text(f"asked {clock_text(followed.asked_at)}{where}:", "dim"))
    for step, channel, because in followed.steps:
        rows.append(Text.assemble(("→ ", "green"), (step, "bold green"), f" ({channel}): {because}"))
    if not followed.steps:
        rows.append(Text("→ nothing now" + (", being in the holdout" if followed.holdout else ""), "yellow"))
    reasons = "; ".join(f"{step}: {reason}" for step, reason in followed.not_now if reason != "done")
    return [*rows, Text(f"not now: {reasons or 'nothing else'}", "dim")]


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "nothing"


def lines(scene: Scene, movements: Sequence[Movement]) -> list[str]:
    """The same as lines: what moved since the last time, where everybody stands, and the followed person's decision."""
    told = [f"{clock_text(movement.at)}  {movement.who} {movement.what}" for movement in movements[:_ROWS]]
    if len(movements) > _ROWS:
        told.append(f"… and {len(movements) - _ROWS} movements more")
    stages = ", ".join(f"{name} {count}" for name, count in scene.stages.items())
    told.append(f"{clock_text(scene.now)}  {scene.people} people: {stages}; {scene.sent} events sent")
    followed = scene.followed
    if followed is not None and followed.asked_at is not None:
        offered = "; ".join(f"{step} ({channel}): {because}" for step, channel, because in followed.steps)
        reasons = ", ".join(f"{step} {reason}" for step, reason in followed.not_now)
        told.append(
            f"{clock_text(followed.asked_at)}  {followed.name} asked: {offered or 'nothing now'} | not now: {reasons}"
        )
    return told


def ending(truth: Sequence[tuple[str, int, int]], scene: Scene) -> RenderableType:
    """What was planted in the people, and what the server found, of those who had their time."""
    table = Table(title="What was planted, and what Waypost found", title_justify="left", box=None, pad_edge=False)
    table.add_column("habit")
    for column in ("people", "found as planted"):
        table.add_column(column, justify="right")
    for habit, people, found in truth:
        table.add_row(habit, f"{people:,}", f"{found:,}")
    settled = sum(people for _, people, _ in truth)
    told = f"{scene.sent:,} events of {scene.people:,} people; {settled:,} of them signed up long enough ago to say."
    removed = Text("The demo's folder is removed.", "dim")
    return Group(table, Text(told), removed) if settled else Group(Text(told), removed)
