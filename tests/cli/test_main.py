"""The command line as its users hold it: what it prints, and how it leaves."""

import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from waypost.cli.main import call

HISTORY = """who,did,day,size
ada,signed_up,2026-01-05 09:00:00,
ada,workspace_created,2026-01-05 09:10:00,
ada,source_connected,2026-01-05 09:20:00,
ben,signed_up,2026-01-06 09:00:00,
,signed_up,2026-01-06 09:00:00,
"""
SELECT = "SELECT who AS user_id, did AS event, day AS timestamp FROM 'history.csv'"

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs one command in a fresh project, standing beside `history.csv`; gives exit code, output and errors."""
    (tmp_path / "history.csv").write_text(HISTORY, encoding="utf-8")
    (tmp_path / "onboarding").mkdir()
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = call(["-C", "onboarding", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    assert run("init")[0] == 0
    return run


def test_a_new_project_is_valid_and_its_mistakes_are_told_with_their_place(cli: Cli, tmp_path: Path) -> None:
    assert cli("check")[0] == 0
    signals = tmp_path / "onboarding" / "signals.yaml"
    signals.write_text(signals.read_text().replace("count: report_shared}", "cuont: report_shared}"))
    code, out, _ = cli("check", "--json")
    issues = msgspec.json.decode(out)["issues"]
    assert code == 2
    assert ("signals.yaml", "error") in {(issue["file"], issue["level"]) for issue in issues}
    assert any("count" in (issue["hint"] or "") for issue in issues)


def test_init_never_writes_over_a_project(cli: Cli) -> None:
    code, _, err = cli("init")
    assert code == 2
    assert "has a waypost.yaml already" in err


def test_cases_run_through_both_evaluators_and_a_difference_is_readable(cli: Cli, tmp_path: Path) -> None:
    for path in (tmp_path / "onboarding" / "cases").iterdir():
        path.unlink()
    case = """case: nobody is a builder before there is a workspace
