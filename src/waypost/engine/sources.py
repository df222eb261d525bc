"""Where an event came from: `web`, `ios`, `android`, `mobile`, `server`, or what the sender calls it.

Read from what SDKs say of themselves, in this order: `context.source` (a name of the sender's own, such as `support`),
a `channel` that says web or server, a phone's device or operating system, the channel `mobile`, the library's name.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from waypost.model.values import Json

MAX_SOURCE: Final = 60

_CHANNELS: Final = {"browser": "web", "web": "web", "client": "web", "mobile": "mobile", "server": "server"}
_CERTAIN: Final = frozenset({"web", "server"})
_PHONES: Final = {"ios": "ios", "iphone os": "ios", "ipados": "ios", "android": "android"}
_PLACES: Final = (("device", "type"), ("os", "name"))
_LIBRARIES: Final = (
    ("node", "server"),
    ("python", "server"),
    ("java-", "server"),
    ("ios", "ios"),
    ("swift", "ios"),
    ("android", "android"),
    ("kotlin", "android"),
    ("react-native", "mobile"),
    ("flutter", "mobile"),
    ("javascript", "web"),
    ("analytics.js", "web"),
    ("analytics-next", "web"),
)


def source_of(channel: Json, context: Mapping[str, Json], otherwise: str) -> str:
    """The source that a message tells of, or `otherwise`."""
    known = _CHANNELS.get(channel) if isinstance(channel, str) else None
    own = context.get("source")
    if isinstance(own, str) and 0 < len(own) <= MAX_SOURCE and own.isprintable():
        return own
    if known in _CERTAIN:
        return known
    for part, key in _PLACES:
        if part in context:
            found = context[part]
            name = found.get(key) if isinstance(found, dict) else None
            if isinstance(name, str) and name[:MAX_SOURCE].lower() in _PHONES:
                return _PHONES[name[:MAX_SOURCE].lower()]
    if known:
        return known
    library = context.get("library")
    name = library.get("name") if isinstance(library, dict) else None
    return (_library(name[:MAX_SOURCE]) if isinstance(name, str) else None) or otherwise


@lru_cache(maxsize=256)
def _library(name: str) -> str | None:
    lowered = name.lower()
    return next((source for part, source in _LIBRARIES if part in lowered), None)
