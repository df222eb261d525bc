"""Real history through the whole house: imported twice into a store on disk, then read by both evaluators."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.batch import real
from tests.runtime.rooms import everyone
from waypost.model.time import parse_instant
from waypost.runtime import lookup, readouts
from waypost.runtime.bundle import Runtime
from waypost.runtime.clock import HandClock
from waypost.runtime.importer import import_select
from waypost.runtime.settings import Settings
from waypost.runtime.start import close, open_runtime
from waypost.runtime.stores import events as log
from waypost.runtime.worker import run_due

pytestmark = [pytest.mark.data, pytest.mark.long]

NOW = parse_instant("2015-01-01T00:00:00Z") or 0

COURSES = """\
project: courses
signup: enrolled
activation: activated
signals:
  first_week: {days: click, in_first: 7 days}
  back_week_4: {count: click, between: [21 days, 28 days]}
milestones:
  activated: {when: first_week >= 3, within: 7 days}
segments:
  eligible: {when: age IS NOT NULL}
  active: {when: reached.activated}
  retained: {when: reached.activated AND back_week_4 >= 1}
  late: {when: age IS NOT NULL AND NOT reached.activated AND back_week_4 >= 1}
"""

START = "(CASE code_presentation WHEN '2013B' THEN '2013-02-01 00:00:00Z' ELSE '2013-10-01 00:00:00Z' END)::TIMESTAMPTZ"
WHO = "code_module || ' ' || code_presentation || ' ' || id_student AS user_id"
CLICKS = f"""
    SELECT 'click' AS event, {WHO}, {START} + to_days(CAST(date AS INTEGER)) AS timestamp,
        struct_pack(page := id_site, clicks := sum_click) AS properties
    FROM '{{folder}}/student_vle.parquet'"""
ENROLMENTS = f"""
    WITH eligible AS (
        SELECT {WHO}, {START} AS timestamp, struct_pack(course := code_module || ' ' || code_presentation) AS traits
        FROM read_csv('{{folder}}/student_registration.csv.gz', nullstr = '')
        WHERE date_registration <= 0 AND (date_unregistration IS NULL OR date_unregistration > 0))
    SELECT 'track' AS type, 'enrolled' AS event, user_id, timestamp, NULL AS traits FROM eligible
    UNION ALL SELECT 'identify', NULL, user_id, timestamp, traits FROM eligible"""


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A Waypost on a disk of its own, some time after the courses."""
    folder = tmp_path_factory.mktemp("courses")
    (folder / "waypost.yaml").write_text(COURSES)
    runtime = open_runtime(Settings(folder), HandClock(NOW), host=True)
    yield runtime
    close(runtime)


class Row(msgspec.Struct):
    """What a row of the readout says that is looked at here."""

    group: dict[str, str]
    people: int
    reached: int
    immature: int


def reached(runtime: Runtime, by: str | None = None) -> list[Row]:
    """The rows of `readout milestones`."""
    return msgspec.convert(readouts.milestones(runtime, by=by)["rows"], list[Row])


def content(runtime: Runtime) -> tuple[int, str]:
    """How many events there are, and a hash over all of them in the order of the log."""
    count, digest = 0, sha256()
    for seq, event in log.after(runtime.database, 0):
        digest.update(repr((seq, event)).encode())
        count += 1
    return count, digest.hexdigest()


def test_oulad_is_imported_whole_and_a_second_time_changes_nothing(courses: Runtime, data: Path) -> None:
    clicks, enrolments = (select.format(folder=data / "oulad_2013") for select in (CLICKS, ENROLMENTS))
    taken = {"duplicates": 0, "quarantined": 0, "reasons": {}}
    assert import_select(courses, clicks).shape() == {"read": 4_875_652, "accepted": 4_875_652, **taken}
    assert import_select(courses, enrolments).shape() == {"read": 24_466, "accepted": 24_466, **taken}
    before = content(courses)
    assert before[0] == 4_875_652 + 24_466
    again = {"accepted": 0, "quarantined": 0, "reasons": {}}
    backwards = f"FROM ({clicks}) ORDER BY user_id DESC"
    assert import_select(courses, backwards).shape() == {"read": 4_875_652, "duplicates": 4_875_652, **again}
    assert import_select(courses, enrolments).shape() == {"read": 24_466, "duplicates": 24_466, **again}
    assert content(courses) == before
    with readouts.everyone(courses) as warehouse:
        ((apart,),) = warehouse.connection.execute(
            "SELECT count(*) - count(DISTINCT (user_id, instant, properties)) FROM log WHERE name = 'click'"
        ).fetchall()
    assert apart == 332_352


def test_everybody_stands_where_the_readme_says(courses: Runtime) -> None:
    """By the profiles of the live evaluator, which are worked out for all of them here, and by a query."""
    run_due(courses)
    names = list(courses.live.definitions.segments)
    found = Counter(
        name
        for profile in everyone(courses, NOW).values()
        for place, name in enumerate(names)
        if profile.truths >> place & 1
    )
    assert found == {"eligible": 12_233, "active": 5727, "retained": 5301, "late": 4074}
    assert lookup.people(courses)["segments"] == found


def test_the_readout_says_the_same_by_course(courses: Runtime) -> None:
    (row,) = reached(courses)
    assert (row.people, row.reached, row.immature) == (12_233, 5727, 0)
    found = {row.group["trait.course"]: (row.reached, row.people) for row in reached(courses, "trait.course")}
    assert found == real.BY_COURSE
