"""The sections of a definition folder, as shapes: which keys there are, and what each takes."""

from typing import Final, get_args

from waypost.definitions.shapes import (
    Anything,
    Either,
    Flag,
    ListOf,
    MapOf,
    Number,
    Predicate,
    Record,
    Shape,
    Span,
    Text,
    Words,
)
from waypost.model.steps import Channel
from waypost.model.tracking import PropertyType

IDENTIFIER: Final = r"[^\W\d]\w*"
NAME: Final = r"[^\W\d][\w-]*"
OWNED: Final[dict[str, Shape]] = {
    "owner": Text(),
    "description": Text(),
    "since": Either((Text(), Number()), "a version or date"),
}
"""What any definition may carry."""

_NAMES: Final = "a letter, then letters, digits, `_` or `-`"
_IDENTIFIERS: Final = "a letter, then letters, digits or `_`"
_TEXTS: Final = ListOf(Text(), least=1)
EVENT: Final = Either((Text(), _TEXTS), "an event name, a list of them, or `any`")
FIELD: Final = Either((Text(), _TEXTS), "EVENT.property, or a list of them")
_LOCALE: Final = r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*"
_LOCALES: Final = "a locale such as `en` or `pt-BR`"
_DAY_TIME: Final = r"([01]?\d|2[0-3]):[0-5]\d\s*-\s*([01]?\d|2[0-3]):[0-5]\d"
_POINTS: Final = Either(
    (Number(least=0), Text("2 pp", r"\d+(\.\d+)?\s*(pp|%)")), "a difference such as `2 pp` or `5 %`"
)
_KEEP: Final = Either(
    (Span(), Text("2 years", r"\d{1,4}\s+(month|year)s?"), Words(("forever",))),
    "a duration such as `400 days`, or `forever`",
)


def owned(required: tuple[str, ...] = (), **fields: Shape) -> Record:
    """A record that also takes owner, description and since."""
    return Record({**{key.rstrip("_"): shape for key, shape in fields.items()}, **OWNED}, required)


_COPY_FIELDS: Final[dict[str, Shape]] = {
    "title": Text(), "body": Text(), "more": Text(), "subject": Text(), "preheader": Text(), "image": Text(),
    "action": Record({"label": Text(), "url": Text()}, ("label",)),
}  # fmt: skip
COPY: Final = MapOf(Record(_COPY_FIELDS), _LOCALE, _LOCALES)
FREE_COPY: Final = MapOf(MapOf(Anything()), _LOCALE, _LOCALES)
WORDS: Final = MapOf(Either((Text(), Record(_COPY_FIELDS)), "a text, or a mapping of texts"), _LOCALE, _LOCALES)

PROPERTY: Final = Record(
    {
        "type": Words(tuple(PropertyType)),
        "enum": ListOf(Anything(), least=1),
        "min": Number(),
        "max": Number(),
        "required": Flag(),
        "description": Text(),
    },
    ("type",),
)
PLANNED: Final = owned(
    also=ListOf(Text()), rename=MapOf(Text()), purpose=Text(), properties=MapOf(PROPERTY, what="a property name")
)

WINDOW: Final[dict[str, Shape]] = {"within": Span(), "in_first": Span(), "between": ListOf(Span(zero=True), 2, 2)}
SELECTING: Final[dict[str, Shape]] = {
    "count": EVENT,
    "days": EVENT,
    "first": EVENT,
    "last": EVENT,
    "since": Either((Text(), _TEXTS, Number()), "an event name, a list of them, or `any`"),
    "time_to": EVENT,
}
READING: Final[dict[str, Shape]] = dict.fromkeys(("distinct", "sum", "avg", "min", "max", "latest"), FIELD)
SEQUENCE: Final = ListOf(EVENT, least=1)
_PEAKED: Final = Record({"count": EVENT, "days": EVENT, "where": Predicate()})
_PART: Final = Record(
    {
        **dict.fromkeys(("count", "days"), EVENT),
        **dict.fromkeys(("distinct", "sum", "min", "max"), FIELD),
        "sequence": SEQUENCE,
        "peak": _PEAKED,
        "over": Span(),
        "where": Predicate(),
        **WINDOW,
    }
)
KINDS: Final[dict[str, Shape]] = {
    **SELECTING, **READING, "sequence": SEQUENCE, "peak": _PEAKED, "ratio": ListOf(_PART, 2, 2),
}  # fmt: skip
"""The kinds of a signal: exactly one of these keys."""
_SIGNAL: Final[dict[str, Shape]] = {
    **KINDS, "where": Predicate(), **WINDOW, "over": Span(), "from": EVENT, "of": Words(("person", "group")),
}  # fmt: skip
SIGNAL: Final = Record({**_SIGNAL, "owner": OWNED["owner"], "description": OWNED["description"]}, least=1)
"""`since` is a kind here; beside another kind it is the version or date that any definition may carry."""

