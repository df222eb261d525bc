"""The `waypost` command: its options, its exit codes, and the commands of every other module here.

Exit 0 done, 1 a check failed, 2 bad input. A mistake of the caller's is told in one line, never as a traceback.
Each command loads what it needs when it runs: `--help` and `check` wait for no store, warehouse or server.
"""

import sys
from contextlib import suppress
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from waypost.cli import care, definitions, history, people, readouts, service
from waypost.cli.output import print_problem
from waypost.cli.place import Place
from waypost.model.problems import Problem

app = typer.Typer(
    name="waypost",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (definitions, service, history, people, readouts, care):
    module.add_to(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"waypost {version('waypost')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("-C", metavar="DIR", help="The project folder.")] = Path(),
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which release.")] = False,
) -> None:
    """Live segments, the next step for each new person, and proof that it helped."""
    if not folder.is_dir():
        raise Problem("no_project", f"{folder} is no folder", "name the project's folder after -C")
    context.obj = Place(folder.resolve())


def run(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # What this terminal's encoding lacks is written as its number.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(call(sys.argv[1:] if arguments is None else arguments))


def call(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        for argument in arguments:
            if not argument.isprintable() and argument.encode("utf-8", "replace").decode() != argument:
                raise Problem(
                    "bad_option", f"{argument!r} is not UTF-8", "type it in UTF-8, or set LANG to a UTF-8 one"
                )
        app(arguments, prog_name="waypost")
    except Problem as problem:
        print_problem(problem)
        return 2
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else 0
    except OSError as error:
        with suppress(OSError):
            print_problem(_failure(error))
        return 2
    return 0


def _failure(error: OSError) -> Problem:
    """What the machine refused, told as anybody's mistake is: a full disk, missing permissions."""
    where = f" ({error.filename})" if error.filename else ""
    return Problem(
        "system", f"{error.strerror or error}{where}", "mend that (a full disk, missing permissions?), then try again"
    )
