"""How a server speaks to whoever runs it: one line an event on standard error, JSON where nobody is watching.

A failure is told with its traceback, never with the values in it: they are people's data.
"""

import sys

import structlog


def configure(*, json: bool | None = None) -> None:
    """Set the form of all logs; without a choice, JSON unless standard error is a terminal."""
    as_json = not sys.stderr.isatty() if json is None else json
    last: list[structlog.typing.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
