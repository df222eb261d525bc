"""Keys and tokens: made once, hashed at rest, revoked for good; who a token speaks for."""

import tracemalloc
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import jwt
import pytest

from waypost.model.problems import Problem
from waypost.model.time import DAY, HOUR, MINUTE, SECOND
from waypost.runtime.access import Access
from waypost.runtime.clock import HandClock
from waypost.runtime.stores.sqlite import Sqlite

NOW = 1_772_366_400 * SECOND


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def access(clock: HandClock) -> Access:
    database = Sqlite(None)
    return Access(database, lambda: nullcontext(database), "a secret", clock)


def test_a_key_is_found_by_its_text_and_by_nothing_else(access: Access) -> None:
    text, key = access.create("write", "shop")
    assert access.find(text) == key
    assert (key.kind, key.name) == ("write", "shop")
    for other in ("", "shop", key.key_id, text[:-1], text + "x", "\ud800"):
        assert access.find(other) is None


def test_what_is_too_long_for_a_key_is_not_kept_in_memory(access: Access) -> None:
    access.create("write")
    tracemalloc.start()
    for number in range(1_000):
        assert access.find(f"{number}" * 3_000) is None
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000


def test_each_kind_says_what_it_is(access: Access) -> None:
    for kind in ("write", "read", "admin", "identity"):
        text, _ = access.create(kind)
        assert text.startswith(f"wp_{kind}_")
        assert ":" not in text
    with pytest.raises(Problem, match="choose one of write, read, admin, identity"):
        access.create("root")


def test_two_valid_keys_have_two_names(access: Access) -> None:
    access.create("write", "shop")
    with pytest.raises(Problem, match="exists"):
        access.create("read", "shop")
    access.revoke("shop")
    access.create("read", "shop")


@pytest.mark.parametrize("name", ["x" * 101, "two\nlines", "\x1b[31m"])
def test_a_name_fits_on_a_line(access: Access, name: str) -> None:
    with pytest.raises(Problem, match="all on one line"):
        access.create("read", name)


def test_no_key_lies_in_the_store(tmp_path: Path, clock: HandClock) -> None:
    database = Sqlite(tmp_path / "waypost.db")
    access = Access(database, lambda: nullcontext(database), "a secret", clock)
    texts = [access.create(kind)[0] for kind in ("write", "read", "admin", "identity")]
    database.close()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for text in texts:
        assert text.split("_", 3)[3].encode() not in stored


@pytest.mark.parametrize("by", ["text", "name", "id"])
def test_a_revoked_key_is_found_no_more(access: Access, by: str) -> None:
    text, key = access.create("write", "shop")
    assert access.find(text)
    revoked = access.revoke({"text": text, "name": "shop", "id": key.key_id}[by])
    assert revoked.revoked_at == NOW
    assert access.find(text) is None
    assert [known.revoked_at for known in access.listed()] == [NOW]
    with pytest.raises(Problem, match="no valid key"):
        access.revoke("shop")


def test_what_another_process_makes_and_revokes_is_known_within_two_seconds(tmp_path: Path, clock: HandClock) -> None:
    server = Sqlite(tmp_path / "waypost.db")
    here = Access(server, lambda: nullcontext(server), "a secret", clock)
    command = Sqlite(tmp_path / "waypost.db")
    there = Access(command, lambda: nullcontext(command), "a secret", clock)
    assert here.find("anything") is None
    text, _ = there.create("write")
    clock.advance(2 * SECOND)
    assert here.find(text)
    there.revoke(text)
    clock.advance(2 * SECOND)
    assert here.find(text) is None
    server.close()
    command.close()


def test_its_last_use_is_written_down_to_the_minute(access: Access, clock: HandClock) -> None:
    text, _ = access.create("write")
    assert access.listed()[0].last_used_at is None
    access.find(text)
    access.flush()
    assert access.listed()[0].last_used_at == NOW
    clock.advance(30 * SECOND)
    access.find(text)
    access.flush()
    assert access.listed()[0].last_used_at == NOW
    clock.advance(MINUTE)
    access.find(text)
    access.flush()
    assert access.listed()[0].last_used_at == NOW + 90 * SECOND


# ── tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def signed(key: str, claims: Mapping[str, object], algorithm: str = "HS256") -> str:
    return jwt.encode(dict(claims), key, algorithm=algorithm)


IN_AN_HOUR = (NOW + HOUR) // SECOND


