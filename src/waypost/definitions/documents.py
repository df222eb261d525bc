"""YAML texts → documents with places. A text that cannot be read whole is read block by block, so that one slip does
not hide the mistakes after it. Knows nothing of what the documents mean.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from waypost.definitions.findings import Findings
from waypost.definitions.nodes import Items, Mapping, Node, Place, Scalar, describe, resolve

LIMIT: Final = 1_000_000
"""Characters of one file, and nodes of one document with its aliases written out."""
DEEPEST: Final = 60

PREDICATES: Final = (
    "when", "where", "show_when", "send_when", "done_when", "ask_when", "for", "exit", "in", "testers",
)  # fmt: skip
"""Keys whose value is a predicate."""
_UNQUOTED: Final = re.compile(rf"\b({'|'.join(PREDICATES)}):\s+(?=[^\s\"'|>\[{{])")
QUOTE: Final = "quote the predicate: when: \"plan IN ('a', 'b')\"; or put it on a line of its own, outside the braces"


class _UnreadableError(Exception):
    """The text cannot be read: where, and what to say."""

    def __init__(self, line: int, column: int, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.line, self.column, self.code, self.message, self.hint = line, column, code, message, hint


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end was not met yet."""

    place: Place
    anchor: str | None
    mapping: bool
    flow: bool
    nodes: list[Node] = field(default_factory=list)


def read_documents(file: str, text: str, found: Findings) -> tuple[tuple[Node, ...], tuple[str, ...]]:
    """The documents of a text, and the stretches of it that could not be read, each noted in `found`."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > LIMIT:
        found.error(Place(file, 1, 1), "too-large", f"the file has more than {LIMIT:,} characters", "split it")
        return (), (text,)
    try:
        return tuple(_compose(file, text, range(1, text.count("\n") + 2))), ()
    except _UnreadableError as refused:
        parts: list[Node] = []
        failures: list[tuple[_UnreadableError, str]] = []
        lines = list(enumerate(text.split("\n"), 1))
        _recover(file, [], lines, parts, failures)
        for failure, _ in failures or [(refused, text)]:
            place = Place(file, failure.line, failure.column)
            found.error(place, failure.code, failure.message, failure.hint)
        return tuple(parts), tuple(stretch for _, stretch in failures) or (text,)


def _recover(
    file: str,
    heads: list[tuple[int, str]],
    lines: list[tuple[int, str]],
    parts: list[Node],
    failures: list[tuple[_UnreadableError, str]],
) -> None:
    """Read block by block; a block that fails is read child by child below its own first line, one level deep."""
    for block in _blocks(lines):
        chosen = heads + block
        try:
            parts.extend(_compose(file, "\n".join(line for _, line in chosen), [number for number, _ in chosen]))
        except _UnreadableError as refused:
            if not heads and len(block) > 1 and re.fullmatch(r"[\w\"'-]+:\s*(#.*)?", block[0][1]):
                _recover(file, block[:1], block[1:], parts, failures)
            elif refused.code != "unknown-anchor":
                failures.append((refused, "\n".join(line for _, line in block)))


def _blocks(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Cut lines at those with the least indentation."""
    content = [(number, line) for number, line in lines if line.strip() and not line.lstrip().startswith("#")]
    least = min((len(line) - len(line.lstrip()) for _, line in content), default=0)
    block: list[tuple[int, str]] = []
    for number, line in content:
        if len(line) - len(line.lstrip()) == least and block:
            yield block
            block = []
        block.append((number, line))
    if block:
        yield block


