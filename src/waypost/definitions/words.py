"""Copy: Liquid texts by locale. Every text is parsed at load, so that none breaks when it is shown."""

from collections.abc import Sequence
from typing import ClassVar, Final

from liquid import Environment
from liquid.exceptions import LiquidError

from waypost.definitions.findings import did_you_mean, nearest
from waypost.definitions.nodes import Items, Mapping, Node, Place, Scalar, mapping_of, plain
from waypost.definitions.predicates import Reading
from waypost.model.steps import Copy
from waypost.model.values import Json


class _Nested(Environment):
    """Liquid whose blocks nest as deep as they may where the words are filled in."""

    block_nesting_limit: ClassVar[int] = 16


_ENVIRONMENT: Final = _Nested()
VARIABLES: Final = ("trait", "signal", "person", "stage", "parameters")
"""What copy may look at."""
_LOADING: Final = ("include", "render", "extends", "block")


def read_copy(node: Node | None, where: str, locale: str, reading: Reading, field: str = "title") -> Copy:
    """The texts by locale and field; a text alone, as in {en: How easy was that?}, stands under `field`.

    Copy without the project's own locale is a mistake: that one is the fallback for all others.
    """
    copy: dict[str, dict[str, Json]] = {}
    by_locale = mapping_of(node)
    if by_locale is None:
        return copy
    for key, texts in by_locale:
        check_liquid(texts, f"{where}.{key.text}", reading)
        content = plain(texts)
        copy[key.text] = dict(content) if isinstance(content, dict) else {field: content}
    if copy and locale not in copy:
        message = f"{where} has no words for `{locale}`, the project's locale and the fallback for all others"
        reading.found.error(by_locale.place, "missing-locale", message, f"add `{locale}:`")
    return copy


def check_liquid(node: Node, where: str, reading: Reading) -> None:
    """Note every text below that is not Liquid, with its place."""
    match node:
        case Mapping():
            for key, value in node:
                check_liquid(value, f"{where}.{key.text}", reading)
        case Items():
            for item in node.items:
                check_liquid(item, where, reading)
        case Scalar():
            if isinstance(node.value, str) and ("{{" in node.value or "{%" in node.value):
                _check_text(node, node.value, where, reading)


def _check_text(node: Scalar, text: str, where: str, reading: Reading) -> None:
    try:
        analysis = _ENVIRONMENT.from_string(text).analyze(include_partials=False)
    except LiquidError as error:
        message = f"{where} is not Liquid: {str(error.args[0] if error.args else error).splitlines()[0]}"
        reading.found.error(_place(node, error), "liquid", message, "write {{ trait.first_name | default: 'there' }}")
        return
    except (RecursionError, ValueError, TypeError, AttributeError, IndexError, KeyError):
        reading.found.error(node.place, "liquid", f"{where} is not Liquid", "check its braces")
        return
    for name, spans in analysis.filters.items():
        if name not in _ENVIRONMENT.filters:
            close = nearest(name, _ENVIRONMENT.filters)
            hint = f"did you mean `{close}`?" if close else None
            reading.found.error(node.at(spans[0].index), "liquid", f"{where}: Liquid has no filter `{name}`", hint)
    for name, spans in analysis.tags.items():
        if name in _LOADING:
            message = f"{where}: `{name}` needs another template, and there are none here"
            reading.found.error(node.at(spans[0].index), "liquid", message, "write the words out")
    for name, variables in analysis.globals.items():
        for variable in variables:
            _check_variable(name, variable.segments, node.at(variable.span.index), where, reading)


def _check_variable(name: str, segments: Sequence[object], place: Place, where: str, reading: Reading) -> None:
    """A name that holds nothing would leave the words empty, or the step unshown."""
    if name not in VARIABLES:
        message = f"{where}: copy knows nothing named `{name}`"
        reading.found.error(place, "unknown-variable", message, did_you_mean(name, VARIABLES))
    inner = segments[1] if name == "signal" and len(segments) > 1 else None
    if isinstance(inner, str) and inner not in reading.scope.signals and not reading.maybe_defined(inner):
        message = f"{where}: no signal is named `{inner}`"
        reading.found.error(place, "unknown-signal", message, did_you_mean(inner, reading.scope.signals))


def _place(node: Scalar, error: LiquidError) -> Place:
    """Where in the file Liquid stumbled, as far as it says."""
    start = error.token.start_index if error.token is not None else -1
    return node.at(start) if start >= 0 else node.place