def test_a_token_speaks_for_its_subject_until_it_ends(access: Access, clock: HandClock) -> None:
    key, _ = access.create("identity")
    token = signed(key, {"sub": "ada", "exp": IN_AN_HOUR, "iat": NOW // SECOND, "aud": "anything", "iss": "shop"})
    assert access.subject(token) == "ada"
    clock.advance(HOUR - 1)
    assert access.subject(token) == "ada"
    clock.advance(1)
    with pytest.raises(Problem, match="expired"):
        access.subject(token)


def test_any_valid_identity_key_may_sign(access: Access, clock: HandClock) -> None:
    first, _ = access.create("identity", "old")
    second, _ = access.create("identity", "new")
    claims = {"sub": "ada", "exp": IN_AN_HOUR}
    assert access.subject(signed(first, claims)) == access.subject(signed(second, claims)) == "ada"
    access.revoke("old")
    clock.advance(2 * SECOND)
    with pytest.raises(Problem, match="no identity key signed"):
        access.subject(signed(first, claims))
    assert access.subject(signed(second, claims)) == "ada"


def test_a_clock_that_is_put_back_keeps_no_token_of_a_revoked_key(tmp_path: Path, clock: HandClock) -> None:
    server, command = Sqlite(tmp_path / "waypost.db"), Sqlite(tmp_path / "waypost.db")
    here = Access(server, lambda: nullcontext(server), "a secret", clock)
    there = Access(command, lambda: nullcontext(command), "a secret", clock)
    key, _ = here.create("identity", "old")
    token = signed(key, {"sub": "ada", "exp": IN_AN_HOUR})
    assert here.subject(token) == "ada"
    there.revoke("old")
    clock.move_to(NOW - HOUR)
    with pytest.raises(Problem, match="no identity key"):
        here.subject(token)
    server.close()
    command.close()


def test_the_identity_key_is_another_in_another_installation(clock: HandClock) -> None:
    database = Sqlite(None)
    key, _ = Access(database, lambda: nullcontext(database), "a secret", clock).create("identity")
    stolen = Access(database, lambda: nullcontext(database), "another secret", clock)
    with pytest.raises(Problem, match="no identity key signed"):
        stolen.subject(signed(key, {"sub": "ada", "exp": IN_AN_HOUR}))


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ({"exp": IN_AN_HOUR}, "sub"),
        ({"sub": 42, "exp": IN_AN_HOUR}, "sub"),
        ({"sub": "null", "exp": IN_AN_HOUR}, "sub"),
        ({"sub": "x" * 256, "exp": IN_AN_HOUR}, "sub"),
        ({"sub": "ada\ud83d", "exp": IN_AN_HOUR}, "sub"),
        ({"sub": "ada\0", "exp": IN_AN_HOUR}, "sub"),
        ({"sub": "ada"}, "exp"),
        ({"sub": "ada", "exp": "tomorrow"}, "exp"),
        ({"sub": "ada", "exp": True}, "exp"),
        ({"sub": "ada", "exp": 2**70}, "exp"),
        ({"sub": "ada", "exp": (NOW + DAY + 2 * MINUTE) // SECOND}, "24 hours"),
        ({"sub": "ada", "exp": NOW // SECOND}, "expired"),
        ({"sub": "ada", "exp": IN_AN_HOUR, "nbf": IN_AN_HOUR}, "nbf"),
    ],
)
def test_a_token_that_breaks_a_rule_is_refused(access: Access, claims: Mapping[str, object], says: str) -> None:
    key, _ = access.create("identity")
    with pytest.raises(Problem, match=says) as refused:
        access.subject(signed(key, claims))
    assert refused.value.code == "bad_token"


def test_only_hs256_by_an_identity_key_counts(access: Access) -> None:
    identity, _ = access.create("identity")
    read, _ = access.create("read")
    claims = {"sub": "ada", "exp": IN_AN_HOUR}
    unsigned = signed("", claims, algorithm="none")
    for token in (signed(read, claims), signed(identity, claims, "HS512"), unsigned, "", "a.b.c", "é", identity):
        with pytest.raises(Problem) as refused:
            access.subject(token)
        assert refused.value.code == "bad_token"


def test_without_an_identity_key_no_token_counts(access: Access) -> None:
    with pytest.raises(Problem, match="waypost key create identity"):
        access.subject(signed("x" * 40, {"sub": "ada", "exp": IN_AN_HOUR}))
