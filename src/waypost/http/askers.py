"""Whom a request may ask about, and how far (spec.md 5, its last paragraph).

A read key asks about anyone, and is told all of them. A token speaks for its own user, and a write key alone for an
anonymous id; each is told only what that very id did, and what is verified to be theirs: who is who by messages that
anybody with the write key can send does not widen it (`runtime.visitors`).
"""

from collections.abc import Mapping

from waypost.http.calls import Call, asker
from waypost.model.events import REFUSED_IDS
from waypost.model.people import Id, anonymous, user
from waypost.model.problems import Problem
from waypost.model.values import Json


def asked_about(call: Call, question: Mapping[str, Json]) -> tuple[Id, bool]:
    """The id that a question is about, and whether only what that very id did may be told.

    Raises:
        Problem: Where nobody is named, or the key may not ask about them.
    """
    key, subject = asker(call, question.get("token"), question.get("writeKey"))
    user_id, anonymous_id = an_id(question, "userId"), an_id(question, "anonymousId")
    if subject is not None:
        return user(_vouched(subject, user_id)), True
    if key is not None and key.kind in {"read", "admin"}:
        if user_id is not None:
            return user(user_id), False
        if anonymous_id is not None:
            return anonymous(anonymous_id), False
    elif user_id is not None:
        raise token_needed("userId")
    elif anonymous_id is not None:
        return anonymous(anonymous_id), True
    raise Problem("bad_request", "neither userId nor anonymousId is given", "name the person you ask about")


def flags_about(call: Call, body: Mapping[str, Json], targeting_key: str) -> tuple[Id, bool]:
    """The same for OFREP, whose `targetingKey` is the user id; with a write key alone it is an anonymous id."""
    key, subject = asker(call, body.get("token"))
    if subject is not None:
        return user(_vouched(subject, targeting_key)), True
    if key is not None and key.kind in {"read", "admin"}:
        return user(targeting_key), False
    return anonymous(targeting_key), True


def an_id(question: Mapping[str, Json], name: str) -> str | None:
    """An id as text, None where there is none.

    Raises:
        Problem: `bad_request` for what is no id.
    """
    value = question.get(name)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= 64:
        value = str(value)
    if not isinstance(value, str) or len(value) > 255 or value.strip().lower() in REFUSED_IDS or "\0" in value:
        raise Problem("bad_request", f"`{name}` is no id of one person", "send a text of at most 255 characters")
    if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
        raise Problem("bad_request", f"`{name}` holds half a surrogate pair", "send well-formed Unicode")
    return value


def token_needed(field: str) -> Problem:
    """The problem of a write key that asks about a user."""
    return Problem(
        "token_needed",
        f"a write key alone does not ask about a user, and `{field}` names one",
        "send a Waypost-Token that your server signed with an identity key, or ask with anonymousId",
    )


def _vouched(subject: str, user_id: str | None) -> str:
    if user_id is not None and user_id != subject:
        raise Problem("forbidden", "the token speaks for another user", "ask about the token's own `sub`")
    return subject
