"""The docs are true: every snippet runs or loads. That nothing is missing in them: `test_docs_whole`."""

import importlib.util
import os
import re
import shlex
import textwrap
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import missing
from tests.pages import PAGES, ROOT
from waypost.cli.main import call
from waypost.definitions.cases import read_cases
from waypost.definitions.load import load
from waypost.demo.harbour import copy_to
from waypost.demo.server import Client, Server, free_port
from waypost.model.changes import Definitions
from waypost.runtime.access import Access, open_access
from waypost.runtime.cases import run
from waypost.runtime.collect import collect
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.zones import zones

"""Pages whose snippets are run."""


@dataclass(frozen=True)
class Snippet:
    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def snippets(language: str) -> list[Snippet]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(rf"^( *)```{language}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Snippet(page, line, language, textwrap.dedent(match[2])))
    return found


def test_there_are_snippets() -> None:
    assert len(snippets("yaml")) > 10
    assert len(snippets("console")) > 5
    assert len(snippets("python")) > 2


# YAML: cases hold, definitions load on top of Harbour


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harbour")
    copy_to(folder, deliver=True)
    return folder


@pytest.fixture(scope="module")
def definitions(harbour: Path) -> Definitions:
    return load_files(read_folder(harbour))


@pytest.mark.parametrize("snippet", snippets("yaml"), ids=str)
def test_definitions_load_and_cases_hold(snippet: Snippet, harbour: Path, definitions: Definitions) -> None:
    if re.match(r"\s*case:", snippet.text):
        cases, issues = read_cases("cases/snippet.yaml", snippet.text, definitions)
        assert [str(issue) for issue in issues] == []
        assert [result.differences for result in run(definitions, cases).results] == [[]] * len(cases)
        return
    yaml = YAML(typ="safe")
    merged: dict[str, object] = {}
    for text in [*read_folder(harbour).values(), snippet.text]:
        for key, value in yaml.load(text).items():
            known = merged.get(key)
            merged[key] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value
    folder = {"waypost.yaml": _dumped(merged)}
    # Harbour delivers here, and its e-mails are for a purpose that needs consent, which `check` warns of.
    assert [str(issue) for issue in load(folder, zones()).issues if issue.code != "not-yet"] == []


def _dumped(content: Mapping[str, object]) -> str:
    from io import StringIO

    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.dump(content, out)
    return out.getvalue()


# Commands and programs: each page in an empty folder of its own; what asks for a project finds Harbour, with Ada in it


@pytest.fixture
def place(harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder; the test stands there, without settings of its own."""
    for name in [name for name in os.environ if name.startswith("WAYPOST_")]:
        monkeypatch.delenv(name)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def project(folder: Path) -> Path:
    """A project in which Ada has signed up."""
    copy_to(folder, deliver=True)
    runtime = open_runtime(Settings(folder))
    ada = {"userId": "ada", "anonymousId": "phone-1"}
    receipt = collect(
        runtime,
        [
            {"type": "identify", "traits": {"first_name": "Ada", "email": "ada@example.com"}, **ada},
            {"type": "track", "event": "signed_up", "properties": {"plan": "free"}, **ada},
        ],
    )
    close(runtime)
    assert receipt.accepted == 2
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_run(page: Path, place: Path) -> None:
    lines = [line for snippet in snippets("console") if snippet.page == page for line in snippet.text.splitlines()]
    if any(line.startswith("waypost -C examples/harbour ") for line in lines):
        project(place / "examples" / "harbour")
    if any(re.match(r"waypost (?!-C)", line) for line in lines):
        project(place.parent / "project")
    for line in lines:
        words = shlex.split(line.removeprefix("$ "), comments=True)
        if words[0] == "mkdir":
            Path(words[1]).mkdir()
        elif words[0] != "waypost":
            assert words[0] in ("make", "export", "pip", "python3"), f"nobody tries {line!r}"
        elif not {"serve", "demo"} & set(words):
            where = [] if words[1] == "-C" else ["-C", str(place.parent / "project")]
            assert call([*where, *words[1:]]) == 0, line


@dataclass(frozen=True)
class Serving:
    """A running server of the project `onboarding`, and its keys."""

    url: str
    keys: Mapping[str, str]
    access: Access


@pytest.fixture
def serving(place: Path) -> Iterator[Serving]:
    port = free_port()
    runtime = open_runtime(Settings(place / "onboarding", port=port), host=True)
    try:
        access = open_access(runtime)
        keys = {kind: access.create(kind)[0] for kind in ("write", "read", "identity")}
        with Server(runtime, port) as server:
            yield Serving(server.url, keys, access)
    finally:
        close(runtime)


@pytest.mark.parametrize("snippet", snippets("python"), ids=str)
def test_programs_run(snippet: Snippet, place: Path, request: pytest.FixtureRequest) -> None:
    copy_to(place / "onboarding", deliver=True)
    text = snippet.text
    if "segment" in text and importlib.util.find_spec("segment") is None:
        missing("segment-analytics-python")
    served: Serving | None = None
    if re.search(r"127\.0\.0\.1:8000|_KEY", text):
        served = request.getfixturevalue("serving")
        assert served is not None
        text = text.replace("http://127.0.0.1:8000", served.url)
        for kind, key in served.keys.items():
            text = text.replace(f"{kind.upper()}_KEY", key)
    made: dict[str, object] = {"__name__": "__docs__"}
    exec(compile(text, str(snippet), "exec"), made)
    if served is not None and "token" in made:
        assert served.access.subject(str(made["token"])) == "ada"
    elif served is not None:
        assert answered(served) == ("builder", "connect_source", "Connect your data, Ada")


def answered(served: Serving) -> tuple[str, str, str]:
    """What `next` says of Ada once her events have arrived: her stage, the step, its title; as the README tells."""
    client = Client(served.url, served.keys["write"], served.keys["read"])
    for _ in range(200):
        answer: Any = client.next("ada", "/home")
        if answer["stage"] == "builder":
            break
        time.sleep(0.05)
    client.close()
    step = answer["steps"][0]
    return answer["stage"], step["step"], step["copy"]["title"]
