"""When a message happened: the time it says, corrected by the moment of its sending."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.wire import NOW, accepted, refused, track
from waypost.engine.messages import instant
from waypost.model.time import DAY, HOUR, SECOND, parse_instant
from waypost.model.values import Json

# ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_time_it_happened_on_receipt() -> None:
    assert accepted(track(timestamp=None), sent_at=NOW - HOUR).at == NOW


def test_without_sent_at_the_timestamp_stands() -> None:
    both: dict[str, Json] = {"timestamp": "2026-03-01T11:00:00Z", "originalTimestamp": "2026-03-01T09:00:00Z"}
    assert accepted(track(**both)).at == NOW - HOUR


def test_a_wrong_clock_cancels_out() -> None:
    sent = parse_instant("2001-01-01T00:00:10Z")
    assert accepted(track(timestamp="2001-01-01T00:00:00.000Z"), sent_at=sent).at == NOW - 10 * SECOND
    assert accepted(track(originalTimestamp="1970-01-01T00:00:00Z", sentAt="1970-01-01T00:00:01Z")).at == NOW - SECOND


def test_the_messages_own_sent_at_counts_before_the_batchs() -> None:
    message = track(timestamp="2026-03-01T10:00:00Z", sentAt="2026-03-01T10:00:05+00:00")
    assert accepted(message, sent_at=NOW).at == NOW - 5 * SECOND
    assert accepted({**message, "sentAt": "soon"}, sent_at=NOW).at == NOW - 2 * HOUR


def test_the_original_timestamp_is_the_one_to_correct() -> None:
    message = track(timestamp="2026-03-01T11:59:59Z", originalTimestamp="2026-03-01T11:00:00Z")
    assert accepted(message, sent_at=NOW - HOUR).at == NOW


def test_24_hours_ahead_are_taken_and_no_more() -> None:
    assert accepted(track(timestamp="2026-03-02T12:00:00Z")).at == NOW + DAY
    assert refused(track(timestamp="2026-03-02T12:00:00.000001Z")) == "future"
    assert refused(track(timestamp="9999-12-31T23:59:59Z")) == "future"


def test_times_before_1970_are_refused() -> None:
    assert accepted(track(timestamp="1970-01-01T00:00:00Z")).at == 0
    assert refused(track(timestamp="1969-12-31T23:59:59.999Z")) == "too_early"
    assert refused(track(timestamp="0001-01-01T00:00:00Z")) == "too_early"


@pytest.mark.parametrize("value", ["yesterday", "", 1700000000, "2026-02-30T00:00:00Z", True, {}])
def test_a_time_that_cannot_be_read_is_refused(value: Json) -> None:
    assert refused(track(timestamp=value)) == "bad_time"


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678+00:00",
        "2026-01-02T03:04:05.678901+00:00",
        "2026-01-02T03:04:05+00:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.123456789Z",
        "2026-01-02T03:04:05.6+05:30",
        "2015-2-02T00:30:08.276Z",
        "2026-01-02T03:04:5Z",
        "2026-W01-1T03:04:05Z",
        "2026-01-02T24:00:00Z",
        "2026-01-02T03:04:05,678Z",
        "2026-01-02T03:04:05.Z",
        "٢٠٢٦-01-02T03:04:05.678Z",
    ],
)
def test_the_fast_reading_of_a_time_agrees_with_the_models(text: str) -> None:
    assert instant(text) == parse_instant(text)


@given(
    st.one_of(
        st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
        st.datetimes().map(lambda moment: moment.isoformat(timespec="milliseconds") + "+00:00"),
        st.text(alphabet="0123456789-:.TZ+W ", max_size=30),
        st.text(max_size=30),
    )
)
def test_the_fast_reading_agrees_on_any_text(text: str) -> None:
    assert instant(text) == parse_instant(text)
