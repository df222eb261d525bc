"""Writes invented definitions as the files a person would have written, so that reading them is under the laws too.

The SQL here is our own, with brackets round everything: it must not be what `definitions.conditions.write` thinks.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import assert_never

from waypost.model import conditions as c
from waypost.model import signals as s
from waypost.model.changes import Definitions
from waypost.model.time import write_duration, write_instant
from waypost.model.values import Json, Type


def files(definitions: Definitions) -> dict[str, str]:
    """The definition files, by path. JSON is YAML, and leaves no doubt about quotes."""
    whole: dict[str, Json] = {
        "project": definitions.project,
        "timezone": definitions.zone.name,
        "activation": definitions.activation,
        "events": {
            event.name: {
                "also": list(event.also),
                "rename": dict(event.rename),
                "properties": {
                    each.name: {"type": each.type.value, "required": each.required}
                    for each in event.properties.values()
                },
            }
            for event in definitions.tracking.events.values()
        },
        "signals": {signal.name: kind(signal.kind) for signal in definitions.signals.values()},
        "milestones": {
            each.name: {"when": sql(each.when)} | ({} if each.within is None else {"within": span(each.within)})
            for each in definitions.milestones.values()
        },
        "stages": {each.name: {"when": sql(each.when)} for each in definitions.stages},
        "segments": {each.name: {"when": sql(each.when)} for each in definitions.segments.values()},
    }
    if definitions.signup is not None:
        whole["signup"] = definitions.signup
    return {"waypost.yaml": json.dumps(whole, ensure_ascii=False, indent=1)}


def kind(what: s.Kind) -> dict[str, Json]:
    """A signal as its mapping."""
    match what:
        case s.Count(select, window) | s.Days(select, window) | s.First(select, window) | s.Last(select, window):
            return {type(what).__name__.lower(): list(select.names)} | only(select.where) | during(window)
        case s.Since(select, window):
            return {"since": list(select.names)} | only(select.where) | during(window)
        case s.TimeTo(select, start, window):
            begin: dict[str, Json] = {} if start is None else {"from": list(start.names)}
            return {"time_to": list(select.names)} | begin | only(select.where) | during(window)
        case s.Sequence(steps, window):
            return {"sequence": [list(step.names) for step in steps]} | only(steps[0].where) | during(window)
        case s.Peak(of, over):
            return {"peak": kind(of), "over": span(over)}
        case s.Ratio(above, below):
            window = next((part.window for part in (above, below) if not isinstance(part, s.Peak)), None)
            parts = [{key: value for key, value in kind(part).items() if key not in WINDOWS} for part in (above, below)]
            return {"ratio": parts} | during(window)
        case s.Distinct() | s.Sum() | s.Avg() | s.Min() | s.Max() | s.Latest():
            fields: list[Json] = [".".join(map(quoted, (field.event, *field.path))) for field in what.fields]
            return {type(what).__name__.lower(): fields} | only(what.where) | during(what.window)
        case _:
            assert_never(what)


WINDOWS = ("within", "in_first", "between")


def only(where: c.Condition | None) -> dict[str, Json]:
    return {} if where is None else {"where": sql(where)}


def during(window: s.Window) -> dict[str, Json]:
    match window:
        case None:
            return {}
        case s.Within(duration):
            return {"within": span(duration)}
        case s.InFirst(duration):
            return {"in_first": span(duration)}
        case s.Between(start, end):
            return {"between": [span(start), span(end)]}
        case _:
            assert_never(window)


def span(duration: int) -> str:
    return write_duration(duration)


def sql(condition: c.Condition) -> str:
    """A predicate in brackets."""
    match condition:
        case c.Always(value):
            return "TRUE" if value else "FALSE"
        case c.And(items):
            return "(" + " AND ".join(map(sql, items)) + ")"
        case c.Or(items):
            return "(" + " OR ".join(map(sql, items)) + ")"
        case c.Not(item):
            return f"(NOT {sql(item)})"
        case c.Truth(operand):
            return term(operand)
        case c.Compare(op, left, right):
            return f"({term(left)} {op.value} {term(right)})"
        case c.Among(operand, literals):
            return f"({term(operand)} IN ({', '.join(map(term, literals))}))"
        case c.Like(operand, pattern):
            return f"({term(operand)} LIKE {text(pattern)})"
        case c.Missing(operand):
            return f"({term(operand)} IS NULL)"
        case c.Differs(left, right):
            return f"({term(left)} IS DISTINCT FROM {term(right)})"
        case c.Has(path, literal):
            return f"has({dotted(('trait', *path))}, {term(literal)})"
        case c.InSegment(name):
            return f"in_segment({text(name)})"
        case _:
            assert_never(condition)


def term(operand: c.Operand) -> str:
    match operand:
        case c.Literal():
            return literal(operand)
        case c.SignalOf(name):
            return name
        case c.TraitOf(path):
            return dotted(("trait", *path))
        case c.SinceTrait(path):
            return dotted(("since_trait", *path))
        case c.PropertyOf(path):
            return ".".join(map(quoted, path))
        case c.EventName():
            return "event"
        case c.EventSource():
            return "source"
        case c.ReachedOf(name):
            return f"reached.{name}"
        case c.TookOf(name):
            return f"took.{name}"
        case c.StageOf():
            return "stage"
        case c.Age():
            return "age"
        case c.AnswerOf(question):
            return f"answer.{question}"
        case _:
            assert_never(operand)


def literal(value: c.Literal) -> str:
    match value.type:
        case Type.NUMBER:
            return format(Decimal(value.value).scaleb(-6), "f")
        case Type.BOOLEAN:
            return "TRUE" if value.value else "FALSE"
        case Type.INSTANT:
            return f"TIMESTAMP '{write_instant(int(value.value)).replace('T', ' ')}'"
        case Type.INTERVAL:
            return f"INTERVAL '{span(int(value.value))}'"
        case Type.STRING | Type.ANY:
            return text(str(value.value))
        case _:
            assert_never(value.type)


def text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    return f'"{name}"'


def dotted(path: Sequence[str]) -> str:
    """`trait.plan`, or `trait."deep"."er"`."""
    return path[0] + "." + (path[1] if len(path) == 2 else ".".join(map(quoted, path[1:])))


def names(definitions: Definitions) -> Mapping[str, Sequence[str]]:
    """What there is, by section, to be compared with what was read."""
    return {
        "signals": sorted(definitions.signals),
        "milestones": sorted(definitions.milestones),
        "segments": sorted(definitions.segments),
        "stages": [stage.name for stage in definitions.stages],
    }
