"""The one error shape: an RFC 9457 problem document that also carries `code` and `message`.

rudder-sdk-python reads those two from every JSON error and takes a body without them for a network fault, which it
retries for minutes; segment-analytics-python reads them too.
"""

from typing import Final

from waypost.http.answers import CLOSE, Answer, json_answer
from waypost.model.problems import Problem

STATUS: Final = {
    "malformed": 400,
    "bad_request": 400,
    "unknown_key": 401,
    "no_key": 401,
    "bad_token": 401,
    "forbidden": 403,
    "token_needed": 403,
    "not_found": 404,
    "unknown_person": 404,
    "unknown_step": 404,
    "unknown_name": 404,
    "method_not_allowed": 405,
    "too_slow": 408,
    "too_large": 413,
    "unsupported_encoding": 415,
    "too_many": 429,
    "internal": 500,
    "overloaded": 503,
    "store_unavailable": 503,
    "store_unreadable": 503,
    "store_damaged": 503,
    "closed": 503,
    "not_ready": 503,
    "stopping": 503,
}
"""Status by a problem's code; a code that is not here is the caller's mistake: 400."""

TITLES: Final = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    413: "Too large",
    415: "Unsupported encoding",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available now",
}

RETRY_AFTER: Final = {429: b"1", 503: b"1"}
"""Seconds to wait, where repeating helps."""

CLOSING: Final = frozenset({408, 413})
"""Where the rest of the body is never read, so that no other request can follow on the same connection."""


def problem(found: Problem) -> Answer:
    """The answer that tells a problem."""
    status = STATUS.get(found.code, 400)
    headers: list[tuple[bytes, bytes]] = []
    if status in RETRY_AFTER:
        headers.append((b"retry-after", RETRY_AFTER[status]))
    if status in CLOSING:
        headers.append(CLOSE)
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="waypost"'))
    document = {
        "type": f"urn:waypost:problem:{found.code}",
        "title": TITLES[status],
        "status": status,
        "detail": str(found),
        "code": found.code,
        "message": found.message,
    }
    return json_answer(document, status=status, media=b"application/problem+json", headers=headers)


def internal() -> Answer:
    """The answer after a fault of our own; what went wrong is in the log, never in the answer."""
    return problem(
        Problem(
            "internal", "something went wrong on our side", "it was logged; repeat the request, then ask the operator"
        )
    )
