"""What a program hands to `embedded`, made fit: ids, pages, instants, messages; or a Problem that says what to give."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from waypost.engine.messages import MAX_ID
from waypost.engine.payloads import mended
from waypost.model.events import REFUSED_IDS
from waypost.model.people import Id, anonymous, user
from waypost.model.problems import Problem
from waypost.model.time import Instant, parse_instant
from waypost.model.values import Json


def who(user_id: object, anonymous_id: object) -> Id:
    """The id that is asked about; whole numbers are taken as their digits, as they are of events."""
    if user_id is not None:
        return user(one_id("user_id", user_id))
    if anonymous_id is not None:
        return anonymous(one_id("anonymous_id", anonymous_id))
    raise Problem("bad_request", "nobody is named", "give a user id or an anonymous id")


def one_id(name: str, value: object) -> str:
    """An id as a text that the store can look for.

    Raises:
        Problem: `bad_id` for anything that is no id of one person.
    """
    if type(value) is int and value.bit_length() <= 64:
        value = str(value)
    if not isinstance(value, str) or len(value) > MAX_ID or value.strip().lower() in REFUSED_IDS:
        raise Problem(
            "bad_id", f"{name} is {_told(value)}, which is no id of one person", "give a text or a whole number"
        )
    if mended(value) != value:
        raise Problem("bad_id", f"{name} holds a NUL character or half a surrogate pair", "give it without")
    return value


def text(name: str, value: object, longest: int) -> str | None:
    """A text or None.

    Raises:
        Problem: `bad_request` for anything else.
    """
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise Problem("bad_request", f"{name} is {_told(value)}; expected a text of at most {longest:,} characters")
    return mended(value)


def number(name: str, value: object) -> int | None:
    """A whole number of 0 or more, or None.

    Raises:
        Problem: `bad_request` for anything else.
    """
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise Problem("bad_request", f"{name} is {_told(value)}; expected a whole number of 0 or more")
    return value


def instant(at: object) -> Instant | None:
    """An instant in microseconds, None for now.

    Raises:
        Problem: `bad_time` for a datetime without a zone, or anything that is no instant.
    """
    if at is None:
        return None
    if isinstance(at, datetime):
        if at.tzinfo is None:
            raise Problem(
                "bad_time", f"the datetime {at} has no time zone", "use an aware one, such as datetime(…, tzinfo=UTC)"
            )
        return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    found = parse_instant(at) if isinstance(at, str) else None
    if found is None:
        raise Problem("bad_time", f"{_told(at)} is no instant", "give an aware datetime, or 2026-01-31T09:00:00Z")
    return found


def messages(given: object) -> Sequence[Json]:
    """Messages as a list.

    Raises:
        Problem: `bad_request` for a single message, a text, or what is no list.
    """
    if isinstance(given, Mapping | str | bytes) or not isinstance(given, Iterable):
        raise Problem("bad_request", f"{_told(given)} is no list of messages", "write send([message, …])")
    return list(given)


def _told(value: object) -> str:
    if isinstance(value, str | int | float | bytes) and not (isinstance(value, int) and value.bit_length() > 64):
        said = ascii(value)
        return said if len(said) <= 60 else said[:57] + "..."
    return "None" if value is None else f"a {type(value).__name__}"
