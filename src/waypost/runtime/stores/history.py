"""The log for batch: its older part sealed as Parquet files, so that questions about everyone need not read the store.

A file holds a run of the log, whole and never changed: the same run gives the same file whoever seals it, and it comes
to its name only when it is complete and on disk. What lies behind the last file is the tail (`arrow`). The log
stays the truth: files that do not continue it (of a store that was restored, say) are not used, and sealed again.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from waypost.runtime.stores.database import Database
from waypost.runtime.stores.events import PAGE

FOLDER: Final = "history"
ROWS: Final = 500_000
"""How many events a file holds; what is not enough for one stays in the tail."""
_LAST: Final = b"waypost.last_message_id"

SCHEMA: Final = pa.schema(
    [
        ("seq", pa.int64()),
        ("message_id", pa.string()),
        ("kind", pa.string()),
        ("name", pa.string()),
        ("at", pa.int64()),
        ("user_id", pa.string()),
        ("anonymous_id", pa.string()),
        ("properties", pa.string()),
        ("source", pa.string()),
        ("received_at", pa.int64()),
        ("previous_id", pa.string()),
        ("group_id", pa.string()),
        ("imported", pa.bool_()),
    ]
)
"""The columns in which the log is handed to batch evaluators; instants are microseconds, properties JSON text."""


@dataclass(frozen=True, slots=True)
class History:
    """The sealed files in their order, and the position of the last event in them (0: nothing is sealed)."""

    paths: tuple[Path, ...] = ()
    last: int = 0


def sealed(database: Database, data: Path) -> History:
    """What is sealed of this store's log in its data folder."""
    history = History()
    for path in sorted((data / FOLDER).glob("*.parquet")):
        after, last = map(int, path.stem.split("-"))
        if after != history.last or not _continues(database, path, last):
            break
        history = History((*history.paths, path), last)
    return history


def _continues(database: Database, path: Path, last: int) -> bool:
    """Whether the file's last event is the log's event at that position."""
    rows = database.fetch("events_after", (last - 1, 1))
    noted = (pq.read_schema(path).metadata or {}).get(_LAST)
    return bool(rows) and rows[0][0] == last and rows[0][1].encode() == noted


def seal(database: Database, data: Path, rows: int = ROWS) -> History:
    """Seal what has come to a file's size since the last time; doing it twice, or in two processes, changes nothing."""
    folder = data / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    history = sealed(database, data)
    for table in _full(arrow(database, history.last), rows):
        after, last = history.last, table.column("seq")[-1].as_py()
        path = folder / f"{after:015}-{last:015}.parquet"
        _write(table.replace_schema_metadata({_LAST: table.column("message_id")[-1].as_py()}), path)
        history = History((*history.paths, path), last)
    return history


def _full(reader: pa.RecordBatchReader, rows: int) -> Iterator[pa.Table]:
    """The log in tables of so many rows; what is left over is not given."""
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in reader:
        held.append(batch)
        count += batch.num_rows
        while count >= rows:
            table = pa.Table.from_batches(held, SCHEMA)
            yield table.slice(0, rows)
            held, count = table.slice(rows).to_batches(), count - rows


def _write(table: pa.Table, path: Path) -> None:
    """Write a file so that it is there whole or not at all, whatever happens meanwhile."""
    unfinished = path.with_suffix(f".{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def arrow(database: Database, after_seq: int = 0) -> pa.RecordBatchReader:
    """The log behind a position as Arrow batches, read as they are asked for."""

    def batches() -> Iterator[pa.RecordBatch]:
        seq = after_seq
        while page := database.fetch("events_after", (seq, PAGE)):
            seqs, ids, kinds, names, ats, owners, others, properties, sources, received, previous, groups, imported = (
                zip(*page, strict=True)
            )
            users = [owner[2:] if owner[0] == "u" else None for owner in owners]
            anonymous = [
                other[2:] if other is not None else owner[2:] if owner[0] == "a" else None
                for owner, other in zip(owners, others, strict=True)
            ]
            columns = [
                seqs, ids, kinds, names, ats, users, anonymous, properties, sources, received, previous, groups,
                [bool(flag) for flag in imported],
            ]  # fmt: skip
            arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)
            seq = page[-1][0]

    return pa.RecordBatchReader.from_batches(SCHEMA, batches())
