"""What came of running cases, and how a difference is told: what was expected, who says what, what the person did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from waypost.model.cases import Case, Expectation
from waypost.model.events import Event
from waypost.model.time import write_instant
from waypost.model.values import Json, canonical

Evaluator = OneOf["live", "batch"]
EVALUATORS: Final[tuple[Evaluator, ...]] = ("live", "batch")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fact that is not as expected, by one evaluator."""

    evaluator: Evaluator
    expectation: Expectation
    fact: str
    expected: Json
    got: Json


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case: nothing, if all is as it should be, else what was found."""

    case: Case
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """The sentence that names the case."""
        return self.case.name

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.case.file

    @property
    def line(self) -> int:
        """Where it begins there."""
        return self.case.line

    @property
    def differences(self) -> list[str]:
        """A sentence for each fact that is not as expected, and what the person did."""
        return list(_told(self))


@dataclass(frozen=True, slots=True)
class Report:
    """All cases that ran."""

    results: tuple[Result, ...]

    @property
    def expectations(self) -> int:
        """How many instants of how many people were looked at."""
        return sum(len(result.case.expectations) for result in self.results)


def _told(result: Result) -> Iterator[str]:
    """Every fact with what each evaluator says of it, and after the last the person's events."""
    facts: dict[tuple[int, str], dict[Evaluator, Finding]] = {}
    for finding in result.findings:
        facts.setdefault((finding.expectation.line, finding.fact), {})[finding.evaluator] = finding
    for (_, fact), by in facts.items():
        one = next(iter(by.values()))
        expectation, expected = one.expectation, one.expected
        got = ", ".join(f"{evaluator} {canonical(finding.got)}" for evaluator, finding in by.items())
        others = [each for each in EVALUATORS if each not in by and not fact.startswith(("next", "not_now"))]
        right = f"; {others[0]} agrees with the case" if others else ""
        yield (
            f"line {expectation.line}: {expectation.person} at {write_instant(expectation.at)}, {fact}: "
            f"expected {canonical(expected)}, got {got}{right}"
        )
    for name in dict.fromkeys(finding.expectation.person for finding in result.findings):
        yield f"what {name} did:"
        for event in sorted(result.case.events, key=lambda event: event.order):
            if event.user_id == name or event.user_id is None or event.previous_id == name:
                yield "  " + _line(event)


def _line(event: Event) -> str:
    who = event.user_id or f"anonymous {event.anonymous_id}"
    beside = f" with {event.anonymous_id}" if event.user_id and event.anonymous_id else ""
    late = f", received {write_instant(event.received_at)}" if event.received_at != event.at else ""
    said = f" {canonical(event.properties)}" if event.properties else ""
    return f"{write_instant(event.at)} {who}{beside}: {event.name or event.kind}{said}{late}"
