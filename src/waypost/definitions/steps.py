"""The steps section → steps: each on one channel, with what that channel takes."""

from typing import Final, get_args

from waypost.definitions.findings import did_you_mean
from waypost.definitions.fitting import check
from waypost.definitions.nodes import Items, Mapping, Node, Scalar, mapping_of, plain, text_of, texts_of, whole_of
from waypost.definitions.predicates import Reading, read_predicate
from waypost.definitions.scopes import AnswerScope
from waypost.definitions.sections import COPY
from waypost.definitions.segments import bodies, read_milestone_name
from waypost.definitions.words import read_copy
from waypost.model.steps import PUSH, Channel, Question, Step, Stop
from waypost.model.time import parse_duration
from waypost.model.values import Type

_CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
_FREE: Final = ("custom", "webhook")
"""Channels whose copy may have any fields: the product, or the receiver, knows what to do with them."""
_PUSH_ONLY: Final = ("send_when", "still_true_after", "subscription")
_SHOWN_ONLY: Final = ("show_when", "page")
_WORDED: Final = ("checklist", "tip", "banner", "modal", "email")


def read_steps(section: Node | None, locale: str, reading: Reading) -> dict[str, Step]:
    """The steps by name; what is broken in one is noted."""
    entries = bodies(section)
    names = {name.text for name, _ in entries}
    return {name.text: _step(name, body, names, locale, reading) for name, body in entries}


def _step(name: Scalar, body: Mapping, names: set[str], locale: str, reading: Reading) -> Step:
    channel = next((each for each in _CHANNELS if each == text_of(body.get("channel"))), None)
    _check_channel(name, body, channel, reading)
    where = f"steps.{name.text}"
    copy = body.get("copy")
    if copy is not None and channel not in _FREE:
        check(copy, COPY, f"{where}.copy", reading.found)
    after = texts_of(body.get("after")) if body.get("after") else ()
    for each in after:
        if each.text not in names:
            hint = did_you_mean(each.text, names)
            reading.unknown(each, "unknown-step", f"no step is named `{each.text}`", hint)
    parameters = plain(body.get("parameters") or Mapping(body.place, ()))
    scope = reading.scope
    return Step(
        name=name.text,
        channel=channel or "custom",
        helps=read_milestone_name(body.get("helps"), reading),
        page=text_of(body.get("page")),
        show_when=read_predicate(body.get("show_when"), scope, reading),
        send_when=read_predicate(body.get("send_when"), scope, reading),
        still_true_after=parse_duration(text_of(body.get("still_true_after")) or ""),
        done_when=read_predicate(body.get("done_when"), scope, reading),
        after=tuple(each.text for each in after),
        priority=whole_of(body.get("priority")) or 0,
        cooldown=parse_duration(text_of(body.get("cooldown")) or ""),
        max_shows=whole_of(body.get("max_shows")),
        expires=parse_duration(text_of(body.get("expires")) or ""),
        subscription=text_of(body.get("subscription")),
        parameters=parameters if isinstance(parameters, dict) else {},
        stops=_stops(body.get("stops"), where, locale, reading),
        questions=_questions(body.get("questions"), where, locale, reading),
        copy=read_copy(copy, f"{where}.copy", locale, reading),
        owner=text_of(body.get("owner")),
        description=text_of(body.get("description")),
    )


def _check_channel(name: Scalar, body: Mapping, channel: Channel | None, reading: Reading) -> None:
    """What a channel needs, and what has no meaning on it."""
    if channel is None:
        return
    found = reading.found
    for key in _PUSH_ONLY if channel not in PUSH else _SHOWN_ONLY:
        if (node := body.get(key)) is not None:
            does = "is sent when a decision falls due" if channel in PUSH else "is shown when a page asks"
            instead = (
                "use `send_when`" if key == "show_when" else "use `show_when`" if key == "send_when" else "leave it out"
            )
            message = f"`{name.text}` {does}, so `{key}` means nothing on {channel}"
            found.error(node.place, "misplaced-key", message, instead)
    for key, owner in (("stops", "tour"), ("questions", "survey")):
        node = body.get(key)
        if channel == owner and node is None:
            found.error(name.place, "missing-key", f"steps.{name.text}: a {owner} needs `{key}`", f"add `{key}:`")
        if channel != owner and node is not None:
            message = f"steps.{name.text}: `{key}` goes with the channel `{owner}` only"
            found.error(node.place, "misplaced-key", message, f"write channel: {owner}, or leave it out")
    if channel in _WORDED and body.get("copy") is None:
        found.warn(name.place, "no-copy", f"steps.{name.text} has no words to show", "add `copy:`")


def _stops(node: Node | None, where: str, locale: str, reading: Reading) -> tuple[Stop, ...]:
    stops = []
    for number, item in enumerate(node.items if isinstance(node, Items) else (), 1):
        stop = mapping_of(item)
        if stop is not None:
            copy = read_copy(stop.get("copy"), f"{where}.stops, item {number}, copy", locale, reading)
            clicked = text_of(stop.get("advance")) == "click"
            at, page = text_of(stop.get("at")) or "", text_of(stop.get("page"))
            stops.append(Stop(at, page, "click" if clicked else "next", copy))
    return tuple(stops)


def _questions(node: Node | None, where: str, locale: str, reading: Reading) -> tuple[Question, ...]:
    questions: list[Question] = []
    answers: dict[str, Type] = {}
    for item in node.items if isinstance(node, Items) else ():
        body = mapping_of(item)
        if body is None:
            continue
        identity, kind = text_of(body.get("id")) or "", text_of(body.get("kind"))
        if identity in answers:
            message = f"two questions have the id `{identity}`"
            reading.found.error(
                (body.get("id") or body).place, "duplicate-name", message, "answers are told apart by it"
            )
        _check_question(body, kind, reading)
        question = Question(
            identity,
            "rating" if kind == "rating" else "choice" if kind == "choice" else "text",
            whole_of(body.get("scale")),
            tuple(each.text for each in texts_of(body.get("choices"))) if body.get("choices") else (),
            read_predicate(body.get("ask_when"), AnswerScope(answers), reading),
            read_copy(body.get("copy"), f"{where}.questions.{identity}.copy", locale, reading),
        )
        questions.append(question)
        answers = {**answers, identity: Type.NUMBER if kind == "rating" else Type.STRING}
    return tuple(questions)


def _check_question(body: Mapping, kind: str | None, reading: Reading) -> None:
    for key, owner in (("scale", "rating"), ("choices", "choice")):
        node = body.get(key)
        if kind == owner and node is None:
            reading.found.error(body.place, "missing-key", f"a question of kind {owner} needs `{key}`", f"add `{key}:`")
        if kind is not None and kind != owner and node is not None:
            message = f"`{key}` goes with questions of kind {owner} only"
            reading.found.error(node.place, "misplaced-key", message, "leave it out")
