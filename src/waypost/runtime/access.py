"""Keys and tokens: who may send, who may ask about whom, who may administer.

A key is shown once, when it is made; the store has only its hash. An identity key is never stored at all: it is worked
out from the installation's secret and the key's id, since tokens signed with it must be checked. This file must not
know HTTP; doors hand in the texts that they found.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final, TypeGuard
from typing import Literal as OneOf

import jwt
from jwt.types import Options

from waypost.engine.messages import MAX_ID
from waypost.engine.payloads import mended
from waypost.model.events import REFUSED_IDS
from waypost.model.problems import Problem
from waypost.model.time import DAY, MINUTE, SECOND, Instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import Clock
from waypost.runtime.stores import definitions as facts
from waypost.runtime.stores import keys as store
from waypost.runtime.stores.database import Database, Row

Kind = OneOf["write", "read", "admin", "identity"]
KINDS: Final[tuple[Kind, ...]] = ("write", "read", "admin", "identity")

LONGEST: Final = 100
"""Characters of a name."""
LONGEST_TOKEN: Final = DAY
"""How far ahead a token's `exp` may lie."""
LONGEST_KEY: Final = 256
"""Characters of a text beyond which it is no key, and not remembered either."""
LEEWAY: Final = MINUTE
"""How far the clock of the server that signs may be off."""
REFRESH: Final = 2 * SECOND
"""How soon a key that another process made or revoked is known here."""
USED_EVERY: Final = MINUTE
"""How exactly `last_used_at` is kept."""
SIGNING: Final = "signing"
"""The fact of the store that holds the secret, where the settings have none."""
MEMORY: Final = 10_000
"""How many texts are remembered between two looks into the store."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key without the key itself."""

    key_id: str
    kind: Kind
    name: str
    created_at: Instant
    last_used_at: Instant | None = None
    revoked_at: Instant | None = None


