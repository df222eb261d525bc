"""Commands about people: people, person, explain, and taking a merge back."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from waypost.cli.output import duration, print_json, progress, say, table
from waypost.cli.place import instant, place
from waypost.model.values import Json, Type

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="T", help="An instant; without it now.")]
Who = Annotated[str, typer.Argument(metavar="ID", help="A user id, an anonymous id, or an external id.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command()(people)
    app.command()(person)
    app.command()(explain)
    app.command(name="unlink")(take_back)


def people(context: typer.Context, as_of: AsOf = None, json: AsJson = False) -> None:
    """Count people by stage and segment.

    Example: waypost people --as-of 2026-01-31T09:00:00Z
    """
    from waypost.runtime import lookup

    with place(context).opened() as runtime, progress("asking everyone's history"):
        counts = lookup.people(runtime, instant(as_of, "--as-of"))
    if json:
        print_json(counts)
        return
    say(f"{counts['people']} people at {counts['at']}")
    for title in ("stages", "segments"):
        found = counts[title]
        if isinstance(found, Mapping):
            table(None, (title[:-1], "people"), [(name, number) for name, number in found.items()])


def person(context: typer.Context, who: Who, as_of: AsOf = None, json: AsJson = False) -> None:
    """Show one person: where they stand, and what they did.

    Example: waypost person ada --as-of 2026-01-31T09:00:00Z
    """
    from waypost.runtime import lookup

    with place(context).opened() as runtime:
        shape = lookup.person(runtime, who, instant(as_of, "--as-of"))
        types = {name: signal.type for name, signal in runtime.live.definitions.signals.items()}
    if json:
        print_json(shape)
        return
    say(f"{shape['person']} at {shape['at']} (ids: {', '.join(str(one) for one in _list(shape['ids']))})")
    say(f"signup {shape['signup'] or 'not yet'}, stage {shape['stage'] or 'none'}")
    say(f"segments: {', '.join(str(name) for name in _list(shape['segments'])) or 'none'}")
    for title, column in (("milestones", "reached"), ("signals", "value"), ("traits", "value")):
        found = shape[title]
        if isinstance(found, Mapping) and found:
            table(None, (title[:-1], column), [(name, _told(value, types.get(name))) for name, value in found.items()])
    lines = [(line["at"], line["kind"], line["name"], _rest(line)) for line in _mappings(shape["timeline"])]
    table(None, ("at", "kind", "name", ""), lines)


def explain(
    context: typer.Context,
    who: Who,
    step: Annotated[str | None, typer.Argument(metavar="STEP", help="A step; without it, all of them.")] = None,
    as_of: AsOf = None,
    json: AsJson = False,
) -> None:
    """Say why a person does or does not get a step. It also says what would change that.

    Example: waypost explain ada connect_source
    """
    from waypost.runtime import lookup

    at = instant(as_of, "--as-of")
    with place(context).opened() as runtime:
        told = [lookup.explain(runtime, who, step, at)] if step is not None else lookup.explain_all(runtime, who, at)
    if json:
        print_json(told[0] if step is not None else told)
        return
    for one in told:
        say(f"{one['step']}: {'offered' if one['offered'] else 'not offered'} to {one['person']} at {one['at']}")
        for reason in _mappings(one["reasons"]):
            until = f" (until {reason['until']})" if reason["until"] else ""
            mark = "✓" if reason["kept"] else "✗"
            say(f"  {mark} {reason['at_stage']}: {reason.get('because') or reason['reason']}{until}")
        for change in _mappings(one["would_change"]):
            say(f"  → would change with {change['fact']}: now {_shown(change['now'])}, needed {change['needed']}")


def take_back(
    context: typer.Context,
    one: Annotated[str, typer.Argument(help="One id of the link.")],
    other: Annotated[str, typer.Argument(help="The other one.")],
    start: Annotated[str | None, typer.Option("--from", metavar="T", help="Links from here on; else all.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="T", help="Links up to here; else all.")] = None,
) -> None:
    """Take the links between two ids back. Everything that was derived from them goes too.

    Example: waypost unlink ada phone-1
    """
    from waypost.runtime.merges import undo_link

    with place(context).opened() as runtime:
        undo_link(runtime, one, other, instant(start, "--from"), instant(end, "--to"))
    say(f"The links between {one} and {other} no longer count.")


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _mappings(value: Json) -> list[Mapping[str, Json]]:
    return [item for item in _list(value) if isinstance(item, Mapping)]


def _told(value: Json, type_: Type | None) -> Json:
    """An interval in words; anything else as it is."""
    return duration(value) if type_ is Type.INTERVAL and isinstance(value, int | float) else value


def _rest(line: Mapping[str, Json]) -> Json:
    return {key: value for key, value in line.items() if key not in ("at", "kind", "name", "message_id") and value}


def _shown(value: Json) -> str:
    return "missing" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
