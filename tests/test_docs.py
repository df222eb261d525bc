"""The docs are true: every snippet runs or loads, every link leads somewhere, everything there is has its heading."""

import importlib.util
import os
import re
import shlex
import textwrap
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from tests.conftest import missing
from waypost.cli.main import app, call
from waypost.definitions import sections
from waypost.definitions.cases import CASE, read_cases
from waypost.definitions.load import load
from waypost.definitions.shapes import Either, ListOf, MapOf, Record, Shape
from waypost.demo.harbour import copy_to
from waypost.demo.server import Client, Server, free_port
from waypost.http.app import TABLE
from waypost.model.changes import Definitions
from waypost.model.decisions import REASONS
from waypost.runtime.access import Access, open_access
from waypost.runtime.cases import run
from waypost.runtime.collect import collect
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.zones import zones

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.glob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    ]
)
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
    assert [str(issue) for issue in load(folder, zones()).issues] == []


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


# Headings


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def headings(text: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)


def commands(command: Any, name: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command with its name; typer carries a click of its own, without public types."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(name), command
        return
    for key, each in inner.items():
        yield from commands(each, (*name, key))


def test_every_command_has_its_heading_and_every_option_its_mention() -> None:
    text = page("cli.md")
    parts = dict(re.findall(r"^#+ (.+?)\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL))
    there = dict(commands(typer.main.get_command(app)))
    assert sorted(there.keys() - parts.keys()) == []
    for name, command in there.items():
        assert command.help
        assert "Example:" in command.help, f"{name}: its help needs an example"
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in ("--help", "--json"):
                    assert option in parts[name], f"docs/cli.md: {name} {option}"


def test_every_setting_is_told() -> None:
    text = page("self-hosting.md")
    for setting in fields(Settings):
        if setting.name != "folder":
            assert f"`WAYPOST_{setting.name.upper()}`" in text, setting.name


def test_every_route_has_its_heading() -> None:
    told = {(line.split()[0], path.rstrip(",")) for line in headings(page("http.md")) for path in line.split()[1:]}
    there = {(route.method, route.path) for route in TABLE.routes}
    assert there - told == set()
    assert {(method, path) for method, path in told if method in ("GET", "POST")} - there == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_heading_stands_twice(path: Path) -> None:
    told = headings(path.read_text(encoding="utf-8"))
    assert sorted(line for line in set(told) if told.count(line) > 1) == []


def test_every_noun_has_its_page() -> None:
    for noun in ("events", "people", "signals", "segments", "milestones", "steps", "journeys", "decisions", "cases"):
        assert (DOCS / f"{noun}.md").exists()
        assert f"({noun}.md)" in page("index.md")


def test_the_index_leads_to_every_page() -> None:
    for path in DOCS.glob("*.md"):
        assert path.name == "index.md" or f"({path.name})" in page("index.md"), path.name


def keys(shape: Shape) -> Iterator[str]:
    """Every key that a definition file may have."""
    match shape:
        case Record(inner):
            for key, value in inner.items():
                yield key
                yield from keys(value)
        case MapOf(value) | ListOf(value):
            yield from keys(value)
        case Either(shapes):
            for each in shapes:
                yield from keys(each)
        case _:
            return


def test_every_key_of_a_definition_file_is_told() -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    known = set(keys(sections.FILE)) - set(keys(sections.EXPERIMENT))
    assert (
        sorted(key for key in known if not re.search(rf"`[^`\n]*\b{key}\b[^`\n]*`|^ *{key}:", told, re.MULTILINE)) == []
    )
    for key in sections.FILE.fields:
        assert f"`{key}`" in page("definitions.md"), key
    for key in keys(CASE):
        assert f"`{key}`" in page("cases.md"), key


def test_every_reason_is_told() -> None:
    text = page("decisions.md")
    assert [reason for reason in REASONS if f"| `{reason}` |" not in text] == []


# Links


def anchors(path: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    return {
        re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings(path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize(
    "path", [*PAGES, *DOCS.rglob("records/*.md"), ROOT / "CHANGELOG.md"], ids=lambda path: path.name
)
def test_links_lead_somewhere(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = path if not file else (path.parent / file).resolve()
        assert there.exists(), f"{path.name}: {target}"
        if anchor:
            assert anchor in anchors(there), f"{path.name}: {target}"