class Access:
    """The keys of one store. `reading` lends connections for reading, so that no request waits for the writer.

    Any thread may use it: what is remembered here is only replaced whole.
    """

    def __init__(
        self, database: Database, reading: Callable[[], AbstractContextManager[Database]], secret: str, clock: Clock
    ) -> None:
        self._database = database
        self._reading = reading
        self._secret = secret.encode()
        self._clock = clock
        self._keys: Mapping[bytes, Key] = {}
        self._found: dict[str, Key | None] = {}
        self._subjects: dict[str, tuple[str, Instant]] = {}
        self._used: dict[str, Instant] = {}
        self._read_at: Instant | None = None

    def create(self, kind: str, name: str = "") -> tuple[str, Key]:
        """A new key's text, which nobody can show again, and what is kept of it.

        Raises:
            Problem: `bad_request` for another kind, or a name in use.
        """
        if not _is_kind(kind):
            raise Problem("bad_request", f"{kind!r} is no kind of key", f"choose one of {', '.join(KINDS)}")
        name = name or f"{kind}-{self._clock.new_id()[-6:]}"
        if len(name) > LONGEST or not name.isprintable():
            raise Problem("bad_request", f"a key's name is at most {LONGEST} characters, all on one line", "shorten it")
        if any(key.name == name and key.revoked_at is None for key in self.listed()):
            raise Problem(
                "bad_request", f"a key named {name!r} exists", "choose another name, or revoke that key first"
            )
        key_id = secrets.token_hex(5)
        text = self._identity(key_id) if kind == "identity" else f"wp_{kind}_{key_id}_{secrets.token_urlsafe(24)}"
        key = Key(key_id, kind, name, self._clock.now())
        with self._database.transaction():
            store.add(self._database, (key.key_id, key.kind, key.name, key.created_at, _digest(text)))
        self._read_at = None
        return text, key

    def listed(self) -> tuple[Key, ...]:
        """Every key, revoked ones too, the oldest first."""
        return tuple(_key(row) for row in self._rows())

    def revoke(self, which: str) -> Key:
        """The key, no longer valid. `which` is its id, its name, or the key itself.

        Raises:
            Problem: `unknown_key` where there is no such key.
        """
        digest = _digest(which)
        for row in self._rows():
            if row[5] is None and (which in row[:3:2] or hmac.compare_digest(row[6], digest)):
                now = self._clock.now()
                with self._database.transaction():
                    store.revoke(self._database, row[0], now)
                self._read_at = None
                return replace(_key(row), revoked_at=now)
        raise Problem("not_found", f"no valid key is called {which[:40]!r}", "see `waypost key list`")

    def find(self, text: str) -> Key | None:
        """The key with this text, or None. Its use is remembered; `flush` writes it down."""
        now = self._clock.now()
        if self._read_at is None or not 0 <= now - self._read_at < REFRESH:
            self._read(now)
        try:
            key = self._found[text]
        except KeyError:
            key = self._keys.get(_digest(text))
            if len(self._found) < MEMORY and len(text) <= LONGEST_KEY:
                self._found[text] = key
        if key is not None:
            self._used[key.key_id] = now
        return key

    def flush(self) -> None:
        """Write down which keys were used; cheap where nothing is new."""
        known = {key.key_id: key.last_used_at for key in self._keys.values()}
        late = [(at, key) for key, at in self._used.items() if at - (known.get(key) or 0) >= USED_EVERY]
        if late:
            with self._database.transaction():
                store.used(self._database, late)

    def subject(self, token: str) -> str:
        """The user id that a token speaks for: JWT, HS256, signed with an identity key.

        Raises:
            Problem: `bad_token`, with the rule that it broke.
        """
        now = self._clock.now()
        known = self._subjects.get(token)
        if known is None or self._read_at is None or not 0 <= now - self._read_at < REFRESH:
            self._read(now)
            known = self._checked(token, now)
            if len(self._subjects) < MEMORY:
                self._subjects[token] = known
        if known[1] <= now:
            raise Problem("bad_token", "the token has expired", "ask your own server for a new one")
        return known[0]

    def _checked(self, token: str, now: Instant) -> tuple[str, Instant]:
        claims = self._claims(token)
        subject, expires = claims.get("sub"), claims.get("exp")
        if not isinstance(subject, str) or not _is_id(subject):
            raise Problem("bad_token", "the token's `sub` is no user id", "put the user's id there, as a text")
        if isinstance(expires, bool) or not isinstance(expires, int | float) or not 0 < expires < 2**40:
            raise Problem("bad_token", "the token has no `exp`", "let it end at most 24 hours after it is signed")
        ends = int(expires * SECOND)
        if ends - now > LONGEST_TOKEN + LEEWAY:
            raise Problem("bad_token", "the token's `exp` lies more than 24 hours ahead", "sign one that ends sooner")
        starts = claims.get("nbf")
        if isinstance(starts, int | float) and starts * SECOND > now + LEEWAY:
            raise Problem("bad_token", "the token is not valid yet (`nbf`)", "check the clock of the server that signs")
        return subject, ends

    def _claims(self, token: str) -> Mapping[str, object]:
        identities = [key for key in self._keys.values() if key.kind == "identity"]
        if not identities:
            raise Problem("bad_token", "there is no identity key to check a token with", "waypost key create identity")
        for key in identities:
            try:
                claims = jwt.decode(token, self._identity(key.key_id), algorithms=["HS256"], options=_BARE)
            except jwt.InvalidSignatureError:
                continue
            except (jwt.PyJWTError, ValueError) as error:
                raise Problem(
                    "bad_token", f"the token cannot be read: {error}", "send a JWT signed with HS256"
                ) from None
            self._used[key.key_id] = self._clock.now()
            return claims
        raise Problem(
            "bad_token", "no identity key signed the token", "sign with the key of `waypost key create identity`"
        )

    def _identity(self, key_id: str) -> str:
        proof = hmac.digest(self._secret, b"identity:" + key_id.encode(), "sha256").hex()
        return f"wp_identity_{key_id}_{proof}"

    def _rows(self) -> list[Row]:
        with self._reading() as database:
            return store.rows(database)

    def _read(self, now: Instant) -> None:
        valid = [row for row in self._rows() if row[5] is None]
        self._keys = {row[6]: _key(row) for row in valid}
        self._found = {}
        self._subjects = {}
        self._read_at = now


def open_access(runtime: Runtime) -> Access:
    """The keys of an open Waypost, with the secret of its settings or else one made and kept in its store."""
    secret = runtime.settings.secret
    if not secret:
        with runtime.database.transaction():
            secret = facts.fact(runtime.database, SIGNING) or secrets.token_urlsafe(32)
            facts.say(runtime.database, SIGNING, secret)
    return Access(runtime.database, runtime.reading, secret, runtime.clock)


_BARE: Final[Options] = {
    "require": [],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}
"""Only the signature: the claims are checked above, by Waypost's own clock and rules."""


def _key(row: Row) -> Key:
    key_id, kind, name, created_at, last_used_at, revoked_at, _ = row
    return Key(key_id, kind, name, created_at, last_used_at, revoked_at)


def _is_id(text: str) -> bool:
    """Whether events with this user id are taken, so that a token may speak for it."""
    return len(text) <= MAX_ID and text.strip().lower() not in REFUSED_IDS and mended(text) == text


def _is_kind(kind: str) -> TypeGuard[Kind]:
    return kind in KINDS


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
