"""The docs are whole: everything there is has its heading, every link leads somewhere."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.pages import DOCS, PAGES, ROOT
from waypost.cli.main import app
from waypost.definitions import sections
from waypost.definitions.cases import CASE
from waypost.definitions.shapes import Either, ListOf, MapOf, Record, Shape
from waypost.embedded import AsyncWaypost, Waypost
from waypost.http.app import TABLE
from waypost.model.decisions import REASONS
from waypost.runtime.settings import Settings

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


def test_every_verb_of_a_waypost_is_told() -> None:
    text = page("embedding.md")
    for kind in (Waypost, AsyncWaypost):
        for name in dir(kind):
            if not name.startswith("_") and name not in ("close", "runtime"):
                assert re.search(rf"`(\w+`, `)*{name}\(|`{name}`", text), name


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
