"""How the command line prints: whatever people sent, wherever it goes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from waypost.cli import output
from waypost.cli.main import call
from waypost.model.problems import Problem

RED = "\x1b[31m"


def test_texts_stand_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("signals.yaml:100:7 error, [bold]:smile:")
    output.print_problem(Problem("bad", "at a.yaml:100:7", "mend :100: it"))
    said = capsys.readouterr()
    assert said.out == "signals.yaml:100:7 error, [bold]:smile:\n"
    assert said.err == "error bad: at a.yaml:100:7; mend :100: it\n"


def test_no_text_drives_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say(f"{RED}ada\nben")
    output.table(None, ("id", "more"), [(f"{RED}ada", {"a": RED})])
    output.print_problem(Problem("bad", RED))
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert said.out.count(r"\x1b[31m") == 3
    assert said.out.startswith("\\x1b[31mada\nben\n")


def test_a_table_loses_no_column_in_a_narrow_window(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(output, "OUT", Console(width=20, soft_wrap=True))
    output.table(None, ("id", "kind", "name", "created"), [("1e68", "write", "n" * 300, "2026-11-25T02:38:25Z")])
    said = capsys.readouterr().out
    assert said.split()[:6] == ["id", "kind", "name", "created", "1e68", "write"]
    assert said.count("n") == 300 + "kindname".count("n")
    assert "2026-11-25T02:38:25Z" in said


def waypost(arguments: list[str], out: int) -> tuple[int, str]:
    """A command whose standard output is this file: how it leaves, and what it says of it."""
    command = [sys.executable, "-c", "from waypost.cli import run; run()", *arguments]
    done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode, done.stderr


def test_an_output_that_cannot_be_written_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        code, err = waypost(["schema"], full.fileno())
    assert (code, err.splitlines()) == (
        2,
        ["error system: No space left on device; mend that (a full disk, missing permissions?), then try again"],
    )


def test_nobody_needs_to_read_on() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    _, err = waypost(["schema"], theirs)
    os.close(theirs)
    assert not err


def test_an_argument_that_is_no_text_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["person", "\udcff"]) == 2
    assert "is not UTF-8" in capsys.readouterr().err


def test_an_import_that_is_interrupted_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(["-C", str(tmp_path), "init"])

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("waypost.runtime.importer.Reader.read", interrupted)
    select = "SELECT 'ada' AS user_id, 'login' AS event, DATE '2026-01-01' AS timestamp"
    assert call(["-C", str(tmp_path), "import", select, "--json"]) == 130
    said = capsys.readouterr()
    assert "Run the same command again" in said.err
    assert said.out.count("\n") == 1, "the line that `init` said"


def test_whoever_interrupts_it_early_sees_no_traceback() -> None:
    early = (
        "import sys\n"
        "class Early:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Early())\n"
        "from waypost.cli import run\n"
        "run()\n"
    )
    done = subprocess.run([sys.executable, "-c", early], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


@pytest.mark.parametrize("group", [(), ("readout",), ("key",)])
def test_the_list_of_commands_breaks_off_in_no_sentence(
    group: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert call([*group, "--help"]) == 0
    commands = capsys.readouterr().out.split("Commands:")[1]
    assert "..." not in commands


def test_nobody_is_asked_where_there_is_no_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["-C", str(tmp_path), "init"]) == 0
    monkeypatch.setattr(sys, "stdin", None)
    assert call(["-C", str(tmp_path), "apply", "--reason", "Nothing to read from."]) == 0
    assert "is live" in capsys.readouterr().out
