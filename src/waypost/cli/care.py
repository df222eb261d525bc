"""Commands that care for an installation: keys."""

from typing import Annotated

import typer

from waypost.cli.output import print_json, say, table
from waypost.cli.place import place
from waypost.model.time import Instant, write_instant

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    keys = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys.")
    keys.command()(create)
    keys.command(name="list")(list_keys)
    keys.command()(revoke)
    app.add_typer(keys, name="key")


def create(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="write|read|admin|identity", help="What it may do.")],
    name: Annotated[str, typer.Option(help="What to call it.")] = "",
    json: AsJson = False,
) -> None:
    """Make a key. It is shown once: the store keeps only its hash.

    Example: waypost key create write --name web
    """
    from waypost.runtime.access import open_access

    with place(context).opened() as runtime:
        text, key = open_access(runtime).create(kind, name)
    if json:
        print_json({"key": text, "kind": key.kind, "name": key.name})
    else:
        say(text)


def list_keys(context: typer.Context, json: AsJson = False) -> None:
    """List the keys without their texts.

    Example: waypost key list
    """
    from waypost.runtime.access import open_access

    with place(context).opened() as runtime:
        found = open_access(runtime).listed()
    rows = [
        {
            "id": key.key_id,
            "kind": key.kind,
            "name": key.name,
            "created_at": _written(key.created_at),
            "last_used_at": _written(key.last_used_at),
            "revoked_at": _written(key.revoked_at),
        }
        for key in found
    ]
    if json:
        print_json({"keys": rows})
    else:
        titles = ("id", "kind", "name", "created", "last used", "revoked")
        table(None, titles, [list(row.values()) for row in rows])


def revoke(
    context: typer.Context, which: Annotated[str, typer.Argument(metavar="KEY", help="Its id, name or text.")]
) -> None:
    """Make a key worthless.

    Example: waypost key revoke web
    """
    from waypost.runtime.access import open_access

    with place(context).opened() as runtime:
        key = open_access(runtime).revoke(which)
    say(f"The {key.kind} key {key.name} is revoked.")


def _written(at: Instant | None) -> str | None:
    return None if at is None else write_instant(at)
