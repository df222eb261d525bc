"""Instants as cases write them: `2026-01-05T09:00:00Z`, or `+10 minutes` after the one before."""

from waypost.definitions.findings import Findings
from waypost.definitions.nodes import Node, Scalar, text_of
from waypost.model.time import Instant, parse_duration, parse_instant

HINT = 'write at: "2026-01-05T09:00:00Z", or at: +10 minutes for so long after the one before'


def read_moment(node: Node | None, before: Instant | None, found: Findings) -> Instant | None:
    """The instant at a node; `before` is what `+D` counts from. None where it is broken, which is then noted."""
    text = text_of(node)
    if node is None or text is None:
        return None
    if text.startswith("+"):
        after = parse_duration(text[1:])
        if after is None:
            found.error(node.place, "bad-instant", f"`{text}` is not a duration after the one before", HINT)
        elif before is None:
            found.error(node.place, "bad-instant", f"`{text}` counts from the one before, and there is none", HINT)
        else:
            return before + after
        return None
    at = parse_instant(text)
    if at is None and isinstance(node, Scalar):
        found.error(node.place, "bad-instant", f"`{text}` is not an instant", HINT)
    return at
