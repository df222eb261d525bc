"""A load generator: many kept-alive connections in one thread, closed loop or paced; latencies from when each was due.

Requests are prepared before the clock starts, so that the generator costs little beside the server.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Run:
    """What one run measured: latencies in seconds, and how long it took in all."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def request(path: str, key: str, body: bytes) -> bytes:
    """One request, ready to be sent."""
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.due = 0.0
        self.answer = b""

    def read(self) -> bool:
        """Take what came; whether the answer is whole."""
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed a connection")
        self.answer += part
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"not taken: {self.answer[:300]!r}")
        lowered = head.lower()
        start = lowered.index(b"content-length:") + 15
        if len(body) < int(lowered[start:].split(b"\r\n", 1)[0]):
            return False
        self.answer = b""
        return True


def run(port: int, requests: Iterator[bytes], *, seconds: float, connections: int, rate: float | None = None) -> Run:
    """Send for so long; `rate` paces it (requests a second), else each connection sends as soon as it is answered."""
    selector = selectors.DefaultSelector()
    idle = [_Connection(port) for _ in range(connections)]
    for connection in idle:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    done = Run()
    began = time.perf_counter()
    end, sent, busy, now = began + seconds, 0, 0, began
    late: list[float] = []
    while True:
        now = time.perf_counter()
        if now < end:
            if rate is not None:
                while began + sent / rate <= now:
                    late.append(began + sent / rate)
                    sent += 1
            while idle and (late or rate is None):
                connection = idle.pop()
                connection.due = late.pop(0) if late else now
                connection.socket.sendall(next(requests))
                busy += 1
        elif not busy:
            break
        pause = 1.0 if rate is None or not idle else max(began + sent / rate - now, 0)
        for key, _ in selector.select(min(pause, 0.05)):
            connection = key.data
            if connection.read():
                done.latencies.append(time.perf_counter() - connection.due)
                idle.append(connection)
                busy -= 1
    done.seconds = time.perf_counter() - began
    for connection in idle:
        connection.socket.close()
    selector.close()
    return done
