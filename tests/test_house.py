"""The house stands as docs/house.md says: its tree, its nouns, its floors, the sizes of its rooms, its exports."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import waypost

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "waypost"
HOUSE = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")

SIZE = 300
LONG: dict[str, str] = {}
"""Rooms that may have up to 600 lines, three at most, each with its reason."""

VAGUE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))


def section(title: str) -> str:
    """The text under one heading of the page."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", HOUSE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/house.md has no section {title!r}"
    return found[1]


def fenced(text: str) -> list[str]:
    """The lines of the first fenced block."""
    found = re.search(r"```text\n(.*?)```", text, re.DOTALL)
    assert found, "a fenced block is missing"
    return found[1].splitlines()


def tree() -> Iterator[str]:
    """Every module that the page's tree names."""
    folders: list[str] = []
    for line in fenced(section("Tree")):
        name, depth = line.split()[0], (len(line) - len(line.lstrip())) // 2
        folders = folders[:depth]
        if name.endswith("/"):
            folders.append(name.rstrip("/"))
        elif name.endswith(".py"):
            yield "/".join([*folders, name])


def line_of(path: str) -> str:
    """A line for the tree: the file's name, and the first sentence of its docstring."""
    told = ast.get_docstring(ast.parse((SOURCE / path).read_text(encoding="utf-8"))) or ""
    first = " ".join(told.split("\n\n")[0].split()).split(". ")[0].rstrip(".")
    return "  " * path.count("/") + Path(path).name.ljust(24 - 2 * path.count("/")) + first


def test_the_tree_is_as_written() -> None:
    written = sorted(tree())
    there = [path for path in MODULES if not path.endswith("__init__.py")]
    missing = [path for path in there if path not in written]
    assert missing == [], "write into the tree of docs/house.md:\n" + "\n".join(map(line_of, missing))
    assert [path for path in written if path not in MODULES] == [], "docs/house.md names rooms that are not there"
    assert written == sorted(set(written))


def test_each_line_of_the_tree_says_what_lives_there() -> None:
    for line in fenced(section("Tree")):
        assert len(line.split(maxsplit=1)) == 2, f"say what lives in {line.strip()}"


def test_floors_are_as_the_import_contract_says() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contract if one["name"] == "Floors")
    written = [re.split(r"\s{2,}", line)[0] for line in fenced(section("Floors"))]
    assert written == layers
    folders = {path.name for path in SOURCE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    files = {path.stem for path in SOURCE.glob("*.py")} - {"__init__"}
    assert folders | files == {name for layer in layers for name in re.split(r"\s*[|:]\s*", layer)}


def test_a_noun_has_a_file_where_the_table_says_and_nowhere_else() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section("A noun keeps its name on every floor").splitlines()
        if line.startswith("|")
    ]
    floors = rows[0][1:]
    nouns = {row[0]: dict(zip(floors, row[1:], strict=True)) for row in rows[2:]}
    for noun, cells in nouns.items():
        for floor, cell in cells.items():
            here = (SOURCE / floor / f"{noun}.py").exists()
            in_stores = (SOURCE / floor / "stores" / f"{noun}.py").exists()
            said = {"": (False, False), "●": (True, False), "stores": (False, True), "● stores": (True, True)}[cell]
            assert (here, in_stores) == said, (
                f"{noun} on {floor}: the table of docs/house.md says {cell or 'nothing'!r}"
            )
    shared = {path.stem for path in (SOURCE / "model").glob("*.py")} & {
        path.stem for floor in floors for path in (SOURCE / floor).glob("*.py") if floor != "model"
    }
    assert sorted(shared - nouns.keys() - {"__init__"}) == [], (
        "these nouns are on several floors: add them to the table"
    )


@pytest.mark.parametrize("path", MODULES)
def test_rooms_are_small_and_say_what_lives_in_them(path: str) -> None:
    text = (SOURCE / path).read_text(encoding="utf-8")
    lines = text.count("\n")
    assert lines <= (600 if path in LONG else SIZE), f"{lines} lines; split it, or name it in LONG with a reason"
    assert ast.get_docstring(ast.parse(text)), "begin with a docstring that says what lives here"
    assert Path(path).stem not in VAGUE, "name it after its noun or its verb"


@pytest.mark.parametrize("folder", ["tests", "bench", "tools"])
def test_no_file_beside_the_package_is_long(folder: str) -> None:
    sizes = {path: path.read_text(encoding="utf-8").count("\n") for path in (ROOT / folder).rglob("*.py")}
    assert sizes
    assert sorted(str(path.relative_to(ROOT)) for path, lines in sizes.items() if lines > SIZE) == []


def test_long_rooms_are_few() -> None:
    assert len(LONG) <= 3
    assert all((SOURCE / path).exists() and reason for path, reason in LONG.items())


def test_exports_are_a_dozen_and_the_docstring_is_their_map() -> None:
    exported = waypost.__all__
    assert exported == sorted(exported)
    assert len(exported) <= 16
    assert all(hasattr(waypost, name) for name in exported)
    assert waypost.__doc__
    assert sorted(re.findall(r"^- `(\w+)`", waypost.__doc__, re.MULTILINE)) == exported


def test_only_batch_and_the_warehouse_know_ibis_and_batch_runs_no_query() -> None:
    knowing, running = set(), set()
    for path in MODULES:
        for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [name.name for name in node.names]
                if any(name.split(".")[0] == "ibis" for name in names):
                    knowing.add(path)
            elif isinstance(node, ast.Attribute) and node.attr in {"execute", "connect", "to_pyarrow", "to_pandas"}:
                running.add(path)
    assert {path for path in knowing if not path.startswith("batch/")} == {"runtime/warehouse.py"}
    assert {path for path in running if path.startswith("batch/")} == set()


def test_contracts_have_no_list_of_exceptions() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    for contract in linter["contracts"]:
        assert not contract.keys() & {"ignore_imports", "exhaustive_ignores"}, contract["name"]
    assert next(one for one in linter["contracts"] if one["type"] == "layers")["exhaustive"]


def test_the_type_check_reads_tests_too() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    assert {"src/waypost", "tests", "bench", "tools"} <= set(settings["files"])
