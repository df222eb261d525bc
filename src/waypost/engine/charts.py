"""What decisions need of a definition set, prepared once: the paths of its journeys, its pushes, its parsed words."""

from dataclasses import dataclass
from typing import Final

from waypost.engine.routes import Path, paths
from waypost.engine.steps import Phrasebook
from waypost.model.changes import Definitions

_KEPT: Final = 16
"""For how many definition sets charts are kept."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A definition set, prepared.

    `pushes` has the steps that are sent, with the name of their watched condition; `is_bound` says that some limit,
    pause or cap may hold a step back, `is_ranked` that no two steps have the same priority.
    """

    definitions: Definitions
    paths: tuple[Path, ...]
    pushes: tuple[tuple[str, str | None], ...]
    book: Phrasebook
    is_bound: bool
    is_ranked: bool


_charts: Final[dict[int, Chart]] = {}


def chart_of(definitions: Definitions) -> Chart:
    """The chart of a definition set, made when it is first asked for.

    Definition sets are told apart by identity: to compare them by content would cost more than a decision.
    """
    found = _charts.get(id(definitions))
    if found is None or found.definitions is not definitions:
        if len(_charts) >= _KEPT:
            _charts.clear()
        found = _charts[id(definitions)] = _chart(definitions)
    return found


def _chart(definitions: Definitions) -> Chart:
    on_a_path = {name for journey in definitions.journeys.values() for name in journey.steps}
    pushes = tuple(
        (step.name, None if step.send_when is None else f"step.{step.name}.send_when")
        for step in definitions.steps.values()
        if step.is_push and step.name in on_a_path
    )
    prepared = paths(definitions)
    routes = [route for path in prepared for route in path.routes]
    ranks = {route.name: route.rank for route in routes}
    return Chart(
        definitions,
        prepared,
        pushes,
        Phrasebook(),
        is_bound=any(route.bound for route in routes),
        is_ranked=len(ranks) == len(set(ranks.values())),
    )
