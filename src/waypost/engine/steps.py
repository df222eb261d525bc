"""A step's words, filled in for one person: Liquid by locale, in a mode that can neither hang nor look around.

Copy is written by the team and filled with what people typed, so a template sees only the variables below, has no clock
and no files, and stops at small limits. What cannot be filled in is not shown: the step is dropped with `copy_error`.
Rendered texts are plain: whoever puts them into a page or an e-mail escapes them there.

| variable | holds |
| --- | --- |
| `trait.NAME`, `signal.NAME` | a trait; a signal as JSON shows it (intervals in seconds); neither is there while NULL |
| `person` | `id`, `signup`, `stage`, `segments`, `milestones` |
| `stage`, `parameters` | the stage's name; the step's own parameters |
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import ClassVar, Final

from liquid import BoundTemplate, Environment, FalsyStrictUndefined
from liquid.exceptions import FilterArgumentError

from waypost.engine.journeys import Candidate
from waypost.engine.questions import asked_when
from waypost.engine.routes import sentence
from waypost.model.changes import Definitions
from waypost.model.people import State, bare
from waypost.model.steps import Content, Copy, Question, Step, Stop
from waypost.model.time import parse_instant, write_instant
from waypost.model.values import Json, present

_SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
_NEVER_SCHEMES: Final = frozenset({"javascript", "data", "vbscript"})
_VARIABLE: Final = re.compile(
    r"\{\{ *([a-z_]+(?:\.[A-Za-z_]\w*)+) *(?:\| *default: *(?:'[^'{}]*'|\"[^\"{}]*\") *)?\}\}", re.ASCII
)
_SPECIAL: Final = frozenset({"size", "first", "last"})
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.-]*):")


_CHAINS: Final = 256
"""For how many ways of asking for locales plain words are kept."""


class CopyError(Exception):
    """The words of a step cannot be filled in for this person; says which, and why."""


class _Missing(FalsyStrictUndefined):
    """What is not there: it may be tested and takes a default, and is an error when it would be shown."""

    force_liquid_default = True


class _Safe(Environment):
    block_nesting_limit: ClassVar[int] = 16
    context_depth_limit: ClassVar[int] = 16
    loop_iteration_limit: ClassVar[int | None] = 1_000
    local_namespace_limit: ClassVar[int | None] = 100_000
    output_stream_limit: ClassVar[int | None] = 100_000


def _date(value: object, form: object = None) -> str:
    """`| date`: an instant in UTC; never the clock, the machine's zone, or a directive that could fill the memory."""
    instant = parse_instant(value) if isinstance(value, str) else None
    if (
        instant is None
        or not isinstance(form, str)
        or not re.fullmatch(r"(?:[^%]|%-?[aAbBdDeFGHIjmMpRSTuUVwWyYzZ%])*", form)
    ):
        raise FilterArgumentError("date takes an instant (RFC 3339) and a format such as '%d %B %Y'", token=None)
    return datetime.fromisoformat(write_instant(instant)).strftime(form)


def _environment() -> Environment:
    made = _Safe(undefined=_Missing, strict_filters=True)
    for tag in ("include", "render"):
        del made.tags[tag]
    made.add_filter("date", _date)
    return made


_ENVIRONMENT: Final = _environment()


class Phrasebook:
    """The words of one definition set: a text is parsed, and a step without Liquid said, when first needed."""

    def __init__(self) -> None:
        self._parsed: dict[str, tuple[BoundTemplate, list[str | list[str]] | None]] = {}
        self._plain: dict[tuple[str, ...], dict[str, Content | None]] = {}

    def fill(self, text: str, variables: Mapping[str, object]) -> str:
        """The text with its variables filled in."""
        parsed = self._parsed.get(text)
        if parsed is None:
            parsed = self._parsed[text] = _ENVIRONMENT.from_string(text), _simple(text)
        template, simple = parsed
        quickly = None if simple is None else _join(simple, variables)
        return template.render(variables) if quickly is None else quickly

    def plain(self, chain: tuple[str, ...]) -> dict[str, Content | None]:
        """By step, what was said so far in these locales to everybody alike; None where a step's words are Liquid."""
        found = self._plain.get(chain)
        if found is None:
            if len(self._plain) >= _CHAINS:
                # A page may ask for any locale it likes.
                self._plain.clear()
            found = self._plain[chain] = {}
        return found

    @property
    def kept(self) -> int:
        """For how many ways of asking for locales words are kept."""
        return len(self._plain)

    def speak(self, step: Step, state: State, definitions: Definitions, chain: tuple[str, ...]) -> Content:
        """The step's content for one person, in the first of the locales (from `locales`) that it has words in.

        Raises:
            CopyError: A variable without a default is missing, a limit was met, or there are no words to fall back to.
        """
        plain = self.plain(chain)
        if step.name not in plain:
            plain[step.name] = None if _has_liquid(step) else _speak(step, {}, chain, self)
        said = plain[step.name]
        return said if said is not None else _speak(step, variables(step, state, definitions), chain, self)


def _simple(text: str) -> list[str | list[str]] | None:
    """Texts and the paths of variables between them, where a template has nothing else in it (and no special names)."""
    parts: list[str | list[str]] = []
    place = 0
    for match in _VARIABLE.finditer(text):
        parts.extend((text[place : match.start()], match[1].split(".")))
        place = match.end()
    parts.append(text[place:])
    plain = not any(_is_liquid(part) if isinstance(part, str) else _SPECIAL & set(part) for part in parts)
    return parts if plain else None


