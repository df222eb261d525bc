"""The words of a predicate, cut by sqlglot's tokenizer; whatever the language leaves out is refused here by name.

sqlglot reads far more than this language has, and some things that are not SQL at all. So the words are looked at
first: each refused construct has its reason, and what is left over are names, literals and the words of the allow-list.
"""

from dataclasses import dataclass
from typing import Final

from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, Tokenizer, TokenType

LONGEST: Final = 10_000
DEEPEST: Final = 15
"""Brackets and NOTs inside each other."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake (or doubt) in a predicate; `offset` counts characters of its text."""

    offset: int
    code: str
    message: str
    hint: str | None = None
    warning: bool = False
    name: str | None = None
    """A name that may be defined in a file that could not be read."""


_ARITHMETIC: Final = ("arithmetic is not part of predicates", "compute it in a signal, or compare with the result")
_FUNCTION: Final = ("functions are not part of predicates", "only in_segment('NAME') and has(trait.NAME, literal) are")
_QUERY: Final = ("queries are not part of predicates", "define a signal and compare it")
_PARAMETER: Final = ("parameters are not part of predicates", "write the value itself")
_PATTERN: Final = ("regular expressions are not part of predicates", "use LIKE 'text%' or IN ('a', 'b')")
_JSON: Final = ("JSON operators are not part of predicates", 'write trait."a"."b" for nested values')
_CAST: Final = ("casts are not part of predicates", "declare the property's type in the tracking plan")
_CASE: Final = ("CASE is not part of predicates", "say it with AND, OR and NOT")
_TRUTHS: Final = ("this operator is not part of predicates", "use AND, OR, NOT")
_BITS: Final = ("bit operators are not part of predicates", "compute it in a signal")
_COMMENT: Final = ("comments are not part of predicates", "write them in the YAML, after a #, outside the text")
_NULLS: Final = ("this spelling is not part of predicates", "write IS NULL or IS NOT NULL")

_REFUSED: Final[dict[TokenType, tuple[str, str]]] = {
    **dict.fromkeys((TokenType.PLUS, TokenType.STAR, TokenType.SLASH, TokenType.MOD, TokenType.DIV), _ARITHMETIC),
    **dict.fromkeys((TokenType.CARET, TokenType.AMP, TokenType.PIPE, TokenType.HASH), _BITS),
    **dict.fromkeys((TokenType.CASE, TokenType.WHEN, TokenType.THEN, TokenType.ELSE), _CASE),
    **dict.fromkeys((TokenType.SELECT, TokenType.WITH, TokenType.EXISTS, TokenType.UNION), _QUERY),
    **dict.fromkeys((TokenType.RLIKE, TokenType.GLOB, TokenType.SIMILAR_TO, TokenType.TILDA), _PATTERN),
    **dict.fromkeys((TokenType.PARAMETER, TokenType.PLACEHOLDER, TokenType.COLON), _PARAMETER),
    **dict.fromkeys((TokenType.ARROW, TokenType.DARROW, TokenType.L_BRACKET, TokenType.R_BRACKET), _JSON),
    **dict.fromkeys((TokenType.ISNULL, TokenType.NOTNULL), _NULLS),
    **dict.fromkeys((TokenType.DAMP, TokenType.XOR), _TRUTHS),
    **dict.fromkeys(
        (TokenType.L_BRACE, TokenType.R_BRACE, TokenType.BLOCK_START, TokenType.BLOCK_END),
        ("templates are not part of predicates", "write the value itself"),
    ),
    **dict.fromkeys(
        (TokenType.ANY, TokenType.ALL, TokenType.SOME),
        ("ANY, ALL and SOME are not part of predicates", "use IN ('a', 'b'), or has(trait.NAME, literal) for a list"),
    ),
    TokenType.DPIPE: ("joining texts is not part of predicates", "compare each part; for truth write OR"),
    TokenType.DCOLON: _CAST,
    TokenType.ILIKE: ("ILIKE is not part of predicates", "LIKE is case-sensitive; list the spellings with OR"),
    TokenType.ESCAPE: ("LIKE takes no ESCAPE here", "% and _ are the only wildcards"),
    TokenType.COLLATE: ("texts compare by code point; COLLATE is not part of predicates", "leave it out"),
    TokenType.NULLSAFE_EQ: ("`<=>` is not part of predicates", "write IS NOT DISTINCT FROM"),
    TokenType.SEMICOLON: ("a predicate is one expression; `;` ends nothing here", "leave it out"),
    TokenType.UNKNOWN: (
        "this character is not part of predicates",
        "names are quoted with double quotes, texts with single ones",
    ),
    TokenType.OVERLAPS: ("OVERLAPS is not part of predicates", "use BETWEEN"),
    TokenType.NATIONAL_STRING: ("a text is written in plain single quotes", "leave the letter before it out"),
}
_WORDS: Final[dict[str, tuple[str, str]]] = {
    "REGEXP": _PATTERN, "MATCH": _PATTERN, "UNKNOWN": _NULLS, "EXISTS": _QUERY, "SOME": _REFUSED[TokenType.SOME],
    "SYMMETRIC": ("BETWEEN takes the lower bound first; SYMMETRIC is not part of predicates", "leave it out"),
}  # fmt: skip

