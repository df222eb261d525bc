"""What a request shows of keys, and what is remembered of it."""

import tracemalloc

import pytest
from starlette.types import Message

from tests.http.doors import basic
from waypost.http.app import App
from waypost.http.calls import Call, texts


async def nothing() -> Message:
    return {"type": "http.disconnect"}


def shown(app: App, authorization: bytes) -> list[str]:
    return list(texts(Call(app.door, {"type": "http"}, nothing, {b"authorization": authorization})))


@pytest.mark.parametrize("key", ["short", "long" * 1_000])
def test_a_key_is_read_however_long_it_is(app: App, key: str) -> None:
    assert shown(app, basic(key)["Authorization"].encode()) == [key]
    assert shown(app, f"Bearer {key}".encode()) == [key]
    assert shown(app, b"Digest " + key.encode()) == []


def test_what_is_long_is_not_kept_in_memory(app: App) -> None:
    tracemalloc.start()
    for number in range(1_000):
        shown(app, b"Bearer " + b"%d" % number * 3_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 1_000_000