MILESTONE: Final = owned(("when",), when=Predicate(), within=Span())
SEGMENT: Final = owned(("when",), when=Predicate(), goal=Text())

STOP: Final = Record({"at": Text(), "page": Text(), "advance": Words(("click", "next")), "copy": COPY}, ("at",))
QUESTION: Final = Record(
    {
        "id": Text(_IDENTIFIERS, IDENTIFIER),
        "kind": Words(("rating", "choice", "text")),
        "scale": Number("a whole number from 2 to 11", whole=True, least=2, most=11),
        "choices": ListOf(Text(), least=2),
        "ask_when": Predicate(),
        "copy": WORDS,
    },
    ("id", "kind"),
)
_COUNT: Final = Number("a whole number, 1 or more", whole=True, least=1)
STEP: Final = owned(
    ("channel",),
    channel=Words(get_args(Channel)),
    helps=Text(),
    page=Text(),
    show_when=Predicate(),
    send_when=Predicate(),
    still_true_after=Span(),
    done_when=Predicate(),
    after=ListOf(Text()),
    priority=Number("a whole number", whole=True),
    cooldown=Span(),
    max_shows=_COUNT,
    expires=Span(),
    subscription=Text(),
    parameters=MapOf(Anything()),
    stops=ListOf(STOP, least=1),
    questions=ListOf(QUESTION, least=1),
    copy=FREE_COPY,
)
LIMITS: Final = Record(
    {
        **dict.fromkeys(("at_once", "per_day", "per_week", "email_per_week"), _COUNT),
        "quiet_hours": Text('hours such as "21:00-08:00"', _DAY_TIME),
    }
)
JOURNEY: Final = owned(
    ("for", "steps"),
    for_=Predicate(),
    goal=Text(),
    exit=Predicate(),
    again=Either((Words(("never",)), Span()), "`never`, or a duration such as `30 days`"),
    steps=ListOf(Text(), least=1),
    order=Words(("adaptive", "fixed")),
    pace=Record({"fast": Text(), "cautious": Text()}),
    limits=LIMITS,
)
HOLDOUT: Final = owned(
    ("share",), share=Number("a whole per cent from 0 to 100", whole=True, least=0, most=100), journey=Text()
)

_SIGNAL_FIELDS: Final = {key: shape for key, shape in SIGNAL.fields.items() if key != "of"}
OUTCOME: Final = Record({"when": Predicate(), **_SIGNAL_FIELDS}, least=1)
_METRIC: Final = Record(
    {
        "milestone": Text(), "signal": Text(), "segment": Text(), "outcome": Text(), "event": Text(), "sum": Text(),
        "within": Span(), "worse": Words(("higher", "lower")), "margin": _POINTS, "name": Text(), "when": Predicate(),
    }
)  # fmt: skip
_SHARES: Final = Either(
    (MapOf(Number("a share above 0", least=0.000001), NAME, _NAMES, least=2), ListOf(Text(), least=2)),
    "arms with their shares, two or more",
)
EXPERIMENT: Final = owned(
    ("arms", "metric"),
    hypothesis=Text(),
    in_=Predicate(),
    arms=_SHARES,
    change=MapOf(MapOf(Anything()), NAME, _NAMES),
    metric=_METRIC,
    more_metrics=ListOf(_METRIC),
    guardrails=ListOf(_METRIC),
    alpha=Number("a number between 0 and 1", least=0.000001, most=0.5),
    power=Number("a number between 0 and 1", least=0.000001, most=0.999999),
    smallest_effect=_POINTS,
    stopping=Either(
        (Words(("sequential",)), Record({"fixed": Span()}, ("fixed",))), "`sequential`, or {fixed: 6 weeks}"
    ),
    assigned=Words(("elsewhere",)),
    split_by=ListOf(Text(), least=1),
    rollout=Number("per cent from 0 to 100", least=0, most=100),
)
PURPOSE: Final = owned(opt_out=Flag(), needs_consent=Flag())
SUBSCRIPTION: Final = owned(("purpose",), purpose=Text(), copy=WORDS)

