"""sqlglot's tree → the condition tree: a walk over the allow-list of semantics.md 17, typed.

`operands` reads the sides of comparisons; `conditions` is the way in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlglot import exp
from sqlglot.tokens import TokenType

from waypost.definitions.findings import did_you_mean
from waypost.definitions.operands import ARTICLES, EXAMPLES, FaultError, Operands, Value
from waypost.definitions.scopes import PersonScope
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
LEAVES: Final = frozenset({
    TokenType.IDENTIFIER, TokenType.VAR, TokenType.STRING, TokenType.NUMBER, TokenType.TRUE, TokenType.FALSE,
    TokenType.NULL,
})  # fmt: skip
"""The words that a walk takes one by one."""


@dataclass(slots=True)
class Reader(Operands):
    """Walks sqlglot's tree; after a fault in one comparison it goes on behind it, so that all faults are told."""

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
        except FaultError as stop:
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
                    hint = f"compare it, as in {value.text} = {EXAMPLES.get(value.type or Type.ANY, '…')}"
                    message = f"`{value.text}` is {ARTICLES[value.type]}, not a condition"
                    raise FaultError(value.offset, "not-a-condition", message, hint)
                return Truth(value.operand)
            case exp.Alias():
                self.next += sum(1 for _ in _leaves(node.this))
                message = f"`{node.alias}` follows, and nothing joins it to what is before it"
                raise FaultError(self.here(), "not-a-condition", message, "join with AND or OR")
            case exp.Literal() | exp.Null() | exp.Interval() | exp.Neg() | exp.Cast():
                raise FaultError(
                    self.here(), "not-a-condition", "a value alone is not a condition", "compare it with a signal"
                )
        raise FaultError(self.here(), "not-a-condition", "this is not a condition that predicates can hold")

    def compare(self, op: Op, left: Value, right: Value) -> Condition:
        """A comparison with its literal, if there is one, on the right."""
        if left.literal is not None and right.literal is not None:
            message = "both sides are literals; this is always the same"
            raise FaultError(left.offset, "constant", message, "write TRUE or FALSE, or compare a signal")
        if left.literal is not None:
            left, right, op = right, left, _TURNED[op]
        for value, other in ((left, right), (right, left)):
            if value.clock and (other.literal is None or op in (Op.EQ, Op.NE)):
                message = f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
                hint = "it moves with the clock, or is an exact quotient: equality with it would not last an instant"
                raise FaultError(value.offset, "clock", message, hint)
        self.one_type(left, right)
        return Compare(op, left.operand, right.operand)

    def differs(self, left: Value, right: Value) -> Condition:
        """IS DISTINCT FROM."""
        if left.literal is not None and right.literal is not None:
            raise FaultError(left.offset, "constant", "both sides are literals; this is always the same")
        if left.literal is not None:
            left, right = right, left
        for value in (left, right):
            if value.clock:
                message = f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
                raise FaultError(value.offset, "clock", message)
        self.one_type(left, right)
        return Differs(left.operand, right.operand)

    def missing(self, node: exp.Is) -> Condition:
        """IS NULL; IS TRUE and IS FALSE are not in the language."""
        value = self.value(node.this)
        if isinstance(node.expression, exp.Null) and value.literal is None:
            self.take(TokenType.NULL)
            return Missing(value.operand)
        hint = "write the condition alone for TRUE, NOT for FALSE" if value.literal is None else None
        raise FaultError(value.offset, "refused", "IS goes with NULL and DISTINCT FROM only, after a name", hint)

    def among(self, node: exp.In) -> Condition:
        """IN with a list of literals."""
        value = self.value(node.this)
        items = node.args.get("expressions") or []
        if not items or value.literal is not None:
            message = "IN takes a name before it and a list of one or more literals"
            raise FaultError(value.offset, "empty-list", message, "write x IN ('a', 'b')")
        if value.clock:
            raise FaultError(
                value.offset, "clock", f"`{value.text}` is compared with a literal by <, <=, >, >= or BETWEEN only"
            )
        literals: list[Literal] = []
        for item in items:
            if isinstance(item, exp.Null):
                raise FaultError(
                    self.here(), "null", "NULL in a list makes NOT IN never true", "leave it out; add OR x IS NULL"
                )
            each = self.value(item)
            if each.literal is None:
                raise FaultError(each.offset, "not-a-value", "IN takes literals only", "join comparisons with OR")
            if literals and each.literal.type is not literals[0].type:
                message = f"the list mixes {ARTICLES[literals[0].type]} and {ARTICLES[each.type]}"
                raise FaultError(each.offset, "type", message, "join two lists with OR")
            self.one_type(value, each)
            literals.append(each.literal)
        return Among(value.operand, tuple(literals))

    def like(self, node: exp.Like) -> Condition:
        """LIKE with a literal pattern."""
        value, pattern = self.value(node.this), self.value(node.expression)
        literal = pattern.literal
        if literal is None or not isinstance(literal.value, str) or literal.type is not Type.STRING:
            raise FaultError(pattern.offset, "type", "LIKE takes a text after it", "write x LIKE 'text%'")
        if "\\" in literal.value:
            raise FaultError(
                pattern.offset, "refused", "a LIKE pattern has no backslash", "% and _ are the only wildcards"
            )
        if value.literal is not None or value.type not in (Type.STRING, Type.ANY):
            raise FaultError(value.offset, "type", f"`{value.text}` is {ARTICLES[value.type]}; LIKE looks at texts")
        return Like(value.operand, literal.value)

    def function(self, node: exp.Anonymous) -> Condition:
        """in_segment('NAME') and has(trait.NAME, literal)."""
        word = self.take(TokenType.VAR)
        name, items = word.text.lower(), node.expressions
        if not isinstance(self.scope, PersonScope):
            raise FaultError(word.start, "unknown-name", f"{name}() looks at the person; it is not known here")
        if name == "in_segment":
            if len(items) != 1 or not (isinstance(items[0], exp.Literal) and items[0].is_string):
                raise FaultError(
                    word.start, "refused", "in_segment takes one segment's name", "write in_segment('NAME')"
                )
            segment = self.take(TokenType.STRING)
            if segment.text not in self.scope.segments:
                raise FaultError(segment.start, *_no_segment(segment.text, self.scope))
            return InSegment(segment.text)
        if name != "has" or len(items) != 2 or not isinstance(items[0], exp.Column | exp.Dot):
            raise FaultError(word.start, "refused", "has takes a trait and a literal", "write has(trait.NAME, 'text')")
        trait, literal = self.value(items[0]), self.value(items[1])
        if not isinstance(trait.operand, TraitOf):
            raise FaultError(trait.offset, "refused", "has looks into traits only", "write has(trait.NAME, 'text')")
        if literal.literal is None or literal.type in (Type.INSTANT, Type.INTERVAL):
            raise FaultError(
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
