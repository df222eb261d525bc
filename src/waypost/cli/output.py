"""How the command line speaks: tables for people, JSON for programs, one form for every mistake."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import msgspec
import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from waypost.model.problems import Problem
from waypost.model.values import Json

WIDE = 200
"""Columns for a table that goes into a file or a pipe, where nobody's window is too narrow."""

LONG = 60
"""Characters of a cell that stay on one line; what is longer is folded, so that no other column is pushed out."""

OUT = Console(
    highlight=False,
    soft_wrap=True,
    emoji=False,
    markup=False,
    width=None if sys.stdout is not None and sys.stdout.isatty() else WIDE,
)
ERR = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False, markup=False)


def say(text: str = "") -> None:
    """Lines for people, as they stand: no markup is read in them, and nothing in them drives the terminal."""
    OUT.print(plain(text))


def warn(text: str) -> None:
    """One line for people beside a result, on standard error."""
    ERR.print(plain(text), style="yellow")


def plain(text: str) -> str:
    """A text without characters that a terminal would obey: what people send is shown, never done."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in text)


def print_json(value: object) -> None:
    """A value as indented JSON on standard output."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_problem(problem: Problem) -> None:
    """A mistake in one form: `error CODE: what is wrong; what to do`."""
    ERR.print(plain(f"error {problem.code}: {problem}"), style="red")


def table(title: str | None, columns: Sequence[str], rows: Iterable[Sequence[Json]]) -> None:
    """A table; numbers stand right, a missing value is a dash.

    Every column is shown whatever the window: where it is too narrow, lines are longer than it.
    """
    rows = list(rows)
    cells = [[plain(_cell(value)) for value in row] for row in rows]
    out = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    needed = 0
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[index], int | float | None) for row in rows)
        longest = max(map(cell_len, (column, *(row[index] for row in cells))))
        width = min(longest, LONG // 2 if index + 1 == len(columns) else LONG)
        needed += width + 2
        out.add_column(column, justify="right" if numeric else "left", overflow="fold", min_width=width)
    for row in cells:
        out.add_row(*map(Text, row))
    OUT.print(out, width=max(OUT.width, needed), crop=False)


def _cell(value: Json) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(inner)}" for key, inner in value.items()) or "–"
    return ", ".join(_cell(inner) for inner in value) or "–"


def duration(seconds: float) -> str:
    """A duration in its two largest units, as in `1 d 3 h`."""
    left = round(abs(seconds))
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        number, left = divmod(left, size)
        if number:
            parts.append(f"{number} {unit}")
    return ("−" if seconds < 0 else "") + (" ".join(parts[:2]) or "0 s")


def agree(question: str) -> None:
    """Ask on standard error, so that standard output stays as it is; leave with 1 unless the answer is yes."""
    typer.echo(f"{question} [y/N] ", err=True, nl=False)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Exit(1)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator["Bar"]:
    """A bar on standard error for long work; nothing is drawn where that is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, disable=not ERR.is_terminal, transient=True) as bar:
        yield Bar(bar, what, total)


class Bar:
    """One task of a progress bar."""

    def __init__(self, bar: Progress, what: str, total: int | None) -> None:
        self._bar = bar
        self._task = bar.add_task(what, total=total)

    def at(self, done: int, total: int | None = None) -> None:
        """Say how far it is."""
        self._bar.update(self._task, completed=done, total=total)
