"""Steps: every field, and what a channel needs or does not take."""

import pytest

from tests.definitions.reading import definitions, issues, only
from waypost.model.conditions import AnswerOf, Compare, Literal, Op
from waypost.model.steps import Question, Step, Stop
from waypost.model.time import DAY, HOUR
from waypost.model.values import MILLION, Type


def step(text: str) -> Step:
    return definitions(text).steps["s"]


def test_a_checklist_step_is_read_whole() -> None:
    found = step(
        """\
milestones: {setup: {when: TRUE}}
steps:
  first: {channel: custom}
  s:
    channel: checklist
    helps: setup
    page: /projects*
    show_when: NOT reached.setup
    done_when: reached.setup
    after: [first]
    priority: 50
    cooldown: 1 day
    max_shows: 3
    expires: 30 days
    parameters: {template: blank, sizes: [1, 2]}
    copy:
      en: {title: "Hi {{ trait.first_name | default: 'there' }}", more: x, action: {label: Go, url: /new}}
      de: {title: Hallo}
"""
    )
    assert (found.channel, found.helps, found.page, found.after, found.priority) == (
        "checklist", "setup", "/projects*", ("first",), 50,
    )  # fmt: skip
    assert (found.cooldown, found.max_shows, found.expires) == (DAY, 3, 30 * DAY)
    assert found.parameters == {"template": "blank", "sizes": [1, 2]}
    assert found.copy["en"]["action"] == {"label": "Go", "url": "/new"}
    assert found.show_when is not None
    assert found.done_when is not None
    assert not found.is_push


def test_a_tour_has_stops() -> None:
    found = step(
        "steps: {s: {channel: tour, stops: [{at: '[x=y]', page: /a, advance: click, copy: {en: {title: T}}}, {at: b}]}}"
    )
    assert found.stops == (Stop("[x=y]", "/a", "click", {"en": {"title": "T"}}), Stop("b"))


def test_a_survey_has_questions_and_their_words_stand_under_title() -> None:
    found = step(
        """\
steps:
  s:
    channel: survey
    questions:
      - {id: ease, kind: rating, scale: 7, copy: {en: How easy was that?}}
      - {id: which, kind: choice, choices: [a, b]}
      - {id: why, kind: text, ask_when: answer.ease <= 3}
"""
    )
    asked = Compare(Op.LE, AnswerOf("ease"), Literal(3 * MILLION, Type.NUMBER))
    assert found.questions == (
        Question("ease", "rating", 7, copy={"en": {"title": "How easy was that?"}}),
        Question("which", "choice", choices=("a", "b")),
        Question("why", "text", ask_when=asked),
    )


def test_an_email_waits_and_looks_again() -> None:
    found = step(
        """\
purposes: {marketing: {needs_consent: true}}
subscriptions: {tips: {purpose: marketing, copy: {en: Tips}}}
steps:
  s: {channel: email, subscription: tips, send_when: trait.x, still_true_after: 1 hour, copy: {en: {subject: S}}}
"""
    )
    assert (found.is_push, found.subscription, found.still_true_after) == (True, "tips", HOUR)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{channel: tour}", "missing-key"),
        ("{channel: survey}", "missing-key"),
        ("{channel: custom, stops: [{at: x}]}", "misplaced-key"),
        ("{channel: custom, questions: [{id: a, kind: text}]}", "misplaced-key"),
        ("{channel: custom, send_when: TRUE}", "misplaced-key"),
        ("{channel: custom, still_true_after: 1 hour}", "misplaced-key"),
        ("{channel: webhook, show_when: TRUE}", "misplaced-key"),
        ("{channel: webhook, page: /x}", "misplaced-key"),
        ("{channel: popup}", "wrong-value"),
        ("{channel: tip}", "no-copy"),
        ("{channel: tip, copy: {en: {titel: x}}}", "unknown-key"),
        ("{channel: tip, copy: {de: {title: x}}}", "missing-locale"),
        ("{channel: tip, copy: {english: {title: x}, en: {}}}", "bad-name"),
        ("{channel: custom, helps: setup}", "unknown-milestone"),
        ("{channel: custom, after: [t]}", "unknown-step"),
        ("{channel: custom, after: [s]}", "cycle"),
        ("{channel: custom, max_shows: 0}", "wrong-value"),
        ("{channel: webhook, subscription: tips}", "unknown-subscription"),
        ("{channel: survey, questions: [{id: a, kind: rating}]}", "missing-key"),
        ("{channel: survey, questions: [{id: a, kind: text, scale: 5}]}", "misplaced-key"),
        ("{channel: survey, questions: [{id: a, kind: text}, {id: a, kind: text}]}", "duplicate-name"),
        ("{channel: survey, questions: [{id: a, kind: text, ask_when: answer.a = 'x'}]}", "unknown-question"),
    ],
)
def test_what_is_refused_or_doubted(text: str, code: str) -> None:
    assert issues(f"steps: {{s: {text}}}") == [(2, code)]


def test_a_receiver_of_its_own_takes_any_words() -> None:
    assert step("steps: {s: {channel: webhook, copy: {en: {payload: {a: 1}}}}}").copy == {"en": {"payload": {"a": 1}}}


def test_the_nearest_name_is_offered() -> None:
    text = "milestones: {setup: {when: TRUE}}\nsteps: {s: {channel: custom, helps: setpu}}"
    assert only(text).hint == "did you mean `setup`?"
