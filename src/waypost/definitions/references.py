"""What definitions refer to: the order in which they are evaluated, and the cycles that would leave none."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Literal as OneOf
from typing import TypeVar

from waypost.definitions.findings import Findings
from waypost.definitions.nodes import Place
from waypost.model.conditions import Condition, InSegment, ReachedOf, StageOf, TookOf, operands
from waypost.model.milestones import Milestone
from waypost.model.segments import Segment, Stage
from waypost.model.steps import Step

Kind = OneOf["milestone", "segment", "ladder"]
Key = tuple[Kind, str]
LADDER: Key = ("ladder", "")
_Node = TypeVar("_Node", bound=Hashable)


def uses(condition: Condition) -> list[Key]:
    """The milestones, segments and the ladder that a condition looks at, in the order of its text."""
    found: dict[Key, None] = {}
    for leaf in operands(condition):
        match leaf:
            case ReachedOf(name) | TookOf(name):
                found[("milestone", name)] = None
            case InSegment(name):
                found[("segment", name)] = None
            case StageOf():
                found[LADDER] = None
            case _:
                pass
    return list(found)


def order(
    milestones: Mapping[str, Milestone],
    segments: Mapping[str, Segment],
    stages: Iterable[Stage],
    places: Mapping[Key, Place],
    found: Findings,
) -> tuple[Key, ...]:
    """Milestones, segments and the ladder, each after what it refers to; each cycle is noted, and drawn."""
    ladder = list(stages)
    graph: dict[Key, list[Key]] = {("milestone", each.name): uses(each.when) for each in milestones.values()}
    graph |= {("segment", each.name): uses(each.when) for each in segments.values()}
    if ladder:
        graph[LADDER] = list(dict.fromkeys(key for stage in ladder for key in uses(stage.when)))
    ordered, cycles = _sort(graph)
    for cycle in cycles:
        _tell(cycle, places, found)
    return tuple(ordered)


def check_after(steps: Mapping[str, Step], places: Mapping[str, Place], found: Findings) -> None:
    """Steps may not wait for each other in a circle."""
    _, cycles = _sort({step.name: list(step.after) for step in steps.values()})
    for cycle in cycles:
        drawn = " → ".join((*cycle, cycle[0]))
        message = f"these steps wait for each other, so none can come first: {drawn}"
        found.error(places[cycle[0]], "cycle", message, "take one out of `after`")


def _tell(cycle: list[Key], places: Mapping[Key, Place], found: Findings) -> None:
    names = ["stages" if kind == "ladder" else name for kind, name in cycle]
    drawn = " → ".join((*names, names[0]))
    hint = "let one of them look at signals or traits instead"
    if len(cycle) == 1 and cycle[0] == LADDER:
        message = "`stage` cannot be asked about in the ladder of stages itself"
    elif LADDER in cycle:
        message = f"`stage` cannot be asked about in what the ladder of stages itself uses: {drawn}"
    else:
        message = f"these refer to each other in a circle: {drawn}"
    place = next((places[key] for key in cycle if key in places), None)
    if place is not None:
        found.error(place, "cycle", message, hint)


def _sort(graph: Mapping[_Node, list[_Node]]) -> tuple[list[_Node], list[list[_Node]]]:
    """Every node after those it points to, in the graph's own order otherwise; and the cycles met on the way."""
    ordered: list[_Node] = []
    cycles: list[list[_Node]] = []
    done: set[_Node] = set()
    for root in graph:
        path: list[_Node] = [] if root in done else [root]
        waiting = [iter(graph[root])] if path else []
        while path:
            target = next(waiting[-1], None)
            if target is None:
                done.add(path[-1])
                ordered.append(path.pop())
                waiting.pop()
            elif target in path:
                cycles.append(path[path.index(target) :])
            elif target in graph and target not in done:
                path.append(target)
                waiting.append(iter(graph[target]))
    return ordered, cycles
