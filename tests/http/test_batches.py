"""Batches: cut into messages, so that one that cannot be read costs none of the others."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.engine.messages import MAX_MESSAGE, Refusal, Unreadable, read
from waypost.http.batches import MAX_MESSAGES, read_batch, read_single
from waypost.model.problems import Problem
from waypost.model.time import parse_instant

GOOD = b'{"type": "track", "event": "login", "userId": "ada"}'


def test_a_batch_has_messages_and_words_of_its_own() -> None:
    parcel = read_batch(
        b'{"batch": [%s], "sentAt": "2026-03-01T12:00:00Z", "writeKey": "k", "context": {"a": 1}, "x": 1}' % GOOD
    )
    assert parcel.messages == [json.loads(GOOD)]
    assert parcel.sent_at == parse_instant("2026-03-01T12:00:00Z")
    assert (parcel.write_key, parcel.context, parcel.sizes) == ("k", {"a": 1}, None)


def test_the_write_key_may_stand_in_the_message() -> None:
    assert read_batch(b'{"batch": [{"writeKey": "k"}]}').write_key == "k"
    assert read_single(b'{"writeKey": "k"}').write_key == "k"
    assert read_batch(b'{"batch": [], "writeKey": 7}').write_key is None


def test_words_of_the_wrong_type_are_as_if_absent() -> None:
    parcel = read_batch(b'{"batch": [], "sentAt": 7, "context": "none"}')
    assert (parcel.sent_at, parcel.context) == (None, None)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"event": "\\ud83d"}',
        b'{"event": NaN}',
        b'{"event": "\xff"}',
        b'{"event": 1e999}',
        b'{"event": %s}' % (b"1" * 5000),
        b'{"event": %s}' % (b"[" * 50_000 + b"]" * 50_000),
        b'{"event": "%s"}' % (b"x" * (MAX_MESSAGE + 1)),
        b"7",
        b"null",
    ],
)
def test_one_bad_message_leaves_the_others_as_they_are(bad: bytes) -> None:
    parcel = read_batch(b'{"batch": [%s, %s, %s]}' % (GOOD, bad, GOOD))
    assert len(parcel.messages) == 3
    assert parcel.messages[0] == parcel.messages[2] == json.loads(GOOD)


@pytest.mark.parametrize("other", [b'{"event": NaN}', b"[" * 50_000 + b"]" * 50_000])
def test_bad_messages_of_several_kinds_leave_the_others_as_they_are(other: bytes) -> None:
    parcel = read_batch(b'{"batch": [%s, {"type": "track", "userId": "\xff"}, %s, %s]}' % (GOOD, other, GOOD))
    assert parcel.messages[0] == parcel.messages[3] == json.loads(GOOD)
    refusal = read(parcel.messages[1], received_at=0)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "bad_text"


def test_what_cannot_be_read_is_shown_as_it_came() -> None:
    (message,) = read_batch(b'{"batch": [{"event": "\xff"}]}').messages
    assert isinstance(message, Unreadable)
    assert message == '{"event": "\ufffd"}'
    refusal = read(message, received_at=0)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "unreadable"


@pytest.mark.parametrize("nan", [b"", b', "b": NaN'])
def test_sizes_are_told_where_a_message_may_be_too_large(nan: bytes) -> None:
    large = b'{"a": "%s"%s}' % (b"x" * MAX_MESSAGE, nan)
    parcel = read_batch(b'{"batch": [%s, %s]}' % (GOOD, large))
    assert parcel.sizes is not None
    assert parcel.sizes[0] < 100 < MAX_MESSAGE < parcel.sizes[1]


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"batch": {}}', b'{"batch": null}', b"", b'{"batch": [{]}'])
def test_what_is_no_batch_is_malformed(body: bytes) -> None:
    with pytest.raises(Problem) as refused:
        read_batch(body)
    assert refused.value.code == "malformed"


def test_a_batch_has_at_most_2500_messages() -> None:
    assert len(read_batch(b'{"batch": [%s]}' % b",".join([b"{}"] * MAX_MESSAGES)).messages) == MAX_MESSAGES
    with pytest.raises(Problem) as refused:
        read_batch(b'{"batch": [%s]}' % b",".join([b"{}"] * (MAX_MESSAGES + 1)))
    assert refused.value.code == "too_large"


@pytest.mark.parametrize(("body", "code"), [(b"[]", "malformed"), (b"{", "malformed"), (b" " * 40_000, "too_large")])
def test_a_single_message_is_one_small_object(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        read_single(body)
    assert refused.value.code == code


@given(st.binary(max_size=60), st.sampled_from([b'{"batch": [%s]}', b'{"batch": %s}', b"%s"]))
def test_any_body_is_a_parcel_or_a_problem(noise: bytes, form: bytes) -> None:
    for reads in (read_batch, read_single):
        with suppress(Problem):
            reads(form % noise)
