"""The store's port: what every database must do, so that another one joins by one more parameter."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from waypost.runtime.stores.database import Database, queries
from waypost.runtime.stores.sqlite import Sqlite


@pytest.fixture(params=["file", "memory"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    opened = Sqlite(tmp_path / "store.db" if request.param == "file" else None)
    yield opened
    opened.close()


def half_way(database: Database) -> None:
    with database.transaction():
        database.execute("fact_set", ("colour", "red"))
        raise ZeroDivisionError


def test_a_transaction_keeps_all_or_nothing(database: Database) -> None:
    with database.transaction():
        database.execute("fact_set", ("colour", "green"))
    with pytest.raises(ZeroDivisionError):
        half_way(database)
    assert database.fetch("fact", ("colour",)) == [("green",)]


def test_a_reader_sees_what_was_committed(database: Database) -> None:
    reader = database.reader()
    with database.transaction():
        database.execute("fact_set", ("colour", "green"))
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.extend(reader.fetch("fact", ("colour",))))
    thread.start()
    thread.join()
    assert found == [("green",)]
    if reader is not database:
        reader.close()


@pytest.mark.parametrize("count", [0, 1, 3, 511, 512, 1300])
def test_many_rows_and_long_lists(database: Database, count: int) -> None:
    ids = [f"u:{number}" for number in range(count)]
    with database.transaction():
        database.many("ids_add", [(identity,) for identity in ids])
        database.many("ids_add", [(identity,) for identity in ids[:10]])
    assert {row[0] for row in database.among("ids_numbers", [*ids, "u:none"])} == set(ids)
    assert database.among("ids_numbers", []) == []


def test_statements_that_are_no_insert_run_once_a_row(database: Database) -> None:
    with database.transaction():
        database.many("keys_used", [(1, "none"), (2, "neither")])
    assert database.fetch("keys_all") == []


def test_an_old_text_of_any_kind_comes_back(database: Database) -> None:
    texts = ["", "é", "\U0001f600", "a" * 10_000, "x\0y"]
    for text in texts:
        with database.transaction():
            database.execute("fact_set", ("text", text))
        assert database.fetch("fact", ("text",)) == [(text,)]


def test_every_query_has_a_name_a_sentence_and_one_statement(database: Database) -> None:
    for name, sql in queries().items():
        assert sql, name
        assert ";" not in sql, name
