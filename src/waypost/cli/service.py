"""Commands that run: serve, worker, demo; and those that stop and restart delivery."""

from typing import TYPE_CHECKING, Annotated

import typer

from waypost.cli.output import say
from waypost.cli.place import place
from waypost.model.problems import Problem

if TYPE_CHECKING:
    from waypost.runtime.bundle import Runtime


def add_to(app: typer.Typer) -> None:
    """Put these commands on the command line."""
    app.command()(serve)
    app.command()(worker)
    app.command()(demo)
    app.command()(pause)
    app.command()(resume)


def serve(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(help="The port to listen on (WAYPOST_PORT, else 8000).")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on (else 127.0.0.1).")] = None,
    watch: Annotated[bool, typer.Option(help="Apply definition files when they are saved, for development.")] = False,
) -> None:
    """Run the HTTP service with everything embedded.

    Example: waypost -C onboarding serve --port 8000
    """
    from waypost.http.serve import serve as serve_http
    from waypost.runtime.logs import configure

    configure()
    serve_http(place(context).settings(port=port, host=host), watch=watch)


def worker(context: typer.Context) -> None:
    """Run a further process for a shared store.

    Example: WAYPOST_STORE=postgresql://… waypost worker
    """
    settings = place(context).settings()
    raise Problem(
        "embedded_store",
        f"the store {settings.store_path} is embedded, and its one server has a worker inside",
        "run `waypost serve`; stores that several processes share come with a later release",
    )


def demo(
    seconds: Annotated[float | None, typer.Option(help="Stop after so many seconds; without it at Ctrl-C.")] = None,
    port: Annotated[int | None, typer.Option(help="The port of the demo's server; without it any free one.")] = None,
    plain: Annotated[bool, typer.Option(help="Print lines, where no live view can be drawn.")] = False,
) -> None:
    """Start a complete example on this machine. People move through it, and it says where to look.

    Example: waypost demo
    """
    from waypost.demo.live import run as run_demo

    raise typer.Exit(run_demo(seconds=seconds, port=port, plain=plain))


def pause(context: typer.Context) -> None:
    """Stop all delivery at once. Nothing is shown or sent until `resume`.

    Example: waypost pause
    """
    with place(context).opened() as runtime:
        _set_paused(runtime, paused=True)
    say("Delivery is paused. `waypost resume` starts it again.")


def resume(context: typer.Context) -> None:
    """Start delivery again.

    Example: waypost resume
    """
    with place(context).opened() as runtime:
        _set_paused(runtime, paused=False)
        say(f"Delivery is {runtime.live.definitions.delivery}, as the definitions say.")


def _set_paused(runtime: "Runtime", paused: bool) -> None:
    from waypost.runtime import definitions as live
    from waypost.runtime.transactions import Question

    runtime.commits.wait(Question(lambda now: live.set_paused(runtime, paused, now)))
