"""Commands about the log: import and events."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from waypost.cli.output import print_json, progress, say, table, warn
from waypost.cli.place import place
from waypost.model.problems import Problem
from waypost.model.values import Json, canonical

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command(name="import")(import_history)
    app.command()(events)


def import_history(
    context: typer.Context,
    select: Annotated[str, typer.Argument(metavar="SELECT", help="DuckDB's SQL, or @file.sql.")],
    json: AsJson = False,
) -> None:
    """Import history in bulk. Files are named relative to where you stand; importing twice changes nothing.

    The SELECT yields event, timestamp, user_id or anonymous_id; and, if you have them, type, properties, traits,
    message_id, previous_id, group_id, received_at, source.

    Example: waypost import "SELECT user_id, 'login' AS event, day AS timestamp FROM 'logins.csv'"
    """
    from waypost.runtime.importer import import_select

    try:
        with place(context).opened() as runtime, progress("importing") as bar:
            report = import_select(runtime, _sql(select), progress=bar.at)
    except KeyboardInterrupt:
        warn("Stopped. Run the same command again to import the rest: what is in already is not counted twice.")
        raise
    if json:
        print_json(report.shape())
        return
    say(
        f"{report.read:,} rows read: {report.accepted:,} new events, {report.duplicates:,} known already, "
        f"{report.quarantined:,} in quarantine."
    )
    for reason, number in report.reasons.items():
        say(f"  {number:,} × {reason}")
    if report.quarantined:
        say("See them with `waypost events --quarantined`.")


def events(
    context: typer.Context,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Of one person only.")] = None,
    prefix: Annotated[str | None, typer.Option(metavar="MESSAGE_ID", help="Message ids that begin so.")] = None,
    quarantined: Annotated[bool, typer.Option(help="What was not fit for the log, and why.")] = False,
    count: Annotated[bool, typer.Option(help="Only how many.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many, the latest.")] = 100,
    json: AsJson = False,
) -> None:
    """Search the log, the latest first.

    Example: waypost events --person ada
    """
    from waypost.runtime import lookup

    if quarantined and (person or prefix):
        raise Problem("bad_option", "--quarantined lists messages that belong to nobody yet", "ask for it alone")
    with place(context).opened() as runtime:
        if count:
            number = lookup.count_events(runtime, who=person, prefix=prefix, quarantined=quarantined)
            if json:
                print_json({"count": number})
            else:
                say(str(number))
            return
        if quarantined:
            found = lookup.quarantined(runtime, limit)
        else:
            found = lookup.events(runtime, who=person, prefix=prefix, limit=limit)
    if json:
        print_json({"quarantined" if quarantined else "events": found})
    elif quarantined:
        table(
            None,
            ("received", "origin", "row", "code", "reason"),
            [[row[key] for key in ("received_at", "origin", "line", "code", "reason")] for row in found],
        )
    else:
        table(
            None,
            ("timestamp", "event", "user id", "anonymous id", "source", "properties"),
            [
                [
                    row["timestamp"],
                    row["event"] or row["type"],
                    row["user_id"],
                    row["anonymous_id"],
                    row["source"],
                    _brief(row["properties"]),
                ]
                for row in found
            ],
        )


def _brief(properties: Json, most: int = 100) -> str:
    """Properties in one line; a decision's are a whole story, which `--json` tells."""
    text = canonical(properties)
    return text if len(text) <= most else text[: most - 1] + "…"


def _sql(select: str) -> str:
    if not select.startswith("@"):
        return select
    if select == "@-":
        return sys.stdin.read()
    path = Path(select[1:])
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("bad_file", f"{path} cannot be read: {error}", "name a file of SQL after @") from error
