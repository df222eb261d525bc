"""Real history through the importer into a store: every row once, equal rows apart, the same again changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from waypost.model.time import parse_instant
from waypost.runtime import lookup
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.importer import Report, import_select
from waypost.runtime.readouts import milestones
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime

pytestmark = pytest.mark.data

NOW = parse_instant("2015-01-01T00:00:00Z") or 0
PROJECT = """
project: real
signup: signed_up
activation: activated
signals:
  first_week: {days: click, in_first: 7 days}
  week_4: {count: click, between: [21 days, 28 days]}
  login_days: {peak: {days: login}, over: 7 days}
milestones:
  activated: {when: first_week >= 3, within: 7 days}
  adopted: {when: login_days >= 3}
stages: {all: {when: TRUE}}
segments:
  stayed: {when: reached.activated AND week_4 >= 1}
  returned: {when: NOT reached.activated AND week_4 >= 1}
"""

USERS = """
    SELECT 'signed_up' AS event, creation_time AS timestamp, object_id AS user_id, NULL AS type, NULL AS traits
    FROM read_csv('{folder}/users.csv.gz')
    UNION ALL SELECT NULL, creation_time, object_id, 'identify', {{'creation_source': creation_source}}
    FROM read_csv('{folder}/users.csv.gz')"""
LOGINS = "SELECT 'login' AS event, day AS timestamp, user_id FROM read_csv('{folder}/engagement.csv.gz')"

ENROLLED = """
    WITH enrolled AS (
        SELECT *, code_module || code_presentation || id_student AS user_id,
            code_module || ' ' || code_presentation AS course,
            CASE code_presentation WHEN '2013B' THEN TIMESTAMP '2013-02-01' ELSE TIMESTAMP '2013-10-01' END AS start
        FROM read_csv('{folder}/student_registration.csv.gz', nullstr = '') WHERE code_module LIKE '{course}')"""
SIGNUPS = (
    ENROLLED
    + """, eligible AS (
        FROM enrolled WHERE date_registration <= 0 AND (date_unregistration IS NULL OR date_unregistration > 0))
    SELECT 'signed_up' AS event, start AS timestamp, user_id, NULL AS type, NULL AS traits FROM eligible
    UNION ALL SELECT NULL, start, user_id, 'identify', {{'course': course}} FROM eligible"""
)
CLICKS = (
    ENROLLED
    + """
    SELECT 'click' AS event, start + to_days(date) AS timestamp, user_id,
        {{'site': id_site, 'clicks': sum_click}} AS properties
    FROM '{folder}/student_vle.parquet' JOIN enrolled USING (code_module, code_presentation, id_student)"""
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    (tmp_path / "waypost.yaml").write_text(PROJECT)
    opened = open_runtime(Settings(tmp_path), HandClock(NOW))
    yield opened
    close(opened)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.accepted, report.duplicates, report.quarantined


def reached(runtime: Runtime, milestone: str, by: str | None = None) -> dict[object, tuple[object, object]]:
    """Reached and people of each group."""
    rows = milestones(runtime, by=by)["rows"]
    assert isinstance(rows, list)
    found = {}
    for row in rows:
        assert isinstance(row, dict)
        if row["milestone"] == milestone:
            group = row["group"]
            assert isinstance(group, dict)
            found[group.get(by or "")] = row["reached"], row["people"]
    return found


def test_relax_is_imported_once_and_1602_adopted(runtime: Runtime, data: Path) -> None:
    for select, rows in ((USERS, 24_000), (LOGINS, 207_917)):
        text = select.format(folder=data / "relax")
        assert counts(import_select(runtime, text)) == (rows, rows, 0, 0)
    assert reached(runtime, "adopted") == {None: (1602, 12_000)}


def test_a_course_of_oulad_keeps_its_equal_rows_apart(runtime: Runtime, data: Path) -> None:
    """145,995 rows, of which 17,121 are the exact duplicate of another."""
    folder = data / "oulad_2013"
    import_select(runtime, SIGNUPS.format(folder=folder, course="GGG"))
    text = CLICKS.format(folder=folder, course="GGG")
    assert counts(import_select(runtime, text)) == (145_995, 145_995, 0, 0)
    assert counts(import_select(runtime, f"FROM ({text}) ORDER BY user_id DESC")) == (145_995, 0, 145_995, 0)
    assert reached(runtime, "activated") == {None: (139, 929)}
    assert lookup.count_events(runtime) == 145_995 + 2 * 929
