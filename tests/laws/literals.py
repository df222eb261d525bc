"""Every duration written anywhere in definitions: at which distances from an event anything could change."""

from collections.abc import Iterator, Mapping

from waypost.model.changes import Definitions
from waypost.model.conditions import Literal
from waypost.model.time import Duration
from waypost.model.values import Type


def durations_in(definitions: Definitions) -> set[Duration]:
    """Windows, limits, pauses and INTERVAL literals, whatever they are for."""
    parts = (definitions.signals, definitions.milestones, definitions.stages, definitions.segments, definitions.steps)
    return set(_walk((*parts, definitions.journeys, definitions.testers)))


def _walk(part: object) -> Iterator[Duration]:
    """Looks at every attribute of every definition, so that no kind of duration can be forgotten."""
    if isinstance(part, Literal):
        if part.type is Type.INTERVAL and isinstance(part.value, int):
            yield part.value
    elif isinstance(part, Mapping):
        for inner in part.values():
            yield from _walk(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _walk(inner)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            inner = getattr(part, name)
            if name in {"duration", "start", "end", "over", "within"} and type(inner) is int:
                yield inner
            else:
                yield from _walk(inner)
