"""A real server process under load, killed where it stands: the senders and what was acknowledged to them.

The server is `waypost serve`, as people start it. Senders are threads of the test, that send batches over HTTP as SDKs
do: what was not acknowledged before the server died is sent again to the next one, under the same message ids.
"""

import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx

from tests.laws.writer import messages
from tests.runtime.rooms import MAILING
from waypost.model.values import Json
from waypost.runtime.access import open_access
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime

ROOT = Path(__file__).parents[2]
SERVE = "import sys; from waypost.cli.main import run; run(sys.argv[1:])"


@dataclass
class Sender:
    """One sender through all deaths of its server: `waiting` is the batch that was not acknowledged yet."""

    name: str
    seed: int
    acknowledged: list[str] = field(default_factory=list)
    waiting: list[dict[str, Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._messages = messages(self._chance, self.name)

    def send(self, url: str, keys: tuple[str, str]) -> None:
        """Batch after batch, and now and then a question, until the server is gone."""
        write, read = keys
        with suppress(httpx.TransportError), httpx.Client(base_url=url, timeout=30) as client:
            while True:
                self.waiting = self.waiting or list(islice(self._messages, self._chance.randint(1, 30)))
                answer = client.post("/v1/batch", json={"batch": self.waiting}, auth=(write, ""))
                if answer.status_code == 503:
                    continue
                assert answer.status_code == 200, answer.text
                self.acknowledged += [str(message["messageId"]) for message in self.waiting]
                self.waiting = []
                if self._chance.random() < 0.2:
                    who = {"userId": f"user-{self._chance.randrange(40)}"}
                    client.post("/v1/next", json=who, headers={"X-API-Key": read}).raise_for_status()


def acknowledged(senders: list[Sender]) -> int:
    """How many messages they have an answer for."""
    return sum(len(sender.acknowledged) for sender in senders)


def keys_of(store: str) -> tuple[str, str]:
    """A write and a read key of a new store."""
    runtime = open_runtime(Settings(MAILING, store=store))
    access = open_access(runtime)
    keys = access.create("write")[0], access.create("read")[0]
    close(runtime)
    return keys


def serve_and_kill(store: str, senders: list[Sender], keys: tuple[str, str], chance: random.Random) -> None:
    """Start the server, let everybody send, and kill it with SIGKILL in the middle of it, somewhen."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-c", SERVE, "-C", str(MAILING), "serve", "--port", str(port)]
    environment = {**os.environ, "WAYPOST_STORE": store}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(url, server)
            threads = [threading.Thread(target=sender.send, args=(url, keys)) for sender in senders]
            for thread in threads:
                thread.start()
            enough = acknowledged(senders) + chance.randint(1, 400)
            while acknowledged(senders) < enough:
                assert server.poll() is None, "the server ended by itself"
                assert any(thread.is_alive() for thread in threads), "nobody sends any more"
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.1))
        finally:
            server.kill()
        for thread in threads:
            thread.join()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/ready").status_code == 200:
                return
        assert server.poll() is None, "the server did not start"
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
