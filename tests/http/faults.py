"""A proxy that goes wrong on purpose: refuses, cuts connections, and loses answers, in the order that it is told."""

import http.client
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal as OneOf

Fault = OneOf["503", "429", "cut", "lose", "none"]
"""Answer 503; answer 429 with Retry-After; close before forwarding; forward, and close before answering; nothing."""

EVERY: tuple[Fault, ...] = ("503", "lose", "429", "cut", "none", "lose", "cut")


class Faults:
    """What is left to go wrong, and what went."""

    def __init__(self, address: tuple[str, int], faults: tuple[Fault, ...]) -> None:
        self.upstream = address
        self.left = deque(faults)
        self.done: list[Fault] = []
        self._lock = threading.Lock()

    def next(self) -> Fault:
        with self._lock:
            fault = self.left.popleft() if self.left else "none"
            self.done.append(fault)
            return fault


def _handler(faults: Faults) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def _pass_on(self) -> None:
            body = self._body()
            fault = faults.next() if self.command == "POST" else "none"
            if fault == "cut":
                self.close_connection = True
                self.connection.close()
                return
            if fault in {"503", "429"}:
                # As a balancer in front would: no body of ours, but what a page needs to read it.
                self.send_response(int(fault))
                if fault == "429":
                    self.send_header("Retry-After", "1")
                self._finish(
                    [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Retry-After")], b""
                )
                return
            connection = http.client.HTTPConnection(*faults.upstream, timeout=20)
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            if fault == "lose":
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in {"content-length", "date", "connection"}]
            self._finish(kept, content)

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length") or 0))
            del self.headers["Transfer-Encoding"]
            whole = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole

        def _finish(self, headers: list[tuple[str, str]], content: bytes) -> None:
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_OPTIONS = _pass_on  # noqa: N815  names that http.server calls

    return Handler


@contextmanager
def proxy(address: tuple[str, int], *faults: Fault) -> Iterator[tuple[str, Faults]]:
    """A proxy's URL before the server at `address`, and what goes wrong there."""
    told = Faults(address, faults)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
