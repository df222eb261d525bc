"""What is SQLite's own: files, versions, full disks, and several processes on one store."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from waypost.runtime.stores.database import Database, StoreDamaged, StoreRefused, StoreUnavailable, migrations
from waypost.runtime.stores.sqlite import HostLock, Sqlite


def test_a_store_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    Sqlite(path).close()
    newer = max(migrations()) + 1
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {newer}")
    connection.close()
    with pytest.raises(StoreRefused, match="newer release of Waypost") as raised:
        Sqlite(path)
    assert raised.value.code == "store_newer"
    assert "install that release" in str(raised.value)


def test_many_may_make_a_new_store_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    together = threading.Barrier(8)

    def make(number: int) -> None:
        together.wait()
        database = Sqlite(path)
        with database.transaction():
            database.execute("fact_set", (f"name {number}", "x"))
        database.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    database = Sqlite(path)
    assert all(database.fetch("fact", (f"name {number}",)) for number in range(8))
    database.close()


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is a shopping list, not a database" * 100)
    with pytest.raises(StoreRefused, match="cannot be opened"):
        Sqlite(path)


def fill(database: Database) -> None:
    with database.transaction():
        for number in range(1000):
            database.execute("fact_set", (f"name {number}", "x" * 1000))


def test_a_full_disk_keeps_nothing_and_the_store_lives_on(tmp_path: Path) -> None:
    database = Sqlite(tmp_path / "store.db")
    database.limit_pages(60)
    with pytest.raises(StoreUnavailable, match="full"):
        fill(database)
    assert database.fetch("fact", ("name 0",)) == []
    database.limit_pages(10_000)
    with database.transaction():
        database.execute("fact_set", ("name 0", "y"))
    assert database.fetch("fact", ("name 0",)) == [("y",)]
    database.close()


@pytest.mark.parametrize("which", ["", "-wal"])
@pytest.mark.parametrize("replaced", [False, True])
def test_nothing_is_written_into_a_file_that_nobody_will_find(tmp_path: Path, which: str, replaced: bool) -> None:
    path = tmp_path / "waypost.db"
    store = Sqlite(path)
    with store.transaction():
        store.execute("fact_set", ("one", "1"))
    file, away = Path(f"{path}{which}"), tmp_path / "away"
    file.rename(away)
    if replaced:
        file.write_bytes(away.read_bytes())
    with pytest.raises(StoreUnavailable, match="beneath the server"), store.transaction():
        store.execute("fact_set", ("two", "2"))
    with pytest.raises(StoreUnavailable, match="replaced" if replaced else "gone"):
        store.check()
    away.rename(file)
    with store.transaction():
        store.execute("fact_set", ("three", "3"))
    store.close()
    again = Sqlite(path)
    assert {name for name in ("one", "two", "three") if again.fetch("fact", (name,))} == {"one", "three"}
    again.close()


def test_a_damaged_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    database = Sqlite(path)
    fill(database)
    database.close()
    content = path.read_bytes()
    # The first page says what there is; all that it leads to is spoilt.
    path.write_bytes(content[:4_096] + b"\x55" * (len(content) - 4_096))
    reader = Sqlite(path, read_only=True)
    with pytest.raises(StoreDamaged, match="restore a backup") as raised:
        reader.fetch("fact", ("name 1",))
    assert str(tmp_path) not in str(raised.value)
    reader.close()


def test_what_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    database = Sqlite(path)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE facts")
    other.close()
    with pytest.raises(StoreUnavailable, match="cannot be read") as raised:
        database.fetch("fact", ("name",))
    assert str(tmp_path) not in str(raised.value)
    database.close()


def test_commits_of_others_are_noticed(tmp_path: Path) -> None:
    one, other = Sqlite(tmp_path / "store.db"), Sqlite(tmp_path / "store.db")
    with one.transaction():
        one.execute("fact_set", ("a", "1"))
    assert not one.foreign_commits()
    assert other.foreign_commits()
    assert not other.foreign_commits()
    one.close()
    other.close()


def test_one_host_at_a_time(tmp_path: Path) -> None:
    one, other = HostLock(tmp_path / "store.db"), HostLock(tmp_path / "store.db")
    assert one.take()
    assert not other.take()
    assert other.holder().isdigit()
    one.release()
    assert other.take()
    other.release()


def test_a_fresh_store_equals_one_that_was_migrated_step_by_step(tmp_path: Path) -> None:
    Sqlite(tmp_path / "fresh.db").close()
    connection = sqlite3.connect(tmp_path / "stepwise.db")
    for sql in migrations().values():
        connection.executescript(sql)
    connection.close()
    shapes = []
    for name in ("fresh.db", "stepwise.db"):
        connection = sqlite3.connect(tmp_path / name)
        shapes.append(sorted(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall(), key=str))
        connection.close()
    assert shapes[0] == shapes[1]
