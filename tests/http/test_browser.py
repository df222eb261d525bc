"""Browser SDKs, unmodified, in headless Chromium, on a page of another origin than the server."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Error, Page, sync_playwright

from tests.conftest import missing
from tests.http.doors import Served, basic, logged, sign_up_at, token_at
from tests.http.faults import Fault, proxy
from waypost.model.events import Event

pytestmark = [pytest.mark.browser, pytest.mark.node]
NODE = Path(__file__).parents[2] / ".cache" / "node"
SCRIPTS = Path(__file__).parent / "node"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one page a script, each bundled with its SDK."""
    esbuild = NODE / "node_modules" / ".bin" / "esbuild"
    if not (NODE / "installed").is_file() or not esbuild.exists():
        missing("the npm packages of tests/http/node (tools/test-parts)")
    folder = tmp_path_factory.mktemp("pages")
    environment = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
    for script in SCRIPTS.glob("*-page.js"):
        name = script.stem.removesuffix("-page")
        options = ["--bundle", "--format=iife", "--log-level=error", f"--outfile={folder / name}.js"]
        subprocess.run([str(esbuild), str(script), *options], env=environment, check=True, timeout=60)
        (folder / f"{name}.html").write_text(f'<!doctype html><title>{name}</title><script src="/{name}.js"></script>')
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site(bundles: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(bundles)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def chromium() -> Iterator[Page]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            pytest.fail(f"Chromium does not start: {error}")
        page = browser.new_page()
        page.set_default_timeout(30_000)
        try:
            yield page
        finally:
            browser.close()


def until(found: Callable[[], list[Event]], count: int) -> list[Event]:
    """What is in the log once there are so many, and a moment later."""
    deadline = time.monotonic() + 60
    while len(found()) < count and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.3)
    return found()


def numbers(server: Served) -> list[object]:
    found = [event.properties.get("number") for event in logged(server.runtime) if event.name == "report_shared"]
    return sorted(found, key=str)


def shared(server: Served) -> list[Event]:
    return [event for event in logged(server.runtime) if event.name == "report_shared"]


@pytest.mark.parametrize("settings", ["inline", "fetched"])
def test_segments_browser_sdk(server: Served, site: str, settings: str) -> None:
    faults: tuple[Fault, ...] = ("503", "lose", "429", "cut", "none", "lose")
    with proxy(server.address, *faults) as (url, told), chromium() as page:
        page.goto(f"{site}/segment.html")
        page.evaluate(
            "([host, key, cdn]) => start(host, key, cdn)",
            [url.removeprefix("http://"), server.keys.write, settings == "fetched"],
        )
        anonymous_id = page.evaluate("anonymousId()")
        page.evaluate("Promise.all([0, 1, 2].map(track))")
        page.evaluate("identify('ada')")
        page.evaluate("Promise.all([3, 4].map(track))")
        events = until(lambda: shared(server), 5)
        assert {"503", "429", "cut", "lose"} <= set(told.done)
    assert numbers(server) == [0, 1, 2, 3, 4]
    assert {event.anonymous_id for event in events} == {anonymous_id}
    assert {event.source for event in events} == {"web"}
    answer = httpx.post(f"{server.url}/v1/next", json={"userId": "ada"}, headers={"X-API-Key": server.keys.read})
    assert answer.json()["segments"] == ["sharers"]


def test_rudderstacks_browser_sdk(server: Served, site: str) -> None:
    with proxy(server.address, "none", "503", "lose", "429") as (url, told), chromium() as page:
        page.goto(f"{site}/rudderstack.html")
        page.evaluate("([url, key]) => start(url, key)", [url, server.keys.write])
        page.evaluate("[0, 1, 2].forEach(track)")
        events = until(lambda: shared(server), 3)
        assert {"503", "429", "lose"} <= set(told.done)
        assert {event.anonymous_id for event in events} == {page.evaluate("anonymousId()")}
    assert numbers(server) == [0, 1, 2]


def test_openfeatures_web_provider(server: Served, site: str) -> None:
    sign_up_at(server, userId="ada")
    for number in range(2):
        body = {"userId": "ada", "event": "report_shared", "messageId": f"m{number}"}
        httpx.post(f"{server.url}/v1/track", json=body, headers=basic(server.keys.write))
    headers = [["Authorization", f"Bearer {server.keys.write}"], ["Waypost-Token", token_at(server, "ada")]]
    with chromium() as page:
        page.goto(f"{site}/flags.html")
        page.evaluate("([url, headers, key]) => start(url, headers, key)", [server.url, headers, "ada"])
        assert page.evaluate("flag('stage', '?')")["value"] == "active"
        details = page.evaluate("flag('segment.sharers', false)")
        assert (details["value"], details["variant"], details["reason"]) == (True, "in", "TARGETING_MATCH")
        assert page.evaluate("flag('segment.nobody', true)")["value"] is True
