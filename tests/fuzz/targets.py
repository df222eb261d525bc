"""What atheris throws bytes at; run as a script: `python -m tests.fuzz.targets TARGET [libFuzzer options]`.

Each target takes any bytes and must not raise: a parser says what is wrong as a value or as a Problem.
"""

import json
import sys
from collections.abc import Callable
from contextlib import suppress

import atheris

with atheris.instrument_imports(include=["waypost"]):
    from waypost.definitions.load import load
    from waypost.engine.messages import instant, read
    from waypost.http.batches import read_batch, read_single
    from waypost.http.bodies import unpack
    from waypost.model.events import Event
    from waypost.model.problems import Problem
    from waypost.model.time import UTC_OFFSETS, parse_instant
    from waypost.model.values import Json

FIELDS = ["userId", "anonymousId", "previousId", "groupId", "messageId", "event", "name", "category", "timestamp"]
FIELDS += ["originalTimestamp", "sentAt", "properties", "traits", "context", "channel", "type"]
KINDS = ["track", "identify", "page", "screen", "group", "alias", None]
NOW = 1_772_366_400_000_000


def messages(data: bytes) -> None:
    """A batch as it comes over the wire, each message read."""
    for reads in (read_batch, read_single):
        with suppress(Problem):
            parcel = reads(unpack(data, b"", 500_000))
            for message in parcel.messages:
                event = read(
                    message, received_at=NOW, sent_at=parcel.sent_at, defaults=parcel.context, spare_id="spare"
                )
                if isinstance(event, Event):
                    assert event.message_id
                    assert event.user_id or event.anonymous_id


def fields(data: bytes) -> None:
    """One message, its fields chosen by the bytes."""
    source = atheris.FuzzedDataProvider(data)

    def value(depth: int = 0) -> Json:
        chosen: Json = None
        match source.ConsumeIntInRange(0, 6 if depth < 3 else 4):
            case 1:
                chosen = source.ConsumeBool()
            case 2:
                chosen = source.ConsumeInt(12)
            case 3:
                chosen = source.ConsumeFloat()
            case 4:
                chosen = source.ConsumeUnicode(source.ConsumeIntInRange(0, 40))
            case 5:
                chosen = [value(depth + 1) for _ in range(source.ConsumeIntInRange(0, 3))]
            case 6:
                chosen = {source.ConsumeUnicode(5): value(depth + 1) for _ in range(source.ConsumeIntInRange(0, 3))}
        return chosen

    message: dict[str, Json] = {"userId": "ada", "event": "x"}
    kind = source.PickValueInList(KINDS)
    while source.remaining_bytes():
        message[source.PickValueInList(FIELDS)] = value()
    event = read(message, received_at=NOW, kind=kind, spare_id="spare")
    if isinstance(event, Event):
        json.dumps(event.properties, allow_nan=False, ensure_ascii=False).encode()
        "".join((event.message_id, event.name, event.source, event.user_id or "", event.anonymous_id or "")).encode()


def instants(data: bytes) -> None:
    """A time as a sender writes it, read in both ways."""
    text = data.decode("utf-8", "replace")
    assert instant(text) == parse_instant(text)


def definitions(data: bytes) -> None:
    """A definition file."""
    loaded = load({"waypost.yaml": data.decode("utf-8", "replace")}, {"UTC": UTC_OFFSETS})
    assert loaded.definitions is not None or loaded.issues


def predicates(data: bytes) -> None:
    """A condition of a segment."""
    text = data.decode("utf-8", "replace").replace('"', "'").replace("\\", "")
    file = f'project: p\nsignals:\n  s: {{count: x}}\nsegments:\n  seg: {{when: "{text}"}}\n'
    loaded = load({"waypost.yaml": file}, {"UTC": UTC_OFFSETS})
    assert loaded.definitions is not None or loaded.issues


TARGETS: dict[str, Callable[[bytes], None]] = {
    "messages": messages,
    "fields": fields,
    "instants": instants,
    "definitions": definitions,
    "predicates": predicates,
}

if __name__ == "__main__":
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
