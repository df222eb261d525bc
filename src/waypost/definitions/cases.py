"""Texts under `cases/` → cases: people's events at instants, and what must then be true. Others run them."""

from typing import Final

from waypost.definitions.documents import read_documents
from waypost.definitions.expectations import EXPECTATION, read_expectations
from waypost.definitions.findings import Findings
from waypost.definitions.fitting import check
from waypost.definitions.moments import read_moment
from waypost.definitions.nodes import Items, Mapping, Node, Scalar, describe, mapping_of, plain, text_of
from waypost.definitions.shapes import Anything, Either, Flag, ListOf, MapOf, Record, Text
from waypost.model.cases import Ask, Case
from waypost.model.changes import Definitions, Issue
from waypost.model.events import REFUSED_IDS, Event, Kind
from waypost.model.people import anonymous, user
from waypost.model.time import Instant

_ID: Final = Text("an id, as a text")
_VALUES: Final = MapOf(Anything())
_ITEM: Final = Record(
    {
        "at": Text('an instant such as "2026-01-05T09:00:00Z", or +10 minutes'),
        "event": Text("an event name; `page` and `screen` are their kinds"),
        "identify": _VALUES,
        "alias": _ID,
        "group": _ID,
        "properties": _VALUES,
        "traits": _VALUES,
        "with": _ID,
        "as": _ID,
        "received": Text("an instant, or +3 days for so long after `at`"),
        "id": _ID,
        "source": Text(),
        "asks": Either((Flag(), Text()), "the page that asks what is next, or true for any"),
        "sends": Flag(),
    },
    ("at",),
)
CASE: Final = Record(
    {
        "case": Text("a sentence that names the case"),
        "description": Text(),
        "people": MapOf(ListOf(_ITEM), least=1),
        "expect": ListOf(EXPECTATION, least=1),
    },
    ("case", "people", "expect"),
)
"""One document of a file of cases."""
_DOES: Final = ("event", "identify", "alias", "group", "asks", "sends")
_TURNS: Final = ("asks", "sends")
"""What Waypost does; the others are what people do."""


def read_cases(file: str, text: str, definitions: Definitions | None) -> tuple[tuple[Case, ...], tuple[Issue, ...]]:
    """The cases of one file, and the issues; a case with an error is left out. Never raises on a text.

    Names in expectations are checked against the definitions, where there are any. A person's name is their user id;
    `with` adds an anonymous id, `as` acts under an anonymous id alone. An event without an `id` has the message id
    `CASE/PERSON/NUMBER`, so that equal instants keep the order of the file. `asks` is no event: the page asks what is
    next, and gets it. Nor is `sends`: e-mails and webhooks that are due leave.
    """
    found = Findings()
    cases: list[Case] = []
    documents, _ = read_documents(file, text, found)
    names: dict[str, int] = {}
    for document in documents:
        if isinstance(document, Scalar) and document.value is None:
            continue
        before = len(found)
        body = mapping_of(document)
        if body is None:
            message = f"expected a case with `case`, `people` and `expect`, found {describe(document)}"
            found.error(document.place, "wrong-value", message, "several cases in one file stand apart by ---")
            continue
        check(body, CASE, "the case", found)
        name = text_of(body.get("case")) or ""
        if name in names:
            found.error(
                body.place, "duplicate-name", f"this file has the case `{name}` twice; first at line {names[name]}"
            )
        names.setdefault(name, body.place.line)
        case = _case(file, name, body, definitions, found)
        if not found.errors_since(before):
            cases.append(case)
    return tuple(cases), found.issues()


