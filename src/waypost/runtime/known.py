"""What is remembered of an id that is not a person of its own."""

from dataclasses import dataclass

from waypost.engine.people import Links
from waypost.model.people import Id, PersonId


@dataclass(slots=True)
class Known:
    """An id that is not plain: its number, and whose it is. `person` is None where the time decides; `links` tells.

    `claimant` is the only user that ever claimed it, where that is known.
    """

    number: int
    person: PersonId | None
    claimant: Id | None = None
    links: Links | None = None
