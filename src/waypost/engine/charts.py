"""What decisions need of a definition set, prepared once: the paths of its journeys, its pushes, its parsed words."""

from dataclasses import dataclass
from functools import lru_cache

from waypost.engine.routes import Path, paths
from waypost.engine.steps import Phrasebook
from waypost.model.changes import Definitions


@dataclass(frozen=True, slots=True)
class Chart:
    """A definition set, prepared. `pushes` has the steps that are sent, with the name of their watched condition."""

    definitions: Definitions
    paths: tuple[Path, ...]
    pushes: tuple[tuple[str, str | None], ...]
    book: Phrasebook


def chart_of(definitions: Definitions) -> Chart:
    """The chart of a definition set, made when it is first asked for."""
    return _chart(_Same(definitions))


class _Same:
    """Tells definition sets apart by identity: to compare them by content would cost more than a decision."""

    __slots__ = ("definitions",)

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.definitions is self.definitions

    def __hash__(self) -> int:
        return id(self.definitions)


@lru_cache(maxsize=16)
def _chart(same: _Same) -> Chart:
    definitions = same.definitions
    on_a_path = {name for journey in definitions.journeys.values() for name in journey.steps}
    pushes = tuple(
        (step.name, None if step.send_when is None else f"step.{step.name}.send_when")
        for step in definitions.steps.values()
        if step.is_push and step.name in on_a_path
    )
    return Chart(definitions, paths(definitions), pushes, Phrasebook())
