"""Runs cases: what is expected of each person, beside what the live evaluator and the batch evaluator say.

Nothing is stored. The live evaluator gets a case's events in the order in which they were received (`arrivals`), the
batch evaluator all cases of a folder in one warehouse. Decisions are made as though delivery were on and nobody held
out; those that a case `asks` for, or `sends`, are kept in the person's log, those of an expectation leave no trace.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from waypost.definitions.cases import read_cases
from waypost.engine import observe
from waypost.engine.decide import decide, decision_event
from waypost.engine.people import Links, links_of
from waypost.engine.profiles import Profile
from waypost.engine.program import Program, compile_program
from waypost.model.cases import Case, Expectation
from waypost.model.changes import Definitions
from waypost.model.decisions import Asked, Decision
from waypost.model.events import Event
from waypost.model.people import PersonId, State
from waypost.model.problems import Problem
from waypost.model.time import Instant, write_instant
from waypost.model.values import Json, canonical, present
from waypost.runtime.arrivals import Arrivals
from waypost.runtime.folder import load_files, read_file, read_folder, yaml_files
from waypost.runtime.results import Evaluator, Finding, Report, Result
from waypost.runtime.stores.history import SCHEMA
from waypost.runtime.warehouse import open_warehouse

_SHOWN: Final = Asked(rehearse=True)
_SENT: Final = Asked(push=True, cause="existing", rehearse=True)


def run_folder(folder: Path) -> Report:
    """Run the cases of a project's folder, `cases/*.yaml`.

    Raises:
        Problem: Where there is a mistake in the definitions or in a case.
    """
    definitions = load_files(read_folder(folder))
    return run(definitions, cases_of(folder, definitions))


def cases_of(folder: Path, definitions: Definitions) -> tuple[Case, ...]:
    """The cases of a project's folder.

    Raises:
        Problem: Where there are mistakes in them; it names every one.
    """
    found: list[Case] = []
    mistakes: list[str] = []
    for path in yaml_files(folder / "cases"):
        name = path.relative_to(folder).as_posix()
        cases, issues = read_cases(name, read_file(path), definitions)
        found.extend(cases)
        mistakes.extend(str(issue) for issue in issues if issue.level == "error")
    if mistakes:
        raise Problem("invalid_cases", "\n".join(mistakes), "mend the cases, then run `waypost test` again")
    return tuple(found)


def run(definitions: Definitions, cases: Sequence[Case]) -> Report:
    """Run cases through both evaluators, and their decisions through the live one."""
    program = compile_program(definitions)
    in_batch = _batch(definitions, cases)
    results = []
    for number, case in enumerate(cases):
        findings: list[Finding] = []
        decided = _decided(program, case)
        for place, expectation in enumerate(case.expectations):
            arrivals = _arrivals(program, case, decided, expectation.at)
            person = person_of(case, expectation.person)
            state = arrivals.state(person, expectation.at)
            findings.extend(_state_findings("live", expectation, state, definitions))
            findings.extend(_decision_findings(expectation, program, arrivals.profile(person), person))
            findings.extend(_state_findings("batch", expectation, in_batch.get((number, place)), definitions))
        results.append(Result(case, tuple(findings)))
    return Report(tuple(results))


def _arrivals(program: Program, case: Case, decided: Sequence[Event], at: Instant) -> Arrivals:
    """Everyone as of `at`: events in the order in which they were received, and links whatever their time."""
    arrivals = Arrivals(program)
    for event in sorted((*case.events, *decided), key=lambda event: event.received_at):
        arrivals.receive([event], at)
    return arrivals


def _decided(program: Program, case: Case) -> list[Event]:
    """The decisions that pages asked for, and those by which something left, as entries of the log, in their order."""
    entries: list[Event] = []
    for ask in sorted(case.asks, key=lambda ask: ask.at):
        person = person_of(case, ask.person)
        profile = _arrivals(program, case, entries, ask.at).profile(person)
        if profile is not None:
            asked = _SENT if ask.push else Asked(page=ask.page, rehearse=True)
            entries.append(decision_event(decide(program, profile, asked, ask.at)))
    return entries


def person_of(case: Case, name: str) -> PersonId:
    """The person that a name in a case stands for: a user id, or an anonymous id as it ends."""
    first: dict[str, Event] = {}
    for event in sorted(case.events, key=lambda event: event.received_at):
        first.setdefault(event.message_id, event)
    return Links(*links_of(first.values())).person(case.people[name])


# The batch evaluator: one warehouse for all cases, whose ids get the number of their case in front.


def _batch(definitions: Definitions, cases: Sequence[Case]) -> dict[tuple[int, int], State]:
    """The state for every expectation, by the places of its case and itself, where the person exists by then."""
    found = {}
    warehouse = open_warehouse(tail=_table(cases), threads=1)
    try:
        asked: dict[Instant, list[tuple[int, int]]] = {}
        for number, case in enumerate(cases):
            for place, expectation in enumerate(case.expectations):
                asked.setdefault(expectation.at, []).append((number, place))
        for at, questions in sorted(asked.items()):
            states = warehouse.states(definitions, at)
            for number, place in questions:
                person = person_of(cases[number], cases[number].expectations[place].person)
                state = states.get(PersonId(_apart(number, person)))
                if state is not None:
                    found[number, place] = state
    finally:
        warehouse.close()
    return found


def _table(cases: Sequence[Case]) -> pa.Table:
    rows = []
    for number, case in enumerate(cases):
        seen: set[str] = set()
        for event in sorted(case.events, key=lambda event: event.received_at):
            if event.message_id not in seen:
                seen.add(event.message_id)
                rows.append(_row(number, event))
    columns = {name: [row[name] for row in rows] for name in SCHEMA.names if name != "seq"}
    return pa.table({"seq": list(range(1, len(rows) + 1)), **columns}, schema=SCHEMA)


def _row(number: int, event: Event) -> dict[str, object]:
    row = {name: getattr(event, name) for name in SCHEMA.names if name != "seq"}
    for name in ("message_id", "user_id", "anonymous_id", "previous_id"):
        if row[name] is not None:
            row[name] = f"{number}/{row[name]}"
    return row | {"properties": msgspec.json.encode(event.properties, order="deterministic").decode()}


def _apart(number: int, person: PersonId) -> str:
    return f"{person[:2]}{number}/{person[2:]}"


# What is not as expected


def _state_findings(
    evaluator: Evaluator, expectation: Expectation, state: State | None, definitions: Definitions
) -> Iterator[Finding]:
    for fact, expected, got in facts(expectation, state, definitions):
        if canonical(expected) != canonical(got):
            yield Finding(evaluator, expectation, fact, expected, got)


def facts(expectation: Expectation, state: State | None, definitions: Definitions) -> Iterator[tuple[str, Json, Json]]:
    """Each fact that the case speaks of, expected and found; of somebody who is not there yet nothing is true."""
    if "stage" in expectation.given:
        yield "stage", expectation.stage, None if state is None else state.stage
    for name, inside in expectation.segments.items():
        yield f"segments.{name}", inside, state is not None and name in state.segments
    for name, value in expectation.signals.items():
        got = None if state is None else present(state.signals[name], definitions.signals[name].type)
        yield f"signals.{name}", value, got
    for name, reached in expectation.milestones.items():
        yield f"milestones.{name}", _written(reached), None if state is None else _written(state.milestones[name])
    for name, value in expectation.traits.items():
        yield f"traits.{name}", value, None if state is None else state.traits.get(name)


def _written(instant: Instant | None) -> str | None:
    return None if instant is None else write_instant(instant)


def _decision_findings(
    expectation: Expectation, program: Program, profile: Profile | None, person: PersonId
) -> Iterator[Finding]:
    """What is offered and what is not: steps that pages show and steps that are sent are asked for apart."""
    if not expectation.given & {"next", "not_now"}:
        return
    if profile is None:
        profile = observe.stranger(program, person, expectation.at)
    steps = program.definitions.steps
    decisions = {push: decide(program, profile, asked, expectation.at) for push, asked in _ASKED.items()}
    if "next" in expectation.given:
        for push, decision in decisions.items():
            wanted = [name for name in expectation.next if steps[name].is_push is push]
            offered = [offer.step for offer in decision.offers]
            if wanted != offered[: len(wanted)] or (not expectation.next and not push and offered):
                yield Finding("live", expectation, "next", wanted or None, offered or None)
    for name, reason in expectation.not_now.items():
        got = _reason(decisions[steps[name].is_push], name)
        if got != reason:
            yield Finding("live", expectation, f"not_now.{name}", reason, got)


_ASKED: Final[Mapping[bool, Asked]] = {False: _SHOWN, True: _SENT}


def _reason(decision: Decision, step: str) -> str | None:
    """Why a step is not offered; None where it is, or where no journey has it."""
    return next((verdict.reason for verdict in decision.verdicts if verdict.step == step and not verdict.kept), None)
