"""The real server: it keeps what it acknowledged, stops cleanly, and lives on after everything that is thrown at it."""

import gzip
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.http.doors import PROJECT, Served, basic, free_port, logged, served, track
from waypost.http.serve import serve
from waypost.model.problems import Problem
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime

TRACK = "/v1/track"


def test_a_taken_port_is_refused(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Problem, match="choose another port") as refused:
            serve(Settings(folder, port=taken.getsockname()[1]))
    assert refused.value.code == "port_taken"


def test_two_servers_on_one_store_are_refused(server: Served) -> None:
    with pytest.raises(Problem, match="in use by another server"):
        serve(Settings(server.runtime.settings.folder, port=free_port()))


def test_what_was_acknowledged_is_there_after_a_restart(folder: Path) -> None:
    with served(folder) as first:
        for number in range(5):
            answer = httpx.post(first.url + TRACK, json=track(number), headers=basic(first.keys.write))
            assert answer.status_code == 200
    with served(folder) as second:
        assert len(logged(second.runtime)) == 5


def raw(server: Served, request: bytes, *, wait: float = 5.0) -> bytes:
    with socket.create_connection(server.address, timeout=wait) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(TimeoutError, ConnectionError):
            while part := connection.recv(65_536):
                answer += part
                if b"\r\n\r\n" in answer:
                    break
        return answer


def test_it_lives_on_after_bad_input(server: Served) -> None:
    headers = basic(server.keys.write)
    assert raw(server, b"nonsense\r\n\r\n")
    assert b"413" in raw(
        server,
        b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 100_000,
    )
    raw(server, b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{", wait=0.2)
    raw(server, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", wait=1)
    large = b"x" * 10_000_000
    for body, encoding in (
        (large, ""),
        (gzip.compress(large * 5), "gzip"),
        (gzip.compress(b"{}" * 9_999)[:40], "gzip"),
    ):
        answer = httpx.post(
            f"{server.url}/v1/batch", content=body, headers={**headers, "Content-Encoding": encoding}, timeout=30
        )
        assert answer.status_code in {400, 413}
        assert answer.json()["code"] in {"malformed", "too_large"}

    def parts() -> list[bytes]:
        return [b"x" * 100_000 for _ in range(100)]

    answer = httpx.post(f"{server.url}/v1/batch", content=iter(parts()), headers=headers, timeout=30)
    assert answer.status_code == 413
    assert httpx.post(server.url + TRACK, json=track(1), headers=headers).status_code == 200
    assert [event.message_id for event in logged(server.runtime)] == ["m1"]


@pytest.mark.parametrize(
    "said",
    [b"", b"P", b"PRI * HTTP/2", b"POST /v1/track HTTP/1.1\r\nHost: x\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"],
)
def test_a_connection_that_says_no_more_is_closed(folder: Path, monkeypatch: pytest.MonkeyPatch, said: bytes) -> None:
    monkeypatch.setattr("waypost.http.serve.HEADERS_WITHIN", 100)
    with served(folder) as server, socket.create_connection(server.address, timeout=60) as connection:
        connection.sendall(said)
        while connection.recv(65_536):
            pass


@pytest.mark.parametrize(
    "body", [b"Content-Length: 9\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n", b"Content-Length: 9\r\n\r\n{"]
)
def test_a_body_that_never_comes_is_given_up(server: Served, monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    monkeypatch.setattr("waypost.http.bodies.PATIENCE", 0.1)
    answer = raw(server, b"POST /v1/batch HTTP/1.1\r\nHost: x\r\n" + body, wait=60)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer


def test_a_body_in_malformed_pieces_is_malformed(server: Served) -> None:
    answer = raw(server, b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_connections_that_do_not_end_are_cut_when_it_stops(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("waypost.http.serve.GRACE", 0.1)
    with served(folder) as server:
        stuck = [socket.create_connection(server.address, timeout=60) for _ in range(3)]
        for connection, said in zip(
            stuck, (b"", b"POST", b"POST /v1/m HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"), strict=True
        ):
            connection.sendall(said)
        assert httpx.post(server.url + TRACK, json=track(1), headers=basic(server.keys.write)).status_code == 200
    for connection in stuck:
        connection.close()
    with served(folder) as again:
        assert [event.message_id for event in logged(again.runtime)] == ["m1"]


def test_connections_leave_files_to_the_store(server: Served) -> None:
    """More connections than a process may open files by default, and those of the store are not among them."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft >= min(2_048, resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def test_nothing_is_acknowledged_that_goes_into_a_deleted_store(server: Served) -> None:
    path = server.runtime.settings.store_path
    assert path is not None
    headers = basic(server.keys.write)
    assert httpx.post(server.url + TRACK, json=track(1), headers=headers).status_code == 200
    path.rename(path.with_name("away"))
    refused = httpx.post(server.url + TRACK, json=track(2), headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    assert "restore a backup" in refused.json()["detail"]
    assert httpx.get(f"{server.url}/ready").status_code == 503
    path.with_name("away").rename(path)
    assert httpx.get(f"{server.url}/ready").status_code == 200
    assert httpx.post(server.url + TRACK, json=track(2), headers=headers).status_code == 200
    assert [event.message_id for event in logged(server.runtime)] == ["m2", "m1"]


def test_head_is_answered_without_a_body_and_the_connection_goes_on(server: Served) -> None:
    head, get = (b"%s /health HTTP/1.1\r\nHost: x\r\n" % method for method in (b"HEAD", b"GET"))
    with socket.create_connection(server.address, timeout=30) as connection:
        connection.sendall(head + b"\r\n" + get + b"Connection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65_536):
            answer += part
    assert (answer.count(b"HTTP/1.1 200 "), answer.count(b'{"status":"ok"}')) == (2, 1)
    assert answer.count(b"content-length: 15") == 2


def test_paths_are_unescaped_once(server: Served) -> None:
    url = f"{server.url}/ofrep/v1/evaluate/flags/segment%2Esharers"
    body = {"context": {"targetingKey": "ada"}}
    answer = httpx.post(url, json=body, headers={"X-API-Key": server.keys.read})
    assert answer.json()["key"] == "segment.sharers"


SERVE = """
import sys
from pathlib import Path
from waypost.http.serve import serve
from waypost.runtime.settings import Settings
serve(Settings(Path(sys.argv[1]), port=int(sys.argv[2])), watch=True, ready=lambda url: print("ready", url, flush=True))
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told_to(folder: Path, told: signal.Signals) -> None:
    runtime = open_runtime(Settings(folder))
    from waypost.runtime.access import open_access

    key, _ = open_access(runtime).create("write")
    close(runtime)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder), str(port)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        while line and not line.startswith("ready"):
            line = process.stdout.readline()
        assert line == f"ready http://127.0.0.1:{port}\n"
        url = f"http://127.0.0.1:{port}"
        _answers(url)
        assert httpx.post(url + TRACK, json=track(1), headers=basic(key)).status_code == 200
        before = httpx.get(f"{url}/ready").json()["definition_set"]
        (folder / "waypost.yaml").write_text(
            PROJECT.replace("sharers: {when: reports >= 2}", "sharers: {when: reports >= 1}")
        )
        deadline = time.monotonic() + 20
        while httpx.get(f"{url}/ready").json()["definition_set"] == before and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(told)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    again = open_runtime(Settings(folder), host=True)
    assert [event.message_id for event in logged(again)] == ["m1"]
    assert again.live.definitions.hash != before
    close(again)


def _answers(url: str) -> None:
    for _ in range(100):
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/health")
            return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")
