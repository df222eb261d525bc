"""History in bulk: every kind of row, every kind of mistake, and the same again changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runtime.rooms import HARBOUR, afresh, arrive, everyone, opened
from waypost.model.events import Event
from waypost.model.problems import Problem
from waypost.model.time import DAY, HOUR, parse_instant
from waypost.runtime import lookup, staging
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.importer import import_select
from waypost.runtime.start import close
from waypost.runtime.stores import events as log
from waypost.runtime.worker import run_due

NOW = parse_instant("2026-02-01T12:00:00Z") or 0


@pytest.fixture
def runtime() -> Iterator[Runtime]:
    opened_ = opened(HandClock(NOW))
    yield opened_
    close(opened_)


def rows(values: str, columns: str) -> str:
    return f"SELECT * FROM (VALUES {values}) AS t({columns})"


ADA = rows(
    """('ada', 'signed_up', TIMESTAMPTZ '2026-01-05 09:00:00+00', {'plan': 'free', 'seats': NULL}),
       ('ada', 'workspace_created', TIMESTAMPTZ '2026-01-05 09:10:00+00', {'plan': NULL, 'seats': 3}),
       ('ada', 'workspace_created', TIMESTAMPTZ '2026-01-05 09:10:00+00', {'plan': NULL, 'seats': 3})""",
    "user_id, event, timestamp, properties",
)


def test_rows_become_events_and_people_stand_where_they_put_them(runtime: Runtime) -> None:
    report = import_select(runtime, ADA)
    assert report.shape() == {"read": 3, "accepted": 3, "duplicates": 0, "quarantined": 0, "reasons": {}}
    ada = lookup.person(runtime, "ada")
    assert ada["signup"] == "2026-01-05T09:00:00Z"
    assert ada["stage"] == "builder"
    event = lookup.events(runtime, who="ada", limit=1)[0]
    assert event["properties"] == {"plan": None, "seats": 3}
    assert event["imported"] is True


def test_the_same_again_changes_nothing_and_equal_rows_are_kept_apart(runtime: Runtime) -> None:
    import_select(runtime, ADA)
    again = import_select(runtime, f"SELECT * FROM ({ADA}) ORDER BY timestamp DESC;  -- in another order")
    assert (again.accepted, again.duplicates) == (0, 3)
    assert lookup.count_events(runtime) == 3


def test_no_push_starts_from_history_and_caches_follow(runtime: Runtime) -> None:
    arrive(runtime, [Event("live", "track", "login", NOW - HOUR, "ada", None, {}, "web", NOW - HOUR)])
    import_select(runtime, ADA)
    run_due(runtime)
    assert everyone(runtime, NOW) == afresh(runtime, NOW)
    assert not [event for _, event in log.after(runtime.database, 0) if event.kind in ("decision", "delivery")]


def test_every_kind_of_message(runtime: Runtime) -> None:
    kinds = rows(
        """('identify', NULL, 'ada', 'phone-1', NULL, {'email': 'ada@example.com'}, NULL, NULL),
           ('page', 'Home', 'ada', NULL, '{"path": "/"}', NULL, NULL, NULL),
           ('group', NULL, 'ada', NULL, NULL, NULL, 'acme', NULL),
           ('alias', NULL, 'ada', NULL, NULL, NULL, NULL, 'ada-old')""",
        "type, event, user_id, anonymous_id, properties, traits, group_id, previous_id",
    )
    before = Event("m1", "track", "signed_up", NOW - DAY, None, "phone-1", {}, "web", NOW - DAY)
    arrive(runtime, [before])
    report = import_select(runtime, f"SELECT *, TIMESTAMP '2026-01-30 10:00' AS timestamp FROM ({kinds})")
    assert report.accepted == 4
    ada = lookup.person(runtime, "ada@example.com")
    assert ada["ids"] == ["ada", "ada-old", "phone-1"]
    assert ada["signup"] == "2026-01-31T12:00:00Z"
    page = next(one for one in lookup.events(runtime, who="ada") if one["type"] == "page")
    assert page["properties"] == {"path": "/", "name": "Home"}


def test_bad_rows_lie_in_quarantine_with_their_number_and_the_rest_is_imported(runtime: Runtime) -> None:
    bad = rows(
        """('ada', 'login', '2026-01-05T09:00:00Z', NULL),
           ('null', 'login', '2026-01-05T09:00:00Z', NULL),
           ('ada', NULL, '2026-01-05T09:00:00Z', NULL),
           ('ada', 'login', 'yesterday', NULL),
           ('ada', 'login', '2030-01-05T09:00:00Z', NULL),
           ('ada', 'login', NULL, NULL),
           ('ada', 'login', '1969-01-05T09:00:00Z', NULL),
           ('ada', 'login', '2026-01-05T09:00:00Z', '[1]'),
           ('ben', 'login', '2026-01-05 09:00', '{"x": NaN}')""",
        "user_id, event, timestamp, properties",
    )
    report = import_select(runtime, bad)
    assert report.shape() == {
        "read": 9,
        "accepted": 2,
        "duplicates": 0,
        "quarantined": 7,
        "reasons": {"bad_time": 2, "no_id": 1, "no_name": 1, "future": 1, "too_early": 1, "not_an_object": 1},
    }
    lines = sorted(item["line"] for item in lookup.quarantined(runtime))  # type: ignore[type-var]
    assert lines == [2, 3, 4, 5, 6, 7, 8]
    assert import_select(runtime, bad).quarantined == 7
    assert lookup.count_events(runtime, quarantined=True) == 7, "the same bad rows are kept once"
    assert lookup.events(runtime, who="ben")[0]["properties"] == {"x": None}


@pytest.mark.parametrize(
    ("select", "code", "words"),
    [
        ("SELECT 1 AS user", "bad_column", "did you mean user_id"),
        ("SELECT 1 AS user_id, 'e' AS event", "bad_column", "no column `timestamp`"),
        ("SELECT 1 AS user_id, 'e' AS event, 5 AS timestamp", "bad_column", "make it a TIMESTAMP"),
        ("SELECT 'e' AS event, now() AS timestamp", "bad_column", "neither `user_id` nor `anonymous_id`"),
        ("SELECT now() AS timestamp, 1 AS user_id", "bad_column", "no column `event`"),
        ("SELECT now() AS timestamp, 1 AS user_id, 'e' AS event, [1] AS properties", "bad_column", "make it a STRUCT"),
        (
            "SELECT now() AS timestamp, 1.5::DOUBLE AS user_id, 'e' AS event",
            "bad_column",
            "'user_id' is DOUBLE; make it",
        ),
        ("SELECT now() AS timestamp, 1 AS user_id, {'a': 1} AS event", "bad_column", "'event' is STRUCT(a INTEGER)"),
        ("SELECT [now()] AS timestamp, 1 AS user_id, 'e' AS event", "bad_column", "'timestamp' is TIMESTAMP WITH"),
        ("SELECT now() AS timestamp, '\"ada\"'::JSON AS user_id, 'e' AS event", "bad_column", "column->>'user_id'"),
        ("SELECT * FROM 'nowhere.csv'", "bad_query", "nowhere.csv"),
        ("SELECT * FROM connection", "bad_query", "connection does not exist"),
        ("SELEC", "bad_query", "DuckDB cannot run"),
        ("SELECT 1; SELECT 2", "bad_query", "takes one SELECT"),
        ("COPY (SELECT 1) TO 'out.csv'", "bad_query", "takes one SELECT"),
    ],
)
def test_a_select_that_is_not_fit_says_why(runtime: Runtime, select: str, code: str, words: str) -> None:
    with pytest.raises(Problem) as raised:
        import_select(runtime, select)
    assert raised.value.code == code
    assert words in str(raised.value)


def test_everything_wrong_with_the_columns_is_told_at_once(runtime: Runtime) -> None:
    with pytest.raises(Problem) as raised:
        import_select(runtime, "SELECT 1 AS who, 'free' AS plan, [1] AS properties, 5 AS timestamp")
    assert [line.split(";")[0] for line in str(raised.value).splitlines()] == [
        "the SELECT yields a column 'who', which an import does not know",
        "the SELECT yields a column 'plan', which an import does not know",
        "the column 'properties' is INTEGER[]",
        "the column 'timestamp' is INTEGER",
        "the SELECT yields neither `user_id` nor `anonymous_id`",
        "the SELECT yields no column `event`",
    ]
    assert "{'plan': plan} AS properties" in str(raised.value)


@pytest.mark.parametrize(
    ("timestamp", "properties", "reason"),
    [
        ("TIMESTAMP '290000-01-01'", "NULL", "future"),
        ("DATE '-4000-01-01'", "NULL", "too_early"),
        ("DATE '5000000-01-01'", "NULL", "bad_time"),
        ("DATE '2026-01-01'", "'{\"a\":' || repeat('[', 5000) || repeat(']', 5000) || '}'", "too_deep"),
        ("DATE '2026-01-01'", "repeat('[', 5000)", "too_deep"),
    ],
)
@pytest.mark.parametrize("kind", ["track", "page"])
def test_a_row_beyond_all_measure_does_not_end_the_import(
    runtime: Runtime, timestamp: str, properties: str, reason: str, kind: str
) -> None:
    columns = f"{timestamp} AS timestamp, CAST({properties} AS VARCHAR) AS properties"
    good = (
        "SELECT 'ada' AS user_id, 'login' AS event, 'track' AS type, DATE '2026-01-02' AS timestamp, NULL AS properties"
    )
    report = import_select(
        runtime, f"SELECT 'ada' AS user_id, 'login' AS event, '{kind}' AS type, {columns} UNION ALL {good}"
    )
    assert (report.accepted, report.quarantined) == (1, 1)
    assert list(report.reasons) in ([reason], ["bad_time"]), "an instant without a year is none for a message"


def test_files_are_read_and_progress_is_told(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "log.csv").write_text(
        "user_id,event,timestamp\n"
        + "".join(f"{n % 7 + 1},login,2026-01-{n % 28 + 1:02}T00:00:00Z\n" for n in range(500))
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("waypost.runtime.importer.BATCH", 100)
    told: list[tuple[int, int]] = []
    report = import_select(runtime, "SELECT * FROM 'log.csv'", lambda done, total: told.append((done, total)))
    assert report.accepted == 500
    assert told[-1] == (500, 500)
    assert everyone(runtime, NOW) == afresh(runtime, NOW)


def test_the_columns_of_the_documentation_are_those_of_the_code() -> None:
    assert "received_at" in staging.COLUMNS
    assert (HARBOUR / "waypost.yaml").is_file()
