"""What stands in a definition file: scalars, lists and mappings, each with its place.

The values follow the core schema of YAML 1.2: `no`, `off` and dates are texts, `true` is a boolean, `1e3` a number.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from waypost.model.values import Json

_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,400}", re.ASCII)
_OTHER_BASE: Final = re.compile(r"0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}", re.ASCII)
_DECIMAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_WORDS: Final[dict[str, bool | None]] = {
    word: value
    for text, value in (("null", None), ("true", True), ("false", False))
    for word in (text, text.capitalize(), text.upper())
} | {"": None, "~": None}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text, number, boolean or null. `text` is as written, `source` the stretch of the file it was read from."""

    place: Place
    text: str
    value: str | int | float | bool | None
    source: str
    style: str = ""

    def at(self, offset: int) -> Place:
        """The place of the character `offset` of `text`, in whatever style the text is written."""
        seen = sum(not character.isspace() for character in self.text[:offset])
        line, column = self.place.line, self.place.column
        index = len(self.source.split("\n", 1)[0]) + 1 if self.style in ("|", ">") else 1 if self.style else 0
        for position, character in enumerate(self.source):
            if position >= index and not character.isspace():
                if self.style == '"' and character == "\\" and self.source[position + 1 : position + 2] not in '"\\/':
                    return self.place
                if seen == 0:
                    return Place(self.place.file, line, column)
                seen -= 1
                if (self.style == "'" and character == "'") or (self.style == '"' and character == "\\"):
                    index = position + 2
            line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
        return self.place


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    place: Place
    items: tuple["Node", ...]
    size: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping as written: `entries` in order, keys not yet compared. `flow` says whether it stands in braces."""

    place: Place
    entries: tuple[tuple[Scalar, "Node"], ...]
    flow: bool = False
    size: int = 1
    depth: int = 1

    def get(self, key: str) -> "Node | None":
        """The first value under `key`, or None; also None where it is null."""
        for name, node in self.entries:
            if name.text == key:
                return None if isinstance(node, Scalar) and node.value is None else node
        return None

    def __iter__(self) -> Iterator[tuple[Scalar, "Node"]]:
        return iter(self.entries)

    def names(self) -> list[str]:
        """The keys as texts, in order."""
        return [key.text for key, _ in self.entries]


Node = Scalar | Items | Mapping


def resolve(text: str) -> str | int | float | bool | None:
    """The value of an unquoted scalar by the core schema of YAML 1.2."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def plain(node: Node) -> Json:
    """The content of a node, without its places."""
    match node:
        case Scalar():
            return node.value
        case Items():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key.text: plain(item) for key, item in node.entries}


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that is a text, else None."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, str) else None


def texts_of(node: Node | None) -> tuple[Scalar, ...]:
    """The texts of a list, or the one text; whatever is something else is left out."""
    nodes = node.items if isinstance(node, Items) else (node,)
    return tuple(item for item in nodes if isinstance(item, Scalar) and isinstance(item.value, str))


def whole_of(node: Node | None) -> int | None:
    """A whole number, else None."""
    if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    return None


def mapping_of(node: Node | None) -> "Mapping | None":
    """The node where it is a mapping, else None."""
    return node if isinstance(node, Mapping) else None


def describe(node: Node) -> str:
    """What a node is, in words for a message."""
    match node:
        case Items():
            return "a list"
        case Mapping():
            return "a mapping"
        case Scalar(value=None):
            return "nothing"
        case Scalar(value=bool()):
            return f"the boolean {node.text}"
        case Scalar(value=int() | float()):
            return f"the number {node.text}"
        case Scalar():
            short = node.text if len(node.text) <= 40 else node.text[:37] + "…"
            return f"the text `{short}`".replace("\n", " ")
