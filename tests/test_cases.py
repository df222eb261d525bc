"""Every case of every project here, by each evaluator, on a line of its own; and every clause has a case."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.laws import oracle
from waypost.runtime.cases import cases_of, facts, person_of, run
from waypost.runtime.folder import load_files, read_folder
from waypost.runtime.results import EVALUATORS, Report

ROOT = Path(__file__).parents[1]
FOLDERS = sorted(path.parent for path in (*ROOT.glob("cases/*/waypost.yaml"), *ROOT.glob("examples/*/waypost.yaml")))
SEMANTICS = ROOT / "docs" / "semantics.md"


@cache
def report(folder: Path) -> Report:
    """All cases of a folder, run once for all lines below."""
    definitions = load_files(read_folder(folder))
    return run(definitions, cases_of(folder, definitions))


def listed() -> list[tuple[Path, int, str]]:
    """Every case by its folder and place, with a name to show."""
    found = []
    for folder in FOLDERS:
        for place, case in enumerate(cases_of(folder, load_files(read_folder(folder)))):
            found.append((folder, place, f"{folder.name}/{Path(case.file).stem}: {case.name}"))
    return found


CASES = listed()
IDS = [name for _, _, name in CASES]


@pytest.mark.parametrize("evaluator", EVALUATORS)
@pytest.mark.parametrize(("folder", "place"), [(folder, place) for folder, place, _ in CASES], ids=IDS)
def test_case(folder: Path, place: int, evaluator: str) -> None:
    result = report(folder).results[place]
    wrong = [finding for finding in result.findings if finding.evaluator == evaluator]
    assert not wrong, "\n".join(result.differences)


@pytest.mark.parametrize(("folder", "place"), [(folder, place) for folder, place, _ in CASES], ids=IDS)
def test_case_by_the_oracle(folder: Path, place: int) -> None:
    """The oracle is held to the cases too: it is the third reading of semantics.md, not the judge."""
    definitions, case = load_files(read_folder(folder)), report(folder).results[place].case
    events = sorted(case.events, key=lambda event: event.received_at)
    for expectation in case.expectations:
        states = oracle.states(definitions, events, expectation.at)
        state = states.get(person_of(case, expectation.person))
        for fact, expected, got in facts(expectation, state, definitions):
            assert got == expected, f"{case.file}:{expectation.line} {fact}"


def clauses() -> dict[int, str]:
    """The text of each clause of docs/semantics.md, by its number."""
    parts = re.split(r"^### (\d+)\. ", SEMANTICS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {int(number): text for number, text in zip(parts[::2], parts[1::2], strict=True)}


def test_every_clause_stands_once() -> None:
    assert list(clauses()) == list(range(1, 25))


@pytest.mark.parametrize("number", [*range(1, 22), 24])
def test_every_clause_has_a_case(number: int) -> None:
    paths = re.findall(r"\]\((\.\./cases/[^)]+)\)", clauses()[number])
    assert paths, f"clause {number} points to no case"
    for path in paths:
        assert (SEMANTICS.parent / path).is_file(), path


def test_every_file_of_cases_belongs_to_a_clause() -> None:
    text = SEMANTICS.read_text(encoding="utf-8")
    for path in sorted(ROOT.glob("cases/*/cases/*.yaml")):
        assert f"(../{path.relative_to(ROOT).as_posix()})" in text, f"{path.name} is in no clause of docs/semantics.md"


def test_every_test_that_a_clause_names_exists() -> None:
    for path in re.findall(r"`(tests/[\w/]+\.py)`", SEMANTICS.read_text(encoding="utf-8")):
        assert (ROOT / path).is_file(), path


def test_a_wrong_expectation_is_told_with_both_answers_and_what_the_person_did(tmp_path: Path) -> None:
    (tmp_path / "waypost.yaml").write_text(
        "project: p\nsignals: {logins: {count: login}}\nstages: {all: {when: true}}\n"
    )
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "wrong.yaml").write_text(
        "case: it counts\npeople: {ada: [{at: '2026-01-05T09:00:00Z', event: login, properties: {via: sso}}]}\n"
        "expect: [{at: '2026-01-05T10:00:00Z', person: ada, signals: {logins: 2}}]\n"
    )
    (result,) = report(tmp_path).results
    assert result.differences == [
        "line 3: ada at 2026-01-05T10:00:00Z, signals.logins: expected 2, got live 1, batch 1",
        "what ada did:",
        '  2026-01-05T09:00:00Z ada: login {"via":"sso"}',
    ]


def test_there_are_enough() -> None:
    assert sum(report(folder).expectations for folder in FOLDERS) >= 300
