"""Ada on a journey with the steps, limits and past that a test gives her."""

from dataclasses import replace
from typing import Any

from tests.engine.stands import WELCOME, Person, define, journey
from waypost.model.decisions import Asked
from waypost.model.journeys import Limits
from waypost.model.steps import Step
from waypost.model.time import HOUR

TIP = Step("tip", "tip", copy={"en": {"title": "A tip"}})
OTHER = Step("other", "banner", copy={"en": {"title": "Another"}})
MAIL = Step("mail", "email", send_when=WELCOME, copy={"en": {"subject": "Hello"}})
SENT = "step.mail.send_when"


def tip(**more: Any) -> Step:
    return replace(TIP, **more)


def mail(**more: Any) -> Step:
    return replace(MAIL, **more)


def ada(*steps: Step, **more: Any) -> Person:
    """Ada under definitions with these steps on her journey."""
    return Person(define(*steps), **more)


def limited(limits: Limits, *steps: Step, **more: Any) -> Person:
    """Ada on a journey with limits."""
    return Person(define(*steps, journey=journey(*(step.name for step in steps), limits=limits)), **more)


def seen(person: Person, *steps: str) -> Person:
    """The same person after she was offered these steps an hour ago, one decision for each."""
    later, person.at = person.at, person.at - HOUR
    for name in steps:
        others = define(Step(name, "custom"))
        Person(others, at=person.at, history=person.history).offered()
    person.at = later
    return person


def person_reasons(person: Person, asked: Asked | None = None) -> dict[str, str]:
    return {verdict.step: verdict.reason for verdict in person.ask(asked).decision.verdicts}
