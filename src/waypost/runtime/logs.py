"""How a server speaks to whoever runs it: one line an event on standard error, JSON where nobody is watching.

A failure is told with its traceback, never with the values in it: they are people's data. The library is loaded when
there is something to say: most commands never log, and need not wait for it.
"""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from structlog.typing import Processor


class Logger:
    """Tells events as this process's logs are set; where nobody set them, on standard error, never among a result."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **said: object) -> None:
        """Tell that something happened."""
        self._tell("info", event, said)

    def warning(self, event: str, **said: object) -> None:
        """Tell of something that mends itself."""
        self._tell("warning", event, said)

    def error(self, event: str, **said: object) -> None:
        """Tell of something that somebody should look at."""
        self._tell("error", event, said)

    def exception(self, event: str, **said: object) -> None:
        """Tell of the failure that is being handled."""
        self._tell("exception", event, said)

    def _tell(self, level: str, event: str, said: dict[str, object]) -> None:
        import structlog

        if structlog.is_configured():
            logger = structlog.get_logger(self._name)
        else:
            logger = structlog.wrap_logger(structlog.PrintLogger(sys.stderr), processors=_processors(None))
        getattr(logger, level)(event, **said)


def configure(*, json: bool | None = None) -> None:
    """Set the form of all logs; without a choice, JSON unless standard error is a terminal."""
    import structlog

    structlog.configure(processors=_processors(json), logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def _processors(json: bool | None) -> "list[Processor]":
    import structlog

    as_json = not sys.stderr.isatty() if json is None else json
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *last,
    ]
