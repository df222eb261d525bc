"""History in bulk: the rows of a SELECT become events at batch speed, and nothing is pushed for them.

Rows are read in their order and kept in large transactions; what is not fit goes to quarantine with the row's number.
Whoever is touched is folded again when somebody asks, or by the worker. It may be ended at any point and begun again:
each row's message id is the same every time.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pyarrow as pa

from waypost.model.people import Id
from waypost.model.time import Instant
from waypost.model.values import Json
from waypost.runtime.appending import external_rows
from waypost.runtime.bundle import Runtime
from waypost.runtime.links import ids_of, relink
from waypost.runtime.reading import Reader, Row
from waypost.runtime.staging import staged
from waypost.runtime.stores import events as log
from waypost.runtime.stores import people as store
from waypost.runtime.transactions import Question

BATCH = 20_000
"""Rows to a transaction."""


@dataclass(slots=True)
class Report:
    """What became of the rows of an import."""

    read: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def shape(self) -> dict[str, Json]:
        """The report as `waypost import --json` shows it."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "duplicates": self.duplicates,
            "quarantined": self.quarantined,
            "reasons": dict(self.reasons.most_common()),
        }


def import_select(runtime: Runtime, select: str, progress: Callable[[int, int], None] | None = None) -> Report:
    """Import what a SELECT yields (DuckDB's SQL; files relative to the working directory).

    Args:
        runtime: The open Waypost.
        select: The SELECT; its columns are `staging.COLUMNS`.
        progress: Is told how many rows are done, of how many.

    Raises:
        Problem: A SELECT that cannot be run, or whose columns are not fit. Rows that are not fit raise nothing.
    """
    report = Report()
    with staged(select, runtime.settings.spill) as rows:
        reader = Reader(
            runtime.live.check, runtime.live.definitions.tracking.unplanned != "accept", runtime.clock.now()
        )
        for batch in rows.batches(BATCH):
            began = time.monotonic()
            _take(runtime, reader, batch, report)
            if not runtime.is_host:
                # A server waits for the store meanwhile: it has it half of the time.
                time.sleep(time.monotonic() - began)
            if progress is not None:
                progress(report.read, rows.total)
    return report


def _take(runtime: Runtime, reader: Reader, batch: pa.RecordBatch, report: Report) -> None:
    done = reader.read(batch)
    fresh = runtime.commits.wait(Question(lambda now: _keep(runtime, done.rows, done.unfit, now)))
    report.read += batch.num_rows
    report.accepted += fresh
    report.duplicates += len(done.rows) - fresh
    report.quarantined += len(done.unfit)
    report.reasons.update(item.code for item in done.unfit)


def _keep(runtime: Runtime, rows: list[Row], unfit: list[log.Quarantined], now: Instant) -> int:
    """Append rows that are new, in a transaction, and have their people looked at."""
    first = {row.cells[0]: row for row in reversed(rows)}
    seen = runtime.log.known({message_id: row.digest for message_id, row in first.items()})
    fresh = rows if len(first) == len(rows) else [row for row in rows if first[row.cells[0]] is row]
    if seen:
        fresh = [row for row in fresh if row.cells[0] not in seen]
    if fresh:
        _append(runtime, fresh, now)
    # A second import must not fill the quarantine with the same rows again.
    known = log.quarantined_lines(runtime.database, [item.original for item in unfit]) if unfit else set()
    log.quarantine(runtime.database, [item for item in unfit if item.original not in known])
    return len(fresh)


def _append(runtime: Runtime, rows: list[Row], now: Instant) -> None:
    identities = runtime.identities
    linking = [row.event for row in rows if row.event is not None]
    ids = {row.owner for row in rows}
    ids |= {row.other for row in rows if row.other is not None}
    ids.update(identity for event in linking for identity in ids_of(event))
    new_ids = identities.number(ids)
    numbers = {identity: identities.number_of(identity) for identity in ids}
    runtime.log.append(
        [(*row.cells[:5], None if row.other is None else numbers[row.other], *row.cells[5:]) for row in rows],
        [numbers[row.owner] for row in rows],
        [row.digest for row in rows],
    )
    traits = runtime.live.definitions.external_ids
    external = [
        found
        for event in linking
        if event.kind == "identify"
        for found in external_rows(event, traits, numbers[log.owner_id(event)])
    ]
    store.add_external(runtime.database, external)
    for person in relink(runtime.log, identities, linking, new_ids).people:
        runtime.profiles.drop(person)
        if identities.find(Id(person)):
            runtime.timers.set(identities.number_of(Id(person)), now)
    owners = {owner: identities.person(owner) for owner in {row.owner for row in rows}}
    runtime.profiles.forget([(one, numbers[owner]) for owner, one in owners.items() if one is not None], now)