def _case(file: str, name: str, body: Mapping, definitions: Definitions | None, found: Findings) -> Case:
    events: list[Event] = []
    asks: list[Ask] = []
    ids: dict[str, Scalar] = {}
    people = [(key, node) for key, node in mapping_of(body.get("people")) or ()]
    for key, node in people:
        _check_id(key, found)
        before: Instant | None = None
        for number, item in enumerate(node.items if isinstance(node, Items) else (), 1):
            inner = mapping_of(item)
            if inner is None:
                continue
            at = read_moment(inner.get("at"), before, found)
            before = at if at is not None else before
            if "asks" in inner.names() and at is not None:
                asks.append(Ask(at, key.text, text_of(inner.get("asks"))))
            elif "sends" in inner.names() and at is not None:
                asks.append(Ask(at, key.text, push=True))
            event = _event(f"{name}/{key.text}/{number:04}", key.text, inner, at, found)
            if event is None:
                continue
            events.append(event)
            identity = inner.get("id")
            if isinstance(identity, Scalar) and identity.text in ids:
                message = f"`{identity.text}` is the id of an event at line {ids[identity.text].place.line}, too"
                found.warn(identity.place, "duplicate-id", message, "the first one counts; the other is a repeat")
            elif isinstance(identity, Scalar):
                ids[identity.text] = identity
    names = {key.text: user(key.text) for key, _ in people}
    devices = {event.anonymous_id: anonymous(event.anonymous_id) for event in events if event.anonymous_id is not None}
    expectations = read_expectations(body.get("expect"), names, devices, definitions, found)
    return Case(name, file, body.place.line, tuple(events), devices | names, expectations, tuple(asks))


def _event(message_id: str, person: str, body: Mapping, at: Instant | None, found: Findings) -> Event | None:
    """What one item sends."""
    does = [key for key in _DOES if key in body.names()]
    if len(does) != 1:
        message = "an item does one thing" + (
            f", not both {does[0]} and {does[1]}" if does else "; this one does nothing"
        )
        found.error(body.place, "item-kind", message, f"give one of {', '.join(_DOES)}")
        return None
    kind, name = _kind(does[0], body)
    _check_keys(body, does[0], found)
    alone, beside = text_of(body.get("as")), text_of(body.get("with"))
    for key in ("as", "with"):
        _check_id(body.get(key), found)
    received = read_moment(body.get("received"), at, found)
    if at is None or does[0] in _TURNS:
        return None
    content = plain(body.get(_CONTENT[does[0]]) or Mapping(body.place, ()))
    return Event(
        message_id=text_of(body.get("id")) or message_id,
        kind=kind,
        name=name,
        at=at,
        user_id=None if alone else person,
        anonymous_id=alone or beside,
        properties=content if isinstance(content, dict) else {},
        source=text_of(body.get("source")) or "case",
        received_at=at if received is None else received,
        previous_id=text_of(body.get("alias")),
        group_id=text_of(body.get("group")),
    )


_CONTENT: Final = {"event": "properties", "identify": "identify", "alias": "properties", "group": "traits"}
"""Where each thing that an item can do keeps its properties or traits."""


def _kind(does: str, body: Mapping) -> tuple[Kind, str]:
    match does:
        case "identify":
            return "identify", ""
        case "alias":
            return "alias", ""
        case "group":
            return "group", ""
    match name := text_of(body.get("event")) or "":
        case "page" | "screen":
            return name, name
    return "track", name


def _check_keys(body: Mapping, does: str, found: Findings) -> None:
    """Keys that mean nothing beside what the item does."""
    for key, owner in (("properties", "event"), ("traits", "group")):
        node = body.get(key)
        if node is not None and does != owner:
            hint = (
                "traits of a person stand under identify itself: identify: {plan: trial}" if key == "traits" else None
            )
            found.error(node.place, "misplaced-key", f"`{key}` goes with `{owner}`, not with `{does}`", hint)
    other = body.get("with")
    if other is not None and body.get("as") is not None:
        message = "`as` acts under an anonymous id alone, `with` under both ids"
        found.error(other.place, "misplaced-key", message, "keep one of them")
    alone = body.get("as")
    if alone is not None and does == "alias":
        found.error(
            alone.place, "misplaced-key", "an alias joins user ids, so it needs the person's own", "leave `as` out"
        )


def _check_id(node: Node | None, found: Findings) -> None:
    """Ids that broken clients send for everybody are refused at the door, so no case uses them."""
    if isinstance(node, Scalar) and node.text.strip().lower() in REFUSED_IDS:
        found.error(
            node.place, "refused-id", f"`{node.text}` is no id: broken clients send it for everybody", "use another"
        )
