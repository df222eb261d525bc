"""Which files of a folder are read, and what becomes of those that cannot be."""

import os
from pathlib import Path

import pytest

from waypost.model.problems import Problem
from waypost.runtime.cases import cases_of
from waypost.runtime.folder import LONGEST, load_files, read_file, read_folder, yaml_files

CASE = """case: nobody yet
people: {ada: [{at: "2026-01-05T09:00:00Z", event: login}]}
expect: [{at: "2026-01-04T09:00:00Z", person: ada}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cases" / "more").mkdir(parents=True)
    (tmp_path / "waypost.yaml").write_text("project: x\n")
    return tmp_path


def awkward(place: Path) -> None:
    """A folder named as a file, a pipe on which nobody writes, hidden files."""
    (place / "folder.yaml").mkdir()
    os.mkfifo(place / "pipe.yaml")
    (place / ".hidden.yaml").write_text("- no\n")
    (place / ".git").mkdir()
    (place / ".git" / "kept.yaml").write_text("- no\n")


def test_only_files_are_read_wherever_they_lie(folder: Path) -> None:
    awkward(folder)
    (folder / "folder.yaml" / "signals.yml").write_text("signals: {logins: {count: login}}\n")
    (folder / "cases" / "one.yaml").write_text(CASE)
    assert list(read_folder(folder)) == ["folder.yaml/signals.yml", "waypost.yaml"]


def test_cases_are_found_as_definitions_are(folder: Path) -> None:
    awkward(folder / "cases")
    (folder / "cases" / "more" / "one.yml").write_text(CASE)
    assert [path.name for path in yaml_files(folder / "cases")] == ["one.yml"]
    assert [case.name for case in cases_of(folder, load_files(read_folder(folder)))] == ["nobody yet"]


def test_no_more_is_read_of_a_file_than_is_needed_to_refuse_it(folder: Path) -> None:
    (folder / "waypost.yaml").write_text("#" * (LONGEST + 1))
    assert len(read_file(folder / "waypost.yaml")) == LONGEST


def test_a_link_that_leads_nowhere_is_told(folder: Path) -> None:
    (folder / "lost.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(Problem, match=r"lost\.yaml cannot be read"):
        read_folder(folder)


def test_a_folder_that_cannot_be_looked_into_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may look into any folder: the system's refusal is put in the place of its answer.
    look = os.scandir

    def refuse(place: "str | os.PathLike[str]") -> "os._ScandirIterator[str]":
        if Path(place).name == "more":
            raise PermissionError(13, "Permission denied", os.fspath(place))
        return look(place)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(Problem, match=r"more cannot be read: Permission denied"):
        read_folder(folder)


def test_a_project_without_cases_has_none(folder: Path) -> None:
    assert yaml_files(folder / "no-cases") == []
