"""Sealed history: whole files or none, the same whoever writes them, and never another store's."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.batch.logs import event
from tests.runtime.rooms import arrive, opened
from waypost.model.time import parse_instant
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.start import close
from waypost.runtime.stores.history import FOLDER, History, arrow, seal, sealed

T0 = parse_instant("2026-01-05T09:00:00Z") or 0


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    """A store with ten events."""
    runtime = opened(HandClock(T0))
    arrive(runtime, [event("a", T0, message_id=f"m{number}") for number in range(10)])
    yield runtime
    close(runtime)


def test_what_fills_a_file_is_sealed_and_the_rest_is_the_tail(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.reading() as database:
        history = seal(database, tmp_path, rows=4)
        tail = arrow(database, history.last).read_all()
        everything = arrow(database).read_all()
    assert [pq.read_metadata(path).num_rows for path in history.paths] == [4, 4]
    assert tail.num_rows == 2
    told = [pq.read_table(path).cast(everything.schema) for path in history.paths]
    assert pa.concat_tables([*told, tail]).to_pylist() == everything.to_pylist()


def test_sealing_again_changes_nothing(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.reading() as database:
        first = seal(database, tmp_path, rows=4)
        before = {path: path.read_bytes() for path in first.paths}
        assert seal(database, tmp_path, rows=4) == first == sealed(database, tmp_path)
    assert {path: path.read_bytes() for path in first.paths} == before


def test_sealing_goes_on_where_it_stopped(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.reading() as database:
        first = seal(database, tmp_path, rows=4)
    arrive(runtime, [event("b", T0, message_id=f"n{number}") for number in range(3)])
    with runtime.reading() as database:
        history = seal(database, tmp_path, rows=4)
    assert history.paths[:2] == first.paths
    assert [pq.read_metadata(path).num_rows for path in history.paths] == [4, 4, 4]


def test_a_file_that_was_left_half_written_is_no_history(runtime: Runtime, tmp_path: Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "000000000000000-000000000000004.1.unfinished").write_bytes(b"PAR1")
    with runtime.reading() as database:
        assert sealed(database, tmp_path) == History()
        assert len(seal(database, tmp_path, rows=4).paths) == 2


def test_a_missing_file_is_sealed_again_with_those_behind_it(runtime: Runtime, tmp_path: Path) -> None:
    with runtime.reading() as database:
        first = seal(database, tmp_path, rows=4)
        first.paths[0].unlink()
        assert sealed(database, tmp_path) == History()
        assert seal(database, tmp_path, rows=4) == first


def test_history_of_another_store_is_not_used(runtime: Runtime, tmp_path: Path) -> None:
    other = opened(HandClock(T0))
    try:
        arrive(other, [event("a", T0, message_id=f"x{number}") for number in range(10)])
        with other.reading() as database:
            seal(database, tmp_path, rows=4)
    finally:
        close(other)
    with runtime.reading() as database:
        assert sealed(database, tmp_path) == History()
        history = seal(database, tmp_path, rows=4)
    assert pq.read_table(history.paths[0]).column("message_id").to_pylist() == ["m0", "m1", "m2", "m3"]