GRAMMAR: Final = frozenset({
    TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA, TokenType.DOT, TokenType.IDENTIFIER, TokenType.STRING,
    TokenType.NUMBER, TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE,
    TokenType.DASH, TokenType.AND, TokenType.OR, TokenType.NOT, TokenType.IS, TokenType.NULL, TokenType.TRUE,
    TokenType.FALSE, TokenType.BETWEEN, TokenType.IN, TokenType.LIKE, TokenType.DISTINCT, TokenType.FROM,
})  # fmt: skip
"""What stays as it is; every other word is a name."""
RESERVED: Final = frozenset({
    "ALL", "AND", "ANY", "AS", "ASC", "BETWEEN", "BY", "CASE", "CAST", "COLLATE", "CREATE", "CROSS", "DELETE",
    "DESC", "DISTINCT", "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS", "FALSE", "FETCH", "FOR", "FROM", "FULL",
    "GLOB", "GROUP", "HAVING", "ILIKE", "IN", "INNER", "INSERT", "INTERSECT", "INTERVAL", "INTO", "IS", "ISNULL",
    "JOIN", "LEFT", "LIKE", "LIMIT", "NATURAL", "NOT", "NOTNULL", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER",
    "REGEXP", "RIGHT", "RLIKE", "SELECT", "SET", "SIMILAR", "SOME", "TABLE", "THEN", "TIMESTAMP", "TO", "TRUE",
    "UNION", "UPDATE", "USING", "VALUES", "WHEN", "WHERE", "WINDOW", "WITH", "XOR",
})  # fmt: skip
"""SQL's words: no signal is named like one, and `write` quotes a property that is."""
FUNCTIONS: Final = frozenset({"has", "in_segment"})
_ENDS: Final = frozenset({
    TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.NULL, TokenType.TRUE, TokenType.FALSE,
    TokenType.R_PAREN,
})  # fmt: skip
_SPELT: Final = {"==": "=", "~~": "LIKE", "&&": "AND", "!": "NOT", "^=": "<>", "~~*": "LIKE"}


_OTHER_TIMES: Final = frozenset({"DATE", "TIME", "DATETIME", "TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMPNTZ"})


def tokenize(text: str) -> tuple[list[Token], list[Fault]]:
    """The words of a predicate, names turned into identifiers; and what is refused.

    The bracket put before the text keeps sqlglot from taking a first word such as SHOW for a command that swallows the
    rest; it is dropped again.
    """
    if len(text) > LONGEST:
        return [], [
            Fault(0, "too-long", f"a predicate has at most {LONGEST:,} characters", "define segments and combine them")
        ]
    try:
        bracket, *rest = Tokenizer().tokenize("(" + text)
    except (SqlglotError, RecursionError):
        return [], [_unclosed(text)]
    tokens = [
        Token(each.token_type, each.text, each.line, each.col, each.start - 1, each.end - 1, each.comments)
        for each in rest
    ]
    if bracket.comments:
        return [], [Fault(_comment(text), "refused", *_COMMENT)]
    if not tokens:
        return [], [Fault(0, "empty-predicate", "the predicate is empty", "write TRUE for everyone")]
    refused = [fault for index in range(len(tokens)) if (fault := _refuse(text, tokens, index))]
    faults = list({fault.message: fault for fault in reversed(refused)}.values())[::-1]
    return [_named(tokens, index) for index in range(len(tokens))], faults or _shape(tokens)


def _unclosed(text: str) -> Fault:
    """The quote or comment that was never closed."""
    index = 0
    while index < len(text):
        if text[index] in "'\"":
            end = text.find(text[index], index + 1)
            if end < 0:
                return Fault(
                    index,
                    "unclosed",
                    f"the quote {text[index]} is never closed",
                    "double a quote inside a text: 'it''s'",
                )
            index = end
        index += 1
    return Fault(0, "not-a-condition", "this cannot be read as SQL", "quotes or comments that are never closed?")


