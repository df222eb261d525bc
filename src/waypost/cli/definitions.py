"""Commands about the project's files: init, check, schema, test, apply."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from waypost.cli.output import OUT, agree, plain, print_json, progress, say
from waypost.cli.place import place
from waypost.model.problems import Problem
from waypost.model.time import write_instant

if TYPE_CHECKING:
    from waypost.model.changes import Issue

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command()(init)
    app.command()(check)
    app.command()(schema)
    app.command(name="test")(run_cases)
    app.command()(apply)


def init(context: typer.Context) -> None:
    """Start a project: a commented, working example in an empty folder.

    Example: mkdir onboarding && waypost -C onboarding init
    """
    from waypost.demo.harbour import copy_to, example

    folder = place(context).folder
    if (folder / "waypost.yaml").exists():
        raise Problem("project_exists", f"{folder} has a waypost.yaml already", "name an empty folder after -C")
    with example() as source:
        taken = [path for path in source.rglob("*.yaml") if (folder / path.relative_to(source)).exists()]
    if taken:
        raise Problem("file_exists", f"{folder / taken[0].name} exists", "name an empty folder after -C")
    copy_to(folder, deliver=False)
    say(f"{folder} has a working example now. Next: `waypost check`, `waypost test`, `waypost serve`.")


def check(context: typer.Context, json: Json = False) -> None:
    """Validate the definition files. Every mistake is told at once, with its place.

    Example: waypost -C onboarding check
    """
    from waypost.definitions.load import load
    from waypost.runtime.folder import read_folder
    from waypost.runtime.zones import zones

    folder = place(context).folder
    loaded = load(read_folder(folder), zones())
    if json:
        print_json({"issues": [_issue(issue) for issue in loaded.issues]})
    else:
        for issue in loaded.issues:
            OUT.print(plain(str(issue)), style="red" if issue.level == "error" else "yellow")
        found = loaded.definitions
        if found is not None:
            counts = {
                "signal": found.signals,
                "milestone": found.milestones,
                "stage": found.stages,
                "segment": found.segments,
                "step": found.steps,
                "journey": found.journeys,
            }
            said = (f"{len(each)} {noun}{'' if len(each) == 1 else 's'}" for noun, each in counts.items())
            say(f"{found.project}: {', '.join(said)}; definition set {found.hash[:12]}")
    if loaded.definitions is None:
        raise typer.Exit(2)


def schema() -> None:
    """Print the JSON Schema of definition files, for editors.

    Example: waypost schema > waypost.schema.json
    """
    from waypost.definitions.schema import json_schema

    print_json(json_schema())


def run_cases(context: typer.Context, json: Json = False) -> None:
    """Run the project's cases through both evaluators.

    Example: waypost -C onboarding test
    """
    from waypost.runtime.cases import run_folder

    with progress("running cases"):
        report = run_folder(place(context).folder)
    failed = [result for result in report.results if result.differences]
    if json:
        print_json(
            {
                "cases": len(report.results),
                "expectations": report.expectations,
                "failed": [
                    {"case": result.name, "file": result.file, "line": result.line, "differences": result.differences}
                    for result in failed
                ],
            }
        )
    else:
        for result in failed:
            OUT.print(plain(f"{result.file}:{result.line} {result.name}"), style="red")
            for difference in result.differences:
                say(f"  {difference}")
        say(
            f"{len(report.results)} cases, {report.expectations} expectations, each live and in batch: "
            f"{len(failed) or 'none'} failed."
        )
    if failed:
        raise typer.Exit(1)


def apply(
    context: typer.Context,
    reason: Annotated[str, typer.Option(help="Why; it is kept with the change.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; where there is no terminal nobody is asked.")] = False,
    include_existing: Annotated[
        bool, typer.Option("--include-existing", help="Let push steps begin for people who match already.")
    ] = False,
    json: Json = False,
) -> None:
    """Put the folder's definitions live. Everyone is folded again; nobody is sent anything for it, unless you say so.

    Example: waypost apply --reason "Sharing counts on iOS too"
    """
    from waypost.runtime import definitions as live
    from waypost.runtime.existing import push_existing
    from waypost.runtime.folder import load_files, read_folder
    from waypost.runtime.transactions import Question

    if not reason.strip():
        raise Problem("bad_option", "--reason is empty", "say why the definitions change")
    folder = place(context).folder
    with place(context).opened() as runtime:
        files = read_folder(folder)
        if not yes and sys.stdin is not None and sys.stdin.isatty():
            new, old = load_files(files).hash, runtime.live.definitions.hash
            sends = " E-mails and webhooks may begin for people who match already." if include_existing else ""
            if new != old or sends:
                agree(f"Definition set {new[:12]} goes live in the place of {old[:12]}.{sends} Go on?")
        done = runtime.commits.wait(Question(lambda now: live.apply_files(runtime, files, reason, now)))
        begun = 0
        if include_existing:
            with progress("looking at everyone") as bar:
                begun = push_existing(runtime, bar.at)
    if json:
        shape = {"from": done.before, "to": done.hash, "at": write_instant(done.at), "changed": done.changed}
        print_json(shape | ({"begun": begun} if include_existing else {}))
        return
    if include_existing:
        say(f"Something to send began, or was decided, for {begun:,} people who matched already.")
    if done.changed:
        say(f"Definition set {done.hash[:12]} is live now, in the place of {done.before[:12]}.")
    else:
        say(f"Nothing changed: definition set {done.hash[:12]} is live already.")


def _issue(issue: "Issue") -> dict[str, str | int | None]:
    return {name: getattr(issue, name) for name in ("level", "file", "line", "column", "code", "message", "hint")}
