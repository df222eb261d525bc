"""Words: locales, Liquid that is strict and safe, addresses, and the reason of an offer in a sentence."""

import pytest

from tests.engine.clocks import t
from tests.engine.stands import ADA, NOON, PROGRESS, WELCOME, Person, define, journey
from waypost.engine.steps import CopyError, Phrasebook, locales
from waypost.model.conditions import AnswerOf, Compare, Literal, Op
from waypost.model.journeys import Pace
from waypost.model.people import State
from waypost.model.signals import Count, Select, Signal, Since
from waypost.model.steps import Content, Question, Step, Stop
from waypost.model.values import Json, Type

DEFINITIONS = define(
    signals={
        "shared": Signal("shared", Count(Select(("shared",))), Type.NUMBER),
        "idle": Signal("idle", Since(Select(("any",))), Type.INTERVAL),
        "none": Signal("none", Since(Select(("never",))), Type.INTERVAL),
    }
)
STATE = State(
    ADA,
    NOON,
    t("2026-03-01T12:00:00Z"),
    "newcomer",
    frozenset({"quick", "early"}),
    {"setup": t("2026-03-02T12:00:00Z"), "aha": None},
    {"shared": 1_500_000, "idle": 90_000_000, "none": None},
    {"first_name": "Ada", "company": {"name": "Acme"}, "tags": ["a", "b"], "since": "2026-01-31T09:00:00Z"},
)


def spoken(step: Step, locale: str | None = None, state: State = STATE) -> Content:
    return Phrasebook().speak(step, state, DEFINITIONS, locales(locale, state, DEFINITIONS))


def title(text: str, **parameters: Json) -> Json:
    return spoken(Step("tip", "tip", copy={"en": {"title": text}}, parameters=parameters)).copy["title"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Plain { text } %", "Plain { text } %"),
        ("Hi {{ trait.first_name }}", "Hi Ada"),
        ("{{ trait.company.name }}", "Acme"),
        ("{{ trait.last_name | default: 'there' }}", "there"),
        ("{{ trait.a.b.c | default: 'there' }}", "there"),
        ("{{ signal.none | default: 'never' }}", "never"),
        ("{% if trait.last_name %}yes{% else %}no{% endif %}", "no"),
        ("{% if trait.last_name == 'x' %}yes{% else %}no{% endif %}", "no"),
        ("{% for tag in trait.tags %}{{ tag }}{% endfor %}", "ab"),
        ("{{ signal.shared }} {{ signal.idle }}", "1.5 90"),
        ("{{ stage }} {{ person.stage }} {{ person.id }}", "newcomer newcomer ada"),
        ("{{ person.segments | join: ',' }}", "early,quick"),
        ("{{ person.signup | date: '%d %B %Y' }}", "01 March 2026"),
        ("{{ person.milestones.setup | date: '%H:%M' }}", "12:00"),
        ("{{ trait.since | date: '%Y' }}", "2026"),
        ("{{ parameters.seats | plus: 1 }}", "4"),
        ("{{ trait.first_name | upcase }}", "ADA"),
    ],
)
def test_what_a_template_may_say(text: str, said: str) -> None:
    assert title(text, seats=3) == said


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{{ trait.last_name }}", "trait.last_name is undefined; give it a default"),
        ("{{ trait.first_name | upcsae }}", "unknown filter"),
        ("{% for i in (1..1000000) %}{{ i }}{% endfor %}", "limit"),
        ("{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}", "limit"),
        ("{% include 'secrets' %}", "include"),
        ("{% render 'secrets' %}", "render"),
        ("{{ 'now' | date: '%Y' }}", "date takes an instant"),
        ("{{ trait.since | date: '%999999999d' }}", "date takes an instant"),
        ("{{ trait.since | date: '%s' }}", "date takes an instant"),
        ("{{ 1 | divided_by: 0 }}", "ivi"),
        ("{{ trait.first_name ", "could not be filled in"),
        ("{{ signal.unknown }}", "undefined"),
    ],
)
def test_what_cannot_be_said_is_an_error_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(CopyError, match=r"^Its title could not be filled in: .*\.$") as error:
        title(text)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("asked", "trait", "said"),
    [
        ("nl", None, "Hallo"),
        ("nl-BE", None, "Hallo"),
        ("NL_be", None, "Hallo"),
        ("pt-BR", None, "Olá, Brasil"),
        ("fr", None, "Hello"),
        (None, None, "Hello"),
        (None, "nl-NL", "Hallo"),
        ("en-GB", "nl", "Hello"),
        ("fr", "nl", "Hallo"),
        (None, 5, "Hello"),
    ],
)
def test_the_locale_asked_for_then_the_person_s_then_the_project_s(asked: str | None, trait: Json, said: str) -> None:
    copy = {"en": {"t": "Hello"}, "nl": {"t": "Hallo"}, "pt-BR": {"t": "Olá, Brasil"}}
    traits: dict[str, Json] = {} if trait is None else {"locale": trait}
    state = State(ADA, NOON, None, None, frozenset(), {}, {}, traits)
    assert spoken(Step("tip", "tip", copy=copy), asked, state).copy == {"t": said}


def test_copy_in_no_locale_that_fits() -> None:
    with pytest.raises(CopyError, match=r"^It has no words for fr or en\.$"):
        spoken(Step("tip", "tip", copy={"nl": {"title": "Hallo"}}), "fr")