FILE: Final = Record(
    {
        "project": Text(),
        "timezone": Text(),
        "signup": Text(),
        "activation": Text(),
        "locale": Text(_LOCALES, _LOCALE),
        "identity": Record({"external_ids": ListOf(Text())}),
        "events": MapOf(PLANNED, what="an event name"),
        "unplanned_events": Words(("accept", "quarantine", "reject")),
        "signals": MapOf(SIGNAL, IDENTIFIER, _IDENTIFIERS),
        "milestones": MapOf(MILESTONE, IDENTIFIER, _IDENTIFIERS),
        "stages": MapOf(SEGMENT, NAME, _NAMES),
        "segments": MapOf(SEGMENT, NAME, _NAMES),
        "steps": MapOf(STEP, NAME, _NAMES),
        "journeys": MapOf(JOURNEY, NAME, _NAMES),
        "purposes": MapOf(PURPOSE, NAME, _NAMES),
        "subscriptions": MapOf(SUBSCRIPTION, NAME, _NAMES),
        "retention": Record(dict.fromkeys(("events", "quarantine", "decisions"), _KEEP)),
        "outcomes": MapOf(OUTCOME, NAME, _NAMES),
        "experiments": MapOf(EXPERIMENT, NAME, _NAMES),
        "holdout": HOLDOUT,
        "delivery": Words(("off", "testers", "on")),
        "testers": Predicate(),
    },
    help={
        "project": "The project's name.",
        "timezone": "An IANA zone; its calendar days are the project's days.",
        "signup": "The event from which onboarding windows count; else a person's first event.",
        "activation": "The milestone that counts as activation.",
        "locale": "The locale that copy falls back to.",
        "identity": "Traits that look a person up.",
        "events": "The tracking plan: events, their other names and their properties.",
        "unplanned_events": "What happens to events that the plan does not name.",
        "signals": "Typed values computed from a person's events as of an instant.",
        "milestones": "Points on the way to value, each reached once.",
        "stages": "The one exclusive ladder: the first that holds wins, the last must always hold.",
        "segments": "Named predicates; a person is in or out at any instant.",
        "steps": "What a person can be shown or sent, each on one channel.",
        "journeys": "Which steps, for whom, in what order, under which limits.",
        "purposes": "Purposes of processing, and whether they need consent.",
        "subscriptions": "What people can subscribe to, each for a purpose.",
        "retention": "How long what is kept.",
        "outcomes": "What the programme is measured by.",
        "experiments": "Randomised changes to steps or journeys inside a segment.",
        "holdout": "People kept out of personalisation, to measure the whole programme.",
        "delivery": "off: decisions are kept, nothing is shown or sent; testers; on.",
        "testers": "Who gets steps while delivery is `testers`.",
    },
)
"""One definition file; the root's and every other's."""

MERGED: Final = (
    "events", "signals", "milestones", "stages", "segments", "steps", "journeys", "purposes", "subscriptions",
    "outcomes", "experiments",
)  # fmt: skip
"""Sections whose definitions may be spread over files (the ladder of stages must stand in one, since it is ordered)."""
KEPT: Final = ("purposes", "subscriptions", "retention", "outcomes", "experiments")
"""Sections checked here and acted on elsewhere, or later; kept as written."""
