"""Milestones, stages and segments: predicates with a name."""

from waypost.definitions.findings import did_you_mean
from waypost.definitions.nodes import Mapping, Node, Scalar, mapping_of, text_of
from waypost.definitions.predicates import Reading, read_predicate
from waypost.model.conditions import Always
from waypost.model.milestones import Milestone
from waypost.model.segments import Segment, Stage
from waypost.model.time import parse_duration


def read_milestones(section: Node | None, reading: Reading) -> dict[str, Milestone]:
    """The milestones by name; broken ones are left out, and noted."""
    milestones: dict[str, Milestone] = {}
    for name, body in bodies(section):
        when = read_predicate(body.get("when"), reading.scope, reading)
        within = parse_duration(text_of(body.get("within")) or "")
        if when is not None:
            owner, description = text_of(body.get("owner")), text_of(body.get("description"))
            milestones[name.text] = Milestone(name.text, when, within, owner, description)
    return milestones


def read_segments(section: Node | None, reading: Reading) -> dict[str, Segment]:
    """The segments by name; broken ones are left out, and noted."""
    segments: dict[str, Segment] = {}
    for name, body in bodies(section):
        when = read_predicate(body.get("when"), reading.scope, reading)
        goal = read_milestone_name(body.get("goal"), reading)
        if when is not None:
            owner, description = text_of(body.get("owner")), text_of(body.get("description"))
            segments[name.text] = Segment(name.text, when, goal, owner, description)
    return segments


def read_stages(section: Node | None, reading: Reading) -> tuple[Stage, ...]:
    """The ladder from the top; that its last rung always holds is checked here."""
    entries = bodies(section)
    segments = read_segments(section, reading)
    if entries:
        name, body = entries[-1]
        last = segments.get(name.text)
        if last is not None and last.when != Always(True):
            message = f"the last stage must always hold, so that everyone is on one; `{name.text}` need not"
            reading.found.error(
                (body.get("when") or body).place, "open-ladder", message, "end the ladder with a stage {when: TRUE}"
            )
    for name, _ in entries[:-1]:
        stage = segments.get(name.text)
        if stage is not None and stage.when == Always(True):
            message = f"`{name.text}` always holds, so nobody gets to the stages below it"
            reading.found.warn(name.place, "unreachable-stage", message, "put it last")
    return tuple(Stage(each.name, each.when, each.goal, each.owner, each.description) for each in segments.values())


def bodies(section: Node | None) -> list[tuple[Scalar, Mapping]]:
    """The definitions of a section that are mappings, with their names."""
    entries = section.entries if isinstance(section, Mapping) else ()
    return [(key, body) for key, node in entries if (body := mapping_of(node)) is not None]


def read_milestone_name(node: Node | None, reading: Reading) -> str | None:
    """The name of a milestone that exists; another one is noted."""
    name = text_of(node)
    if name is not None and isinstance(node, Scalar) and name not in reading.scope.milestones:
        hint = did_you_mean(name, reading.scope.milestones)
        reading.unknown(node, "unknown-milestone", f"no milestone is named `{name}`", hint)
    return name


def read_segment_name(node: Node | None, reading: Reading) -> str | None:
    """The name of a segment that exists; another one is noted."""
    name = text_of(node)
    if name is not None and isinstance(node, Scalar) and name not in reading.scope.segments:
        hint = did_you_mean(name, reading.scope.segments)
        if name in reading.scope.stages:
            hint = "this is a stage; define a segment {when: stage = '" + name + "'}"
        reading.unknown(node, "unknown-segment", f"no segment is named `{name}`", hint)
    return name
