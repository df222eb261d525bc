"""Who is held out: people kept from personalisation, to measure the whole programme. The second phase, `hold_back`.

A share is drawn by a hash of the salt and the person's assignment key, so that the same person always falls on the same
side, a larger share holds out everybody whom a smaller one did, and no table of assignments is needed.
"""

from collections.abc import Sequence
from hashlib import blake2b

from waypost.engine.history import History
from waypost.engine.journeys import Candidate
from waypost.model.changes import Definitions
from waypost.model.decisions import Verdict
from waypost.model.people import PersonId


def assignment_key(person: PersonId, history: History) -> str:
    """The id that draws this person's lots, the same through merges and restarts.

    It is the key of their earliest decision, which the log keeps, so what was drawn once sticks. Before any decision it
    is the id that their earliest event came with: an anonymous visitor who signs up, or a user who is merged into
    another, stays who they first were.
    """
    return history.decided_key or history.first_id or person


def drawn(salt: str, key: str, share: int) -> bool:
    """Whether the key is among `share` per cent of all keys."""
    point = int.from_bytes(blake2b(f"{salt}\0{key}".encode(), digest_size=8).digest(), "big")
    return point * 100 < share << 64


def held_out(definitions: Definitions, key: str) -> bool:
    """Whether the person with this assignment key is in the holdout of the project."""
    holdout = definitions.holdout
    return holdout is not None and drawn(f"holdout {definitions.project}", key, holdout.share)


def hold_back(
    candidates: Sequence[Candidate], definitions: Definitions, held: bool
) -> tuple[Sequence[Candidate], Sequence[Verdict]]:
    """The candidates that people on this side of the holdout may have; who is held out keeps the holdout's journey."""
    if not held or definitions.holdout is None:
        return candidates, ()
    journey = definitions.holdout.journey
    sentence = "Is one of the people kept out of personalisation, to measure what it does."
    return (
        [candidate for candidate in candidates if candidate.route.journey.name == journey],
        [
            Verdict(candidate.step.name, "hold_back", False, "holdout", sentence)
            for candidate in candidates
            if candidate.route.journey.name != journey
        ],
    )
