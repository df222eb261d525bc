"""Commands that print readouts: the same values as text and JSON."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from waypost.cli.output import duration, print_json, progress, say, table
from waypost.cli.place import instant, place
from waypost.model.values import Json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    group = typer.Typer(no_args_is_help=True, help="The numbers.")
    group.callback()(_readout)
    group.command()(milestones)
    app.add_typer(group, name="readout")


def _readout() -> None:
    """Print the numbers."""


def milestones(
    context: typer.Context,
    as_of: Annotated[str | None, typer.Option("--as-of", metavar="T", help="An instant; without it now.")] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="A stage, a segment, trait.NAME or a predicate.")
    ] = None,
    json: AsJson = False,
) -> None:
    """How many people reach each milestone, and how fast. Those whose time is not over are kept out.

    Example: waypost readout milestones --by trait.plan
    """
    from waypost.runtime.readouts import milestones as read_milestones

    with place(context).opened() as runtime, progress("asking everyone's history"):
        readout = read_milestones(runtime, instant(as_of, "--as-of"), by)
    if json:
        print_json(readout)
        return
    say(f"As of {readout['as_of']}, definition set {str(readout['definition_set'])[:12]}")
    found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows := readout["rows"], list) else []
    titles = ("milestone", "people", "reached", "rate", "95 % interval", "median time", "immature")
    table(None, (by, *titles) if by else titles, [(_group(row), *_cells(row))[0 if by else 1 :] for row in found])


def _group(row: Mapping[str, Json]) -> Json:
    group = row["group"]
    return (
        ", ".join("–" if value is None else str(value) for value in group.values())
        if isinstance(group, Mapping)
        else None
    )


def _cells(row: Mapping[str, Json]) -> tuple[Json, ...]:
    rate, ci, median = row["rate"], row["ci"], row["median_time_to"]
    return (
        f"{row['milestone']} (activation)" if row["activation"] else row["milestone"],
        row["people"],
        row["reached"],
        f"{rate:.1%}" if isinstance(rate, float) else None,
        f"{ci[0]:.1%} to {ci[1]:.1%}" if isinstance(ci, Sequence) and not isinstance(ci, str) else None,
        duration(median) if isinstance(median, int | float) else None,
        row["immature"],
    )
