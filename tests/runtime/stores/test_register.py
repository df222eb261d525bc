"""The register: what it is told of each id, and that chunks bring it back."""

from pathlib import Path

from waypost.runtime.stores.register import CHUNK, Register
from waypost.runtime.stores.sqlite import Sqlite


def test_it_grows_and_comes_back_from_its_chunks(tmp_path: Path) -> None:
    database, register = Sqlite(tmp_path / "store.db"), Register()
    far = 5 * CHUNK + 3
    register.head(far, 42)
    register.wake(1, 1000)
    register.snapshot(1, 7)
    register.snapshot(1, 8)
    register.snapshot(2, 9)
    register.snapshot(2, 0)
    assert register.changed == [0, 5]
    with database.transaction():
        register.write(database, register.changed)
    assert register.changed == []

    again = Register()
    again.open(database)
    assert again.heads[far] == 42
    assert (again.snapshot_of(1), again.snapshot_of(2), again.snapshot_of(10**9)) == (8, 0, 0)
    assert again.snapshot_count == register.snapshot_count == 1
    assert again.due(0, 1000) == [(1000, 1)]
    assert again.due(1000, 2000) == []
    again.wake_everyone(5)
    assert again.due(0, 10) == [(5, far)]
    again.rewrite([0])
    assert again.changed == [0, 5]
    database.close()