def test_a_step_without_words_has_none() -> None:
    assert spoken(Step("hook", "webhook", parameters={"url": "https://x"})) == Content(
        {}, parameters={"url": "https://x"}
    )


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("/sources/new", True),
        ("https://acme.example/{{ trait.first_name }}", True),
        ("mailto:help@acme.example", True),
        ("acme-app://open", True),
        ("{{ trait.site }}", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("  java\tscript:alert(1)", False),
    ],
)
def test_addresses_that_could_run_code_are_no_addresses(url: str, is_safe: bool) -> None:
    step = Step("tip", "tip", copy={"en": {"action": {"label": "Go", "url": url}}})
    state = State(ADA, NOON, None, None, frozenset(), {}, {}, {"first_name": "Ada", "site": "JavaScript:alert(1)"})
    if is_safe:
        assert spoken(step, state=state).copy["action"] == {
            "label": "Go",
            "url": url.replace("{{ trait.first_name }}", "Ada"),
        }
    else:
        with pytest.raises(CopyError, match=r"action\.url has the scheme"):
            spoken(step, state=state)


def test_stops_and_questions() -> None:
    condition = Compare(Op.LE, AnswerOf("ease"), Literal(3_000_000, Type.NUMBER))
    step = Step(
        "tour",
        "tour",
        stops=(Stop("#a", "/reports", "click", {"en": {"title": "Hi {{ trait.first_name }}"}}), Stop("#b")),
        questions=(
            Question("ease", "rating", scale=7, copy={"en": {"title": "How easy?"}}),
            Question("why", "choice", choices=("a", "b"), ask_when=condition, copy={"en": {"title": "Why?"}}),
        ),
    )
    content = spoken(step)
    assert content.stops == (
        {"at": "#a", "advance": "click", "page": "/reports", "copy": {"title": "Hi Ada"}},
        {"at": "#b", "advance": "next", "copy": {}},
    )
    assert content.questions == (
        {"id": "ease", "kind": "rating", "scale": 7, "copy": {"title": "How easy?"}},
        {
            "id": "why",
            "kind": "choice",
            "choices": ("a", "b"),
            "ask_when": {"op": "<=", "left": {"answer": "ease"}, "right": {"value": 3}},
            "copy": {"title": "Why?"},
        },
    )


def test_errors_name_the_stop_or_question() -> None:
    broken = {"en": {"title": "{{ trait.nothing }}"}}
    with pytest.raises(CopyError, match=r"^Its stop 2\.title "):
        spoken(Step("tour", "tour", stops=(Stop("#a"), Stop("#b", copy=broken))))
    with pytest.raises(CopyError, match=r"^Its question why\.title "):
        spoken(Step("ask", "survey", questions=(Question("why", "text", copy=broken),)))


def test_a_person_s_own_text_is_never_a_template() -> None:
    state = State(ADA, NOON, None, None, frozenset(), {}, {}, {"first_name": "{{ person.id }}{% raw %}"})
    step = Step("tip", "tip", copy={"en": {"title": "Hi {{ trait.first_name }}"}})
    assert spoken(step, state=state).copy == {"title": "Hi {{ person.id }}{% raw %}"}


def test_the_reason_of_an_offer_is_a_sentence() -> None:
    first = Step("first", "custom", done_when=PROGRESS, priority=2)
    second = Step("second", "custom", after=("first",), helps="setup", show_when=WELCOME, copy={"en": {"more": "x"}})
    path = journey("first", "second", pace=Pace("quick", "careful"))
    ada = Person(
        define(first, second, journey=path), true={"step.first.done_when": NOON, "step.second.show_when": NOON}
    )

    def because() -> str:
        return next(offer.because for offer in ada.ask().decision.offers if offer.step == "second")

    assert because() == (
        "Next in onboarding with priority 0: follows first, which is done; helps to reach setup; its `show_when` holds."
    )
    ada.segments = ["careful"]
    assert because().endswith("shows more help first, for careful.")
    ada.offered()
    assert because() == "It is being offered already, and keeps its place until 2026-03-10T12:10:00Z."
    alone = Person(define(Step("only", "custom")))
    assert alone.ask().decision.offers[0].because == "Next in onboarding with priority 0: nothing stands against it."


@pytest.mark.parametrize("value", ["Ada", "", " ", "<b>", 0, 1, 1.5, True, False, None, [], ["a"], {}, {"size": "x"}])
@pytest.mark.parametrize(
    "text",
    [
        "Hi {{ trait.x }}!",
        "Hi {{ trait.x | default: 'there' }}!",
        'Hi {{trait.x|default:"there"}} and {{ trait.x }}',
        "{{ trait.x.size }}",
        "{{ trait.x }}{% if trait.x %}y{% endif %}",
    ],
)
def test_the_quick_way_says_what_liquid_says(text: str, value: Json) -> None:
    """A text with another tag in it goes the long way, so a comment after it must change nothing but that."""
    state = State(ADA, NOON, None, None, frozenset(), {}, {}, {"x": value})

    def said(template: str) -> Json:
        try:
            return spoken(Step("tip", "tip", copy={"en": {"title": template}}), state=state).copy["title"]
        except CopyError:
            return None

    assert said(text) == said(text + "{% comment %}{% endcomment %}")


def test_locales_that_pages_make_up_are_not_kept_for_ever() -> None:
    book, state = Phrasebook(), State(ADA, NOON, None, None, frozenset(), {}, {}, {})
    step = Step("tip", "tip", copy={"en": {"title": "A tip"}})
    kept = set()
    for number in range(2_000):
        chain = locales(f"x-{number}", state, DEFINITIONS)
        assert book.speak(step, state, DEFINITIONS, chain).copy == {"title": "A tip"}
        kept.add(book.kept)
    assert max(kept) < 500
