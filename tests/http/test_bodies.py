"""Bodies: bounded while they are read and unpacked, and decoded whatever odd JSON a client writes."""

import asyncio
import gzip
import json
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from waypost.http.bodies import Gone, decode, read_body, unpack
from waypost.model.problems import Problem

LIMIT = 500 * 1024


def receiving(*messages: Message) -> Callable[[], Awaitable[Message]]:
    left = iter(messages)

    async def receive() -> Message:
        return next(left)

    return receive


def chunk(body: bytes, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def run(reading: Coroutine[object, object, bytes]) -> bytes:
    return asyncio.run(reading)


def test_a_body_comes_in_parts() -> None:
    assert run(read_body(receiving(chunk(b"ab"), chunk(b"c"), chunk(b"", more=False)), {}, 3)) == b"abc"


def test_a_declared_length_over_the_limit_is_refused_before_anything_is_read() -> None:
    for declared in (b"4", b"9" * 40):
        with pytest.raises(Problem) as refused:
            run(read_body(receiving(), {b"content-length": declared}, 3))
        assert refused.value.code == "too_large"


def test_an_undeclared_length_is_refused_at_the_limit() -> None:
    with pytest.raises(Problem) as refused:
        run(read_body(receiving(chunk(b"ab"), chunk(b"cd")), {b"content-length": b"nonsense"}, 3))
    assert refused.value.code == "too_large"


def test_a_declared_length_is_read_no_further() -> None:
    assert run(read_body(receiving(chunk(b"ab"), chunk(b"c")), {b"content-length": b"3"}, 3)) == b"abc"


def test_a_body_that_stops_coming_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waypost.http.bodies.PATIENCE", 0.01)
    parts = [chunk(b"ab")]

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()
        return parts.pop()

    with pytest.raises(Problem) as refused:
        run(read_body(receive, {}, 3))
    assert refused.value.code == "too_slow"


def test_a_body_that_comes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waypost.http.bodies.LONGEST", 0.05)

    async def receive() -> Message:
        await asyncio.sleep(0.001)
        return chunk(b"")

    with pytest.raises(Problem) as refused:
        run(read_body(receive, {}, 3))
    assert refused.value.code == "too_slow"


def test_a_body_in_crumbs_is_refused_and_one_in_pieces_is_taken() -> None:
    with pytest.raises(Problem, match="pieces") as refused:
        run(read_body(receiving(*[chunk(b"x")] * 10_000), {}, LIMIT))
    assert refused.value.code == "too_large"
    whole = run(read_body(receiving(*[chunk(b"x" * 90)] * 10_000, chunk(b"", more=False)), {}, 1_000_000))
    assert whole == b"x" * 900_000


def test_a_client_that_goes_away_is_no_problem() -> None:
    with pytest.raises(Gone):
        run(read_body(receiving(chunk(b"ab"), {"type": "http.disconnect"}), {}, 3))


@pytest.mark.parametrize("encoding", [b"gzip", b"", b" GZIP ", b"identity", b"x-gzip"])
def test_gzip_is_known_by_its_first_bytes(encoding: bytes) -> None:
    assert unpack(gzip.compress(b"{}"), encoding, LIMIT) == b"{}"


def test_other_encodings() -> None:
    assert unpack(b"{}", b"", LIMIT) == b"{}"
    assert unpack(zlib.compress(b"{}"), b"deflate", LIMIT) == b"{}"
    assert unpack(gzip.compress(b"{") + gzip.compress(b"}"), b"gzip", LIMIT) == b"{}"
    assert unpack(gzip.compress(b"{}") + b"\0\0", b"gzip", LIMIT) == b"{}"
    with pytest.raises(Problem) as refused:
        unpack(b"{}", b"br", LIMIT)
    assert refused.value.code == "unsupported_encoding"


def test_half_a_stream_is_malformed() -> None:
    whole = gzip.compress(json.dumps(list(range(1000))).encode())
    for cut in (1, 2, 5, 10, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        with pytest.raises(Problem) as refused:
            unpack(whole[:cut], b"gzip", LIMIT)
        assert refused.value.code == "malformed"


def test_a_bomb_is_unpacked_no_further_than_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000)
    twice = gzip.compress(b"\0" * (LIMIT - 1)) * 100
    tracemalloc.start()
    for body in (bomb, twice):
        with pytest.raises(Problem) as refused:
            unpack(body, b"gzip", LIMIT)
        assert refused.value.code == "too_large"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * LIMIT


def test_a_stream_of_countless_streams_is_refused() -> None:
    with pytest.raises(Problem, match="more than 64 gzip streams"):
        unpack(gzip.compress(b"") * 200_000, b"gzip", LIMIT)
    assert unpack(gzip.compress(b"{") + gzip.compress(b"}"), b"gzip", LIMIT) == b"{}"


def test_what_javascript_and_python_write_is_taken() -> None:
    assert decode(b'{"half": "\\ud83d", "a": NaN, "b": -Infinity}') == {"half": "\ud83d", "a": None, "b": None}
    assert decode(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert decode(b'{"a": 1, "a": 2}') == {"a": 2}
    assert decode(b"1" * 5000) == float("inf")


def test_what_nests_too_deep_is_cut_and_the_rest_is_kept() -> None:
    deep = b"[" * 50_000 + b"]" * 50_000
    value = decode(b'{"a": "[", "deep": ' + deep + b', "b": "\\"]"}')
    assert isinstance(value, dict)
    assert (value["a"], value["b"]) == ("[", '"]')
    assert json.dumps(value["deep"]).count("[") < 101


@pytest.mark.parametrize(
    "body", [b"", b"{", b"nope", b'{"a": 1}}', b"{'a': 1}", b"\xff", b'"\xed\xa0\x80"', b"[" * 100_000, b"]" * 100_000]
)
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        decode(body)
    assert refused.value.code == "malformed"


def test_looking_for_what_nests_too_deep_takes_no_longer_than_the_body_is_long() -> None:
    """A text without an end, in which each character might begin another one."""
    with pytest.raises(Problem, match="do not pair"):
        decode(b"[" * 10_000 + b'"' + b'\\"' * 180_000)
    with pytest.raises(Problem, match="nests too deep"):
        decode(b"[" * 2_000_000 + b"]" * 2_000_000)


@given(st.binary(max_size=200), st.sampled_from([b"", b"gzip", b"deflate", b"br"]))
def test_any_body_is_taken_or_a_problem(body: bytes, encoding: bytes) -> None:
    with suppress(Problem):
        decode(unpack(body, encoding, LIMIT))
