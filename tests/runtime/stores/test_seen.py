"""Message ids: remembered in memory, sealed in runs, found again in either, and told apart by their text alone."""

from pathlib import Path

import duckdb
import pytest

from waypost.runtime.stores import seen
from waypost.runtime.stores.seen import Seen, digest
from waypost.runtime.stores.sqlite import Sqlite


def append(database: Sqlite, ids: list[str], first_seq: int) -> None:
    """Put events with these message ids into the log, and nothing else."""
    said = ("track", "login", 0, 0, None, "web", "{}", None, None, 0)
    with database.transaction():
        database.many("events_append", [(seq, 1, None, name, *said) for seq, name in enumerate(ids, first_seq)])


def test_ids_are_found_in_the_tail_and_in_every_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "RUN", 100)
    database, known = Sqlite(tmp_path / "store.db"), Seen()
    ids = [f"message-{number}" for number in range(950)]
    for start in range(0, 950, 50):
        part = ids[start : start + 50]
        append(database, part, start + 1)
        known.add([digest(name) for name in part], start + 1)
        if known.is_full:
            with database.transaction():
                known.seal(database, start + 50)
            known.open(database)
    assert known.sealed == 900
    asked = {name: digest(name) for name in [*ids[::37], "nobody", "message-950"]}
    assert known.find(database, asked) == set(ids[::37])

    again = Seen()
    again.open(database)
    again.add([digest(name) for name in ids[900:]], 901)
    assert again.find(database, asked) == set(ids[::37])
    assert again.find(database, {"new": digest("new")}) == set()
    database.close()


def test_equal_hashes_are_told_apart_by_the_text(tmp_path: Path) -> None:
    database, known = Sqlite(tmp_path / "store.db"), Seen()
    append(database, ["one"], 1)
    known.add([7], 1)
    assert known.find(database, {"other": 7}) == set()
    assert known.find(database, {"one": 7}) == {"one"}
    with database.transaction():
        known.seal(database, 1)
    known.open(database)
    assert known.find(database, {"other": 7}) == set()
    assert known.find(database, {"one": 7}) == {"one"}
    database.close()


def test_what_was_not_kept_is_let_go() -> None:
    database, known = Sqlite(None), Seen()
    known.add([1, 2], 1)
    known.remove([1, 2])
    assert known.find(database, {"one": 1, "two": 2}) == set()
    database.close()


@pytest.mark.parametrize("text", ["", "abc", "é\U0001f600", "x" * 255])
def test_duckdb_makes_the_same_hash(text: str) -> None:
    assert duckdb.execute("SELECT md5_number_lower(?)", [text]).fetchall() == [(digest(text),)]
