"""SQL's boolean expressions ⇄ the condition tree: read by sqlglot, walked over an allow-list, typed.

The language is semantics.md 17 and 18. `parse` never raises on a text: it gives the condition, or the faults with
their offsets in the text. `write` gives SQL that parses to the same tree again.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.parser import Parser
from sqlglot.tokens import Token

from waypost.definitions.reader import LEAVES, Reader
from waypost.definitions.scopes import Scope
from waypost.definitions.tokens import RESERVED, Fault, tokenize
from waypost.model.conditions import (
    Age,
    Always,
    Among,
    And,
    AnswerOf,
    Compare,
    Condition,
    Differs,
    EventName,
    EventSource,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Operand,
    Or,
    Path,
    PropertyOf,
    ReachedOf,
    SignalOf,
    SinceTrait,
    StageOf,
    TookOf,
    TraitOf,
    Truth,
)
from waypost.model.time import write_duration, write_instant
from waypost.model.values import Type

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says: the condition, or None with at least one fault that is no warning."""

    condition: Condition | None
    faults: tuple[Fault, ...] = ()


def parse(text: str, scope: Scope) -> Parsed:
    """The condition that a text says under a scope, or its faults. Never raises."""
    tokens, faults = tokenize(text)
    if faults:
        return Parsed(None, tuple(faults))
    try:
        trees = Parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, text)
    except RecursionError:
        return Parsed(None, (Fault(0, "too-deep", "nested too deeply", "define a segment and use in_segment('NAME')"),))
    except (SqlglotError, AttributeError, TypeError, ValueError, IndexError) as error:
        return Parsed(None, (_unreadable(error, tokens),))
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        return Parsed(None, (Fault(0, "not-a-condition", "this cannot be read as one condition"),))
    reader = Reader(scope, [token for token in tokens if token.token_type in LEAVES])
    condition = reader.condition(tree)
    if reader.next != len(reader.words) and not reader.faults:
        message = f"cannot make sense of `{reader.words[reader.next].text}` here"
        reader.faults.append(Fault(reader.here(), "not-a-condition", message))
    failed = any(not fault.warning for fault in reader.faults)
    return Parsed(None if failed else condition, tuple(reader.faults))


def _unreadable(error: Exception, tokens: list[Token]) -> Fault:
    """Where sqlglot gave up, in our own words."""
    details = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    line, column = details.get("line"), details.get("col")
    for token in tokens:
        unexpected = str(details.get("description", "")).startswith("Invalid expression")
        if (token.line, token.col) == (line, column) and (unexpected or token is not tokens[-1]):
            return Fault(
                token.start,
                "not-a-condition",
                f"cannot make sense of `{token.text}` here",
                "check brackets, AND and OR",
            )
    message = f"the condition breaks off after `{tokens[-1].text}`"
    return Fault(tokens[-1].start, "not-a-condition", message, "check brackets, AND and OR")


def write(condition: Condition) -> str:
    """SQL for a condition; `parse` under the same scope gives the same tree again."""
    match condition:
        case Always(value):
            return "TRUE" if value else "FALSE"
        case And(items):
            return " AND ".join(_part(item) for item in items)
        case Or(items):
            return " OR ".join(_part(item) for item in items)
        case Not(Missing(operand)):
            return f"{_operand(operand)} IS NOT NULL"
        case Not(Differs(left, right)):
            return f"{_operand(left)} IS NOT DISTINCT FROM {_operand(right)}"
        case Not(Among() | Like() as item):
            return _listed(item, "NOT ")
        case Not(item):
            return f"NOT {_part(item)}"
        case Truth(operand):
            return _operand(operand)
        case Compare(op, left, right):
            return f"{_operand(left)} {op} {_operand(right)}"
        case Among() | Like():
            return _listed(condition, "")
        case Missing(operand):
            return f"{_operand(operand)} IS NULL"
        case Differs(left, right):
            return f"{_operand(left)} IS DISTINCT FROM {_operand(right)}"
        case Has(path, literal):
            return f"has({_dotted(('trait', *path))}, {_operand(literal)})"
        case InSegment(name):
            return f"in_segment({_text(name)})"
        case _:
            assert_never(condition)


def _part(condition: Condition) -> str:
    """A condition inside another: in brackets where it would otherwise merge with what is around it."""
    return f"({write(condition)})" if isinstance(condition, And | Or) else write(condition)


def _listed(condition: Among | Like, turned: str) -> str:
    match condition:
        case Among(operand, literals):
            return f"{_operand(operand)} {turned}IN ({', '.join(_operand(each) for each in literals)})"
        case Like(operand, pattern):
            return f"{_operand(operand)} {turned}LIKE {_text(pattern)}"


def _operand(operand: Operand) -> str:
    match operand:
        case Literal(value, kind):
            return _literal(value, kind)
        case SignalOf(name):
            return _dotted((name,))
        case TraitOf(path):
            return _dotted(("trait", *path))
        case SinceTrait(path):
            return _dotted(("since_trait", *path))
        case PropertyOf(path):
            return _quoted(path[0]) + "".join(f".{_name(part)}" for part in path[1:])
        case EventName():
            return "event"
        case EventSource():
            return "source"
        case ReachedOf(name):
            return _dotted(("reached", name))
        case TookOf(name):
            return _dotted(("took", name))
        case StageOf():
            return "stage"
        case Age():
            return "age"
        case AnswerOf(question):
            return _dotted(("answer", question))
        case _:
            assert_never(operand)


def _literal(value: int | str | bool, kind: Type) -> str:
    match kind:
        case Type.NUMBER:
            return f"{Decimal(value).scaleb(-6).normalize():f}"
        case Type.BOOLEAN:
            return "TRUE" if value else "FALSE"
        case Type.INTERVAL:
            return f"INTERVAL '{write_duration(int(value))}'"
        case Type.INSTANT:
            return f"TIMESTAMP '{write_instant(int(value))}'"
        case Type.STRING | Type.ANY:
            return _text(str(value))
        case _:
            assert_never(kind)


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _dotted(path: Path) -> str:
    return ".".join(_name(part) for part in path)


def _name(name: str) -> str:
    return name if _PLAIN.fullmatch(name) and name.upper() not in RESERVED else _quoted(name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
