"""A load generator: a fixed number of kept-alive connections in one thread, as fast as answers come or at a pace.

Each connection has requests of its own, made before the clock starts, and sends them one after the other, so that what
one person does arrives in its order. At a steady pace a request's time counts from when it was due, not from when a
connection was free for it: a server that stalls cannot hide it.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from bench._server import HOST

_END: Final = b"\r\n\r\n"


@dataclass(slots=True)
class Run:
    """What one run measured: seconds to each answer, and seconds in all."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """The milliseconds within which this share was answered."""
        return quantile(self.latencies, share)


def quantile(latencies: Sequence[float], share: float) -> float:
    """The milliseconds within which this share was answered."""
    ordered = sorted(latencies)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def request(path: str, key: str, body: bytes) -> bytes:
    """One request, ready to be sent."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d" % len(body) + _END + body


class _Connection:
    """One connection, the requests it has still to send, and when those that are due fell due."""

    def __init__(self, port: int, requests: Sequence[bytes], group: int) -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.requests = deque(requests)
        self.group = group
        self.due: deque[float] = deque()
        self.since = 0.0
        self.busy = False
        self._answer = b""

    def send(self, since: float) -> None:
        """Send the next request."""
        self.since, self.busy = since, True
        self.socket.sendall(self.requests.popleft())

    def fall_due(self, at: float) -> bool:
        """Have one more request sent as soon as it is its turn; False where there is none."""
        if len(self.requests) <= len(self.due):
            return False
        if self.busy:
            self.due.append(at)
        else:
            self.send(at)
        return True

    def answered(self) -> bool:
        """Take what came; whether the answer is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection")
        self._answer += part
        head, found, body = self._answer.partition(_END)
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not taken: {self._answer[:300]!r}")
        lowered = head.lower()
        start = lowered.index(b"content-length:") + 15
        if len(body) < int(lowered[start:].partition(b"\r\n")[0]):
            return False
        self._answer, self.busy = b"", False
        return True


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests for each of some connections, and how many of them fall due in a second."""

    requests: Sequence[Sequence[bytes]]
    rate: float


def saturate(port: int, requests: Sequence[Sequence[bytes]]) -> Run:
    """Send as fast as answers come, until one of the connections has nothing more to send."""
    run = Run()
    with _connected(port, [requests]) as ((connections,), selector):
        began = time.perf_counter()
        for connection in connections:
            connection.send(time.perf_counter())
        while all(connection.requests or connection.busy for connection in connections):
            for connection in selector.wait(5):
                if connection.answered():
                    now = time.perf_counter()
                    run.latencies.append(now - connection.since)
                    if connection.requests:
                        connection.send(now)
        run.seconds = time.perf_counter() - began
    return run


def pace(port: int, streams: Sequence[Stream]) -> list[Run]:
    """Send several streams at once, each at its pace, until one of them has nothing more to send."""
    runs, sent = [Run() for _ in streams], [0] * len(streams)
    # No more connections than are used every few seconds: servers close those on which nothing comes.
    used = [stream.requests[: max(int(stream.rate * 4), 1)] for stream in streams]
    with _connected(port, used) as (groups, selector):
        began, going = time.perf_counter(), True
        while going or any(connection.busy for group in groups for connection in group):
            now = time.perf_counter()
            for place, (group, stream) in enumerate(zip(groups, streams, strict=True)):
                while going and (due := began + sent[place] / stream.rate) <= now:
                    going = group[sent[place] % len(group)].fall_due(due)
                    sent[place] += going
            first = min(began + count / stream.rate for count, stream in zip(sent, streams, strict=True))
            for connection in selector.wait(max(first - time.perf_counter(), 0) if going else 5):
                if connection.answered():
                    runs[connection.group].latencies.append(time.perf_counter() - connection.since)
                    if connection.due:
                        connection.send(connection.due.popleft())
        for run in runs:
            run.seconds = time.perf_counter() - began
    return runs


class _Selector:
    """All connections at once. `select` waits to the microsecond; `epoll` would round up to a millisecond."""

    def __init__(self, connections: Sequence[_Connection]) -> None:
        self._selector = selectors.SelectSelector()
        for connection in connections:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def wait(self, seconds: float) -> list[_Connection]:
        """Those that have something to read."""
        return [key.data for key, _ in self._selector.select(seconds)]


@contextmanager
def _connected(
    port: int, groups: Sequence[Sequence[Sequence[bytes]]]
) -> Iterator[tuple[list[list[_Connection]], _Selector]]:
    made = [[_Connection(port, mine, place) for mine in requests] for place, requests in enumerate(groups)]
    everyone = [connection for group in made for connection in group]
    try:
        yield made, _Selector(everyone)
    finally:
        for connection in everyone:
            connection.socket.close()
