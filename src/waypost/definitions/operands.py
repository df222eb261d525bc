"""The two sides of a comparison: sqlglot's leaves → typed operands, each with the place where it stands.

Beside sqlglot's tree runs the list of its words: each leaf takes the next word. So every fault has its place, and
nothing that sqlglot dropped, moved or made up passes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from waypost.definitions.literals import Broken, instant, interval, number
from waypost.definitions.scopes import Named, Scope, Unknown, lookup
from waypost.definitions.tokens import Fault
from waypost.model.conditions import Literal, Operand
from waypost.model.values import Type

ARTICLES: Final = {
    Type.NUMBER: "a number", Type.STRING: "a text", Type.BOOLEAN: "a boolean", Type.INSTANT: "an instant",
    Type.INTERVAL: "an interval", Type.ANY: "a value of any type", None: "a list or object",
}  # fmt: skip
EXAMPLES: Final = {
    Type.NUMBER: "3", Type.STRING: "'text'", Type.BOOLEAN: "TRUE", Type.INSTANT: "TIMESTAMP '2026-01-31 09:00'",
    Type.INTERVAL: "INTERVAL '2 days'",
}  # fmt: skip


class FaultError(Exception):
    """A fault after which the rest of one comparison cannot be read."""

    def __init__(self, offset: int, code: str, message: str, hint: str | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(offset, code, message, hint, name=name)


@dataclass(frozen=True, slots=True)
class Value:
    """One side of a comparison, typed, and where it stands."""

    operand: Operand
    type: Type | None
    offset: int
    text: str
    clock: bool = False

    @property
    def literal(self) -> Literal | None:
        """The literal, where it is one."""
        return self.operand if isinstance(self.operand, Literal) else None


@dataclass(slots=True)
class Operands:
    """Walks sqlglot's tree and the words side by side: each leaf takes the next word, which tells its place.

    Whatever sqlglot dropped, moved or made up breaks the step, and is refused.
    """

    scope: Scope
    words: list[Token]
    faults: list[Fault] = field(default_factory=list)
    next: int = 0

    def take(self, *kinds: TokenType) -> Token:
        """The next leaf among the words; it has to be of one of these kinds."""
        if self.next >= len(self.words):
            raise FaultError(self.here(), "not-a-condition", "the condition ends too early")
        word = self.words[self.next]
        if word.token_type not in kinds:
            raise FaultError(word.start, "not-a-condition", f"cannot make sense of `{word.text}` here")
        self.next += 1
        return word

    def here(self) -> int:
        """The offset of the next leaf, or of the last."""
        return self.words[min(self.next, len(self.words) - 1)].start if self.words else 0

    def value(self, node: exp.Expression) -> Value:
        """A node that must be a name or a literal."""
        match node:
            case exp.Paren():
                return self.value(node.this)
            case exp.Column() | exp.Dot():
                return self.name(node)
            case exp.Boolean():
                word = self.take(TokenType.TRUE, TokenType.FALSE)
                literal = Literal(word.token_type is TokenType.TRUE, Type.BOOLEAN)
                return Value(literal, Type.BOOLEAN, word.start, word.text)
            case exp.Literal() if node.is_string:
                word = self.take(TokenType.STRING)
                return Value(Literal(word.text, Type.STRING), Type.STRING, word.start, word.text)
            case exp.Literal():
                word = self.take(TokenType.NUMBER)
                return Value(self.literal(number, str(node.this)), Type.NUMBER, word.start, word.text)
            case exp.Neg() if isinstance(node.this, exp.Literal) and not node.this.is_string:
                word = self.take(TokenType.NUMBER)
                return Value(self.literal(number, f"-{node.this.this}"), Type.NUMBER, word.start, "-" + word.text)
            case exp.Interval():
                word = self.take(TokenType.STRING, TokenType.NUMBER)
                return Value(self.literal(interval, word.text), Type.INTERVAL, word.start, word.text)
            case exp.Cast():
                word = self.take(TokenType.STRING)
                return Value(self.literal(instant, word.text), Type.INSTANT, word.start, word.text)
            case exp.Null():
                word = self.take(TokenType.NULL)
                raise FaultError(
                    word.start, "null", "a comparison with NULL is never true", "write IS NULL or IS NOT NULL"
                )
            case exp.Sub() | exp.Neg():
                message, hint = "arithmetic is not part of predicates", "compute it in a signal"
                raise FaultError(self.here(), "refused", message, hint)
            case exp.Anonymous():
                message, hint = "this is true or false already; it is not compared", "let it stand alone, or after NOT"
                raise FaultError(self.here(), "not-a-value", message, hint)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.Is() | exp.Between():
                message, hint = "comparisons are not chained", "join two comparisons with AND, or use BETWEEN"
                raise FaultError(self.here(), "chained", message, hint)
        raise FaultError(self.here(), "not-a-value", "a comparison takes a name or a literal on each side")

    def literal(self, read: Callable[[str], Literal | Broken], text: str) -> Literal:
        """A literal from its text, as `read` understands it."""
        literal = read(text)
        if isinstance(literal, Broken):
            raise FaultError(self.words[self.next - 1].start, "bad-literal", literal.message, literal.hint)
        return literal

    def name(self, node: exp.Column | exp.Dot) -> Value:
        """A dotted name, looked up in the scope."""
        words = [self.take(TokenType.IDENTIFIER) for _ in node.parts]
        path = tuple(word.text for word in words)
        text = ".".join(path)
        quoted = tuple(word.end - word.start + 1 > len(word.text) for word in words)
        named = lookup(self.scope, path, quoted)
        match named:
            case Unknown(code, message, hint, name):
                raise FaultError(words[0].start, code, message, hint, name)
            case Named(operand, kind, clock, doubt):
                if doubt:
                    self.faults.append(Fault(words[0].start, "undeclared-property", doubt, warning=True))
                return Value(operand, kind, words[0].start, text, clock)

    def one_type(self, left: Value, right: Value) -> None:
        """Both sides have one type; ANY goes with what JSON can hold."""
        for value in (left, right):
            if value.type is None:
                message = f"`{value.text}` is declared a list or object; it is never equal to a value"
                raise FaultError(value.offset, "type", message, "only IS NULL and IS NOT NULL look at it")
        kinds = {left.type, right.type}
        if len(kinds) == 1 or (Type.ANY in kinds and not kinds & {Type.INSTANT, Type.INTERVAL}):
            return
        wanted = next((value for value in (left, right) if value.literal is None), left)
        other = right if wanted is left else left
        example = EXAMPLES.get(wanted.type or Type.ANY)
        hint = (
            f"compare it with a literal such as {example}" if example else "compare it with a number, text or boolean"
        )
        message = f"`{wanted.text}` is {ARTICLES[wanted.type]}, `{other.text}` is {ARTICLES[other.type]}"
        raise FaultError(other.offset, "type", message, hint)