def _compose(file: str, text: str, lines: Sequence[int]) -> Iterator[Node]:
    """The documents of a text whose n-th line stands at `lines[n]` of the file."""
    stack: list[_Open] = []
    anchors: dict[str, Node] = {}
    for event in _events(text, lines):
        mark = event.start_mark
        place = Place(file, lines[min(mark.line, len(lines) - 1)], mark.column + 1)
        node: Node
        anchor: str | None = None
        match event:
            case DocumentEndEvent():
                anchors = {}
                continue
            case MappingStartEvent() | SequenceStartEvent():
                if len(stack) >= DEEPEST:
                    raise _UnreadableError(
                        place.line, place.column, "too-deep", f"nested more than {DEEPEST} levels deep"
                    )
                mapping = isinstance(event, MappingStartEvent)
                stack.append(_Open(place, event.anchor, mapping, bool(event.flow_style)))
                continue
            case MappingEndEvent() | SequenceEndEvent():
                done = stack.pop()
                node, anchor = _close(done), done.anchor
            case AliasEvent():
                if event.anchor not in anchors:
                    message = f"`*{event.anchor}` refers to an anchor that nothing above it sets"
                    raise _UnreadableError(place.line, place.column, "unknown-anchor", message)
                node = anchors[event.anchor]
            case ScalarEvent():
                node, anchor = _scalar(event, place, text), event.anchor
            case _:
                continue
        if anchor is not None:
            anchors[anchor] = node
        if stack:
            stack[-1].nodes.append(node)
        else:
            yield node


def _size(node: Node) -> int:
    return 1 if isinstance(node, Scalar) else node.size


def _close(done: _Open) -> Node:
    size = 1 + sum(_size(node) for node in done.nodes)
    depth = 1 + max((node.depth for node in done.nodes if not isinstance(node, Scalar)), default=0)
    if size > LIMIT or depth > DEEPEST:
        message = f"with its aliases written out this holds more than {LIMIT:,} values, or {DEEPEST} levels"
        raise _UnreadableError(done.place.line, done.place.column, "too-large", message)
    if not done.mapping:
        return Items(done.place, tuple(done.nodes), size, depth)
    entries: list[tuple[Scalar, Node]] = []
    for key, value in zip(done.nodes[::2], done.nodes[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise _UnreadableError(
                key.place.line, key.place.column, "bad-key", f"a key must be a name, not {describe(key)}"
            )
        entries.append((key, value))
    return Mapping(done.place, tuple(entries), done.flow, size, depth)


def _scalar(event: ScalarEvent, place: Place, text: str) -> Scalar:
    """A scalar; one without quotes has the type that YAML 1.2 reads in it, unless `!!str` says text."""
    quoted = bool(event.style) or event.tag is not None
    value = event.value if quoted else resolve(event.value)
    source = text[event.start_mark.index : event.end_mark.index]
    return Scalar(place, event.value, value, source, event.style or "")


def _events(text: str, lines: Sequence[int]) -> Iterator[Event]:
    """The parser's events; whatever it raises becomes a refusal in our own words."""
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        raise _explain(error, text, lines) from error
    except (YAMLError, ValueError, IndexError, KeyError, AttributeError, TypeError, AssertionError) as error:
        position = getattr(error, "position", 0)
        before = text[:position] if isinstance(position, int) else ""
        line, column = before.count("\n"), len(before) - before.rfind("\n")
        message = "this is not YAML: a character that cannot be printed, or a broken escape"
        raise _UnreadableError(lines[min(line, len(lines) - 1)], column, "yaml", message) from error


def _explain(error: MarkedYAMLError, text: str, lines: Sequence[int]) -> _UnreadableError:
    """Say what broke; a predicate in braces that lacks its quotes is the usual cause, and is told as such."""
    mark = error.problem_mark or error.context_mark
    if not isinstance(mark, StringMark):
        return _UnreadableError(lines[0], 1, "yaml", f"this is not YAML: {error.problem or error.context}")
    if error.context and "flow" in error.context and isinstance(error.context_mark, StringMark):
        start = error.context_mark.index
        predicates = list(_UNQUOTED.finditer(text, start, mark.index + 1))
        if predicates:
            at = predicates[-1].end()
            line, column = text.count("\n", 0, at), at - text.rfind("\n", 0, at)
            message = f"`{predicates[-1][1]}` holds a comma, colon or quote that YAML reads as its own inside braces"
            return _UnreadableError(lines[min(line, len(lines) - 1)], column, "unquoted-predicate", message, QUOTE)
    problem = str(error.problem or error.context or "it ends too early")
    message = f"this is not YAML: {problem.replace(chr(10), ' ')}"
    return _UnreadableError(lines[min(mark.line, len(lines) - 1)], mark.column + 1, "yaml", message, _hint(problem))


def _hint(problem: str) -> str | None:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a text with a colon and a space in it must be quoted; and keys of one level start in one column"
    if "cannot start any token" in problem:
        return "quote a text that starts with this character"
    return None