people: {ada: [{at: "2026-01-05T09:00:00Z", event: signed_up}]}
expect: [{at: "2026-01-05T10:00:00Z", person: ada, stage: STAGE}]
"""
    file = tmp_path / "onboarding" / "cases" / "one.yaml"
    file.write_text(case.replace("STAGE", "newcomer"))
    code, out, _ = cli("test")
    assert (code, out.splitlines()[-1]) == (0, "1 cases, 1 expectations, each live and in batch: none failed.")
    file.write_text(case.replace("STAGE", "builder"))
    code, out, _ = cli("test", "--json")
    (failed,) = msgspec.json.decode(out)["failed"]
    assert code == 1
    assert any('expected "builder", got live "newcomer", batch "newcomer"' in line for line in failed["differences"])


def test_imported_history_can_be_asked_about(cli: Cli) -> None:
    code, out, _ = cli("import", SELECT, "--json")
    assert code == 0
    report = msgspec.json.decode(out)
    assert report == {"read": 5, "accepted": 4, "duplicates": 0, "quarantined": 1, "reasons": {"no_id": 1}}
    again = msgspec.json.decode(cli("import", SELECT, "--json")[1])
    assert (again["accepted"], again["duplicates"]) == (0, 4)

    people = msgspec.json.decode(cli("people", "--as-of", "2026-01-06T10:00:00Z", "--json")[1])
    assert people["people"] == 2
    assert people["stages"] == {"regular": 0, "activated": 0, "builder": 1, "newcomer": 1}

    ada = msgspec.json.decode(cli("person", "ada", "--as-of", "2026-01-06T10:00:00Z", "--json")[1])
    assert ada["milestones"]["setup"] == "2026-01-05T09:20:00Z"
    assert "fast_finisher" in ada["segments"]

    told = msgspec.json.decode(cli("explain", "ben", "report_tour", "--as-of", "2026-01-06T10:00:00Z", "--json")[1])
    assert not told["offered"]
    assert told["reasons"][-1]["reason"] == "after"

    readout = msgspec.json.decode(cli("readout", "milestones", "--as-of", "2026-02-01", "--json")[1])
    setup = next(row for row in readout["rows"] if row["milestone"] == "setup")
    assert (setup["people"], setup["reached"], setup["median_time_to"], setup["immature"]) == (2, 1, 1200, 0)

    assert msgspec.json.decode(cli("events", "--count", "--json")[1]) == {"count": 4}
    assert "no_id" in cli("events", "--quarantined")[1]
    for command in (("people",), ("person", "ada"), ("explain", "ada"), ("readout", "milestones"), ("events",)):
        assert cli(*command)[0] == 0


def test_keys_are_shown_once(cli: Cli) -> None:
    code, out, _ = cli("key", "create", "write", "--name", "web", "--json")
    made = msgspec.json.decode(out)
    assert (code, made["kind"], made["name"]) == (0, "write", "web")
    listed = cli("key", "list", "--json")[1]
    assert made["key"] not in listed
    assert msgspec.json.decode(listed)["keys"][0]["name"] == "web"
    assert cli("key", "revoke", "web")[0] == 0
    assert cli("key", "revoke", "web")[0] == 2


def test_pausing_is_remembered(cli: Cli) -> None:
    assert cli("pause")[0] == 0
    assert "off" in cli("resume")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("frob",),
        ("person",),
        ("person", "nobody"),
        ("person", "ada", "--as-of", "tomorrow"),
        ("explain", "ada", "no_such_step"),
        ("readout", "milestones", "--by", "nonsense ="),
        ("import", "SELEKT 1"),
        ("import", "@no-such-file.sql"),
        ("import", "SELECT 1 AS one"),
        ("key", "create", "golden"),
        ("apply", "--reason", " "),
        ("events", "--quarantined", "--person", "ada"),
        ("events", "--limit", "99999999999999999999"),
        ("unlink", "ada", "ada"),
        ("worker",),
    ],
)
def test_a_mistake_is_told_in_one_line_and_exits_with_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    code, out, err = cli(*arguments)
    assert code == 2
    assert not out
    assert "Traceback" not in err
    assert err.strip()


def test_applying_says_what_is_live_and_for_whom_something_began(cli: Cli, tmp_path: Path) -> None:
    assert cli("import", SELECT)[0] == 0
    file = tmp_path / "onboarding" / "waypost.yaml"
    file.write_text(file.read_text().replace("delivery: off", "delivery: on"))
    code, out, _ = cli("apply", "--reason", "On we go.", "--yes", "--json")
    assert (code, msgspec.json.decode(out)["changed"]) == (0, True)
    code, out, _ = cli("apply", "--reason", "Those who are here, too.", "--yes", "--include-existing", "--json")
    said = msgspec.json.decode(out)
    assert (code, said["changed"], said["begun"]) == (0, False, 0)
    assert "Nothing changed" in cli("apply", "--reason", "Again.")[1]


def test_on_a_terminal_it_asks_before_it_applies(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("people")[0] == 0
    file = tmp_path / "onboarding" / "waypost.yaml"
    file.write_text(file.read_text().replace("delivery: off", "delivery: on"))

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    code, out, err = cli("apply", "--reason", "On we go.")
    assert (code, out) == (1, "")
    assert "goes live in the place of" in err
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert "is live now" in cli("apply", "--reason", "On we go.")[1]


@pytest.mark.parametrize("command", [("import", SELECT), ("people",), ("readout", "milestones"), ("test",)])
def test_long_work_shows_that_it_goes_on_where_somebody_watches(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    watched = Console(file=io.StringIO(), force_terminal=True)
    monkeypatch.setattr("waypost.cli.output.ERR", watched)
    code, out, _ = cli(*command, "--json")
    assert code == 0
    msgspec.json.decode(out)
    assert isinstance(watched.file, io.StringIO)
    assert watched.file.getvalue().strip()
    unwatched = Console(file=io.StringIO(), force_terminal=False)
    monkeypatch.setattr("waypost.cli.output.ERR", unwatched)
    assert cli(*command, "--json")[0] == 0
    assert isinstance(unwatched.file, io.StringIO)
    assert unwatched.file.getvalue() == ""