def _refuse(text: str, tokens: list[Token], index: int) -> Fault | None:
    """Why a word cannot stay, or None."""
    token = tokens[index]
    before = tokens[index - 1].token_type if index else None
    calls = index + 1 < len(tokens) and tokens[index + 1].token_type is TokenType.L_PAREN
    if token.comments:
        return Fault(_comment(text), "refused", *_COMMENT)
    spelt = text[token.start : token.end + 1]
    is_word = token.token_type not in GRAMMAR and spelt.replace(" ", "_").isidentifier()
    if token.token_type is TokenType.IDENTIFIER or (is_word and before is TokenType.DOT):
        return None
    reason: tuple[str, str] | None
    if spelt in _SPELT:
        reason = (f"`{spelt}` is not part of predicates", f"write {_SPELT[spelt]}")
    elif is_word:
        reason = _WORDS.get(token.text.upper()) or _REFUSED.get(token.token_type)
        reason = reason if reason and (calls or _reads_as_operator(tokens, index)) else None
        if reason is None and calls and token.text.lower() not in FUNCTIONS:
            reason = _CAST if token.text.upper() in ("CAST", "TRY_CAST", "CONVERT") else _FUNCTION
    elif token.token_type in GRAMMAR:
        reason = None
    else:
        unknown = (f"`{spelt}` is not part of predicates", "compare with = <> < <= > >=, IN, LIKE, BETWEEN or IS")
        reason = _PARAMETER if spelt.startswith("$") else _REFUSED.get(token.token_type, unknown)
    return Fault(token.start, "refused", *reason) if reason else None


def _comment(text: str) -> int:
    """Where the first comment starts, outside quotes."""
    quote = ""
    for index, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif text[index : index + 2] in ("--", "/*"):
            return index
    return 0


def _reads_as_operator(tokens: list[Token], index: int) -> bool:
    """Whether a word such as CASE or ILIKE is used as SQL's word, not as the name of a property."""
    kind = tokens[index].token_type
    opens = kind in (TokenType.CASE, TokenType.SELECT, TokenType.WITH)
    follows = index > 0 and (tokens[index - 1].token_type in _ENDS or tokens[index - 1].token_type not in GRAMMAR)
    if opens:
        return index + 1 < len(tokens) and tokens[index + 1].token_type not in (TokenType.EQ, TokenType.IS)
    return follows or (index > 0 and tokens[index - 1].token_type in (TokenType.IS, TokenType.NOT, TokenType.BETWEEN))


def _shape(tokens: list[Token]) -> list[Fault]:
    """Depth, and the place of each NOT: sqlglot would take one after its operand."""
    depth = run = 0
    for index, token in enumerate(tokens):
        kind = token.token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        run = run + 1 if kind is TokenType.NOT else 0
        if depth + run > DEEPEST:
            hint = "define a segment and use in_segment('NAME')"
            return [Fault(token.start, "too-deep", f"nested more than {DEEPEST} levels deep", hint)]
        before = _named(tokens, index - 1).token_type if index else None
        after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
        typed = token.text.upper()
        if typed == "INTERVAL" and (
            after is TokenType.NUMBER or (after is TokenType.STRING and _is_unit(tokens, index + 2))
        ):
            return [
                Fault(token.start, "refused", "an interval's unit stands inside its quotes", "write INTERVAL '2 days'")
            ]
        if typed in _OTHER_TIMES and after is TokenType.STRING and before is not TokenType.DOT:
            hint = "write TIMESTAMP '2026-01-31 09:00'"
            return [Fault(token.start, "refused", f"{typed} literals are not part of predicates", hint)]
        if kind is TokenType.NOT and before in _ENDS and after not in (TokenType.IN, TokenType.LIKE, TokenType.BETWEEN):
            return [Fault(token.start, "not-a-condition", "NOT stands before what it turns round", "write NOT x")]
        if kind is TokenType.NOT and before not in (*_ENDS, TokenType.IS) and after in (TokenType.IN, TokenType.LIKE):
            return [Fault(token.start, "not-a-condition", "something is missing before NOT", "write x NOT IN (…)")]
    return []


def _is_unit(tokens: list[Token], index: int) -> bool:
    """Whether a unit of time stands there as a word."""
    unit = tokens[index].text.upper().removesuffix("S") if index < len(tokens) else ""
    return unit in ("SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR", "QUARTER", "MILLISECOND")


def _named(tokens: list[Token], index: int) -> Token:
    """The token, or an identifier in its place where it is a name."""
    token = tokens[index]
    after_dot = index > 0 and tokens[index - 1].token_type is TokenType.DOT
    after = tokens[index + 1].token_type if index + 1 < len(tokens) else None
    if not token.text[:1].isidentifier() or token.token_type in (TokenType.IDENTIFIER, TokenType.STRING):
        return token
    if (token.token_type in GRAMMAR or after is TokenType.L_PAREN) and not after_dot:
        return token
    if token.text.upper() in ("INTERVAL", "TIMESTAMP") and after is TokenType.STRING and not after_dot:
        return token
    return Token(TokenType.IDENTIFIER, token.text, token.line, token.col, token.start, token.end)
