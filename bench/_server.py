"""The server that is measured, in a process of its own: `python -m bench._server FOLDER PORT whole|append`.

`append` is the limit: the same door and the same log, without people, signals, decisions and timers.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from starlette.types import Receive, Scope, Send

from waypost.http import app as door
from waypost.http.app import App
from waypost.http.serve import serve
from waypost.model.events import Event
from waypost.model.time import Instant
from waypost.runtime import transactions
from waypost.runtime.appending import append
from waypost.runtime.bundle import Runtime
from waypost.runtime.settings import Settings


def only_append(runtime: Runtime, events: Sequence[Event], wakes: Sequence[int], now: Instant) -> set[str]:
    """In the place of the corridor: into the log, and nothing else."""
    append(runtime, events)
    return {event.message_id for event in events}


class WithEmpty(App):
    """The application with one route that does nothing: what raw ASGI costs by itself."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `/empty` at once, and all else as ever."""
        if scope["type"] == "http" and scope["path"] == "/empty":
            await receive()
            headers = [(b"content-type", b"application/json"), (b"content-length", b"2")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"{}"})
            return
        await super().__call__(scope, receive, send)


def main() -> None:
    """Serve until told to stop; prints keys and `ready`."""
    folder, port, mode = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if mode == "append":
        setattr(transactions, "advance", only_append)  # noqa: B010  it is patched on purpose
    built = door.build_app

    def build(runtime: Runtime) -> App:
        app = built(runtime)
        print(json.dumps({kind: app.door.access.create(kind)[0] for kind in ("write", "read")}), flush=True)
        return WithEmpty(app.door)

    import waypost.http.serve as served

    setattr(served, "build_app", build)  # noqa: B010  it is patched on purpose
    serve(Settings(folder, port=port), ready=lambda url: print("ready", flush=True))


if __name__ == "__main__":
    main()