def _join(parts: Sequence[str | list[str]], variables: Mapping[str, object]) -> str | None:
    """The text, if every variable is one that Liquid would show as it is: a text that is not empty. Else None."""
    said = []
    for part in parts:
        value: object = part
        if isinstance(part, list):
            value = variables
            for key in part:
                value = value.get(key) if isinstance(value, Mapping) else None
            if not value or not isinstance(value, str):
                return None
        said.append(str(value))
    return "".join(said)


def _has_liquid(step: Step) -> bool:
    copies = (step.copy, *(stop.copy for stop in step.stops), *(question.copy for question in step.questions))
    return any(_is_liquid(text) for copy in copies for fields in copy.values() for text in _texts(fields))


def _is_liquid(text: str) -> bool:
    return "{{" in text or "{%" in text


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


class _Signals(Mapping[str, Json]):
    """Signals as JSON shows them; one that is NULL is not there."""

    def __init__(self, state: State, definitions: Definitions) -> None:
        self._state, self._definitions = state, definitions

    def __getitem__(self, name: str) -> Json:
        value = self._state.signals[name]
        if value is None:
            raise KeyError(name)
        return present(value, self._definitions.signals[name].type)

    def __iter__(self) -> Iterator[str]:
        return iter(self._state.signals)

    def __len__(self) -> int:
        return len(self._state.signals)


def variables(step: Step, state: State, definitions: Definitions) -> dict[str, object]:
    """What the templates of a step may use of one person."""
    return {
        "parameters": step.parameters,
        "trait": state.traits,
        "signal": _Signals(state, definitions),
        "stage": state.stage,
        "person": {
            "id": bare(state.person),
            "signup": None if state.signup is None else write_instant(state.signup),
            "stage": state.stage,
            "segments": sorted(state.segments),
            "milestones": {name: None if at is None else write_instant(at) for name, at in state.milestones.items()},
        },
    }


def because(candidate: Candidate) -> str:
    """Why a step is offered, in a sentence for the people who wrote the journey."""
    route = candidate.route
    if candidate.held_until is not None:
        return f"It is being offered already, and keeps its place until {write_instant(candidate.held_until)}."
    if not (candidate.early or candidate.more_first):
        return route.chosen.because
    return sentence(route.step, route.journey, early=candidate.early, more_first=candidate.more_first)


def locales(asked: str | None, state: State, definitions: Definitions) -> tuple[str, ...]:
    """The locales to try, best first: as asked, the person's `trait.locale`, the project's; and each's language."""
    said = state.traits.get("locale")
    return _chain(asked, said if isinstance(said, str) else None, definitions.locale)


@lru_cache(_CHAINS)
def _chain(*wanted: str | None) -> tuple[str, ...]:
    tags = [_tag(locale) for locale in wanted if locale]
    return tuple(dict.fromkeys(part for tag in tags for part in (tag, tag.split("-")[0])))


def _tag(locale: str) -> str:
    return locale.replace("_", "-").lower()


def _speak(step: Step, scope: Mapping[str, object], chain: Sequence[str], book: Phrasebook) -> Content:
    def said(copy: Copy, where: str) -> Mapping[str, Json]:
        if not copy:
            return {}
        by_tag = {_tag(locale): locale for locale in copy}
        for tag in chain:
            if tag in by_tag:
                return {name: filled(value, f"{where}{name}", name) for name, value in copy[by_tag[tag]].items()}
        raise CopyError(f"{where.rstrip('.') or 'It'} has no words for {' or '.join(chain)}.")

    def filled(value: Json, where: str, name: str) -> Json:
        if isinstance(value, str):
            text = _fill(value, where, scope, book)
            return _safe_url(text, value, where) if name == "url" else text
        if isinstance(value, Mapping):
            return {key: filled(inner, f"{where}.{key}", key) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [filled(inner, where, name) for inner in value]
        return value

    def stop(place: int, item: Stop) -> Mapping[str, Json]:
        page: Mapping[str, Json] = {} if item.page is None else {"page": item.page}
        return {"at": item.at, "advance": item.advance, **page, "copy": said(item.copy, f"stop {place}.")}

    def question(item: Question) -> Mapping[str, Json]:
        asked: dict[str, Json] = {"id": item.id, "kind": item.kind}
        if item.scale is not None:
            asked["scale"] = item.scale
        if item.choices:
            asked["choices"] = item.choices
        if item.ask_when is not None:
            asked["ask_when"] = asked_when(item.ask_when)
        return {**asked, "copy": said(item.copy, f"question {item.id}.")}

    return Content(
        said(step.copy, ""),
        tuple(stop(place, item) for place, item in enumerate(step.stops, 1)),
        tuple(question(item) for item in step.questions),
        step.parameters,
    )


def _fill(text: str, where: str, scope: Mapping[str, object], book: Phrasebook) -> str:
    if not _is_liquid(text):
        return text
    try:
        return book.fill(text, scope)
    except Exception as error:  # a filter may raise anything, and one step's words must not break the answer
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        hint = "; give it a default: {{ … | default: '…' }}" if reason.endswith("is undefined") else ""
        raise CopyError(f"Its {where} could not be filled in: {reason}{hint}.") from error


def _safe_url(url: str, template: str, where: str) -> str:
    """The address, unless a person's own text made it one that runs code or leaves for an unknown scheme."""
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20]", "", url).lower())
    if scheme is None or scheme[1] in _SAFE_SCHEMES:
        return url
    if scheme[1] not in _NEVER_SCHEMES and template.lower().startswith(scheme[0]):
        return url
    raise CopyError(f"Its {where} has the scheme {scheme[1]}:, which is not allowed there.")
