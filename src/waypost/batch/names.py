"""What the columns of an answer are called; each carries a number, since SQL takes no heed of capitals."""

from waypost.model.changes import Definitions


def signal_prefix(definitions: Definitions, name: str) -> str:
    """What the columns of a signal begin with."""
    return f"s{list(definitions.signals).index(name)}_{name}"


def segment_column(definitions: Definitions, name: str) -> str:
    """The column that says who is in a segment."""
    return f"g{list(definitions.segments).index(name)}_{name}"


def milestone_column(definitions: Definitions, name: str) -> str:
    """The column that holds when a milestone was reached."""
    return f"m{list(definitions.milestones).index(name)}_{name}"


def reached_name(definitions: Definitions, milestone: str) -> str:
    """The table that holds who reached a milestone, and when."""
    return f"reached_{list(definitions.milestones).index(milestone)}"
