"""What a command loads before it answers: nobody waits for a server or a warehouse that they did not ask for."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ["adbc_driver_manager", "asyncio", "duckdb", "granian", "ibis", "liquid", "pyarrow", "sqlglot", "structlog"]
WATCH = """
import sys
from waypost.cli.main import call
code = call(sys.argv[2:])
print(code, *[name for name in sys.argv[1].split(",") if name in sys.modules])
"""


def loaded(*arguments: str) -> list[str]:
    """The exit code of a command, and which of the large libraries it loaded."""
    command = [sys.executable, "-c", WATCH, ",".join(HEAVY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1].split()


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_what_only_tells_loads_nothing(option: str) -> None:
    assert loaded(option) == ["0"]


def test_a_check_loads_the_readers_of_definitions_alone(tmp_path: Path) -> None:
    assert loaded("-C", str(tmp_path), "init") == ["0"]
    assert set(loaded("-C", str(tmp_path), "check")) <= {"0", "liquid", "asyncio", "sqlglot"}


def test_one_person_is_shown_without_warehouse_or_server(tmp_path: Path) -> None:
    assert loaded("-C", str(tmp_path), "init") == ["0"]
    assert set(loaded("-C", str(tmp_path), "person", "ada")) <= {"2", "liquid", "asyncio", "sqlglot"}
