"""sqlglot's tree → the condition tree: a walk over the allow-list of semantics.md 17, typed.

Beside the tree runs the list of its words, so that every fault has its place and nothing that sqlglot dropped, moved
or made up passes. See `conditions` for the way in.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from waypost.definitions.findings import did_you_mean
from waypost.definitions.literals import Broken, instant, interval, number
from waypost.definitions.scopes import Named, PersonScope, Scope, Unknown, lookup
from waypost.definitions.tokens import Fault
from waypost.model.conditions import (
    Always,
    Among,
    And,
    Compare,
    Condition,
    Differs,
    Has,
    InSegment,
    Like,
    Literal,
    Missing,
    Not,
    Op,
    Operand,
    Or,
    TraitOf,
    Truth,
)
from waypost.model.values import Type

_OPS: Final[dict[type[exp.Expression], Op]] = {
    exp.EQ: Op.EQ, exp.NEQ: Op.NE, exp.LT: Op.LT, exp.LTE: Op.LE, exp.GT: Op.GT, exp.GTE: Op.GE,
}  # fmt: skip
_TURNED: Final = {Op.EQ: Op.EQ, Op.NE: Op.NE, Op.LT: Op.GT, Op.LE: Op.GE, Op.GT: Op.LT, Op.GE: Op.LE}
_NOWHERE: Final = Always(False)
_ARTICLES: Final = {
    Type.NUMBER: "a number", Type.STRING: "a text", Type.BOOLEAN: "a boolean", Type.INSTANT: "an instant",
    Type.INTERVAL: "an interval", Type.ANY: "a value of any type", None: "a list or object",
}  # fmt: skip
_EXAMPLES: Final = {
    Type.NUMBER: "3", Type.STRING: "'text'", Type.BOOLEAN: "TRUE", Type.INSTANT: "TIMESTAMP '2026-01-31 09:00'",
    Type.INTERVAL: "INTERVAL '2 days'",
}  # fmt: skip
LEAVES: Final = frozenset({
    TokenType.IDENTIFIER, TokenType.VAR, TokenType.STRING, TokenType.NUMBER, TokenType.TRUE, TokenType.FALSE,
    TokenType.NULL,
})  # fmt: skip
"""The words that a walk takes one by one."""


class _FaultError(Exception):
    """A fault after which the rest of one comparison cannot be read."""

    def __init__(self, offset: int, code: str, message: str, hint: str | None = None, name: str | None = None) -> None:
        super().__init__(message)
        self.fault = Fault(offset, code, message, hint, name=name)


@dataclass(frozen=True, slots=True)
class _Value:
    """One side of a comparison, typed, and where it stands."""

    operand: Operand
    type: Type | None
    offset: int
    text: str
    clock: bool = False
    nullable: bool = False

    @property
    def literal(self) -> Literal | None:
        """The literal, where it is one."""
        return self.operand if isinstance(self.operand, Literal) else None


@dataclass(slots=True)
class Reader:
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
            raise _FaultError(self.here(), "not-a-condition", "the condition ends too early")
        word = self.words[self.next]
        if word.token_type not in kinds:
            raise _FaultError(word.start, "not-a-condition", f"cannot make sense of `{word.text}` here")
        self.next += 1
        return word

    def here(self) -> int:
        """The offset of the next leaf, or of the last."""
        return self.words[min(self.next, len(self.words) - 1)].start if self.words else 0

    def condition(self, node: exp.Expression) -> Condition:
        """A node that must be true or false; a fault in it is noted, and reading goes on behind it."""
        match node:
            case exp.Paren():
                return self.condition(node.this)
            case exp.And() | exp.Or():
                items = tuple(self.condition(item) for item in _spine(node))
                return And(items) if isinstance(node, exp.And) else Or(items)
        start, leaves = self.next, sum(1 for _ in _leaves(node))
        try:
            return self.negation(node) if isinstance(node, exp.Not) else self.test(node)
        except _FaultError as stop:
            self.faults.append(stop.fault)
            self.next = start + leaves
            return _NOWHERE

    def negation(self, node: exp.Not) -> Condition:
        """NOT, and the NOT of IS NOT NULL, NOT IN, NOT LIKE, NOT BETWEEN."""
        return Not(self.condition(node.this))

    def test(self, node: exp.Expression) -> Condition:
        """A node that compares, or a boolean that stands alone."""
        match node:
            case exp.Boolean():
                return Always(self.take(TokenType.TRUE, TokenType.FALSE).token_type is TokenType.TRUE)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                left, right = self.value(node.this), self.value(node.expression)
                return self.compare(_OPS[type(node)], left, right)
            case exp.Between():
                middle, low, high = (self.value(node.args[part]) for part in ("this", "low", "high"))
                return And((self.compare(Op.GE, middle, low), self.compare(Op.LE, middle, high)))
            case exp.NullSafeEQ() | exp.NullSafeNEQ():
                differs = self.differs(self.value(node.this), self.value(node.expression))
                return Not(differs) if isinstance(node, exp.NullSafeEQ) else differs
            case exp.Is():
                return self.missing(node)
            case exp.In():
                return self.among(node)
            case exp.Like():
                return self.like(node)
            case exp.Anonymous():
                return self.function(node)
            case exp.Column() | exp.Dot():
                value = self.value(node)
                if value.type not in (Type.BOOLEAN, Type.ANY):
                    hint = f"compare it, as in {value.text} = {_EXAMPLES.get(value.type or Type.ANY, '…')}"
                    message = f"`{value.text}` is {_ARTICLES[value.type]}, not a condition"
                    raise _FaultError(value.offset, "not-a-condition", message, hint)
                return Truth(value.operand)
            case exp.Alias():
                self.next += sum(1 for _ in _leaves(node.this))
                message = f"`{node.alias}` follows, and nothing joins it to what is before it"
                raise _FaultError(self.here(), "not-a-condition", message, "join with AND or OR")
            case exp.Literal() | exp.Null() | exp.Interval() | exp.Neg() | exp.Cast():
                raise _FaultError(
                    self.here(), "not-a-condition", "a value alone is not a condition", "compare it with a signal"
                )
        raise _FaultError(self.here(), "not-a-condition", "this is not a condition that predicates can hold")

    def value(self, node: exp.Expression) -> _Value:
        """A node that must be a name or a literal."""
        match node:
            case exp.Paren():
                return self.value(node.this)
            case exp.Column() | exp.Dot():
                return self.name(node)
            case exp.Boolean():
                word = self.take(TokenType.TRUE, TokenType.FALSE)
                literal = Literal(word.token_type is TokenType.TRUE, Type.BOOLEAN)
                return _Value(literal, Type.BOOLEAN, word.start, word.text)
            case exp.Literal() if node.is_string:
                word = self.take(TokenType.STRING)
                return _Value(Literal(word.text, Type.STRING), Type.STRING, word.start, word.text)
            case exp.Literal():
                word = self.take(TokenType.NUMBER)
                return _Value(self.literal(number, str(node.this)), Type.NUMBER, word.start, word.text)
            case exp.Neg() if isinstance(node.this, exp.Literal) and not node.this.is_string:
                word = self.take(TokenType.NUMBER)
                return _Value(self.literal(number, f"-{node.this.this}"), Type.NUMBER, word.start, "-" + word.text)
            case exp.Interval():
                word = self.take(TokenType.STRING, TokenType.NUMBER)
                return _Value(self.literal(interval, word.text), Type.INTERVAL, word.start, word.text)
            case exp.Cast():
                word = self.take(TokenType.STRING)
                return _Value(self.literal(instant, word.text), Type.INSTANT, word.start, word.text)
            case exp.Null():
                word = self.take(TokenType.NULL)
                raise _FaultError(
                    word.start, "null", "a comparison with NULL is never true", "write IS NULL or IS NOT NULL"
                )
            case exp.Sub() | exp.Neg():
                message, hint = "arithmetic is not part of predicates", "compute it in a signal"
                raise _FaultError(self.here(), "refused", message, hint)
            case exp.Anonymous():
                message, hint = "this is true or false already; it is not compared", "let it stand alone, or after NOT"
                raise _FaultError(self.here(), "not-a-value", message, hint)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE() | exp.Is() | exp.Between():
                message, hint = "comparisons are not chained", "join two comparisons with AND, or use BETWEEN"
                raise _FaultError(self.here(), "chained", message, hint)
        raise _FaultError(self.here(), "not-a-value", "a comparison takes a name or a literal on each side")

    def literal(self, read: Callable[[str], Literal | Broken], text: str) -> Literal:
        """A literal from its text, as `read` understands it."""
        literal = read(text)
        if isinstance(literal, Broken):
            raise _FaultError(self.words[self.next - 1].start, "bad-literal", literal.message, literal.hint)
        return literal

    def name(self, node: exp.Column | exp.Dot) -> _Value:
        """A dotted name, looked up in the scope."""
        words = [self.take(TokenType.IDENTIFIER) for _ in node.parts]
        path = tuple(word.text for word in words)
        text = ".".join(path)
        quoted = tuple(word.end - word.start + 1 > len(word.text) for word in words)
        named = lookup(self.scope, path, quoted)
        match named:
            case Unknown(code, message, hint, name):
                raise _FaultError(words[0].start, code, message, hint, name)
            case Named(operand, kind, clock, nullable, doubt):
                if doubt:
                    self.faults.append(Fault(words[0].start, "undeclared-property", doubt, warning=True))
                return _Value(operand, kind, words[0].start, text, clock, nullable)

    def compare(self, op: Op, left: _Value, right: _Value) -> Condition:
        """A comparison with its literal, if there is one, on the right."""
        if left.literal is not None and right.literal is not None:
            message = "both sides are literals; this is always the same"
            raise _FaultError(left.offset, "constant", message, "write TRUE or FALSE, or compare a signal")
        if left.literal is not None:
            left, right, op = right, left, _TURNED[op]
        for value, other in ((left, right), (right, left)):
            if value.clock and (other.literal is None or op in (Op.EQ, Op.NE)):
                message = f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
                hint = "it moves with the clock, or is an exact quotient: equality with it would not last an instant"
                raise _FaultError(value.offset, "clock", message, hint)
        self.one_type(left, right)
        return Compare(op, left.operand, right.operand)

    def differs(self, left: _Value, right: _Value) -> Condition:
        """IS DISTINCT FROM."""
        if left.literal is not None and right.literal is not None:
            raise _FaultError(left.offset, "constant", "both sides are literals; this is always the same")
        if left.literal is not None:
            left, right = right, left
        for value in (left, right):
            if value.clock:
                message = f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
                raise _FaultError(value.offset, "clock", message)
        self.one_type(left, right)
        return Differs(left.operand, right.operand)

    def one_type(self, left: _Value, right: _Value) -> None:
        """Both sides have one type; ANY goes with what JSON can hold."""
        for value in (left, right):
            if value.type is None:
                message = f"`{value.text}` is declared a list or object; it is never equal to a value"
                raise _FaultError(value.offset, "type", message, "only IS NULL and IS NOT NULL look at it")
        kinds = {left.type, right.type}
        if len(kinds) == 1 or (Type.ANY in kinds and not kinds & {Type.INSTANT, Type.INTERVAL}):
            return
        wanted = next((value for value in (left, right) if value.literal is None), left)
        other = right if wanted is left else left
        example = _EXAMPLES.get(wanted.type or Type.ANY)
        hint = (
            f"compare it with a literal such as {example}" if example else "compare it with a number, text or boolean"
        )
        message = f"`{wanted.text}` is {_ARTICLES[wanted.type]}, `{other.text}` is {_ARTICLES[other.type]}"
        raise _FaultError(other.offset, "type", message, hint)

    def missing(self, node: exp.Is) -> Condition:
        """IS NULL; IS TRUE and IS FALSE are not in the language."""
        value = self.value(node.this)
        if isinstance(node.expression, exp.Null) and value.literal is None:
            self.take(TokenType.NULL)
            return Missing(value.operand)
        hint = "write the condition alone for TRUE, NOT for FALSE" if value.literal is None else None
        raise _FaultError(value.offset, "refused", "IS goes with NULL and DISTINCT FROM only, after a name", hint)

    def among(self, node: exp.In) -> Condition:
        """IN with a list of literals."""
        value = self.value(node.this)
        items = node.args.get("expressions") or []
        if not items or value.literal is not None:
            message = "IN takes a name before it and a list of one or more literals"
            raise _FaultError(value.offset, "empty-list", message, "write x IN ('a', 'b')")
        if value.clock:
            raise _FaultError(
                value.offset, "clock", f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
            )
        literals: list[Literal] = []
        for item in items:
            if isinstance(item, exp.Null):
                raise _FaultError(
                    self.here(), "null", "NULL in a list makes NOT IN never true", "leave it out; add OR x IS NULL"
                )
            each = self.value(item)
            if each.literal is None:
                raise _FaultError(each.offset, "not-a-value", "IN takes literals only", "join comparisons with OR")
            if literals and each.literal.type is not literals[0].type:
                message = f"the list mixes {_ARTICLES[literals[0].type]} and {_ARTICLES[each.type]}"
                raise _FaultError(each.offset, "type", message, "join two lists with OR")
            self.one_type(value, each)
            literals.append(each.literal)
        return Among(value.operand, tuple(literals))

    def like(self, node: exp.Like) -> Condition:
        """LIKE with a literal pattern."""
        value, pattern = self.value(node.this), self.value(node.expression)
        literal = pattern.literal
        if literal is None or not isinstance(literal.value, str) or literal.type is not Type.STRING:
            raise _FaultError(pattern.offset, "type", "LIKE takes a text after it", "write x LIKE 'text%'")
        if "\\" in literal.value:
            raise _FaultError(
                pattern.offset, "refused", "a LIKE pattern has no backslash", "% and _ are the only wildcards"
            )
        if value.literal is not None or value.type not in (Type.STRING, Type.ANY):
            raise _FaultError(value.offset, "type", f"`{value.text}` is {_ARTICLES[value.type]}; LIKE looks at texts")
        return Like(value.operand, literal.value)

    def function(self, node: exp.Anonymous) -> Condition:
        """in_segment('NAME') and has(trait.NAME, literal)."""
        word = self.take(TokenType.VAR)
        name, items = word.text.lower(), node.expressions
        if not isinstance(self.scope, PersonScope):
            raise _FaultError(word.start, "unknown-name", f"{name}() looks at the person; it is not known here")
        if name == "in_segment":
            if len(items) != 1 or not (isinstance(items[0], exp.Literal) and items[0].is_string):
                raise _FaultError(
                    word.start, "refused", "in_segment takes one segment's name", "write in_segment('NAME')"
                )
            segment = self.take(TokenType.STRING)
            if segment.text not in self.scope.segments:
                raise _FaultError(segment.start, *_no_segment(segment.text, self.scope))
            return InSegment(segment.text)
        if name != "has" or len(items) != 2 or not isinstance(items[0], exp.Column | exp.Dot):
            raise _FaultError(word.start, "refused", "has takes a trait and a literal", "write has(trait.NAME, 'text')")
        trait, literal = self.value(items[0]), self.value(items[1])
        if not isinstance(trait.operand, TraitOf):
            raise _FaultError(trait.offset, "refused", "has looks into traits only", "write has(trait.NAME, 'text')")
        if literal.literal is None or literal.type in (Type.INSTANT, Type.INTERVAL):
            raise _FaultError(
                literal.offset, "type", "has takes a number, text or boolean", "write has(trait.NAME, 'text')"
            )
        return Has(trait.operand.path, literal.literal)


def _spine(node: exp.And | exp.Or) -> list[exp.Expression]:
    """The operands of a chain of one connective, from left to right; sqlglot builds chains leaning left."""
    items: list[exp.Expression] = []
    current: exp.Expression = node
    while type(current) is type(node):
        items.append(current.args["expression"])
        current = current.args["this"]
    return [current, *reversed(items)]


def _leaves(node: exp.Expression) -> Iterator[exp.Expression]:
    """The nodes of a tree that stand for one word each."""
    for each in node.walk():
        if isinstance(each, exp.Identifier | exp.Literal | exp.Boolean | exp.Null | exp.Anonymous):
            yield each


def _no_segment(name: str, scope: PersonScope) -> tuple[str, str, str | None, str]:
    """What to say of a segment that does not exist."""
    hint = f"write stage = '{name}'" if name in scope.stages else did_you_mean(name, scope.segments)
    return "unknown-segment", f"no segment is named `{name}`", hint, name
